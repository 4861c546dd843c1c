"""Which addresses are the older system's own, and what they are called outside."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit

from connectors.apps.form_login.settings import FormLoginSettings

UNREADABLE = re.compile(r"[\x00-\x1f\x7f\\]")  # programs disagree on these: whoever writes one leads nowhere
ESCAPED = re.compile(r"[^!#-;=?-_a-z|~]")  # what browsers escape in an address: space, quotes, brackets, all beyond ASCII


def escaped(link: str) -> str | None:
    """Return the link as browsers write it out, ASCII; None for one that cannot be read in one way.

    A character up to U+00FF stands for the byte that a header held, as headers are read here.
    """
    link = link.strip(" ")
    return None if UNREADABLE.search(link) else ESCAPED.sub(_escape, link)


def _escape(found: re.Match[str]) -> str:
    return quote(found[0].encode("latin-1") if found[0] <= "\xff" else found[0].encode("utf-8", "replace"), safe="")


def origins(settings: FormLoginSettings) -> frozenset[str]:
    """Return every origin that stands for the older system: its own, the public one with and without TLS, and the aliases."""
    return frozenset((settings.upstream, settings.base_url, f"http://{settings.host}", *settings.aliases))


def face(settings: FormLoginSettings) -> str:
    """Return the origin by which the older system is called, and which its pages then name."""
    return settings.base_url if settings.host_header == "public" else settings.upstream


def local(settings: FormLoginSettings, link: str, at: str) -> str | None:
    """Return the path and query that a link on the page at path `at` leads to; None when it leads to any other host (FB-03)."""
    plain = escaped(link)
    if plain is None:
        return None
    try:
        parts = urlsplit(urljoin(face(settings) + at, plain))
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "") + (f":{port}" if port and port != {"http": 80, "https": 443}.get(parts.scheme) else "")
    if f"{parts.scheme}://{host}" not in _bare(settings) or "@" in parts.netloc:
        return None
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def outside(settings: FormLoginSettings, link: str, at: str) -> str | None:
    """Return where a browser may be sent for a redirect of the older system: its own pages by their public name, others as they are.

    None for what is no web address.
    """
    path, plain = local(settings, link, at), escaped(link)
    if path is not None or plain is None:
        return settings.base_url + path if path is not None else None
    try:
        parts = urlsplit(plain)
    except ValueError:
        return None
    return plain if parts.scheme in ("http", "https") and parts.netloc and "%" not in parts.netloc else None


def _bare(settings: FormLoginSettings) -> frozenset[str]:
    return frozenset(one.removesuffix(":80" if one.startswith("http:") else ":443") for one in origins(settings))
