"""Where a request comes from, as far as it may be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.requests import HTTPConnection

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


def is_in(address: str, trusted: Sequence[Network]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in trusted if network.version == found.version)


def client_address(request: HTTPConnection, trusted: Sequence[Network] = ()) -> str:
    """Return the peer's address; when the peer is a trusted proxy, the right-most untrusted hop of X-Forwarded-For.

    No other header counts, and none at all while no proxy is trusted (LG-06).
    """
    peer = request.client.host if request.client else ""
    if not is_in(peer, trusted):
        return peer
    for hop in reversed(request.headers.get("x-forwarded-for", "").split(",")):
        hop = hop.strip()
        try:
            ipaddress.ip_address(hop)
        except ValueError:
            return peer
        if not is_in(hop, trusted):
            return hop
    return peer


def truncated(address: str) -> str:
    """Return the network of an address: /24 for IPv4, /64 for IPv6. Enough to see where from, too little to name a line."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 64), strict=False))
