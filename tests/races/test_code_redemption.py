"""R1: of any number of concurrent redemptions of one code exactly one succeeds, and because valid replays arrived its tokens die too."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.forms import Browser
from tests.servers import postgres_database, redis_url
from tests.site import CALLBACK, PASSWORD, SITI, TEST_SECRET, VERIFIER, Live, answer_of, authorize_query, live_site, test_client

REDEMPTIONS = 1000
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"


@pytest.fixture(params=["sqlite", "redis and postgresql"])
def live(request: pytest.FixtureRequest, tmp_path: Path, template_folder: Path) -> Iterator[Live]:
    overrides: dict[str, str] = {}
    if request.param != "sqlite":
        overrides = {"storage.database_url": postgres_database(), "storage.expiring_url": redis_url(), "storage.master_key": KEY}
    with live_site(tmp_path, template_folder, workers=2, clients=(test_client(),), **overrides) as running:
        yield running


async def code_of(issuer: str) -> str:
    async with httpx.AsyncClient(base_url=issuer) as http:
        browser = Browser(http)
        page = await browser.go("/authorize?" + authorize_query("rp-test", CALLBACK, "openid name"))
        page = await browser.sign_in(SITI, PASSWORD)
        if not page.headers.get("location", "").startswith(CALLBACK):
            page = await browser.submit(button="lanjutkan")
        return answer_of(page.headers["location"])["code"]


async def test_r1_exactly_one_of_a_thousand_redemptions_succeeds_and_its_tokens_are_revoked(live: Live) -> None:
    code = await code_of(live.issuer)
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    limits = httpx.Limits(max_connections=250, max_keepalive_connections=250)
    async with httpx.AsyncClient(base_url=live.issuer, limits=limits, timeout=60) as http:

        async def redeem() -> httpx.Response:
            return await http.post("/token", data=data, auth=("rp-test", TEST_SECRET))

        answers = await asyncio.gather(*(redeem() for _ in range(REDEMPTIONS)))
        assert Counter(answer.status_code for answer in answers) == {200: 1, 400: REDEMPTIONS - 1}
        assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
        tokens = next(answer.json() for answer in answers if answer.status_code == 200)
        told = await http.get("/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"})
        assert told.status_code == 401, "a replayed code revokes what was issued for it"
        refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        assert (await http.post("/token", data=refresh, auth=("rp-test", TEST_SECRET))).json()["error"] == "invalid_grant"
