"""The gate: hostile URLs lead nowhere, and what may be asked is asked once, in time, and not followed from there."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any, NoReturn
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.web.address import is_loopback, may_be_asked
from understudy.mocks.web.egress import Blocked, Entry, Gate, Unreachable
from understudy.tests.web.urls import ALLOWED, GOOD, HOSTILE, NEVER


class Outside:
    """A world in which every name has these addresses, and nobody listens; it records who was asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers) or [["93.184.216.34"]]
        self.looked_up: list[tuple[str, int]] = []
        self.connected: list[tuple[str, int]] = []

    async def resolve(self, host: str, port: int) -> list[str]:
        self.looked_up.append((host, port))
        return self.answers[min(len(self.looked_up), len(self.answers)) - 1]

    async def connect(self, host: str, port: int, **tls: Any) -> NoReturn:
        self.connected.append((host, port))
        raise ConnectionRefusedError(111, "Connection refused")

    @contextmanager
    def watched(self) -> Iterator[None]:
        def nobody(*args: Any, **rest: Any) -> NoReturn:
            raise AssertionError("the system's own resolver was asked")

        with patch("asyncio.open_connection", self.connect), patch("socket.getaddrinfo", nobody):
            yield

    def asked(self, url: str, allow: tuple[str, ...] = ()) -> Exception:
        """What a request comes to."""
        with self.watched(), pytest.raises((Blocked, Unreachable)) as caught:
            asyncio.run(Gate(allow, self.resolve).send("POST", url))
        return caught.value


# -- what leads nowhere


@pytest.mark.parametrize("allow", [(), ALLOWED], ids=["nothing allowed", "some allowed"])
@pytest.mark.parametrize(("url", "why"), [*HOSTILE, *((f"http://{host}/", why) for host, why in NEVER)])
def test_a_hostile_url_leads_nowhere(url: str, why: str, allow: tuple[str, ...]) -> None:
    world = Outside()
    refused = world.asked(url, allow)
    assert type(refused) is Blocked, why
    assert (world.looked_up, world.connected) == ([], []), why
    expected, came, cure = str(refused).split("; ", 2)
    assert expected.startswith("expected ")
    assert came.startswith("came ")
    assert cure
    assert str(refused).isascii()
    assert str(refused).isprintable()
    with pytest.raises(Blocked):
        Gate(allow).check(url)


@pytest.mark.parametrize(("host", "why"), NEVER)
def test_what_is_never_asked_is_not_opened_by_a_flag_nor_by_a_name(host: str, why: str) -> None:
    bare = host.strip("[]")
    for entry in (host, bare, f"{host}:80"):
        with pytest.raises(ValueError, match="no flag opens it"):
            Gate((entry,))
    for found in ([bare], ["93.184.216.34", bare], [bare, "127.0.0.1"]):
        world = Outside(found)
        assert type(world.asked("http://hooks.example/", ("hooks.example",))) is Blocked, why
        assert world.connected == []


@pytest.mark.parametrize("found", [["10.0.0.1"], ["127.0.0.1", "93.184.216.34"], ["::ffff:127.0.0.1"], ["nonsense"],
                                   ["fe80::1%eth0"], [""]])  # fmt: skip
def test_our_own_name_that_leads_elsewhere_is_not_followed(found: list[str]) -> None:
    world = Outside(found)
    assert type(world.asked("http://localhost/")) is Blocked
    assert (world.looked_up, world.connected) == ([("localhost", 80)], [])


def test_a_blocked_host_is_told_with_the_flag_that_would_let_it() -> None:
    told = str(Outside().asked("https://bücher2.example/hook?token=s3cret"))
    assert told.startswith("expected a host of this machine, or one that was allowed; came 'xn--bcher2-3ya.example'")
    assert "--allow-host xn--bcher2-3ya.example" in told
    for url in ("http://user:s3cret@127.0.0.1/", "ftp://s3cret@h/s3cret", "http://h\t/s3cret?s3cret", "ftp:/x?s3cret",
                "http://[h]/s3cret", "http://2130706433/s3cret", "https://evil.example/s3cret"):  # fmt: skip
        assert "s3cret" not in str(Outside().asked(url)), url


# -- what may be asked


@pytest.mark.parametrize(("url", "where", "path", "netloc"), GOOD)
def test_a_good_url_leads_where_it_says(url: str, where: tuple[str, int], path: str, netloc: str) -> None:
    target = Gate(ALLOWED).check(url)
    assert ((target.host, target.port), target.path, target.netloc) == (where, path, netloc)
    world = Outside(["127.0.0.1"])
    refused = world.asked(url, ALLOWED)
    assert isinstance(refused, Unreachable)
    assert refused.reason == "refused"
    by_name = not where[0][-1].isdigit()
    assert world.looked_up == ([where] if by_name else [])
    assert world.connected == [("127.0.0.1", where[1]) if by_name else where]


