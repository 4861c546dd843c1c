"""Which headers cross the bridge. Both ways a short list passes; identity, cookies and hop-by-hop headers are not on it (FA-01)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from connectors.apps.form_login.places import face, outside
from connectors.apps.form_login.settings import FormLoginSettings
from hub.bridge.rewrite import rewritten

Pairs = list[tuple[str, str]]
RawHeaders = Sequence[tuple[bytes, bytes]]

FROM_BROWSER = ("accept", "accept-language", "content-type", "user-agent", "x-requested-with")
FROM_OLDER = (
    "content-type",
    "content-disposition",
    "content-language",
    "retry-after",
    "x-content-type-options",
    "content-security-policy",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
)
ADD_UP = ("content-security-policy", "x-frame-options")  # each further one forbids more: the first alone would allow it
CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
SECONDS = re.compile(r"[0-9]{1,6}")
STATIC_SECONDS = 3600


def has_one_framing(raw: RawHeaders) -> bool:
    """True when two programs cannot disagree on where the request ends, and on whose it is. RFC 9112 §6.1, §6.3; RFC 9110 §7.2."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in raw:
        found.setdefault(name.lower(), []).append(value.strip())
    lengths, codings, hosts = (found.get(name, []) for name in (b"content-length", b"transfer-encoding", b"host"))
    if len(hosts) != 1 or len(lengths) + len(codings) > 1:
        return False
    return all(value.isdigit() for value in lengths) and all(value.lower() == b"chunked" for value in codings)


def is_plain(raw: RawHeaders) -> bool:
    """True when no header holds a control character, which whoever stands behind would refuse or read in its own way. RFC 9110 §5.5."""
    return not any(CONTROLS.search(value) for _, value in raw)


def to_older(settings: FormLoginSettings, raw: RawHeaders, cookie: str) -> Pairs:
    """Return what the older system gets. `cookie` is the old session's; those of the browser never go on.

    A character stands for the byte of the same number, so bytes beyond ASCII arrive as they came.
    """
    own = face(settings)
    sent: Pairs = [("Host", urlsplit(own).netloc), ("Accept-Encoding", "identity"), ("Connection", "close")]
    sent.append(("X-Forwarded-Proto", urlsplit(settings.base_url).scheme))
    seen: set[str] = set()
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1").lower(), value_bytes.decode("latin-1").strip(" \t")
        if name in seen:
            continue  # the second of two could be read by one program and the first by another
        if name in FROM_BROWSER or name in settings.pass_headers:
            seen.add(name)
            sent.append((name, value))
        elif name in ("referer", "origin") and (value == settings.base_url or value.startswith(f"{settings.base_url}/")):
            seen.add(name)
            sent.append((name, own + value.removeprefix(settings.base_url)))
    return [*sent, ("Cookie", cookie)] if cookie else sent


def to_browser(settings: FormLoginSettings, status: int, headers: Pairs, at: str, *, static: bool) -> Pairs:
    """Return what the browser gets of an answer to the request at path `at`. The old Set-Cookie is not among it, and nothing is cached."""
    got: Pairs = [("cache-control", f"private, max-age={STATIC_SECONDS}" if static and status == 200 else "no-store")]
    for name, value in headers:
        if name in FROM_OLDER and (name in ADD_UP or name not in (one for one, _ in got)):
            got.append((name, rewritten(settings, value)))
        elif name == "location" and 300 <= status < 400:
            where = outside(settings, value, at)
            if where is not None:
                got.append((name, where))
        elif name == "refresh" and (where := _refresh(settings, value, at)):
            got.append((name, where))
    names = {name for name, _ in got}
    if not names & {"x-frame-options", "content-security-policy"}:
        got.append(("x-frame-options", "SAMEORIGIN"))
    if "referrer-policy" not in names:
        got.append(("referrer-policy", "strict-origin-when-cross-origin"))
    return got


def _refresh(settings: FormLoginSettings, value: str, at: str) -> str:
    """Return a Refresh header with its address called by its public name; empty for what is no plain one."""
    seconds, _, target = value.partition(";")
    seconds, link = seconds.strip(), target.strip()
    if not SECONDS.fullmatch(seconds):
        return ""
    if not link:
        return seconds
    where = outside(settings, link[4:].strip("'\" "), at) if link[:4].lower() == "url=" else None
    return f"{seconds}; url={where}" if where is not None else ""
