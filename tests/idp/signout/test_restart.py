"""Real workers: what waits in the outbox outlives them, and what one of them queued another sends, once."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx

from tests.forms import Browser
from tests.idp.signout.receivers import receivers
from tests.site import CALLBACK, PASSWORD, SITI, TEST_SECRET, VERIFIER, Live, answer_of, authorize_query, live_site, test_client


async def sign_in_and_out(live: Live) -> None:
    """Sign in at the client, redeem the code, and sign out by the button."""
    async with httpx.AsyncClient(base_url=live.issuer, trust_env=False, timeout=20) as http:
        browser = Browser(http)
        await browser.go("/authorize?" + authorize_query("rp-test", CALLBACK, "openid name"))
        await browser.sign_in(SITI, PASSWORD)
        page = await browser.submit(button="lanjutkan")
        code = answer_of(page.headers["location"])["code"]
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        assert (await http.post("/token", data=data, auth=("rp-test", TEST_SECRET))).status_code == 200
        await browser.go("/keluar")
        page = await browser.submit(button="Keluar", form=-1)
        assert "Belum dapat diberi tahu" in page.text


async def until(moment: float, condition: object) -> bool:
    while time.monotonic() < moment:
        if condition():  # type: ignore[operator] # a plain function
            return True
        await asyncio.sleep(0.1)
    return False


async def test_lo_06_nothing_is_lost_when_all_workers_are_killed_and_nothing_is_sent_twice(tmp_path: Path, template_folder: Path) -> None:
    async with receivers("failing") as (application,):
        client = test_client(backchannel_logout_uri=application.uri)
        opened = live_site(
            tmp_path, template_folder, workers=2, clients=(client,), **{"outbound.allow": [application.address], "log_level": "ERROR"}
        )
        live = await asyncio.to_thread(opened.__enter__)
        try:
            await sign_in_and_out(live)
            assert application.tokens, "it was tried while the person waited"
            await asyncio.to_thread(live.kill)
            tried = len(application.tokens)
            application.answers = "well"
            await asyncio.sleep(0.5)
            assert len(application.tokens) == tried
            await asyncio.to_thread(live.start)
            assert await until(time.monotonic() + 40, lambda: len(application.tokens) > tried), "it came after the restart"
            await asyncio.sleep(2)
            assert len(application.tokens) == tried + 1, "by one of the two workers"
            assert len({claims["sid"] for claims in application.claims()}) == 1
        finally:
            await asyncio.to_thread(opened.__exit__, None, None, None)
