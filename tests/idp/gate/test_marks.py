"""A ticket is good in the browser that began at the application's host, and in no other."""

from __future__ import annotations

from dataclasses import replace
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import httpx

from idp.applications.models import ConnectorRow
from idp.gate.marks import MARK_SECONDS
from tests.idp.gate.conftest import HOSTS, PATIENT, Gate, connect
from tests.site import PASSWORD, SITI, Site

HERE = f"https://{HOSTS['rsud-daftar']}"


def entered(gate: Gate) -> bool:
    return "gapura-g-rsud-daftar" in gate.jar


async def test_fa_12_the_link_of_another_signs_nobody_in(town: Site) -> None:
    attacker, victim = Gate(town), Gate(town)
    refused = await victim.arrive(await attacker.ticket())
    assert refused.status_code == 403
    assert "Halaman ini milik peramban lain" in refused.text
    assert f'href="{HERE}/mulai"' in refused.text, "the way to start again"
    assert not entered(victim)
    assert (await victim.ask()).status_code == 401
    await attacker.enter()
    assert entered(attacker)


async def test_fa_12_nor_does_it_in_a_browser_that_began_itself(town: Site) -> None:
    attacker, victim = Gate(town), Gate(town)
    await victim.begin()
    assert (await victim.arrive(await attacker.ticket())).status_code == 403
    assert not entered(victim)
    await victim.enter()
    assert (await victim.ask()).headers["x-pasien-nik"] == SITI


async def test_fa_12_who_walks_for_the_mark_of_another_does_not_enter(town: Site) -> None:
    """The victim follows the attacker's start: the ticket is the attacker's to use, and only the victim sees it."""
    attacker, victim = Gate(town), Gate(town)
    address = await victim.ticket(began=await attacker.begin())
    assert (await victim.arrive(address)).status_code == 403
    assert not entered(victim)
    assert (await attacker.arrive(address)).status_code == 410, "it is spent"


async def test_fa_12_a_refused_ticket_is_spent(town: Site) -> None:
    gate = Gate(town)
    address = await gate.ticket()
    assert (await Gate(town).arrive(address)).status_code == 403
    assert (await gate.arrive(address)).status_code == 410


async def test_fa_12_the_mark_of_one_connector_is_none_of_another(town: Site) -> None:
    hospital, business = Gate(town), Gate(town, "usaha-lama")
    began = await business.begin()
    hospital.jar = {name.replace("usaha-lama", "rsud-daftar"): "A" * 43 for name in business.jar}
    assert (await hospital.arrive(await hospital.ticket(began=began))).status_code == 403
    assert (await business.enter()).status_code == 303


async def test_two_tabs_that_begin_in_the_same_moment_both_arrive(gate: Gate) -> None:
    first, second = await gate.ask("/satu", jar={}), await gate.ask("/dua", jar={})
    for asked in (first, second):
        gate.jar |= {name: morsel.value for name, morsel in SimpleCookie(asked.headers["set-cookie"]).items()}
    for asked, path in ((first, "/satu"), (second, "/dua")):
        (began,) = parse_qs(urlsplit(asked.headers["x-gapura-start"]).query)["tanda"]
        arrived = await gate.enter(began=began, path=path)
        assert (arrived.status_code, arrived.headers["location"]) == (303, f"{HERE}{path}")


async def test_a_browser_that_begins_again_keeps_its_mark(gate: Gate) -> None:
    began, kept = await gate.begin(), dict(gate.jar)
    gate.site.clock.advance(5)
    asked = await gate.ask("/lagi")
    assert parse_qs(urlsplit(asked.headers["x-gapura-start"]).query)["tanda"] == [began]
    assert gate.jar == kept
    assert f"Max-Age={MARK_SECONDS}" in asked.headers["set-cookie"], "and it lasts anew"


async def test_lg_18_the_mark_is_kept_from_scripts_and_is_not_what_travels(gate: Gate) -> None:
    asked = await gate.ask()
    ((name, mark),) = gate.jar.items()
    told = asked.headers["set-cookie"]
    assert name.startswith("gapura-m-rsud-daftar-")
    assert len(mark) == 43
    assert "HttpOnly" in told and "SameSite=lax" in told and "Path=/" in told
    assert mark not in asked.headers["x-gapura-start"]


async def test_who_comes_without_a_mark_begins_at_the_applications_host(gate: Gate) -> None:
    for query, there in (("", "/mulai"), ("&kembali=/jadwal%3Fhari%3Dsenin", "/jadwal?hari=senin"), ("&kembali=//evil.example", "/mulai")):
        sent = await gate.browser.go(f"/gerbang/masuk?app=rsud-daftar{query}")
        assert (sent.status_code, sent.headers["location"]) == (303, f"{HERE}{there}")


async def test_a_connector_that_was_removed_on_the_way_gets_the_page(gate: Gate) -> None:
    await gate.browser.go(f"/gerbang/masuk?app=rsud-daftar&tanda={await gate.begin()}")
    snapshot = gate.site.house.registry.now
    left = {name: one for name, one in snapshot.connectors.items() if name != "rsud-daftar"}
    gate.site.house.registry.replace(replace(snapshot, connectors=left), gate.site.house.registry.version)
    page = await through(gate)
    assert page.status_code == 403
    assert "sedang ditutup" in page.text


async def test_a_connector_that_was_disabled_on_the_way_gets_the_page(gate: Gate) -> None:
    await gate.browser.go(f"/gerbang/masuk?app=rsud-daftar&tanda={await gate.begin()}")
    row = ConnectorRow("rsud-daftar", "rsud-daftar", "forward_auth", {"base_url": HERE, "headers": PATIENT}, enabled=False)
    await gate.site.resources.stores.registry.save_connector(row)
    await gate.site.house.reload()
    page = await through(gate)
    assert page.status_code == 403
    assert "sedang ditutup" in page.text
    await connect(gate.site, "rsud-daftar", "rsud-daftar", headers=PATIENT)
    assert (await gate.enter()).status_code == 303


async def through(gate: Gate) -> httpx.Response:
    """Sign in and go on past the notice, which has a page of its own for specific data."""
    page = await gate.browser.sign_in(SITI, PASSWORD)
    while page.status_code == 200:
        page = await gate.browser.submit(button="lanjutkan")
    return page
