"""What the errands in Python share: the guard, a watch that times each call, and one line of JSON at the end."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import time
import traceback
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar

import guard

T = TypeVar("T")
PIXEL = base64.b64decode(  # a picture, small and whole
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
CALLS: list[dict[str, Any]] = []
MAGIC = ((b"\xff\xd8\xff", "JPG"), (b"\x89PNG", "PNG"), (b"ID3", "MP3"), (b"\xff\xfb", "MP3"), (b"glTF", "GLB"))


async def timed(call: str, coming: Awaitable[T], at_least: float = 0) -> T:
    """Awaits a client's call and notes how long it took; `at_least` is what the client waits by itself."""
    begun = time.perf_counter()
    try:
        return await coming
    finally:
        CALLS.append({"call": call, "seconds": round(time.perf_counter() - begun, 3), "at_least": at_least})


def file(url: str) -> str:
    """What kind of file lies at an address."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        data = answer.read()
    if data[4:8] == b"ftyp":
        return "MP4"
    if b"<svg" in data[:1000]:
        return "SVG"
    return next((kind for magic, kind in MAGIC if data.startswith(magic)), f"{data[:8]!r}")


async def refusal(coming: Awaitable[Any]) -> str:
    """What a call that must fail says."""
    try:
        return f"nothing was refused: {await coming!r}"
    except Exception as no:
        return f"{type(no).__name__}: {no}"


def run(errands: dict[str, Callable[..., Awaitable[dict[str, Any]]]]) -> NoReturn:
    """Runs the errand that the command line names; what follows the name goes to it."""
    name, *args = sys.argv[1:]
    try:
        told = {"seen": asyncio.run(errands[name](*args))}
    except Exception:
        told = {"broke": traceback.format_exc()}
    print(json.dumps({**told, "calls": CALLS, "outside": guard.TRIED}), flush=True)
    os._exit(0)  # a client that holds on to a socket or a task is not waited for
