"""The job of every row: submit the published page's order, ask for its status, fetch its result, as raw requests."""

from __future__ import annotations

import json
from typing import Any

OPERATIONS = ("submit", "status", "result")
MODEL = "tongyi-mai/z-image/turbo"
PROMPT = (
    "A flash-lit, intimate close-up reveals a front pocket of acid-washed denim jeans, threads softened and "
    "grainy with wear. Nestled inside, a cluster of black-and-white photobooth strips peeks out, their glossy "
    "surfaces curling and one corner torn, capturing a group of friends mid-smirk. They hold lighters aloft, "
    "their faces alive with chaotic joy and youthful rebellion. The hard flash splinters against metal rivets and"
    " creased fabric, accentuating the textured weave of denim and the faint creases in the photographs. The "
    "composition\u2019s tight crop focuses tension between rough fabric and fleeting memories, conjuring an "
    "authentic snapshot of carefree moments preserved in stillness."
)
# The provider's page shows the body with these blanks; they are kept so that the length is the page's.
BODY = f'{{\n    "prompt": "{PROMPT}"\n  }}'.encode()

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["prompt"],
    "properties": {
        "prompt": {"type": "string"},
        "image_size": {
            "type": "string",
            "enum": ["square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9"],
        },
        "num_inference_steps": {"type": "integer", "minimum": 1, "maximum": 30},
        "seed": {"type": "integer"},
        "num_images": {"type": "integer", "minimum": 1, "maximum": 4},
        "output_format": {"type": "string", "enum": ["jpeg", "png", "webp"]},
    },
}

SOME_ID = "6f1c2a9e-0b7d-4a57-9c1e-2f3b4d5e6f70"
_HOST = "https://model-api.runcomfy.net/v1/requests/" + SOME_ID
# Stand for our server's own answers until it has been asked for them.
ANSWERS: dict[str, bytes] = {
    "submit": json.dumps(
        {
            "request_id": SOME_ID,
            "status_url": f"{_HOST}/status",
            "result_url": f"{_HOST}/result",
            "cancel_url": f"{_HOST}/cancel",
        }
    ).encode(),
    "status": json.dumps({"request_id": SOME_ID, "status": "completed", "status_url": f"{_HOST}/status"}).encode(),
    "result": json.dumps({"request_id": SOME_ID, "status": "completed", "output": {"image": f"{_HOST}.png"}}).encode(),
}


def path(operation: str, request_id: str) -> str:
    """Where an operation lives, below the provider's address."""
    return f"/v1/models/{MODEL}" if operation == "submit" else f"/v1/requests/{request_id}/{operation}"


def raw(
    operation: str, port: int, prefix: str = "", key: str = "none", ids: tuple[str, ...] = (SOME_ID,)
) -> list[bytes]:
    """The requests of one row, ready for the socket: one submit, or one question for each id."""
    every = ids[:1] if operation == "submit" else ids
    return [_request(operation, port, prefix + path(operation, each), key) for each in every]


def _request(operation: str, port: int, target: str, key: str) -> bytes:
    method, body = ("POST", BODY) if operation == "submit" else ("GET", b"")
    lines = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Authorization: Bearer {key}"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
