"""A closed-loop client of sockets, standard library only, in a process and on a core of its own."""

from __future__ import annotations

import json
import selectors
import socket
import sys
from array import array
from time import perf_counter_ns
from typing import Any

from .client import connect, summary

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def framed(text: bytes) -> bytes:
    """A client's frame; its mask is nought, which changes nothing."""
    size = len(text)
    if size < 126:
        return bytes((0x81, 0x80 | size)) + bytes(4) + text
    return b"\x81\xfe" + size.to_bytes(2, "big") + bytes(4) + text


def length(data: bytes) -> int:
    """How long the first frame in the data is, or 0 while it is not complete."""
    if len(data) < 4:
        return 0
    size = data[1]
    total = 2 + size if size < 126 else 4 + int.from_bytes(data[2:4], "big")
    return total if len(data) >= total else 0


def call(port: int, path: str, first: list[bytes]) -> socket.socket:
    """A socket behind its handshake that has said what is said first."""
    link = connect(port)
    link.sendall(HANDSHAKE.format(path=path, port=port).encode())
    said = b""
    while not said.endswith(b"\r\n\r\n"):
        said += link.recv(1)
    for text in first:
        link.sendall(framed(text))
        heard(link)
    return link


def heard(link: socket.socket) -> bytes:
    """One whole frame."""
    data = link.recv(65_536)
    while not length(data):
        data += link.recv(65_536)
    return data


def run(job: dict[str, Any]) -> dict[str, float]:
    """Many connections, each with one frame under way at any time; `{}` in a text is a number that comes once."""
    head, _, tail = (part.encode() for part in job["text"].partition("{}"))
    numbered, good = "{}" in job["text"], job["good"].encode()
    poll, times, errors, sent = selectors.DefaultSelector(), array("Q"), 0, int(job["since"])

    def text() -> bytes:
        return framed(head + b"%012x" % sent + tail if numbered else head)

    links = [call(job["port"], job["path"], [each.encode() for each in job["first"]])
             for _ in range(job["connections"])]  # fmt: skip
    start = now = perf_counter_ns()
    last, busy = start + int(job["seconds"] * 1e9), len(links)
    for link in links:
        link.sendall(text())
        sent += 1
        poll.register(link, selectors.EVENT_READ, [b"", perf_counter_ns(), link])
    while busy:
        for at, _ in poll.select(10):
            state, link = at.data, at.data[2]
            data = state[0] = state[0] + link.recv(65_536)
            if not length(data):
                continue
            now = perf_counter_ns()
            times.append(now - state[1])
            errors += good not in data
            if now < last:
                state[0], state[1] = b"", now
                link.sendall(text())
                sent += 1
            else:
                poll.unregister(link)
                link.close()
                busy -= 1
    return summary(times, now - start, errors)


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
