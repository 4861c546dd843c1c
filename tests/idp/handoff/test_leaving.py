"""Sign-out and older systems: they are told when a session ends, and may ask for its end."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import select

from hub.storage.sql.tables import session_clients
from idp.people.models import Status
from tests.idp.handoff.conftest import connect, enter, ticket_of
from tests.idp.handoff.plain import ARRIVE
from tests.site import Site

TELL, PAGE = "https://polos.example.id/selesai", "https://polos.example.id/tutup"


async def waiting(site: Site) -> list[tuple[str, str]]:
    """Return (receiver, what its kind would post) of every message that is on its way."""
    farewells, registry = site.house.signout.farewells, site.house.registry.now
    found = []
    for one in await site.resources.stores.outbox.pending():
        message = site.house.signout.deliverer._message(one)
        assert message is not None
        assert one.target in registry.connectors
        assert farewells.connector(one.target) is not None
        found.append((message.url, message.body.decode()))
    return found


async def test_lo_06_an_older_system_is_told_by_the_outbox_whoever_ends_the_session(town: Site) -> None:
    await connect(town, tell=TELL)
    browser = town.browser()
    ticket = ticket_of(await enter(browser, catatan="a"))
    town.clock.advance(1)
    second = ticket_of(await enter(browser, catatan="ab"))
    assert await waiting(town) == []
    await town.house.people.set_status("demo-siti", Status.LOCKED, actor="person:demo-dewi", reason="lost her phone")
    assert sorted(await waiting(town)) == sorted([(TELL, f"selesai={ticket}"), (TELL, f"selesai={second}")])


async def test_pv_09_by_what_an_older_system_knows_a_session_is_not_readable_in_the_database(town: Site) -> None:
    await connect(town, tell=TELL)
    ticket = ticket_of(await enter(town.browser()))
    async with town.resources.stores.database.read() as connection:
        kept = [row.handle for row in (await connection.execute(select(session_clients))).all()]
    assert len(kept) == 1
    assert kept[0]
    assert ticket not in base64.b64decode(kept[0]).decode("latin-1")


async def test_so_1_the_page_says_what_became_of_it(town: Site) -> None:
    browser = town.browser()
    await enter(browser)
    await browser.go("/keluar")
    page = await browser.submit(button="keluar")
    assert "iframe" not in page.text
    assert "mungkin masih terbuka" in page.text, "it has no address: it may keep a session of its own"
    await connect(town, page=PAGE)
    ticket = ticket_of(await enter(browser))
    await browser.go("/keluar")
    page = await browser.submit(button="keluar")
    assert f'src="{PAGE}?selesai={ticket}"' in page.text
    assert "frame-src https://polos.example.id" in page.headers["content-security-policy"]


async def test_lo_04_a_request_that_proves_nothing_is_asked_about_first(town: Site) -> None:
    browser = town.browser()
    await enter(browser)
    page = await browser.go("/polos/rsud-daftar/keluar")
    assert page.status_code == 200
    assert "/keluar/aplikasi" in page.text
    assert ticket_of(await browser.go("/polos/rsud-daftar/masuk")), "still signed in"
    await browser.go("/polos/rsud-daftar/keluar")
    page = await browser.submit(button="keluar")
    assert page.status_code in (200, 303)
    assert 'name="sandi"' in (await browser.go("/polos/rsud-daftar/masuk")).text


async def test_lo_02_a_form_that_is_not_ours_ends_nothing(town: Site) -> None:
    browser = town.browser()
    await enter(browser)
    page = await browser.go("/polos/rsud-daftar/keluar")
    name = str(page.url.params["lanjut"])
    forged = await browser.http.post(
        "/keluar/aplikasi", data={"lanjut": name, "csrf": "x", "keluar": "ya"}, headers={"origin": "https://evil.example"}
    )
    assert forged.status_code == 403
    assert ticket_of(await browser.go("/polos/rsud-daftar/masuk"))


async def test_a_genuine_request_for_this_session_ends_it_and_its_sender_is_not_told_again(town: Site) -> None:
    await connect(town, tell=TELL)
    browser = town.browser()
    ticket = ticket_of(await enter(browser))
    page = await browser.go(f"/polos/rsud-daftar/keluar?tepercaya=ya&karcis={ticket}")
    assert page.headers["location"] == ARRIVE
    assert await waiting(town) == []
    assert 'name="sandi"' in (await browser.go("/polos/rsud-daftar/masuk")).text


async def test_a_genuine_request_about_another_session_leaves_this_one_alone(town: Site) -> None:
    ticket = ticket_of(await enter(town.browser()))
    town.clock.advance(1)
    browser = town.browser()
    ticket_of(await enter(browser, catatan="b"))
    page = await browser.go(f"/polos/rsud-daftar/keluar?tepercaya=ya&karcis={ticket}")
    assert page.headers["location"] == ARRIVE
    assert ticket_of(await browser.go("/polos/rsud-daftar/masuk?catatan=b"))


@pytest.mark.parametrize("name", ["", "x", "y" * 43])
async def test_what_was_not_kept_has_expired(town: Site, name: str) -> None:
    assert (await town.browser().go(f"/keluar/aplikasi?lanjut={name}")).status_code == 410


async def test_cn_02_a_withdrawal_tells_the_older_system_and_the_session_goes_on(town: Site) -> None:
    await connect(town, tell=TELL)
    browser = town.browser()
    ticket = ticket_of(await enter(browser))
    await town.house.signout.service_ended("demo-siti", "rsud-daftar")
    assert await waiting(town) == [(TELL, f"selesai={ticket}")]
    assert ticket_of(await browser.go("/polos/rsud-daftar/masuk?catatan=c"))


async def test_of_a_thousand_entries_the_last_twenty_are_told(town: Site) -> None:
    await connect(town, tell=TELL, page=PAGE)
    browser = town.browser()
    tickets = []
    for number in range(25):
        tickets.append(ticket_of(await enter(browser, catatan="x" * number)))
        town.clock.advance(1)
    await browser.go("/keluar")
    page = await browser.submit(button="keluar")
    told = {body.removeprefix("selesai=") for _, body in await waiting(town)}
    assert told == set(tickets[-20:])
    assert page.text.count("<iframe") == 1, "one browser has one session there"
    assert f"selesai={tickets[-1]}" in page.text


async def test_lo_02_nobody_is_sent_to_a_place_that_was_taken_off_meanwhile(town: Site) -> None:
    browser = town.browser()
    await enter(browser)
    page = await browser.go("/polos/rsud-daftar/keluar")
    await connect(town, page=PAGE)  # an operator changed it
    page = await browser.submit(button="keluar")
    assert page.status_code == 200
    assert "location" not in page.headers


async def test_nothing_is_kept_for_who_is_not_signed_in(town: Site) -> None:
    page = await town.browser().go("/polos/rsud-daftar/keluar")
    assert page.headers["location"] == ARRIVE
