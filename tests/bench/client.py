"""A closed-loop HTTP/1.1 client on raw sockets, standard library only, in a process and on a core of its own."""

from __future__ import annotations

import json
import selectors
import socket
import sys
from array import array
from time import perf_counter_ns
from typing import Any

NUMBER = b"000000number"  # of a request: a number of twelve digits that comes once


def length(data: bytes) -> int:
    """How long the first answer in the data is, or 0 while it is not complete."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return 0
    head = data[: end + 2].lower()
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        total = end + 4 + int(head[at + 17 : head.index(b"\r\n", at + 17)])
        return total if len(data) >= total else 0
    if b"\r\ntransfer-encoding: chunked" in head:
        # A closed loop has one answer under way, so the last chunk can only be the end of the data.
        return len(data) if data.endswith(b"\r\n0\r\n\r\n") else 0
    return end + 4


def connect(port: int, receive_buffer: int = 0) -> socket.socket:
    """A connection to this machine, without Nagle's delay."""
    link = socket.socket()
    if receive_buffer:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    link.settimeout(10)
    link.connect(("127.0.0.1", port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def ask(link: socket.socket, request: bytes) -> bytes:
    """Send one request and return its whole answer."""
    link.sendall(request)
    data = link.recv(262_144)
    while not length(data):
        more = link.recv(262_144)
        if not more:
            raise ConnectionError(f"the server closed the connection after {len(data)} bytes of an answer")
        data += more
    return data


def body(answer: bytes) -> bytes:
    """What an answer carries, its chunks put together."""
    head, _, rest = answer.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" not in head.lower():
        return rest
    parts = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        parts.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    return b"".join(parts)


def numbered(request: bytes, number: int) -> bytes:
    """A request whose number, if it bears one, comes once."""
    return request.replace(NUMBER, b"%012x" % number, 1) if NUMBER in request else request


def sequential(port: int, requests: list[bytes], seconds: float, count: int, since: int = 0) -> dict[str, float]:
    """One keep-alive connection, one request after the other."""
    times, errors, which = array("Q"), 0, 0
    link = connect(port)
    start = now = perf_counter_ns()
    last = start + int(seconds * 1e9)
    while now < last and (not count or which < count):
        answer = ask(link, numbered(requests[which % len(requests)], since + which))
        done = perf_counter_ns()
        times.append(done - now)
        errors += answer[9:10] != b"2"
        which, now = which + 1, done
    link.close()
    return summary(times, now - start, errors)


def closed_loop(
    port: int, requests: list[bytes], connections: int, seconds: float, count: int, since: int = 0
) -> dict[str, float]:
    """Many connections, each with one request under way at any time."""
    poll, times, errors, sent = selectors.DefaultSelector(), array("Q"), 0, 0
    start = now = perf_counter_ns()
    last, busy = start + int(seconds * 1e9), 0
    for _ in range(min(connections, count or connections)):
        link = connect(port)
        link.sendall(numbered(requests[sent % len(requests)], since + sent))
        poll.register(link, selectors.EVENT_READ, [b"", perf_counter_ns(), link])
        sent, busy = sent + 1, busy + 1
    while busy:
        ready = poll.select(10)
        if not ready:
            raise TimeoutError(f"{busy} requests had no answer within 10 s")
        for key, _ in ready:
            state, link = key.data, key.data[2]
            data = link.recv(262_144)
            state[0] += data
            if not data:
                raise ConnectionError("the server closed a connection that was waiting for an answer")
            if not length(state[0]):
                continue
            now = perf_counter_ns()
            times.append(now - state[1])
            errors += state[0][9:10] != b"2"
            if now < last and (not count or sent < count):
                state[0], state[1] = b"", now
                link.sendall(numbered(requests[sent % len(requests)], since + sent))
                sent += 1
            else:
                poll.unregister(link)
                link.close()
                busy -= 1
    return summary(times, now - start, errors)


def summary(times: array[int], nanoseconds: int, errors: int) -> dict[str, float]:
    """Counts and percentiles; times in milliseconds."""
    order = sorted(times)
    if not order:
        raise ValueError("no request was answered in the time given")
    p50, p99 = (order[min(len(order) - 1, int(len(order) * share))] / 1e6 for share in (0.5, 0.99))
    return {"requests": len(order), "seconds": nanoseconds / 1e9, "p50": p50, "p99": p99, "errors": errors}


def main() -> None:
    """Read the job as JSON from stdin, do it, write the summary to stdout."""
    job: dict[str, Any] = json.load(sys.stdin)
    requests = [each.encode("latin-1") for each in job["requests"]]
    seconds, count, since = float(job["seconds"]), int(job["count"]), int(job.get("since", 0))
    if job["connections"] == 1:
        print(json.dumps(sequential(job["port"], requests, seconds, count, since)))
    else:
        print(json.dumps(closed_loop(job["port"], requests, job["connections"], seconds, count, since)))


if __name__ == "__main__":
    main()
