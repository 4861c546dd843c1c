"""R3 for CAS: a hundred programs validate one ticket at the same moment at two workers, and one is told who it is. CA-03."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from hub.resources import Resources
from idp.applications.models import ConnectorRow
from tests.forms import Browser
from tests.races.test_races import AT_ONCE, KEY, ROUNDS
from tests.servers import postgres_database, redis_url
from tests.site import PASSWORD, SITI, Live, live_site

SERVICE = "https://arsip.example.id/j_spring_cas_security_check"


@pytest.fixture(scope="module", params=["sqlite", "redis and postgresql"])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Live]:
    overrides: dict[str, str] = {}
    if request.param != "sqlite":
        overrides = {"storage.database_url": postgres_database(), "storage.expiring_url": redis_url(), "storage.master_key": KEY}

    async def fill(resources: Resources) -> None:
        settings = {"services": [SERVICE], "attributes": [{"claim": "name", "field": "cn"}]}
        await resources.stores.registry.save_connector(ConnectorRow("arsip", "arsip-daerah", "cas", settings))

    with live_site(tmp_path_factory.mktemp("races"), template_folder, workers=2, fill=fill, **overrides) as running:
        yield running


async def ticket(browser: Browser) -> str:
    page = await browser.go(str(httpx.URL("/cas/login", params={"service": SERVICE})))
    for _ in range(3):
        location = page.headers.get("location", "")
        if location.startswith(SERVICE):
            return parse_qs(urlsplit(location).query)["ticket"][0]
        page = await browser.sign_in(SITI, PASSWORD) if 'name="sandi"' in page.text else await browser.submit(button="lanjutkan")
    raise AssertionError(browser.trail)


async def test_ca_03_a_hundred_validations_of_one_ticket_at_two_workers_have_one_success(archive: Live) -> None:
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=archive.issuer, limits=limits, timeout=60) as http:
        browser = Browser(http)
        for _ in range(ROUNDS):
            asked = {"service": SERVICE, "ticket": await ticket(browser)}
            answers = await asyncio.gather(*(http.get("/cas/p3/serviceValidate", params=asked) for _ in range(AT_ONCE)))
            told = Counter("<cas:cn>" in one.text if one.status_code == 200 else one.status_code for one in answers)
            assert told == {True: 1, False: AT_ONCE - 1}
            assert all("INVALID_TICKET" in one.text for one in answers if "<cas:cn>" not in one.text)
