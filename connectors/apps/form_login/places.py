"""Which addresses are the older system's own, and what they are called outside."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from connectors.apps.form_login.settings import FormLoginSettings


def origins(settings: FormLoginSettings) -> frozenset[str]:
    """Return every origin that stands for the older system: its own, the public one with and without TLS, and the aliases."""
    return frozenset((settings.upstream, settings.base_url, f"http://{settings.host}", *settings.aliases))


def face(settings: FormLoginSettings) -> str:
    """Return the origin by which the older system is called, and which its pages then name."""
    return settings.base_url if settings.host_header == "public" else settings.upstream


def local(settings: FormLoginSettings, link: str, at: str) -> str | None:
    """Return the path and query that a link on the page at path `at` leads to; None when it leads to any other host (FB-03)."""
    if any(not " " < sign < "\x7f" for sign in link) or "\\" in link:
        return None
    try:
        parts = urlsplit(urljoin(face(settings) + at, link))
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
    path = local(settings, link, at)
    if path is not None:
        return settings.base_url + path
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    plain = parts.scheme in ("http", "https") and parts.netloc and "\\" not in link and all(" " < sign < "\x7f" for sign in link)
    return link if plain else None


def _bare(settings: FormLoginSettings) -> frozenset[str]:
    return frozenset(one.removesuffix(":80" if one.startswith("http:") else ":443") for one in origins(settings))
