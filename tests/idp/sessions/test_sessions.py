"""The single sign-on session: one cookie, new at each change of privilege, ended everywhere at once."""

from __future__ import annotations

from dataclasses import replace
from http.cookies import Morsel, SimpleCookie
from urllib.parse import unquote

import pytest
from starlette.requests import Request
from starlette.responses import Response

from idp import guards
from idp.people.models import IdentifierKind, Person, Status
from idp.sessions.models import ACR_PASSWORD, ACR_TWO_STEPS, Permit, Session, acr_reaches
from idp.sessions.records import decode, encode
from idp.sessions.service import COOKIE, Sessions
from kit.expiring import Put
from kit.web.cookies import CookieJar
from tests.site import PASSWORD, SITI, Site, new_party

PERMIT = Permit("n@1", frozenset({"name"}), frozenset({"name", "nik"}), None, "grant", "sub", "0", "0")


class Phone:
    """A browser reduced to its one cookie."""

    def __init__(self, site: Site, *, secure: bool = False, agent: str = "") -> None:
        self.site = site
        self.jar = CookieJar(secure)
        self.sessions = self.worker()
        self.cookie = ""
        self.agent = agent
        self.last = Response()

    def worker(self) -> Sessions:
        """Return the service as another worker holds it: the same stores, its own memory."""
        house, resources = self.site.house, self.site.resources
        return Sessions(resources.expiring, resources.stores.session_log, self.jar, house.settings.idp, self.site.clock)

    def request(self) -> Request:
        headers = [(b"user-agent", self.agent.encode())]
        if self.cookie:
            headers.append((b"cookie", f"{self.jar.name(COOKIE)}={self.cookie}".encode()))
        return Request(
            {"type": "http", "method": "GET", "path": "/", "headers": headers, "client": ("203.0.113.9", 1), "query_string": b""}
        )

    def morsel(self) -> Morsel[str]:
        return SimpleCookie(self.last.headers["set-cookie"])[self.jar.name(COOKIE)]

    def keep(self) -> None:
        self.cookie = self.morsel().value

    async def sign_in(self, person: Person, *, own_device: bool = False) -> Session:
        self.last = Response()
        session = await self.sessions.begin(self.request(), self.last, person, amr=("pwd",), acr=ACR_PASSWORD, own_device=own_device)
        self.keep()
        return session

    async def step_up(self, session: Session) -> Session:
        self.last = Response()
        stronger = await self.sessions.strengthen(self.request(), self.last, session, amr=("pwd", "otp", "mfa"), acr=ACR_TWO_STEPS)
        self.keep()
        return stronger

    async def current(self) -> Session | None:
        return await self.sessions.current(self.request())


async def person_of(site: Site, nik: str = SITI) -> Person:
    return (await site.resources.stores.people.find(IdentifierKind.NIK, nik))[0][0]


async def test_a_session_is_found_again_by_any_worker(site: Site) -> None:
    phone = Phone(site)
    session = await phone.sign_in(await person_of(site))
    assert await phone.current() == session
    assert await phone.worker().current(phone.request()) == session


@pytest.mark.parametrize("cookie", ["", "x", "y" * 43, "z" * 500])
async def test_a_guessed_cookie_is_nobody(site: Site, cookie: str) -> None:
    phone = Phone(site)
    await phone.sign_in(await person_of(site))
    phone.cookie = cookie
    assert await phone.current() is None and await phone.sessions.peek(phone.request()) is None


async def test_lg_18_the_cookie_is_host_bound_and_256_random_bits(site: Site) -> None:
    phone = Phone(site, secure=True)
    await phone.sign_in(await person_of(site))
    cookie = phone.morsel()
    assert cookie.key == "__Host-gapura-s" and len(cookie.value) == 43
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, True, "lax", "/", "")
    other = Phone(site, secure=True)
    await other.sign_in(await person_of(site))
    assert other.cookie != phone.cookie


async def test_lg_18_only_its_digest_is_kept_and_no_url_carries_it(site: Site) -> None:
    phone = Phone(site)
    session = await phone.sign_in(await person_of(site))
    assert phone.cookie.encode() not in encode(session)
    assert await site.resources.expiring.get(f"s:{phone.cookie}") is None
    party = await new_party(site)
    urls: list[str] = []

    async def see(response) -> None:  # type: ignore[no-untyped-def]
        urls.extend((str(response.request.url), response.headers.get("location", "")))

    party.browser.http.event_hooks["response"].append(see)
    await party.code()
    secret = party.browser.http.cookies["gapura-s"]
    assert len(urls) > 6 and not [url for url in urls if secret in unquote(url)]