def test_each_judged_address_is_tried_in_turn_and_none_besides() -> None:
    world = Outside(["93.184.216.34", "2001:db8::9"])
    assert isinstance(world.asked("https://hooks.example/", ALLOWED), Unreachable)
    assert world.connected == [("93.184.216.34", 443), ("2001:db8::9", 443)]


def test_a_name_that_is_rebound_leads_nowhere_else() -> None:
    world = Outside(["127.0.0.1"], ["169.254.169.254"])
    assert isinstance(world.asked("http://localhost:7/"), Unreachable)
    assert (len(world.looked_up), world.connected) == (1, [("127.0.0.1", 7)])
    assert isinstance(world.asked("http://localhost:7/"), Blocked)
    assert (len(world.looked_up), world.connected) == (2, [("127.0.0.1", 7)])


@pytest.mark.parametrize("found", [[], None])
def test_a_name_that_nobody_knows(found: Any) -> None:
    world = Outside(found)
    if found is None:
        world.resolve = gone  # type: ignore[method-assign]
    refused = world.asked("http://hooks.example/", ALLOWED)
    assert isinstance(refused, Unreachable)
    assert refused.reason == "unknown host"


async def gone(host: str, port: int) -> list[str]:
    raise socket.gaierror(-2, "Name or service not known")


@pytest.mark.parametrize("entry", ["", " ", "*", "*.", "*.*.example", "a.*", "https://hooks.example", "hooks.example/x",
                                   "hooks.example?x", "user@hooks.example", "hooks.example:0", "hooks.example:x", "a b",
                                   "*.10.0.0.5", "*.[::1]", "2130706433", "10.0.0.05", "10.0.0.0/8", "hooks。example",
                                   "fe80::1%eth0", "a\\b", "a\tb"])  # fmt: skip
def test_what_cannot_be_allowed_says_why(entry: str) -> None:
    with pytest.raises(ValueError, match=r"^expected allow_host to name hosts, as .*; came .*; .+"):
        Gate((entry,))


def test_what_is_allowed_is_read_as_a_url_is() -> None:
    assert Entry.of(" BÜCHER.example.:80 ") == ("xn--bcher-kva.example", 80)
    assert Entry.of("*.Wild.example") == (".wild.example", None)
    assert Entry.of("2001:DB8::1") == Entry.of("[2001:db8::1]") == ("2001:db8::1", None)


# -- whatever comes

PARTS = ["http", "https", "ftp", ":", "//", "/", "\\", "@", "#", "?", "[", "]", "%", ".", "\u3002", "127.0.0.1", "x",
         "localhost", "::1", "0", "1", "0x7f", "2130706433", "evil.example", "hooks.example", "169.254.169.254", "*",
         "10.0.0.1", "::ffff:", "80", " ", "\t", "\r\n", "\0", "\uff11", "\u017f", "\u00ad", "-"]  # fmt: skip
URLS = st.lists(st.sampled_from(PARTS) | st.text(max_size=2), max_size=10).map("".join)
LIKE = st.builds(lambda *parts: "".join(parts), st.sampled_from(["http://", "https://", "HTTP://"]), URLS)


@given(URLS | LIKE, st.sampled_from([(), ("hooks.example",)]), st.lists(st.ip_addresses().map(str), max_size=3))
def test_no_url_leads_elsewhere(url: str, allow: tuple[str, ...], found: list[str]) -> None:
    world = Outside(found)
    world.asked(url, allow)
    for host, _ in world.connected:
        address = ip_address(host)
        assert is_loopback(address) or (allow and host in found and may_be_asked(address))
    assert {host for host, _ in world.looked_up} <= {*allow, "localhost"} or world.looked_up[0][0].endswith(
        ".localhost"
    )


@given(LIKE | st.sampled_from([url for url, *_ in GOOD]))
def test_whoever_else_reads_a_url_that_passes_sees_the_same_host(url: str) -> None:
    try:
        target = Gate().check(url)
    except Blocked:
        return
    other, third = urlsplit(url), httpx.URL(url)
    assert {(other.hostname or "").rstrip("."), third.host.rstrip(".")} <= {target.host, "0:0:0:0:0:0:0:1"}
    assert other.port in (None, target.port)
    assert third.port in (None, target.port)
    assert target.path.isascii()
