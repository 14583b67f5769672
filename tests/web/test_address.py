"""Addresses: this machine's own, those that nobody may allow, and every disguise of them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from understudy.mocks.web.address import is_loopback, literal, may_be_asked
from understudy.tests.web.urls import NEVER


@pytest.mark.parametrize("text", ["127.0.0.1", "127.255.255.254", "::1"])
def test_loopback_is_this_machine(text: str) -> None:
    address = literal(text)
    assert address is not None
    assert is_loopback(address)
    assert may_be_asked(address)


@pytest.mark.parametrize(
    "text", ["128.0.0.1", "126.255.255.255", "::", "::2", "::7f00:1", "::ffff:7f00:1", "2002:7f00:1::"]
)
def test_what_only_means_loopback_is_not(text: str) -> None:
    address = literal(text)
    assert address is not None
    assert not is_loopback(address)


@pytest.mark.parametrize("text", ["93.184.216.34", "10.0.0.1", "100.100.100.201", "169.253.1.1", "2001:db8::1",
                                  "fec0::1", "fd00:ec3::1", "::ffff:10.0.0.1", "2002:a00:1::"])  # fmt: skip
def test_others_may_be_allowed(text: str) -> None:
    address = literal(text)
    assert address is not None
    assert may_be_asked(address)


@pytest.mark.parametrize(
    "text", ["localhost", "2130706433", "127.1", "0177.0.0.1", "0x7f.0.0.1", "", "[::1]", "1.2.3.4."]
)
def test_what_is_no_plain_address_is_none(text: str) -> None:
    assert literal(text) is None


@pytest.mark.parametrize(("host", "why"), NEVER)
def test_what_is_never_asked(host: str, why: str) -> None:
    address = literal(host.strip("[]"))
    assert address is not None
    assert not may_be_asked(address), why


@given(st.ip_addresses(v=4, network="169.254.0.0/16") | st.ip_addresses(v=4, network="224.0.0.0/4"))
def test_no_disguise_helps(address: IPv4Address) -> None:
    inner, raw = int(address), address.packed
    for outer in (0xFFFF << 32 | inner, inner, 0x2002 << 112 | inner << 80 | 1, 0x64FF9B << 96 | inner,
                  0x64FF9B0001 << 80 | inner, 0x20010000 << 96 | inner << 64, 0x20010000 << 96 | inner ^ 0xFFFFFFFF,
                  0x20010DB8 << 96 | 0x5EFE << 32 | inner):  # fmt: skip
        assert not may_be_asked(IPv6Address(outer)), hex(outer)
    short = b"\0\x64\xff\x9b\0\x01" + raw[:2] + b"\0" + raw[2:] + b"\x08" * 5
    assert not may_be_asked(IPv6Address(short))
