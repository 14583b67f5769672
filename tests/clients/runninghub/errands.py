"""What the errands share: the guard, a watch that times each call, and one line of JSON at the end.

An errand is python CLIENT.py ERRAND URL KEY; `guard` lies with Runware's errands, and PYTHONPATH leads there.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import guard

PIXEL = base64.b64decode(  # a picture, small and whole
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
SOON = 0.02  # seconds between looks, where a client lets itself be told
CALLS: list[dict[str, Any]] = []
MAGIC = ((b"\xff\xd8\xff", "JPG"), (b"\x89PNG", "PNG"), (b"ID3", "MP3"), (b"\xff\xfb", "MP3"), (b"glTF", "GLB"))


@contextlib.contextmanager
def timed(call: str, at_least: float = 0) -> Iterator[None]:
    """Notes how long a call took; `at_least` is what the client waits by itself."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        CALLS.append({"call": call, "seconds": round(time.perf_counter() - begun, 3), "at_least": at_least})


def kind(data: bytes) -> str:
    """What kind of file some bytes are."""
    if data[4:8] == b"ftyp":
        return "MP4"
    return next((kind for magic, kind in MAGIC if data.startswith(magic)), f"{data[:8]!r}")


def refusal(work: Callable[[], Any]) -> str:
    """What a call that must fail says."""
    try:
        return f"nothing was refused: {work()!r}"
    except Exception as no:
        return f"{type(no).__name__}: {no}"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder for one errand, with a picture in it."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "pixel.png").write_bytes(PIXEL)
        yield Path(name)


def run(errands: dict[str, Callable[..., dict[str, Any]]]) -> NoReturn:
    """Runs the errand that the command line names; what follows the name goes to it."""
    name, *args = sys.argv[1:]
    chatter = io.StringIO()  # the SDK prints each upload's answer
    try:
        with contextlib.redirect_stdout(chatter):
            told = {"seen": errands[name](*args)}
    except Exception:
        told = {"broke": traceback.format_exc()}
    print(json.dumps({**told, "calls": CALLS, "outside": guard.TRIED}, default=str), flush=True)
    os._exit(0)  # a client that holds on to a connection is not waited for
