"""The one place that opens an outgoing connection: to this machine, and to hosts that were allowed by name.

A URL is judged by its form before anybody looks anything up; a name is looked up once, every address that comes of it
is judged, and one of these very addresses is connected to. Nothing is ever followed from there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from .address import Address, is_loopback, literal, may_be_asked
from .dialect import Pairs

if TYPE_CHECKING:
    import ssl

Resolve = Callable[[str, int], Awaitable[list[str]]]

MOST = 2**20  # bytes of an answer
LONGEST = 8192  # letters of a URL
PORTS = {"http": 80, "https": 443}
UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\s]")  # what one reader of URLs drops, and another takes for an end
URL = re.compile(r"(https?)://([^/?#]*)(?:([/?][^#]*)(?:#.*)?)?", re.IGNORECASE | re.ASCII)
AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::([0-9]{1,5}))?")
SECRETS = re.compile(r"(?:(?<=//)|^)[^/?#]*@|(?<![/:])[/?#].*", re.DOTALL)
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_\-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
SENT = "".join(map(chr, range(0x21, 0x7F)))  # what may stand in a path
VERB = re.compile(r"[A-Z]{1,20}")
OURS = frozenset({b"host", b"content-length", b"transfer-encoding", b"connection", b"upgrade"})
LONGEST_SIZE = 18  # digits of a length
WITH_BODY = ("POST", "PUT", "PATCH")


class Blocked(Exception):
    """A request that does not leave: what was expected, what came, and the flag that would let it, if one does."""


class Unreachable(Exception):
    """No answer came of it; `reason` is unknown host, refused, timed out, no answer or too large, with at least how
    many bytes."""

    def __init__(self, reason: str, text: str, size: int = 0) -> None:
        super().__init__(text)
        self.reason, self.size = reason, size


class Reply(NamedTuple):
    """What was answered, as it came; one that leads elsewhere is an answer like any other."""

    status: int
    headers: Pairs
    body: bytes


class Target(NamedTuple):
    """Where a URL leads: its host in lower-case ASCII, without brackets or a last dot."""

    scheme: str
    host: str
    port: int
    path: str  # with the query, as it is sent

    @property
    def netloc(self) -> str:
        """The host and the port, as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


class Entry(NamedTuple):
    """A host that is allowed; one that begins with a dot stands for all names below it."""

    host: str
    port: int | None

    @classmethod
    def of(cls, text: str) -> Entry:
        """Reads `host`, `host:port` or `*.domain`; what is none of them is a ValueError with its cure."""
        said = text.strip()
        wild = said.startswith("*.")
        bare = f"[{said}]" if said.count(":") > 1 and "[" not in said else said
        try:
            host, port = _authority(bare[2:] if wild else bare)
        except Blocked:
            raise _not_allowed(said, "say it without scheme and path, as hooks.example") from None
        address = literal(host)
        if address is not None and (wild or not may_be_asked(address)):
            raise _not_allowed(said, "name the whole address" if wild else "take it out: no flag opens it")
        return cls("." + host if wild else host, port)

    def fits(self, target: Target) -> bool:
        """Whether it allows a target."""
        if self.port is not None and self.port != target.port:
            return False
        return target.host.endswith(self.host) if self.host.startswith(".") else target.host == self.host


