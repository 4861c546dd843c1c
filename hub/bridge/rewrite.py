"""The older system's own addresses, in its pages and headers, called by the public name. Links without a host need nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from connectors.apps.form_login.places import origins
from connectors.apps.form_login.settings import FormLoginSettings

TEXTS = re.compile(r"(?:text/(?:html|css|javascript|xml|plain)|application/(?:javascript|json|xhtml\+xml|xml))\s*(?:;|$)", re.I)


@lru_cache(maxsize=256)
def _pattern(base_url: str, known: frozenset[str]) -> re.Pattern[bytes]:
    """Return what finds `http://host`, `//host` and, as JSON writes them, `http:\\/\\/host` of any of these origins, whole hosts only."""
    hosts = sorted({urlsplit(one).netloc for one in known}, key=len, reverse=True)
    names = b"|".join(re.escape(host.encode()) for host in hosts)
    return re.compile(rb"(?:(?<![\w+.-])(https?):|(?<![:\w/\\]))(//|\\/\\/)(" + names + rb")(?![\w.@-]*[\w@-]|:\d)", re.I)


def replaced(settings: FormLoginSettings, text: bytes) -> bytes:
    public = urlsplit(settings.base_url)

    def name(found: re.Match[bytes]) -> bytes:
        scheme = public.scheme.encode() + b":" if found[1] else b""
        return scheme + found[2] + public.netloc.encode()

    return _pattern(settings.base_url, origins(settings)).sub(name, text)


def rewritten(settings: FormLoginSettings, value: str) -> str:
    return replaced(settings, value.encode("latin-1", "replace")).decode("latin-1")


def body(settings: FormLoginSettings, content_type: str, raw: bytes) -> bytes:
    """Return the page with its addresses rewritten; anything but text as it is."""
    return replaced(settings, raw) if TEXTS.match(content_type) else raw
