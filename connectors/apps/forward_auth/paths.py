"""Which path will the application see? Whatever two programs could read differently is not plain, and then it is protected (FA-06)."""

from __future__ import annotations

import re

PLAIN = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,=:@-]+(?:/[A-Za-z0-9._~!$&'()*+,=:@-]+)*/?)?")


def is_plain(path: str) -> bool:
    """True for an absolute path that every program reads the same: no escapes, no dot segments, no `//`, `\\`, `;`, NUL."""
    return PLAIN.fullmatch(path) is not None and not any(part in (".", "..") for part in path.split("/"))


def is_open(open_paths: tuple[str, ...], path_and_query: str) -> bool:
    """True when the path is plain and is one of the open ones, or lies below an open prefix. Upper and lower case differ."""
    path = path_and_query.partition("?")[0]
    if not is_plain(path):
        return False
    return any(path == one or (one.endswith("/") and path.startswith(one)) for one in open_paths)


def is_ambiguous(path_and_query: str) -> bool:
    """True for a path that the application might read as another one: such a request is refused, signed in or not."""
    path = path_and_query.partition("?")[0]
    lower = path.lower()
    return (
        not path.startswith("/")
        or path.startswith("//")
        or any(mark in lower for mark in ("%2f", "%5c", "%00", "%2e", "\\", "//", "\x00", ";", "#"))
        or any(part in (".", "..") for part in path.split("/"))
    )