async def test_lg_18_a_fixed_cookie_is_worth_nothing_after_sign_in(site: Site) -> None:
    phone = Phone(site)
    phone.cookie = planted = "p" * 43
    await phone.sign_in(await person_of(site))
    assert phone.cookie != planted
    phone.cookie = planted
    assert await phone.current() is None


async def test_lo_05_another_citizen_in_the_same_browser_finds_nothing_of_the_first(site: Site) -> None:
    phone = Phone(site)
    first = await phone.sign_in(await person_of(site))
    await phone.sessions.add_permit(phone.request(), first, "slug", PERMIT)
    await site.resources.expiring.put(Put("token", b"x", 60, first.guards))
    earlier = phone.cookie
    second = await phone.sign_in(await person_of(site, "3503066406959008"))
    assert (second.id, second.sid, second.person) != (first.id, first.sid, first.person) and second.permits == {}
    assert await site.resources.expiring.get("token") is None, "what lived under the first session is dead"
    phone.cookie = earlier
    assert await phone.current() is None
    row = await site.resources.stores.session_log.find(first.id)
    assert row is not None and row.ended_at == site.clock.now()


async def test_lo_05_with_the_cookie_missing_it_is_a_new_session_too(site: Site) -> None:
    phone = Phone(site)
    first = await phone.sign_in(await person_of(site))
    phone.cookie = ""
    assert await phone.current() is None
    second = await phone.sign_in(await person_of(site, "3503066406959008"))
    assert second.id != first.id and second.permits == {}


async def test_lo_05_after_signing_out_the_portal_shows_the_next_citizen_only(site: Site) -> None:
    browser = site.browser()
    await browser.go("/masuk")
    await browser.sign_in(SITI, PASSWORD)
    old = browser.http.cookies["gapura-s"]
    await browser.go("/keluar")
    await browser.submit(button="keluar")
    assert 'name="sandi"' in (await browser.go("/data-saya")).text
    await browser.sign_in("laras@example.id", PASSWORD)
    page = await browser.go("/beranda")
    assert "Laras" in page.text and "Siti" not in page.text
    thief = site.browser()
    thief.http.cookies.set("gapura-s", old)
    assert 'name="sandi"' in (await thief.go("/beranda")).text


async def test_lg_22_a_session_on_a_shared_phone_ends_when_unused_for_an_hour(site: Site) -> None:
    phone = Phone(site)
    await phone.sign_in(await person_of(site))
    site.clock.advance(3599)
    assert await phone.current() is not None
    site.clock.advance(3599)
    assert await phone.current() is not None, "use keeps it"
    site.clock.advance(3600)
    assert await phone.current() is None and await phone.sessions.peek(phone.request()) is None


async def test_lg_22_and_after_twelve_hours_however_much_it_is_used(site: Site) -> None:
    phone = Phone(site)
    await phone.sign_in(await person_of(site))
    for _ in range(23):
        site.clock.advance(1800)
        assert await phone.current() is not None
    site.clock.advance(1800)
    assert await phone.current() is None


async def test_lg_22_on_ones_own_phone_it_lasts_thirty_days(site: Site) -> None:
    phone = Phone(site)
    await phone.sign_in(await person_of(site), own_device=True)
    assert phone.morsel()["max-age"] == str(30 * 86400)
    site.clock.advance(30 * 86400 - 1)
    assert await phone.current() is not None
    site.clock.advance(1)
    assert await phone.current() is None


async def test_lg_22_the_second_step_ends_within_a_day_and_an_unused_hour_even_there(site: Site) -> None:
    phone = Phone(site)
    session = await phone.step_up(await phone.sign_in(await person_of(site), own_device=True))
    assert session.expires_at - site.clock.now() == 86400 and phone.morsel()["max-age"] == "86400"
    site.clock.advance(3600)
    assert await phone.current() is None


async def test_a_step_up_keeps_the_person_and_changes_the_cookie(site: Site) -> None:
    phone = Phone(site)
    session = await phone.sign_in(await person_of(site))
    weak = phone.cookie
    stronger = await phone.step_up(session)
    assert (stronger.id, stronger.sid, stronger.person) == (session.id, session.sid, session.person)
    assert (stronger.acr, stronger.amr) == (ACR_TWO_STEPS, ("pwd", "otp", "mfa"))
    assert await phone.current() == stronger
    phone.cookie = weak
    for worker in (phone.sessions, phone.worker()):
        assert await worker.current(phone.request()) is None and await worker.peek(phone.request()) is None


async def test_the_last_use_is_written_at_most_once_a_minute(site: Site) -> None:
    phone = Phone(site)
    began = (await phone.sign_in(await person_of(site))).last_seen
    site.clock.advance(59)
    seen = await phone.current()
    assert seen is not None and seen.last_seen == began
    site.clock.advance(1)
    seen = await phone.current()
    assert seen is not None and seen.last_seen == began + 60


