"""The operator's session: short, of its own, ended by what ends the account, confirmed before what is dangerous."""

from __future__ import annotations

from admin.door import inside
from admin.operator import ABSOLUTE, CONFIRMED_FOR, IDLE
from idp import guards
from idp.people.models import Credential, Role, Status
from kit.audit import AuditEvent
from kit.secrets import new_id
from tests.admin.operators import PASSWORD, account, at_console, csrf
from tests.site import CODE, ISSUER, Site

SAME_SITE = {"origin": ISSUER, "sec-fetch-site": "same-origin"}
APPLICATION = "usaha-kecil"


async def with_password(site: Site, *roles: Role):  # type: ignore[no-untyped-def] # a Person
    person = await account(site, *roles)
    kept = await site.house.hasher.hash(PASSWORD)
    await site.resources.stores.credentials.put(Credential(new_id(), person.id, "password", kept, created_at=site.clock.now()))
    return person


async def test_the_session_ends_after_fifteen_idle_minutes(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    site.clock.advance(IDLE - 1)
    assert (await browser.http.get("/admin")).status_code == 200
    site.clock.advance(IDLE + 1)
    assert (await browser.http.get("/admin")).status_code == 303


async def test_the_session_ends_after_eight_hours_however_busy(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    for _ in range(ABSOLUTE // 600 - 1):
        site.clock.advance(600)
        assert (await browser.http.get("/admin/hak")).status_code == 200
    site.clock.advance(600)
    assert (await browser.http.get("/admin/hak")).status_code == 303


async def test_the_session_dies_with_the_account(site: Site) -> None:
    person = await account(site, Role.OPERATOR)
    browser = await at_console(site, person)
    await site.house.people.set_status(person.id, Status.LOCKED, actor="cli", reason="test")
    assert (await browser.http.get("/admin")).status_code == 303


async def test_signing_out_ends_it_and_is_noted(site: Site) -> None:
    person = await account(site, Role.OPERATOR)
    browser = await at_console(site, person)
    answer = await browser.http.post("/admin/keluar", data={"csrf": csrf(site)}, headers=SAME_SITE)
    assert answer.headers["location"] == "/admin/keluar"
    assert (await browser.http.get("/admin")).status_code == 303
    rows = await site.resources.stores.audit.search(event=AuditEvent.OPERATOR_SIGNED_OUT)
    assert rows[0].entry.actor == f"operator:{person.id}"


async def test_a_request_that_writes_its_last_use_cannot_bring_an_ended_session_back(site: Site) -> None:
    person = await account(site, Role.OPERATOR)
    browser = await at_console(site, person)
    cookie = browser.http.cookies.get("gapura-op")
    await browser.http.post("/admin/keluar", data={"csrf": csrf(site)}, headers=SAME_SITE)
    again = site.http(cookies={"gapura-op": str(cookie)})
    assert (await again.get("/admin")).status_code == 303


async def test_ad_13_a_dangerous_act_asks_for_password_and_code_and_then_goes_on_with_what_was_typed(site: Site) -> None:
    person = await with_password(site, Role.OPERATOR)
    browser = await at_console(site, person)
    site.clock.advance(CONFIRMED_FOR + 1)
    name = site.house.registry.now.applications[APPLICATION].name["id"]
    await browser.go(f"/admin/aplikasi/{APPLICATION}/henti")
    page = await browser.submit(button="Hentikan", name=name, reason="Perbaikan mendadak")
    assert "/admin/konfirmasi/" in str(page.url)
    assert site.house.registry.now.usable(APPLICATION)
    wrong = await browser.submit(button="Konfirmasi", password="bukan ini", code=CODE)
    assert wrong.status_code == 422 and site.house.registry.now.usable(APPLICATION)
    old = browser.http.cookies.get("gapura-op")
    done = await browser.submit(button="Konfirmasi", password=PASSWORD, code=CODE)
    assert done.status_code == 200 and done.url.path == f"/admin/aplikasi/{APPLICATION}"
    assert not site.house.registry.now.usable(APPLICATION)
    rows = await site.resources.stores.audit.search(event=AuditEvent.APPLICATION_DISABLED)
    assert (rows[0].entry.reason, rows[0].entry.names[f"application:{APPLICATION}"]) == ("Perbaikan mendadak", name)
    assert browser.http.cookies.get("gapura-op") != old


async def test_ad_13_a_fresh_proof_asks_nothing_more(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.OPERATOR))
    name = site.house.registry.now.applications[APPLICATION].name["id"]
    await browser.go(f"/admin/aplikasi/{APPLICATION}/henti")
    page = await browser.submit(button="Hentikan", name=name, reason="Perbaikan mendadak")
    assert page.url.path == f"/admin/aplikasi/{APPLICATION}"
    assert not site.house.registry.now.usable(APPLICATION)


async def test_an_act_that_waits_belongs_to_its_operator(site: Site) -> None:
    first = await with_password(site, Role.OPERATOR)
    act = await site.house.admin.confirmation.hold(first.id, "/admin/kunci/ganti", [("reason", "x")], "")
    other = await at_console(site, await account(site, Role.SUPER_ADMIN, email="lain@example.id"))
    assert (await other.http.get(f"/admin/konfirmasi/{act}")).status_code == 404
    mine = await at_console(site, first)
    assert (await mine.http.get(f"/admin/konfirmasi/{act}")).status_code == 200


async def test_ad_13_the_console_is_not_opened_by_a_password_alone(site: Site) -> None:
    person = await with_password(site, Role.OPERATOR)
    browser = site.browser()
    await browser.go("/admin")
    page = await browser.sign_in("ratna@example.id", PASSWORD)
    assert "langkah-dua" in str(page.url) and browser.http.cookies.get("gapura-op") is None
    page = await browser.submit(kode=CODE)
    assert page.url.path == "/admin" and page.status_code == 200 and browser.http.cookies.get("gapura-op")
    rows = await site.resources.stores.audit.search(event=AuditEvent.OPERATOR_SIGNED_IN)
    assert rows[0].entry.actor == f"operator:{person.id}"


async def test_someone_without_a_role_is_told_so_and_gets_no_session(site: Site) -> None:
    await with_password(site, Role.CITIZEN)
    browser = site.browser()
    await browser.go("/admin")
    await browser.sign_in("ratna@example.id", PASSWORD)
    page = await browser.submit(kode=CODE)
    assert page.status_code == 403 and "ADM-console_role" in page.text
    assert browser.http.cookies.get("gapura-op") is None


async def test_a_post_without_our_token_changes_nothing(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.SUPER_ADMIN))
    answer = await browser.http.post("/admin/kunci/ganti", data={"reason": "Pergantian berkala"}, headers=SAME_SITE)
    assert (answer.status_code, "ADM-not_genuine" in answer.text) == (403, True)
    form = {"csrf": csrf(site), "reason": "Pergantian berkala", "at_once": "on"}
    twin = await browser.http.post("/admin/kunci/ganti", data=form, headers=SAME_SITE)
    assert twin.status_code == 303


async def test_lg_12_the_console_leads_only_into_the_console() -> None:
    for bad in ("https://evil.example", "//evil.example", "/\\evil", "/admin\r\nX: y", "/beranda", "/adminx", None, "/admin//evil"):
        assert inside(bad) == "/admin"
    assert inside("/admin/aplikasi?q=a") == "/admin/aplikasi?q=a"


async def test_moving_the_persons_guard_ends_the_session_without_a_list(site: Site) -> None:
    person = await account(site, Role.OPERATOR)
    browser = await at_console(site, person)
    await site.resources.expiring.move(guards.person(person.id))
    assert (await browser.http.get("/admin")).status_code == 303


async def signed_in_at_console(site: Site, person):  # type: ignore[no-untyped-def] # a Person; the browser
    """Return a browser that came to the console as people do: by the sign-in page, password and code."""
    browser = site.browser()
    await browser.go("/admin")
    await browser.sign_in("ratna@example.id", PASSWORD)
    await browser.submit(kode=CODE)
    assert (await browser.http.get("/admin")).status_code == 200
    return browser


async def test_lo_05_signing_out_of_gapura_leaves_no_console_open(site: Site) -> None:
    person = await with_password(site, Role.OPERATOR)
    await site.resources.stores.credentials.put(Credential(new_id(), person.id, "totp", "JBSWY3DPEHPK3PXP", created_at=site.clock.now()))
    browser = await signed_in_at_console(site, person)
    await browser.go("/keluar")
    await browser.submit(button="Keluar")
    assert (await browser.http.get("/admin")).status_code == 303


async def test_lo_05_somebody_else_who_signs_in_finds_no_console(site: Site) -> None:
    person = await with_password(site, Role.OPERATOR)
    await site.resources.stores.credentials.put(Credential(new_id(), person.id, "totp", "JBSWY3DPEHPK3PXP", created_at=site.clock.now()))
    browser = await signed_in_at_console(site, person)
    await browser.go("/masuk")
    for row in await site.house.sessions.of_person(person.id):
        await site.house.sessions.end_by_id(row.id, actor="test")
    assert (await browser.http.get("/admin")).status_code == 303
