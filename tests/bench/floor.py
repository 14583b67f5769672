"""The floor: a frozen ten-line ASGI app under our own server's settings; a ratio to it is the price of our work."""

from __future__ import annotations

import os
import sys
from typing import Any

# --- frozen: do not touch these ten lines, every published ratio is a ratio to them ---
CONSTANT = b"x" * int(os.environ.get("FLOOR_BYTES", "419"))
HEAD = [(b"content-type", b"application/json"), (b"content-length", str(len(CONSTANT)).encode())]


async def app(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", scope["type"] == "http"
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": HEAD})
    await send({"type": "http.response.body", "body": CONSTANT})


# --- end of the frozen lines ---


if __name__ == "__main__":
    import json

    import uvicorn

    # Our server's settings come as words, not by importing it: the floor carries no module of ours.
    settings = json.loads(os.environ["FLOOR_SETTINGS"]) | {"lifespan": "off"}
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), **settings)
