"""A guard on the door of a client's process: nobody leaves this machine, and who tried is told."""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

TRIED: list[str] = []


def inside(name: str) -> bool:
    """Whether a host, by name or by address, is this machine."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def watch(event: str, args: tuple[Any, ...]) -> None:
    """The interpreter tells of every connection and every name that is looked up, whoever asks."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        where = args[1]
        host = where[0] if isinstance(where, tuple) else None  # no tuple: a socket of the file system
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = args[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if not inside(name):
        TRIED.append(name)
        raise ConnectionRefusedError(f"expected a host of this machine; came {name}; point the client here")


sys.addaudithook(watch)
