"""The floor of a socket: a bare echo under our own server's settings; a ratio to it is the price of our work."""

from __future__ import annotations

import sys
from typing import Any

# --- frozen: do not touch these lines, every published ratio is a ratio to them ---


async def app(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


# --- end of the frozen lines ---


if __name__ == "__main__":
    import json
    import os

    import uvicorn

    # Our server's settings come as words, not by importing it: the floor carries no module of ours.
    settings = json.loads(os.environ["FLOOR_SETTINGS"]) | {"lifespan": "off"}
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), **settings)
