"""What the house does for every kind with a front door: sign-in, notice, disclosure, guards, refusals."""

from __future__ import annotations

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from connectors.contract import Answer
from connectors.front_door import HandOff
from consent.models import Disclosure
from hub.prepare import _kind_secrets
from idp.handoff.door import ConnectorDoor
from idp.handoff.store import of_kind
from idp.handoff.wire import Wire
from idp.people.models import Status
from kit.expiring import StoreUnavailable
from tests.forms import forms_of
from tests.idp.handoff.conftest import connect, enter, ticket_of, walk
from tests.idp.handoff.plain import ARRIVE, Plain
from tests.site import PASSWORD, SITI, Site


async def seen(site: Site, ticket: str) -> httpx.Response:
    return await site.http().get("/polos/lihat", params={"karcis": ticket})


async def disclosed(site: Site) -> list[Disclosure]:
    rows = await site.resources.stores.disclosures.of_person("demo-siti")
    return [row.disclosure for row in rows if row.disclosure.channel == "polos"]


async def test_a_person_walks_through_sign_in_and_notice_and_is_handed_over_with_what_she_agreed_to(town: Site) -> None:
    ticket = ticket_of(await enter(town.browser(), catatan="abc"))
    told = (await seen(town, ticket)).json()
    assert told == {"sub": told["sub"], "nik": SITI, "nama": "SITI PERAGAWATI"}, (
        "the number of her insurance is optional and was not ticked"
    )
    assert len(told["sub"]) >= 22


async def test_the_second_entry_asks_nothing_and_no_statement_of_sql_is_made_for_it(town: Site) -> None:
    browser = town.browser()
    await enter(browser)
    with town.resources.stores.database.counting() as statements:
        page = await browser.go("/polos/rsud-daftar/masuk")
    assert ticket_of(page)
    assert [one for one in statements if not one.lstrip().upper().startswith(("INSERT", "UPDATE", "BEGIN"))] == []


