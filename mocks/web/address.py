"""Which addresses may be asked at all, whatever they are dressed up as."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address

LOOPBACK = tuple(map(ip_network, ("127.0.0.0/8", "::1/128")))
# Unspecified, link-local, multicast, broadcast; and where clouds keep the secrets of their machines.
NEVER = tuple(map(ip_network, (
    "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "::/128", "fe80::/10", "ff00::/8",
    "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::/32", "fd20:ce::254/128",
)))  # fmt: skip
LAST = (12, 13, 14, 15)
# An IPv6 address that something on the way turns into an IPv4 one, and the bytes in which that one stands: mapped,
# compatible, translated, 6to4, both kinds of NAT64, Teredo's server.
DISGUISES = tuple((ip_network(net), places) for net, places in (
    ("::ffff:0:0/96", LAST), ("::/96", LAST), ("::ffff:0:0:0/96", LAST), ("2002::/16", (2, 3, 4, 5)),
    ("64:ff9b::/96", LAST), ("64:ff9b:1::/48", LAST), ("64:ff9b:1::/48", (6, 7, 9, 10)), ("2001::/32", (4, 5, 6, 7)),
))  # fmt: skip
TEREDO = ip_network("2001::/32")  # its client stands there inverted
ISATAP = (b"\x00\x00\x5e\xfe", b"\x02\x00\x5e\xfe")  # before the IPv4 address, in any network


def literal(host: str) -> Address | None:
    """A host that is an address by itself."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_loopback(address: Address) -> bool:
    """Whether it is this machine, said plainly."""
    return any(address in net for net in LOOPBACK)


def may_be_asked(address: Address) -> bool:
    """Whether anybody may allow it."""
    return is_loopback(address) or not any(face in net for face in _faces(address) for net in NEVER)


def _faces(address: Address) -> Iterator[Address]:
    """An address, and the IPv4 addresses that it may stand for somewhere on the way."""
    yield address
    if isinstance(address, IPv6Address):
        raw = address.packed
        for net, places in DISGUISES:
            if address in net:
                yield IPv4Address(bytes(raw[place] for place in places))
        if raw[8:12] in ISATAP:
            yield IPv4Address(raw[12:])
        if address in TEREDO:
            yield IPv4Address(bytes(byte ^ 0xFF for byte in raw[12:]))
