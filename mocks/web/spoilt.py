"""What a fault does to a frame, or to the socket that it goes through."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..engine.clock import pause
from ..engine.fault import Fault
from .dialect import Answer
from .exit import NOISE, SILENT, bent, rendered

if TYPE_CHECKING:
    from ..engine.courier import Parcel
    from .line import Line


async def go(line: Line, text: str, parcel: Parcel) -> None:
    """Pushes what somebody was promised, as a fault wants it."""
    fault, session = parcel.fault, line.session
    assert fault is not None
    dialect, task = session.cast[parcel.provider], session.tasks.get(parcel.task)
    bundle = dialect.contract.bundle
    named = {} if task is None else {bundle.by: task.order.called, bundle.id: task.order.client_id}
    await out(line, text, fault, parcel.seconds, lambda status: dialect.bare(status, named))


async def out(
    line: Line, text: str, fault: Fault, seconds: float, refused: Callable[[int], Answer]
) -> None:  # fmt: skip
    """Sends a frame in the way that a fault wants it, or does not."""
    what = fault.what
    if what in SILENT:
        broken(line, str(what))
    elif what == "delay":
        await pause(seconds)
        await line.say(text)
    elif what in ("cut", "drip"):
        await _bit_by_bit(line, framed(text.encode()), fault, seconds)
    else:
        body = rendered(bent(fault, Answer(200, body=text.encode()), refused))[2]
        await line.say(body if what == "wrong-type" else body.decode("utf-8", "ignore"))


def broken(line: Line, how: str) -> None:
    """Does to the socket what no frame can say."""
    if how in ("garbage", "malformed") and line.open:
        _raw(line, NOISE)
        _close(line)
    else:
        line.drop(reset=how == "reset")


def framed(body: bytes) -> bytes:
    """A text as one frame of RFC 6455; uncompressed, which every client takes."""
    size = len(body)
    if size < 126:
        return bytes((0x81, size)) + body
    if size < 2**16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + body
    return b"\x81\x7f" + size.to_bytes(8, "big") + body


async def _bit_by_bit(line: Line, frame: bytes, fault: Fault, seconds: float) -> None:
    if fault.what == "cut":
        _raw(line, frame[: len(frame) // 2])
        _close(line)
        return
    size = max(1, -(-len(frame) // fault.parts))
    line.busy = True
    try:
        for at in range(0, len(frame) - size, size):
            _raw(line, frame[at : at + size])
            await pause(seconds / fault.parts)
        _raw(line, frame[((len(frame) - 1) // size) * size :])
    finally:
        line.busy = False
        line.flush()


def _raw(line: Line, data: bytes) -> None:
    if line.transport is None:
        raise ConnectionError("expected a server whose connections can be broken; came another; the fault needs "
                              "understudy's own server, or uvicorn")  # fmt: skip
    if line.open:
        line.transport.write(data)


def _close(line: Line) -> None:
    """Closes the connection behind what was written."""
    line.end()
    if line.transport is not None:
        line.transport.close()