async def test_what_leaves_is_on_record_before_it_leaves(town: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    real, before = ConnectorDoor.issue, len(await disclosed(town))
    seen_by_then: list[list[str]] = []

    async def watched(self: ConnectorDoor, *args: object) -> object:
        monkeypatch.setattr(type(self.wire), "out", sent)
        return await real(self, *args)  # type: ignore[arg-type] # handed on as they came

    def sent(wire: Wire, request: Request, answer: Answer) -> Response:
        seen_by_then.append(list(names))
        return Response(status_code=204)

    names: list[str] = []
    record = type(town.house.disclosures).record

    async def noted(self: object, row: Disclosure) -> None:
        await record(self, row)  # type: ignore[arg-type] # as above
        names.extend(sorted(row.claims))

    monkeypatch.setattr(type(town.house.disclosures), "record", noted)
    monkeypatch.setattr(ConnectorDoor, "issue", watched)
    assert (await enter(town.browser())).status_code == 204
    assert seen_by_then == [["name", "nik"]]
    assert len(await disclosed(town)) == before + 1


async def test_what_tells_nothing_of_her_is_not_recorded_as_told(town: Site, monkeypatch: pytest.MonkeyPatch, plain: Plain) -> None:
    async def refused(*args: object) -> HandOff:
        return HandOff(Answer(303, {"Location": f"{ARRIVE}?galat=tidak-bisa"}), tells=False)

    before = len(await disclosed(town))
    monkeypatch.setattr(type(plain), "hand_off", refused)
    assert (await enter(town.browser())).headers["location"].endswith("tidak-bisa")
    assert len(await disclosed(town)) == before


async def test_cn_05_what_ends_while_the_proof_is_made_keeps_it_here(town: Site, monkeypatch: pytest.MonkeyPatch, plain: Plain) -> None:
    real = plain.hand_off
    browser = town.browser()
    await enter(browser, catatan="tanpa-catatan")

    async def slow(self: Plain, *args: object) -> object:
        handed = await real(*args)  # type: ignore[arg-type] # as above
        await town.house.people.set_status("demo-siti", Status.LOCKED, actor="person:demo-dewi", reason="lost her phone")
        return handed

    monkeypatch.setattr(type(plain), "hand_off", slow)
    page = await browser.go("/polos/rsud-daftar/masuk?catatan=tanpa-catatan")
    assert page.status_code == 200
    assert ARRIVE not in page.headers.get("location", "")
    assert 'name="sandi"' in page.text


async def test_a_stranger_cannot_make_us_keep_what_he_likes(town: Site) -> None:
    assert (await town.browser().go("/polos/rsud-daftar/masuk?catatan=" + "x" * 9000)).status_code == 400
    assert (await town.browser().go("/polos/rsud-daftar/masuk?catatan=" + "x" * 900)).status_code == 200


async def test_without_a_record_nobody_is_handed_over(town: Site, monkeypatch: pytest.MonkeyPatch, plain: Plain) -> None:
    async def cannot(*args: object) -> None:
        raise StoreUnavailable("full")

    monkeypatch.setattr(type(town.house.disclosures), "record", cannot)
    page = await enter(town.browser())
    assert page.status_code == 503
    assert ARRIVE not in page.text


@pytest.mark.parametrize("guard", ["person:demo-siti", "permit:demo-siti:rsud-daftar", "app:rsud-daftar"])
async def test_a_proof_dies_with_her_account_her_permission_and_the_application(town: Site, guard: str) -> None:
    ticket = ticket_of(await enter(town.browser()))
    assert (await seen(town, ticket)).status_code == 200
    await town.resources.expiring.move(guard)
    assert (await seen(town, ticket)).status_code == 404


async def test_a_proof_dies_with_the_session_it_was_made_in(town: Site) -> None:
    browser = town.browser()
    ticket = ticket_of(await enter(browser))
    await browser.go("/keluar")
    await browser.submit(button="keluar")
    assert (await seen(town, ticket)).status_code == 404


async def test_cn_05_a_kind_that_keeps_nothing_hands_nobody_over_after_a_withdrawal(town: Site) -> None:
    browser = town.browser()
    assert ticket_of(await enter(browser, catatan="tanpa-catatan"))
    before = len(await disclosed(town))
    await town.resources.expiring.close("permit:demo-siti:rsud-daftar")  # a withdrawal is being written
    page = await browser.go("/polos/rsud-daftar/masuk?catatan=tanpa-catatan")
    assert page.status_code == 503
    assert len(await disclosed(town)) == before
    await town.resources.expiring.move("permit:demo-siti:rsud-daftar")
    assert ticket_of(await walk(browser, await browser.go("/polos/rsud-daftar/masuk?catatan=tanpa-catatan")))


async def test_a_form_from_another_site_is_taken_up_again_by_a_request_that_brings_the_cookie(town: Site) -> None:
    browser = town.browser()
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": "https://polos.example.id", "sec-fetch-site": "cross-site"}
    first = await browser.http.post("/polos/rsud-daftar/masuk", content="catatan=dari+sana", headers=headers)
    assert first.status_code == 303
    assert first.headers["location"].startswith("/lanjut/")
    assert ticket_of(await walk(browser, await browser.go(first.headers["location"])))


async def test_a_posted_proof_is_a_form_with_one_button_and_may_go_nowhere_else(town: Site) -> None:
    page = await enter(town.browser(), kirim="ya", catatan='"><b>')
    (form,) = [one for one in forms_of(page.text) if one.action == ARRIVE]
    assert form.method == "post"
    assert form.fields["catatan"] == '"><b>'
    assert "form-action 'self' https://polos.example.id;" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"


async def test_a_silent_entry_shows_no_page(town: Site) -> None:
    page = await town.browser().go("/polos/rsud-daftar/masuk?diam=ya")
    assert page.headers["location"] == f"{ARRIVE}?galat=login_required"
    browser = town.browser()
    await enter(browser)
    assert ticket_of(await browser.go("/polos/rsud-daftar/masuk?diam=ya"))


async def test_a_fresh_entry_asks_for_the_password_again(town: Site) -> None:
    browser = town.browser()
    await enter(browser)
    town.clock.advance(5)
    page = await browser.go("/polos/rsud-daftar/masuk?segar=ya")
    assert 'name="sandi"' in page.text
    assert ticket_of(await walk(browser, page))


async def test_saying_no_is_told_in_the_words_of_the_kind(town: Site) -> None:
    await connect(town, "usaha-kecil", rows=[{"claim": "name", "field": "nama"}])
    browser = town.browser()
    await browser.go("/polos/usaha-kecil/masuk")
    await browser.sign_in(SITI, PASSWORD)
    await browser.submit(button="tidak")
    page = await browser.submit(button="tidak-jadi")
    assert page.headers["location"] == f"{ARRIVE}?galat=declined"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/polos/tiada/masuk", 404), ("/polos/rsud-daftar/masuk?rusak=ya", 400), ("/polos/rsud-daftar/masuk?catatan=a&catatan=b", 400)],
)
async def test_what_cannot_be_understood_is_a_page_in_plain_words(town: Site, path: str, status: int) -> None:
    page = await town.browser().go(path)
    assert page.status_code == status
    assert "text/html" in page.headers["content-type"]
    assert "rusak is given" not in page.text


async def test_a_closed_connector_lets_nobody_in_however_far_they_came(town: Site) -> None:
    browser = town.browser()
    page = await browser.go("/polos/rsud-daftar/masuk")
    await connect(town, enabled=False)
    page = await walk(browser, page)
    assert page.status_code == 403
    assert (await town.browser().go("/polos/rsud-daftar/masuk")).status_code == 404


async def test_a_kinds_own_secret_is_made_once_and_is_there_at_the_desk(town: Site) -> None:
    await _kind_secrets(town.resources)
    await _kind_secrets(town.resources)
    await town.house.reload()
    kept = await town.resources.stores.connector_secrets.all()
    assert [one.value for one in kept[of_kind("polos")]["stempel"]] == [f"stempel dari {town.issuer}"]
