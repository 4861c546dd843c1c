"""WB-03 at the API of the console: too large a body is refused before anybody is asked who sends it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from admin.api.limited import MOST
from admin.routes import API
from tests.site import Site

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("declared", [True, False])
async def test_wb_03_a_large_body_is_refused(site: Site, declared: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MOST // 65536 + 1):
            yield b" " * 65536

    body = b" " * (MOST + 1) if declared else pieces()
    answer = await site.http().post(f"{API}/people/search", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_wb_03_a_body_of_ordinary_size_is_read(site: Site) -> None:
    answer = await site.http().post(f"{API}/people/search", content=b'{"value": "x", "reason": "counter"}', headers=JSON)
    assert answer.status_code == 401
