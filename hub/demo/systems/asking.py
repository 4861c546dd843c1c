"""Asking Gapura from server to server, as the libraries of these systems do: one address, bounded in size and time."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from kit.outbound import client, read_limited


async def ask(issuer: str, method: str, path: str, **options: Any) -> bytes:
    """Return what an address of Gapura answers; raise httpx.HTTPError when it does not, or says no."""
    async with client(allow=[urlsplit(issuer).netloc]) as http, http.stream(method, issuer + path, **options) as response:
        body: bytes = await read_limited(response)
        response.raise_for_status()
    return body
