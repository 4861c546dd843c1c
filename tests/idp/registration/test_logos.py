"""A logo is a small bitmap, copied once; anything else is not shown."""

from __future__ import annotations

import httpx
import pytest

from idp.registration.errors import Unfit
from idp.registration.logos import MAX_BYTES, Logos, parts_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 64


def logos(content: bytes, status: int = 200, kind: str = "image/png") -> Logos:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=content, headers={"content-type": kind, "location": "https://other.example/"})

    return Logos(httpx.AsyncClient(transport=httpx.MockTransport(answer)))


@pytest.mark.parametrize(("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (b"GIF89a" + b"\0" * 9, "image/gif")])
async def test_a_bitmap_is_kept_by_what_it_is_whatever_its_server_calls_it(content: bytes, kind: str) -> None:
    assert parts_of(await logos(content, kind="text/html").copy("https://rp.example/logo")) == (kind, content)


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 200), (b"<html>", 200), (b"", 200),
     (PNG, 302), (PNG, 404), (PNG + b"\0" * MAX_BYTES, 200)],
    ids=["svg", "html", "empty", "redirect", "absent", "large"],
)  # fmt: skip
async def test_what_is_no_small_bitmap_is_refused(content: bytes, status: int) -> None:
    with pytest.raises(Unfit, match="logo_uri"):
        await logos(content, status).copy("https://rp.example/logo.png")
