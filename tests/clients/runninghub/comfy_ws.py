"""A plain client of ComfyUI, after its basic API example: python comfy_ws.py ERRAND URL/proxy/KEY.

POST /prompt, the socket until nothing runs any more, /history, /view; it knows nothing of RunningHub.
"""

from __future__ import annotations

import inspect
import json
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any

import guard  # noqa: F401  # before the client
import websocket
from errands import PIXEL, kind, run, timed

TRAM: dict[str, Any] = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 4, "cfg": 7, "sampler_name": "euler", "denoise": 1,
          "scheduler": "normal", "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0],
          "latent_image": ["5", 0]}},
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "v1-5-pruned-emaonly.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 512, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red tram", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "rain", "clip": ["4", 1]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "tram", "images": ["8", 0]}},
}  # fmt: skip


def asked(url: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
    """What an address answers; a body makes it a POST."""
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": kind}), timeout=10) as answer:
        return bytes(answer.read())


def queued(url: str, graph: dict[str, Any], client_id: str) -> str:
    told = json.loads(asked(f"{url}/prompt", json.dumps({"prompt": graph, "client_id": client_id}).encode()))
    return str(told["prompt_id"])


def followed(url: str, graph: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A graph's run: what the socket told of it, and its history."""
    client_id, line, heard = str(uuid.uuid4()), websocket.WebSocket(), []
    line.connect(f"ws{url.removeprefix('http')}/ws?clientId={client_id}", timeout=10)
    with timed("followed"):
        prompt = queued(url, graph, client_id)
        while True:
            said = line.recv()
            if not isinstance(said, str):
                continue  # a preview
            heard.append(json.loads(said))
            what, last = heard[-1]["type"], heard[-1]["data"]
            ends = what == "execution_error" or (what == "executing" and last["node"] is None)
            if ends and last.get("prompt_id") == prompt:
                break
    line.close()
    return heard, json.loads(asked(f"{url}/history/{prompt}"))[prompt]


def pictures(url: str, history: dict[str, Any]) -> list[bytes]:
    every = [image for node in history["outputs"].values() for image in node.get("images", [])]
    return [asked(f"{url}/view?{urllib.parse.urlencode(image)}") for image in every]


def tram(url: str) -> dict[str, Any]:
    heard, history = followed(url, TRAM)
    files = pictures(url, history)
    return {"types": sorted({said["type"] for said in heard}), "files": len(files), "file": kind(files[0]),
            "nodes": sorted({said["data"]["node"] for said in heard if said["type"] == "executing"} - {None}),
            "where": [*history["outputs"]], "status": history["status"]["status_str"]}  # fmt: skip


def picture(url: str) -> dict[str, Any]:
    """A picture is uploaded, and another made of it."""
    edge = uuid.uuid4().hex
    form = (f'--{edge}\r\nContent-Disposition: form-data; name="image"; filename="pixel.png"\r\n'
            "Content-Type: image/png\r\n\r\n").encode() + PIXEL + f"\r\n--{edge}--\r\n".encode()  # fmt: skip
    sent = json.loads(asked(f"{url}/upload/image", form, f"multipart/form-data; boundary={edge}"))
    graph = {
        "1": {"class_type": "LoadImage", "inputs": {"image": sent["name"]}},
        "2": {"class_type": "SaveImage", "inputs": {"filename_prefix": "again", "images": ["1", 0]}},
    }
    _, history = followed(url, graph)
    back = asked(f"{url}/view?{urllib.parse.urlencode({'filename': sent['name'], 'type': 'input', 'subfolder': ''})}")
    return {"type": sent["type"], "same": back == PIXEL, "files": len(pictures(url, history))}


def polled(url: str) -> dict[str, Any]:
    """The same without a socket, as most do against the proxy: /history until it is there."""
    prompt, looks = queued(url, TRAM, str(uuid.uuid4())), 0
    while not (told := json.loads(asked(f"{url}/history/{prompt}"))) and looks < 100:
        looks += 1
    return {"files": len(pictures(url, told[prompt])), "looks": 0 < looks < 100}


def machine(url: str) -> dict[str, Any]:
    stats, queue = json.loads(asked(f"{url}/system_stats")), json.loads(asked(f"{url}/queue"))
    return {"stats": {"system", "devices"} <= {*stats}, "queue": sorted(queue),
            "sampler": "KSampler" in json.loads(asked(f"{url}/object_info/KSampler"))}  # fmt: skip


def failed(url: str) -> dict[str, Any]:
    heard, history = followed(url, TRAM)
    return {"type": heard[-1]["type"], "refused": heard[-1]["data"]["exception_message"],
            "status": history["status"]["status_str"]}  # fmt: skip


def refused(url: str, graph: dict[str, Any]) -> dict[str, Any]:
    """What is said of a graph that is not taken: some of it by its status, some in an answer without a prompt_id."""
    try:
        return {"refused": json.loads(asked(f"{url}/prompt", json.dumps({"prompt": graph}).encode()))}
    except urllib.error.HTTPError as no:
        return {"refused": json.loads(no.read()), "status": no.code}


def wrong_graph(url: str) -> dict[str, Any]:
    return refused(url, {"1": {"class_type": "SaveImage", "inputs": {"images": ["77", 0], "filename_prefix": "x"}}})


def empty_graph(url: str) -> dict[str, Any]:
    return refused(url, {})


def bad_key(url: str) -> dict[str, Any]:
    return refused(f"{url.rpartition('/')[0]}/{'0' * 32}", TRAM)


if __name__ == "__main__":
    run({name: one for name, one in vars(sys.modules[__name__]).items() if inspect.isfunction(one)})
