"""Is this an address that we may send somebody to, or fetch from? Pure functions over the text, and one that asks for a name's addresses.

What is fetched later goes through kit.outbound, which judges again at the moment it connects: the check here only tells early (DC-03).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import SplitResult, urlsplit

import anyio

from kit.outbound import addresses_of, is_public
from kit.urls import LOOPBACK

MAX = 2000
PATIENCE = 5  # seconds
INTERNAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "onion")
NUMBER = re.compile(r"(0x[0-9a-f]*|\d+)")
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"  # RFC 1035 §2.3.4
NAME = re.compile(rf"{LABEL}(\.{LABEL})+")
MAX_NAME = 253
PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")

Lookup = Callable[[str, int], Awaitable[list[str]]]


def parts_of(url: str) -> SplitResult | None:
    """Return the parts of an absolute ASCII address without blanks, wildcards or user name; None for anything else."""
    if not url or len(url) > MAX or not url.isascii() or not url.isprintable() or any(c in url for c in " \\*<>\"'`{}|^"):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 or "@" in parts.netloc else parts


def is_https(url: str) -> bool:
    """True for an https address with a host and no fragment."""
    parts = parts_of(url)
    return parts is not None and parts.scheme == "https" and bool(parts.hostname) and "#" not in url


def is_native(url: str) -> bool:
    """True for what a program on a device may register: loopback http, or a private-use scheme with a dot. RFC 8252 §7."""
    parts = parts_of(url)
    if parts is None or "#" in url:
        return False
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK
    return PRIVATE_USE.fullmatch(parts.scheme) is not None and not parts.netloc and bool(parts.path)


def is_outside(url: str, allow: Collection[str] = ()) -> bool:
    """True for https to a host that, by its text alone, is not one of our own network.

    A host is a name with a dot, or a literal public address. Numbers in any other notation (`2130706433`, `0x7f.1`, `0177.0.0.1`) are
    how addresses are hidden, so they are no names. `allow` lists `host:port` pairs of this deployment, which may be plain http too.
    """
    parts = parts_of(url)
    if parts is None or parts.scheme not in ("https", "http") or not parts.hostname or "#" in url:
        return False
    host = parts.hostname
    if f"{host}:{parts.port or {'http': 80}.get(parts.scheme, 443)}" in allow:
        return True
    if parts.scheme != "https":
        return False
    if ":" in host:
        return _is_public_literal(host)
    labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):  # an address, or a notation of one (WHATWG URL §3.5)
        return re.fullmatch(r"(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}", host) is not None and _is_public_literal(host)
    return len(host) <= MAX_NAME and NAME.fullmatch(host) is not None and labels[-1] not in INTERNAL_NAMES


def _is_public_literal(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        return False


async def lookup(host: str, port: int) -> list[str]:
    """Return the addresses of a name; none when it has none, or nobody says so within five seconds."""
    try:
        with anyio.fail_after(PATIENCE):
            return await addresses_of(host, port)
    except OSError:  # a TimeoutError is one
        return []


async def leads_inside(url: str, find: Lookup = lookup, allow: Collection[str] = ()) -> bool:
    """True when the name of this https address stands for an address that is not public. A name without address leads nowhere."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or {"http": 80}.get(parts.scheme, 443)
    if f"{host}:{port}" in allow:
        return False
    return not all(is_public(address.partition("%")[0]) for address in await find(host, port))


def host_of(url: str) -> str:
    """Return `host` or `host:port` as registered, in lower case."""
    return urlsplit(url).netloc.lower()


def hostname_of(url: str) -> str:
    """Return the host without the port, in lower case."""
    return urlsplit(url).hostname or ""


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port; the default port stands for none."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)
