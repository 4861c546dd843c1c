"""Which path will the application see? Whatever two programs could read differently is not plain, and then it is protected (FA-06).

Also where an application is: addresses that an operator enters for one.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator

PLAIN = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,=:@-]+(?:/[A-Za-z0-9._~!$&'()*+,=:@-]+)*/?)?")

HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?")
LOOPBACK = ("localhost", "127.0.0.1")

NEEDLESS = re.compile(
    r"%(?:2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])"
)  # escapes of unreserved characters, RFC 3986 §2.3
BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")


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
        or any(mark in lower for mark in ("%2f", "%5c", "%00", "\\", "//", "\x00", ";", "#"))
        or NEEDLESS.search(path) is not None  # whoever decodes it reads another path than whoever does not
        or BROKEN.search(path) is not None
        or any(part in (".", "..") for part in path.split("/"))
    )


def is_at_or_below(own: str, path_and_query: str) -> bool:
    """True for a path that an application may serve by its page `own`, a plain path, however it is written.

    Web servers hand a program what lies below its path too, some ignore upper and lower case, and some dots, spaces or a colon at the end.
    """
    bare, own = path_and_query.partition("?")[0].casefold(), own.casefold().rstrip("/")
    if not own or not bare.startswith(own):
        return not own and bare == "/"
    rest = bare[len(own) :]
    return rest.startswith(("/", ":")) or not rest.replace("%20", "").strip(".")


def plain_or(start: str, path_and_query: str) -> str:
    """Return the path and query to send a browser to, `start` when it is anything but a plain path on the application."""
    path = path_and_query.partition("?")[0]
    plain = is_plain(path) and all(" " < c < "\x7f" for c in path_and_query) and "#" not in path_and_query
    return path_and_query if plain else start


def origin(value: str) -> str:
    """Return the address of an application, scheme and host alone; raise ValueError with what is wrong, for a settings model."""
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not HOST.fullmatch(parts.netloc) or parts.path or parts.query or parts.fragment:
        raise ValueError("must be https://host[:port] and nothing more")
    if parts.scheme == "http" and not (parts.hostname in LOOPBACK or (parts.hostname or "").endswith(".localhost")):
        raise ValueError("must be https; http is for localhost")
    return value


def address(value: str) -> str:
    """Return the address of one page of an application: an origin and a plain path. Raise ValueError with what is wrong."""
    parts = urlsplit(value)
    if value != f"{parts.scheme}://{parts.netloc}{parts.path}" or not is_plain(parts.path):
        raise ValueError("must be https://host[:port]/path, plain, without query")
    origin(f"{parts.scheme}://{parts.netloc}")
    return value


Origin = Annotated[str, AfterValidator(origin)]
Page = Annotated[str, AfterValidator(address)]
PageOrNone = Annotated[str, AfterValidator(lambda value: address(value) if value else value)]  # empty: none