class Gate:
    """Lets a request out to this machine and to what was allowed, and to nobody else."""

    def __init__(self, allow: tuple[str, ...] = (), resolve: Resolve | None = None) -> None:
        self._allow = tuple(map(Entry.of, allow))
        self._resolve = resolve or looked_up
        self._tls: ssl.SSLContext | None = None

    def check(self, url: str) -> Target:
        """Where a URL leads, judged by its form alone; one that must not be asked is Blocked."""
        target = parsed(url)
        address = literal(target.host)
        if address is not None:
            self._judge(target, address)
        elif not self._named(target) and target.host != "localhost" and not target.host.endswith(".localhost"):
            raise _foreign(target, target.host)
        return target

    async def send(
        self, method: str, url: str, headers: Iterable[tuple[bytes, bytes]] = (), body: bytes = b"",
        timeout: float = 10.0, most: int = MOST,
    ) -> Reply:  # fmt: skip
        """Sends one request and answers what came, within so many real seconds; else Blocked or Unreachable."""
        target = self.check(url)
        talk, wire = _written(method, target, headers, body)
        try:
            async with asyncio.timeout(timeout):
                reader, writer = await self._open(target, await self._addresses(target))
                try:
                    writer.write(wire)  # not waited for: who answers before it has read all is heard, too
                    return await _answered(talk, reader, target, most)
                finally:
                    writer.transport.abort()
        except TimeoutError:
            raise Unreachable(
                "timed out", f"expected {target.netloc} to answer within {timeout:g} s; came nothing whole; look at "
                "what listens there, or give it longer",
            ) from None  # fmt: skip

    def _named(self, target: Target) -> bool:
        return any(entry.fits(target) for entry in self._allow)

    def _judge(self, target: Target, address: Address) -> None:
        if is_loopback(address):
            return
        if not may_be_asked(address):
            raise Blocked(f"expected an address that may be asked; came {address} for {_short(target.host)}, which is "
                          f"link-local, unspecified, multicast or a cloud's own; correct the URL: no flag opens it, "
                          f"--allow-host neither")  # fmt: skip
        if not self._named(target):
            raise _foreign(target, str(address))

    async def _addresses(self, target: Target) -> list[str]:
        """The addresses of the host, each of them judged; a name is asked for once."""
        if literal(target.host) is not None:
            return [target.host]
        try:
            found = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError) as wrong:
            raise _nobody(target, str(wrong)) from None
        for text in found:
            address = literal(text)
            if address is None:
                raise Blocked(f"expected {target.host} to have an address; came {_short(text)}; correct the "
                              f"resolver")  # fmt: skip
            self._judge(target, address)
        if not found:
            raise _nobody(target, "no address")
        return found

    async def _open(self, target: Target, addresses: list[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the first of the addresses that takes one."""
        said: Any = "nothing"
        tls: dict[str, Any] = {}
        if target.scheme == "https":
            tls = {"ssl": await self._context(), "server_hostname": target.host}
        for address in addresses:
            try:
                return await asyncio.open_connection(address, target.port, **tls)
            except OSError as wrong:
                said = wrong
        raise Unreachable(
            "refused", f"expected {target.netloc} to take a connection; came {said}; start what should listen there, "
            "or correct the address",
        )  # fmt: skip

    async def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            import ssl  # the authorities take some 30 ms to read, hence another thread, and only for whom it concerns

            self._tls = await asyncio.to_thread(ssl.create_default_context)
        return self._tls


def parsed(url: str) -> Target:
    """What a URL says, read so strictly that no other reader could take it for something else."""
    if len(url) > LONGEST:
        raise Blocked(f"expected a URL of at most {LONGEST} letters; came {len(url)}; shorten it")
    if UNSEEN.search(url):
        raise _malformed("no blank, backslash or control character in it", url)
    form = URL.fullmatch(url)
    if form is None:
        raise _malformed("http://HOST or https://HOST, and a path behind it", url)
    scheme, path = form[1].lower(), form[3] or "/"
    host, port = _authority(form[2])
    try:
        path = quote(path if path.startswith("/") else "/" + path, safe=SENT)
    except UnicodeError:
        raise _malformed("text that can be sent", url) from None
    return Target(scheme, host, PORTS[scheme] if port is None else port, path)


def _authority(text: str) -> tuple[str, int | None]:
    """The host and the port between a URL's slashes."""
    if "@" in text:
        raise Blocked("expected a URL without a user's name; came one with @ before its path; write the host alone")
    form = AUTHORITY.fullmatch(text)
    if form is None or (form[2] is not None and not 0 < int(form[2]) < 65536):
        raise _malformed("HOST or HOST:PORT, with a port from 1 to 65535", text)
    return _host(form[1]), int(form[2]) if form[2] else None


def _host(text: str) -> str:
    """A host as it is compared and sent: four plain numbers, an IPv6 address, or a name in lower-case ASCII."""
    try:
        if text.startswith("["):
            return str(IPv6Address(text[1:-1]))
        name = ".".join(map(_label, text.removesuffix(".").split(".")))
        if len(name) > 253:
            raise ValueError(name)
        if NUMBER.fullmatch(name.rpartition(".")[2]):
            # Octal, hexadecimal and shortened forms mean one thing here and another there.
            return str(IPv4Address(text))
    except ValueError:
        raise _malformed("a host by its name, by four plain numbers or by an IPv6 address in brackets", text) from None
    return name


def _label(text: str) -> str:
    """One part of a name; a letter that only looks like an ASCII one, or like a dot, is no part of any."""
    low = text.lower()
    if not text.isascii():
        low = text.encode("idna").decode("ascii")
        if not low.startswith("xn--"):
            raise ValueError(text)
    if not LABEL.fullmatch(low):
        raise ValueError(text)
    return low


async def looked_up(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system knows them."""
    from socket import SOCK_STREAM

    rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def _written(method: str, target: Target, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> tuple[Any, bytes]:
    """The request in bytes, and the conversation that its answer belongs to."""
    import h11  # 15 ms to load, and most stories send nothing

    pairs = list(headers)
    odd = [name for name, value in pairs if name.lower() in OURS or not (name + value).isascii()]
    if odd or not VERB.fullmatch(method) or method == "CONNECT":
        came = _short(odd[0].decode("latin-1")) if odd else f"the method {_short(method)}"
        raise Blocked(f"expected a plain method, and ASCII headers beside {b', '.join(sorted(OURS)).decode()}; came "
                      f"{came}; take it out")  # fmt: skip
    frame = [(b"content-length", b"%d" % len(body))] if body or method in WITH_BODY else []
    talk = h11.Connection(h11.CLIENT)
    try:
        head = talk.send(h11.Request(
            method=method, target=target.path,
            headers=[(b"Host", target.netloc.encode()), *pairs, *frame, (b"Connection", b"close")],
        ))  # fmt: skip
    except h11.LocalProtocolError as wrong:
        raise Blocked(f"expected headers of one line each; came {wrong}; take it out") from None
    rest = (talk.send(h11.Data(data=body)) or b"") if body else b""
    return talk, (head or b"") + rest + (talk.send(h11.EndOfMessage()) or b"")


async def _answered(talk: Any, reader: asyncio.StreamReader, target: Target, most: int) -> Reply:
    """The first whole answer."""
    import h11  # loaded by now

    status, size, parts = 0, 0, []
    headers: Pairs = ()
    try:
        while True:
            event = talk.next_event()
            if event is h11.NEED_DATA:
                data = await reader.read(65536)
                if not data and not status:
                    raise EOFError("the end of the connection")
                talk.receive_data(data)
            elif isinstance(event, h11.Response):
                status, headers = event.status_code, tuple(event.headers)
            elif isinstance(event, h11.Data):
                size += len(event.data)
                if size > most:
                    raise Unreachable("too large", f"expected at most {most} bytes from {target.netloc}; came more; "
                                      "ask for less, or correct what answers there", _length(headers))  # fmt: skip
                parts.append(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return Reply(status, headers, b"".join(parts))
            elif not isinstance(event, h11.InformationalResponse):
                raise EOFError(f"{event} instead of an answer")
    except (h11.ProtocolError, OSError, EOFError) as wrong:
        raise Unreachable("no answer", f"expected {target.netloc} to answer in HTTP; came {wrong}; look at what "
                          "listens there") from None  # fmt: skip


def _length(headers: Pairs) -> int:
    said = dict(headers).get(b"content-length", b"")
    return int(said) if said.isdigit() and len(said) < LONGEST_SIZE else 0


def _foreign(target: Target, came: str) -> Blocked:
    return Blocked(f"expected a host of this machine, or one that was allowed; came {_short(came)}; say --allow-host "
                   f"{target.host} if it may be asked")  # fmt: skip


def _nobody(target: Target, said: str) -> Unreachable:
    return Unreachable("unknown host", f"expected {target.host} to be known; came {said}; correct the name")


def _malformed(expected: str, came: str) -> Blocked:
    """Users' names, paths and queries bear secrets: only what stands between them is told."""
    return Blocked(f"expected {expected}; came {_short(SECRETS.sub('', came))}; correct the URL")


def _not_allowed(said: str, cure: str) -> ValueError:
    return ValueError(f"expected allow_host to name hosts, as NAME, NAME:PORT or *.DOMAIN; came {_short(said)}; {cure}")


def _short(text: str) -> str:
    return ascii(text if len(text) <= 80 else text[:80] + "...")
