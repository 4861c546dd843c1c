"""The kind in a whole Gapura: the archive of the regency, which speaks CAS only, and a person who opens it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
import pytest

from idp.applications.models import ConnectorRow
from tests.forms import Browser
from tests.site import PASSWORD, SITI, Site, open_site

SERVICE = "https://arsip.example.id/j_spring_cas_security_check"
ROWS = [
    {"claim": "name", "field": "cn", "transform": "trim"},
    {"claim": "nik", "field": "employeeNumber"},
    {"claim": "email", "field": "mail", "transform": "lower"},
]


async def connect(site: Site, *, enabled: bool = True, **changes: Any) -> None:
    settings = {"services": [SERVICE], "attributes": ROWS, **changes}
    await site.resources.stores.registry.save_connector(ConnectorRow("arsip", "arsip-daerah", "cas", settings, enabled))
    await site.house.reload()


@pytest.fixture
async def archive(tmp_path: Path, template_folder: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path, template_folder) as site:
        await connect(site)
        yield site


async def walk(browser: Browser, page: httpx.Response) -> httpx.Response:
    """Go on through sign-in and notice, as far as they come; nothing optional is ticked."""
    for _ in range(4):
        if page.status_code != 200 or page.headers.get("location"):
            return page
        page = await browser.sign_in(SITI, PASSWORD) if 'name="sandi"' in page.text else await browser.submit(button="lanjutkan")
    raise AssertionError(browser.trail)


async def enter(browser: Browser, **query: str) -> httpx.Response:
    return await walk(browser, await browser.go(str(httpx.URL("/cas/login", params={"service": SERVICE, **query}))))


def ticket_of(page: httpx.Response) -> str:
    location = page.headers["location"]
    assert location.startswith(SERVICE + "?ticket="), location
    return dict(parse_qsl(urlsplit(location).query))["ticket"]


async def validated(site: Site, ticket: str, way: str = "/cas/p3/serviceValidate", **query: str) -> httpx.Response:
    return await site.http().get(way, params={"service": SERVICE, "ticket": ticket, "format": "JSON", **query})


def code_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    told = answer.json()["serviceResponse"]
    return "ok" if "authenticationSuccess" in told else str(told["authenticationFailure"]["code"])


async def test_the_archive_is_told_what_was_agreed_to_and_nothing_else(archive: Site) -> None:
    answer = await validated(archive, ticket_of(await enter(archive.browser())))
    good = answer.json()["serviceResponse"]["authenticationSuccess"]
    assert good["attributes"]["cn"] == "Siti Peragawati" and good["attributes"]["employeeNumber"] == SITI
    assert "mail" not in good["attributes"], "optional, and she did not tick it: absent, not empty"
    assert good["attributes"]["isFromNewLogin"] in ("true", "false") and SITI not in good["user"] and len(good["user"]) >= 22


async def test_ca_03_of_a_hundred_programs_at_once_one_is_told(archive: Site) -> None:
    ticket = ticket_of(await enter(archive.browser()))
    answers = await asyncio.gather(*(validated(archive, ticket) for _ in range(100)))
    assert sorted(map(code_of, answers)) == ["INVALID_TICKET"] * 99 + ["ok"]


async def test_ca_03_after_ten_seconds_a_ticket_is_none(archive: Site) -> None:
    ticket = ticket_of(await enter(archive.browser()))
    archive.clock.advance(10)
    assert code_of(await validated(archive, ticket)) == "INVALID_TICKET"


@pytest.mark.parametrize("guard", ["person:demo-siti", "permit:demo-siti:arsip-daerah", "app:arsip-daerah"])
async def test_a_ticket_dies_with_the_account_the_permission_and_the_application(archive: Site, guard: str) -> None:
    ticket = ticket_of(await enter(archive.browser()))
    await archive.resources.expiring.move(guard)
    assert code_of(await validated(archive, ticket)) == "INVALID_TICKET"


async def test_a_ticket_dies_with_the_session(archive: Site) -> None:
    browser = archive.browser()
    ticket = ticket_of(await enter(browser))
    await browser.go("/keluar")
    await browser.submit(button="keluar")
    assert code_of(await validated(archive, ticket)) == "INVALID_TICKET"


async def test_a_ticket_dies_with_the_connector(archive: Site) -> None:
    ticket = ticket_of(await enter(archive.browser()))
    await connect(archive, enabled=False)
    assert code_of(await validated(archive, ticket)) == "INVALID_TICKET"


async def test_validation_is_one_step_of_the_expiring_store_and_no_statement(archive: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = ticket_of(await enter(archive.browser()))
    store, asked = type(archive.resources.expiring), []
    for name in ("get", "take", "put", "put_if_absent", "delete", "move"):
        real = getattr(store, name)

        async def counted(self: Any, *args: Any, _real: Any = real, _name: str = name, **more: Any) -> Any:
            asked.append(_name)
            return await _real(self, *args, **more)

        monkeypatch.setattr(store, name, counted)
    with archive.resources.stores.database.counting() as statements:
        assert code_of(await validated(archive, ticket)) == "ok"
    assert asked == ["take"]
    assert statements == []


@pytest.mark.parametrize(
    "service",
    [
        "https://evil.example/",
        "https://arsip.example.id@evil.example/j_spring_cas_security_check",
        "https://arsip.example.id:443/j_spring_cas_security_check",
        "https://arsip.example.id/j_spring_cas_security_check/..;/",
        "https://arsip.example.id\\@evil.example/",
        SERVICE + "/lain",
    ],
)
async def test_ca_01_an_address_that_is_not_registered_is_a_page_and_leads_nowhere(archive: Site, service: str) -> None:
    browser = archive.browser()
    await enter(browser)
    page = await browser.go(f"/cas/login?service={quote(service, safe='')}&gateway=true")
    assert page.status_code == 400 and "location" not in page.headers
    assert '"https://evil.example' not in page.text


async def test_ca_05_an_encoded_pgturl_stays_inside_the_ticket(archive: Site) -> None:
    ticket = ticket_of(await enter(archive.browser()))
    raw = f"/cas/serviceValidate?service={quote(SERVICE, safe='')}&ticket={ticket}%26pgtUrl=https://evil.example/&format=JSON"
    assert code_of(await archive.http().get(raw)) == "INVALID_TICKET"
    assert code_of(await validated(archive, ticket)) == "ok"


async def test_ca_07_renew_asks_for_the_password_again_and_the_ticket_says_so(archive: Site) -> None:
    browser = archive.browser()
    await enter(browser)
    archive.clock.advance(60)
    old = ticket_of(await enter(browser))
    page = await browser.go(str(httpx.URL("/cas/login", params={"service": SERVICE, "renew": "true"})))
    assert 'name="sandi"' in page.text
    fresh = ticket_of(await walk(browser, page))
    assert code_of(await validated(archive, old, renew="true")) == "INVALID_TICKET"
    assert code_of(await validated(archive, fresh, renew="true")) == "ok"


async def test_ca_07_gateway_shows_no_page_and_comes_back_without_a_ticket(archive: Site) -> None:
    browser = archive.browser()
    page = await browser.go(str(httpx.URL("/cas/login", params={"service": SERVICE, "gateway": "true"})))
    assert (page.status_code, page.headers["location"]) == (303, SERVICE)
    await enter(browser)
    assert ticket_of(await browser.go(str(httpx.URL("/cas/login", params={"service": SERVICE, "gateway": "true"}))))


async def test_ca_06_an_internal_callback_is_not_reached_though_it_is_registered(archive: Site) -> None:
    callback = "https://127.0.0.1:9/pgt"
    await connect(archive, proxy=True, proxy_callbacks=[callback])
    ticket = ticket_of(await enter(archive.browser()))
    answer = await validated(archive, ticket, pgtUrl=callback)
    assert code_of(answer) == "ok"
    assert "PGTIOU" not in answer.text


async def test_a_person_without_the_username_gets_a_page_and_nothing_is_told(archive: Site) -> None:
    await connect(archive, username="email")
    browser = archive.browser()
    page = await enter(browser)
    assert page.status_code == 403
    assert "belum dapat mengenali Anda" in page.text
    rows = await archive.resources.stores.disclosures.of_person("demo-siti")
    assert [row for row in rows if row.disclosure.channel == "cas"] == []


async def test_logout_asks_and_then_goes_on_to_a_registered_service_alone(archive: Site) -> None:
    for service, onward in ((SERVICE, SERVICE), ("https://evil.example/", "")):
        browser = archive.browser()
        await enter(browser)
        page = await browser.go(str(httpx.URL("/cas/logout", params={"service": service})))
        page = await browser.go(page.headers["location"]) if page.headers.get("location") else page
        assert page.status_code == 200 and '"https://evil.example' not in page.text
        page = await browser.submit(button="keluar")
        assert page.headers.get("location", "") == onward
        assert (await browser.go(str(httpx.URL("/cas/login", params={"service": SERVICE})))).status_code == 200, "signed out"


async def test_a_program_is_told_in_the_words_of_the_protocol_whatever_it_sends(archive: Site) -> None:
    http = archive.http()
    for path in ("/cas/serviceValidate", "/cas/proxyValidate", "/cas/p3/serviceValidate", "/cas/p3/proxyValidate"):
        answer = await http.get(path)
        assert answer.status_code == 200 and 'code="INVALID_REQUEST"' in answer.text
        assert answer.headers["content-type"].startswith("application/xml")
    assert (await http.get("/cas/validate")).text == "no\n\n"
    assert 'code="INVALID_REQUEST"' in (await http.get("/cas/proxy")).text
