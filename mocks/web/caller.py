"""Asks one server again and again over one connection, with each request as it stands: no path is tidied up."""

from __future__ import annotations

import http.client
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from .address import is_loopback, literal

WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
PATIENCE = 30.0  # real seconds for an answer


class Heard(NamedTuple):
    """What came back; the status 0 stands for no answer, whose body says why."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Caller:
    """A keep-alive connection to a server of this machine."""

    def __init__(self, base: str, patience: float = PATIENCE) -> None:
        parts = urlsplit(base)
        host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
        address = literal(host)
        if parts.scheme != "http" or address is None or not is_loopback(address):
            raise ValueError(f"expected the address of a server on this machine, as http://127.0.0.1:8383; "
                             f"came {base!r}; start one here, and name its address")  # fmt: skip
        self._mount = parts.path.rstrip("/")
        self._line = http.client.HTTPConnection(host, parts.port or 80, timeout=patience)

    def ask(self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Heard:
        """One exchange; a connection that was closed meanwhile is opened anew, once."""
        for last in (False, True):
            try:
                return self._asked(method, path, headers, body)
            except (ConnectionError, http.client.RemoteDisconnected) as wrong:
                self._line.close()
                if last:
                    return Heard(0, (), str(wrong).encode())
            except (OSError, http.client.HTTPException) as wrong:
                self._line.close()
                return Heard(0, (), (str(wrong) or type(wrong).__name__).encode())
        raise AssertionError("the loop has answered")

    def _asked(self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Heard:
        line = self._line
        line.putrequest(method, wired(self._mount + path), skip_accept_encoding=True)
        for name, value in headers:
            if name.lower() not in ("host", "content-length", "transfer-encoding"):
                line.putheader(name, value)
        if body or method in WITH_BODY:
            line.putheader("Content-Length", str(len(body)))
        line.endheaders(body or None)
        answer = line.getresponse()
        data = answer.read()
        pairs = tuple((name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
                      for name, value in answer.getheaders())  # fmt: skip
        return Heard(answer.status, pairs, data)

    def close(self) -> None:
        """Hangs up."""
        with suppress(OSError):
            self._line.close()


def wired(path: str) -> str:
    """A path that http.client sends: what is no ASCII, and what would end the line, is percent-encoded."""
    return "".join(char if "!" <= char <= "~" else "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))
                   for char in path)  # fmt: skip
