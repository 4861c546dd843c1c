"""Rules for URLs that others hand us. Comparison is of strings; parsing is only for what a rule must know."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def is_local_path(text: str) -> bool:
    """True for a path on our own site: one leading slash, no backslash, no control character (LG-12)."""
    return text.startswith("/") and not text.startswith("//") and "\\" not in text and all(" " < c < "\x7f" for c in text)


def same_but_for_port(registered: str, asked: str) -> bool:
    """True when both are http on the same literal loopback address and equal but for the port. RFC 8252 §7.3."""
    try:
        left, right = urlsplit(registered), urlsplit(asked)
        ports = (left.port, right.port)
    except ValueError:
        return False
    if left.scheme != "http" or left.hostname not in LOOPBACK or "@" in asked or ports[1] is None:
        return False
    host = f"[{left.hostname}]" if ":" in (left.hostname or "") else left.hostname
    rest = left.path + (f"?{left.query}" if left.query else "")
    return asked == f"http://{host}:{ports[1]}{rest}"


def with_query(url: str, parameters: dict[str, str]) -> str:
    """Return the URL with the parameters added to its query."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}"
