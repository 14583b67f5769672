"""Asks one server again and again over one connection, with each request as it stands: no path is tidied up."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from ..engine.clock import real
from .address import is_loopback, literal

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
PATIENCE = 10.0  # real seconds for a whole answer
MOST, PIECE = 64 << 20, 1 << 16  # bytes of an answer, and of a piece of it


class Heard(NamedTuple):
    """What came back; the status 0 stands for no answer, whose body says why."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Caller:
    """A keep-alive connection to a server of this machine."""

    def __init__(self, base: str, patience: float = PATIENCE, clock: Callable[[], float] = real) -> None:
        parts = urlsplit(base)
        host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
        address = literal(host)
        if parts.scheme != "http" or address is None or not is_loopback(address):
            raise ValueError(f"expected the address of a server on this machine, as http://127.0.0.1:8383; "
                             f"came {base!r}; start one here, and name its address")  # fmt: skip
        self._mount = parts.path.rstrip("/")
        self._line = http.client.HTTPConnection(host, parts.port or 80, timeout=patience)
        self._patience = patience
        self._clock = clock
        self._used = False  # whether this connection has brought an answer before

    def ask(self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Heard:
        """One exchange. A kept connection that was closed before it was asked again is opened anew, once: who has
        never answered on it may have heard, and would take an order twice."""
        while True:
            used, self._used = self._used, False
            try:
                said = self._asked(method, path, headers, body)
            except (OSError, http.client.HTTPException) as wrong:
                self._line.close()
                if not (used and isinstance(wrong, ConnectionError)):
                    return Heard(0, (), (str(wrong) or type(wrong).__name__).encode())
            else:
                self._used = True
                return said

    def _asked(self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Heard:
        line = self._line
        line.putrequest(method, wired(self._mount + path), skip_accept_encoding=True)
        for name, value in headers:
            if name.lower() not in ("host", "content-length", "transfer-encoding"):
                line.putheader(name, value)
        if body or method in WITH_BODY:
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body or None)
        began = self._clock()
        answer = line.getresponse()
        data = self._read(answer, began)
        pairs = tuple((name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
                      for name, value in answer.getheaders())  # fmt: skip
        return Heard(answer.status, pairs, data)

    def _read(self, answer: http.client.HTTPResponse, began: float) -> bytes:
        """The body, as far as there is patience: a drip never times out by itself."""
        parts, size = [], 0
        while part := answer.read1(PIECE):
            parts.append(part)
            size += len(part)
            if size > MOST:
                raise OSError(f"the answer has more than {MOST} bytes")
            if self._clock() - began > self._patience:
                raise OSError(f"the answer was not whole after {self._patience:g} s")
        if answer.length:
            raise OSError(f"{answer.length} bytes of the answer did not come")
        answer.close()  # else the connection would not be asked again
        return b"".join(parts)

    def close(self) -> None:
        """Hangs up."""
        with suppress(OSError):
            self._line.close()


def wired(path: str) -> str:
    """A path that http.client sends: what is no ASCII, and what would end the line, is percent-encoded."""
    return "".join(char if "!" <= char <= "~" else "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
                   for char in path)  # fmt: skip