async def test_peek_asks_no_store_and_what_it_returns_cannot_be_used_when_stale(site: Site) -> None:
    phone = Phone(site)
    session = await phone.sign_in(await person_of(site))
    await phone.worker().end(session, actor="test")  # another worker ends it
    stale = await phone.sessions.peek(phone.request())
    assert stale is not None
    assert not await site.resources.expiring.put(Put("code", b"x", 60, stale.guards))
    phone.sessions.forget(phone.request())
    assert await phone.sessions.peek(phone.request()) is None


@pytest.mark.parametrize("status", [Status.LOCKED, Status.DISABLED, Status.CLOSED])
async def test_r5_a_session_of_an_account_that_was_switched_off_is_dead(site: Site, status: Status) -> None:
    phone, person = Phone(site), await person_of(site)
    await phone.sign_in(person)
    await site.house.people.set_status(person.id, status, actor="operator:o")
    assert await phone.current() is None


async def test_r5_a_session_begun_while_the_account_is_switched_off_cannot_be_used(site: Site) -> None:
    phone, person = Phone(site), await person_of(site)
    await site.resources.expiring.close(guards.person(person.id))
    session = await phone.sign_in(person)
    assert await phone.current() is None and await phone.sessions.peek(phone.request()) is None
    assert not await site.resources.expiring.put(Put("code", b"x", 60, session.guards))


async def test_a_permit_comes_back_from_the_store_as_it_was(site: Site) -> None:
    session = Session("i", "s", "p", 1, ("pwd",), "acr", 1, 1, 2, permits={"a": PERMIT, "b": replace(PERMIT, untold=True)})
    assert decode(encode(session)) == session


async def test_a_permit_stays_in_the_session(site: Site) -> None:
    phone = Phone(site)
    session = await phone.sign_in(await person_of(site))
    richer = await phone.sessions.add_permit(phone.request(), session, "slug", PERMIT)
    assert await phone.worker().current(phone.request()) == richer
    assert richer.permits == {"slug": PERMIT}


async def test_a_sign_in_is_one_lasting_write_with_its_audit(site: Site) -> None:
    phone = Phone(site, agent="Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36")
    person = await person_of(site)
    with site.resources.stores.database.counting() as statements:
        session = await phone.sign_in(person)
    written = sorted(text.split()[2] for text in statements if text.startswith("INSERT"))
    assert written == ["audit", "sessions"]
    (listed,) = await phone.sessions.of_person(person.id)
    assert (listed.id, listed.device, listed.ended_at) == (session.id, "Chrome · Android", None)
    (row,) = await site.resources.stores.audit.search(event="person.signed_in", subject=f"session:{session.id}")
    assert (row.entry.actor, row.entry.origin) == (f"person:{person.id}", "203.0.113.0/24")


async def test_an_operator_who_ends_a_session_is_named(site: Site) -> None:
    phone, person = Phone(site), await person_of(site)
    session = await phone.sign_in(person)
    await phone.sessions.end_by_id(session.id, actor="operator:o", reason="lost phone")
    assert await phone.current() is None and await phone.sessions.of_person(person.id) == []
    (row,) = await site.resources.stores.audit.search(event="session.ended")
    assert (row.entry.actor, row.entry.reason) == ("operator:o", "lost phone")


async def test_the_memory_of_a_worker_is_bounded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("idp.sessions.service.PEEKED", 2)
    phone = Phone(site)
    for _ in range(3):
        phone.cookie = ""
        await phone.sign_in(await person_of(site))
    assert len(phone.sessions._peeked) == 2
    assert await phone.current() is not None


def test_a_record_comes_back_as_it_was() -> None:
    session = Session("i", "s", "p", 1, ("pwd",), ACR_PASSWORD, 1, 2, 3, True, "Chrome", {"person:p": "0"}, {"slug": PERMIT})
    assert decode(encode(session)) == session


@pytest.mark.parametrize(
    ("have", "wanted", "reached"),
    [
        (ACR_PASSWORD, ACR_PASSWORD, True),
        (ACR_TWO_STEPS, ACR_PASSWORD, True),
        (ACR_TWO_STEPS, ACR_TWO_STEPS, True),
        (ACR_PASSWORD, ACR_TWO_STEPS, False),
        (ACR_TWO_STEPS, "urn:unknown", False),
        ("urn:unknown", "urn:unknown", False),
    ],
)
def test_az_21_an_assurance_is_reached_by_itself_and_by_more(have: str, wanted: str, reached: bool) -> None:
    assert acr_reaches(have, wanted) is reached
