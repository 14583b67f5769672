"""Pictures and other files that a client sends."""

from __future__ import annotations

import io
import struct
import zlib
from base64 import b64encode
from typing import Any

from PIL import Image
from understudy.mocks.stand_in import StandIn
from understudy.tests.runware.asked import NAME, made

FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(40)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


def picture(width: int = 300, height: int = 200, form: str = "PNG") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height)).save(out, form)
    return out.getvalue()


def boasting(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says that it is enormous."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def text(data: bytes) -> str:
    """Its bytes as base64."""
    return b64encode(data).decode()


def uri(data: bytes, kind: str = "image/png") -> str:
    """Its bytes as a data URI."""
    return f"data:{kind};base64,{text(data)}"


def upload(image: str, name: str = NAME) -> dict[str, Any]:
    """A task that uploads an image."""
    return {"taskType": "imageUpload", "taskUUID": name, "image": image}


def storage(operation: str, media: str, name: str = NAME) -> dict[str, Any]:
    """A task that stores a file, or drops one."""
    return {"taskType": "mediaStorage", "taskUUID": name, "operation": operation, "media": media}


def uploaded(handle: StandIn, data: bytes) -> str:
    """The id of an image that was uploaded."""
    (item,) = made(handle, upload(text(data)))
    return str(item["imageUUID"])
