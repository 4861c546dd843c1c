"""Where a request comes from, as far as it may be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from starlette.requests import HTTPConnection

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


@lru_cache(maxsize=1024)  # the peers of a worker are few: its proxies, and the programs of the agencies
def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address; an IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) as the IPv4 address it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


def is_in(address: str, trusted: Sequence[Network]) -> bool:
    found = _parsed(address)
    if found is None:
        return False
    return any(found in network for network in trusted if network.version == found.version)


def client_address(request: HTTPConnection, trusted: Sequence[Network] = ()) -> str:
    """Return the peer's address; when the peer is a trusted proxy, the right-most untrusted hop of X-Forwarded-For.

    No other header counts, and none at all while no proxy is trusted (LG-06). The header may stand in several lines (some proxies add
    one of their own below the sender's): they are one list.
    """
    peer = request.client.host if request.client else ""
    if not is_in(peer, trusted):
        return peer
    hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for hop in reversed(hops):
        hop = hop.strip()
        if _parsed(hop) is None:
            return peer
        if not is_in(hop, trusted):
            return hop
    return peer


def truncated(address: str) -> str:
    """Return the network of an address: /24 for IPv4, /64 for IPv6. Enough to see where from, too little to name a line."""
    found = _parsed(address)
    if found is None:
        return ""
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 64), strict=False))


@lru_cache(maxsize=4096)
def limit_key(address: str) -> str:
    """Return what a limit of one address counts: an IPv4 address, and of IPv6 the /64, of which one line has every address.

    What is no address counts as it is written.
    """
    found = _parsed(address)
    if found is None:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


def around(address: str) -> list[str]:
    """Return the networks that hold the address, narrow to wide: /24 of IPv4; /64, /48 and /32 of IPv6, where a line has many /64."""
    found = _parsed(address)
    if found is None:
        return []
    return [str(ipaddress.ip_network((found, bits), strict=False)) for bits in ((24,) if found.version == 4 else (64, 48, 32))]


def client_network(request: HTTPConnection, trusted: Sequence[Network] = ()) -> str:
    """Return the network the request comes from, as far as it may be believed: what sessions and audit rows keep."""
    return truncated(client_address(request, trusted))
