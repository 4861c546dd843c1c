"""A client's logo: copied once, checked, kept with the client, shown from our own origin only.

A small bitmap by its own first bytes, whatever its server calls it. SVG is a program, so it is none.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

import httpx

from idp.registration.errors import Unfit
from kit.outbound import fetch

MAX_BYTES = 16 * 1024  # the page it stands on is meant for a slow phone (UX C-4)
KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


@dataclass(frozen=True)
class Logos:
    outbound: httpx.AsyncClient

    async def copy(self, uri: str) -> str:
        """Return the picture at the address as a data URL; raise Unfit when it cannot be had, is too large, or is no bitmap."""
        try:
            status, raw = await fetch(self.outbound, uri, accept=", ".join(KINDS.values()), limit=MAX_BYTES)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _bad() from error
        kind = next((kind for head, kind in KINDS.items() if raw.startswith(head)), None)
        if status != 200 or kind is None:
            raise _bad()
        return f"data:{kind};base64,{base64.b64encode(raw).decode()}"


def parts_of(logo: str) -> tuple[str, bytes]:
    """Return media type and bytes of a kept logo."""
    head, _, body = logo.partition(",")
    return head.removeprefix("data:").partition(";")[0], base64.b64decode(body)


def _bad() -> Unfit:
    return Unfit(
        "logo_uri",
        "Logo tidak dapat disalin: pakai PNG, JPEG, atau GIF paling besar 16 KB.",
        "must be a PNG, JPEG or GIF of at most 16 KiB",
    )
