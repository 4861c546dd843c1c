"""However a session ends, the clients that got an ID token in it are told, and only those, with the `sub` and `sid` they know."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from idp.applications.models import ConnectorRow
from idp.people.models import Role, Status
from idp.signout.expiry import ExpiredSessions
from idp.signout.listeners import Listeners
from kit.secrets import b64url_decode
from tests.admin.operators import working
from tests.forms import forms_of, words_of
from tests.idp.signout.test_service import session_of
from tests.portal.walks import person_id
from tests.site import PASSWORD, SITI, Party, Site, new_party, open_site, register, test_client

OTHER = "3503024507519003"
OUT = "https://rp.example/out"
Ending = Callable[[Party], Awaitable[None]]


def read(token: str) -> dict[str, Any]:
    return orjson.loads(b64url_decode(token.split(".")[1]))  # type: ignore[no-any-return]


async def told(site: Site) -> list[tuple[str, str, str]]:
    """Return client, sub and sid of everything in the outbox."""
    rows = [(one.target, orjson.loads(one.payload)) for one in await site.resources.stores.outbox.pending()]
    return [(target, payload["sub"], payload["sid"]) for target, payload in rows]


async def press_sign_out(party: Party) -> None:
    page = await party.browser.go("/keluar")
    form = next(one for one in forms_of(page.text) if one.action == "/keluar")
    await party.browser.http.post("/keluar", data=form.fields)


async def press_everywhere(party: Party) -> None:
    await party.browser.go("/keamanan")
    await party.browser.submit(button="semua perangkat")


async def end_that_device(party: Party) -> None:
    session = await session_of(party)
    page = await party.browser.go("/keamanan")
    csrf = forms_of(page.text)[0].fields["csrf"]
    assert (await party.browser.http.post("/keamanan", data={"csrf": csrf, "sesi": session.id})).status_code == 303


async def confirm_an_application(party: Party) -> None:
    await party.browser.go("/logout")
    await party.browser.submit(button="keluar")


async def another_person_signs_in(party: Party) -> None:
    await Party(party.site, party.browser, scope="openid name").start(prompt="login")
    await party.browser.sign_in(OTHER, PASSWORD)


async def operator_ends_it(party: Party) -> None:
    operator = await working(party.site, Role.OPERATOR)
    person, session = await person_id(party.site), await session_of(party)
    people = party.site.house.admin.actions.people
    await people.find(operator, SITI, reason="security")
    await people.end_session(operator, person, session.id)


async def operator_ends_all(party: Party) -> None:
    operator = await working(party.site, Role.OPERATOR)
    people = party.site.house.admin.actions.people
    await people.find(operator, SITI, reason="security")
    assert await people.end_all_sessions(operator, await person_id(party.site), reason="HP hilang di pasar") == 1


async def account_is_disabled(party: Party) -> None:
    await party.site.house.people.set_status(await person_id(party.site), Status.DISABLED, actor="cli")


async def account_is_locked(party: Party) -> None:
    await party.site.house.people.set_status(await person_id(party.site), Status.LOCKED, actor="cli")


async def time_passes(party: Party) -> None:
    watch = ExpiredSessions(party.site.resources.stores.session_clients, party.site.clock)
    await watch.run()
    assert await told(party.site) == [], "it lives"
    party.site.clock.advance(party.site.house.settings.idp.session_seconds)
    await watch.run()
    await watch.run()


ENDINGS: tuple[Ending, ...] = (
    press_sign_out,
    press_everywhere,
    end_that_device,
    confirm_an_application,
    another_person_signs_in,
    operator_ends_it,
    operator_ends_all,
    account_is_disabled,
    account_is_locked,
    time_passes,
)


@pytest.fixture
async def quiet(tmp_path: Path, template_folder: Path) -> AsyncIterator[Site]:
    """A site whose messages wait: nothing is sent before a test looks."""
    async with open_site(tmp_path, template_folder) as site:
        object.__setattr__(site.house.signout.deliverer, "seconds", 0.2)
        yield site


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
async def test_lo_06_every_end_of_a_session_tells_its_clients_once(quiet: Site, end: Ending) -> None:
    party = await new_party(quiet, backchannel_logout_uri=OUT)
    await register(quiet, test_client(client_id="rp-unused", backchannel_logout_uri=OUT))
    claims = read((await party.tokens())["id_token"])
    assert await told(quiet) == []
    await end(party)
    rows = await quiet.resources.stores.outbox.unfinished(9)
    assert [(one.target, orjson.loads(one.payload)) for one in rows] == [("rp-test", {"sub": claims["sub"], "sid": claims["sid"]})]


async def test_a_session_notes_a_client_once_and_later_redemptions_ask_the_database_nothing(quiet: Site) -> None:
    party = await new_party(quiet, backchannel_logout_uri=OUT)
    first = read((await party.tokens())["id_token"])
    (row,) = await quiet.resources.stores.session_clients.of_session((await session_of(party)).id)
    assert (row.client_id, row.sid, row.subject) == ("rp-test", first["sid"], first["sub"])
    code = await party.code()
    with quiet.resources.stores.database.counting() as statements:
        assert (await party.redeem(code)).status_code == 200
    assert not [one for one in statements if "session_clients" in one]


async def test_a_client_without_an_address_costs_no_row(quiet: Site) -> None:
    party = await new_party(quiet)
    await party.tokens()
    assert await quiet.resources.stores.session_clients.of_session((await session_of(party)).id) == []


async def test_a_code_that_was_not_redeemed_tells_nobody(quiet: Site) -> None:
    party = await new_party(quiet, backchannel_logout_uri=OUT)
    code = await party.code()
    await press_sign_out(party)
    assert await told(quiet) == []
    assert (await party.redeem(code)).json()["error"] == "invalid_grant", "and it is worthless now"


async def test_lo_09_a_redemption_on_its_way_during_sign_out_is_told_or_gets_nothing(quiet: Site) -> None:
    party = await new_party(quiet, backchannel_logout_uri=OUT)
    code, session = await party.code(), await session_of(party)
    store = quiet.resources.stores.session_clients
    note = store.note

    class Late:
        """Signs the person out between the note and the redemption."""

        async def note(self, row: Any) -> None:
            await note(row)
            await quiet.house.signout.end(session, actor="person:x")

    token = next(route.endpoint for route in quiet.house.hot_routes if route.path == "/token")
    grant = token.__self__.grants["authorization_code"] if hasattr(token, "__self__") else token.grants["authorization_code"]
    grant.listeners.store = Late()
    assert (await party.redeem(code)).json()["error"] == "invalid_grant"
    assert [client for client, _, _ in await told(quiet)] == ["rp-test"], "told once too often is harmless, never is not"


async def test_withdrawing_consent_signs_the_person_out_of_that_application_on_every_device(quiet: Site) -> None:
    """The page before it promises: Anda keluar dari {layanan} di semua perangkat."""
    phone = await new_party(quiet, backchannel_logout_uri=OUT)
    desk = Party(quiet, quiet.browser())
    sids = {read((await one.tokens())["id_token"])["sid"] for one in (phone, desk)}
    other = test_client("e-link", client_id="rp-other", backchannel_logout_uri="https://other.example/out")
    await register(quiet, other)
    elsewhere = Party(quiet, phone.browser, "rp-other", scope="openid name nik")
    await elsewhere.tokens()
    states = [one for one in await quiet.house.consent.states(await person_id(quiet)) if one.application == "usaha-kecil"]
    needed = {purpose.id for purpose in quiet.house.registry.now.notices[states[0].notice].purposes if purpose.required}
    record = next(one.record_id for one in states if one.purpose in needed)
    page = await phone.browser.go(f"/izin/{record}/tarik")
    assert "di semua perangkat" in words_of(page.text)
    assert await told(quiet) == []
    await phone.browser.go(f"/izin/{record}/tarik?langkah=2")
    await phone.browser.submit(button="Tarik izin sekarang")
    rows = await told(quiet)
    assert {client for client, _, _ in rows} == {"rp-test"}
    assert {sid for _, _, sid in rows} == sids
    assert 'name="sandi"' not in (await phone.browser.go("/beranda")).text, "the session goes on"


async def test_where_a_service_ends_its_refresh_tokens_end_for_good(quiet: Site) -> None:
    """Not by the guards alone: they live in the expiring store, which may be lost."""
    party = await new_party(quiet)
    await party.tokens(scope="openid name offline_access", prompt="consent")
    person, grants = await person_id(quiet), quiet.resources.stores.grants
    assert [one.revoked_at for one in await grants.of_person(person)] == [None]
    await quiet.house.signout.service_ended(person, "usaha-kecil")
    assert [one for one in await grants.of_person(person) if one.revoked_at is None] == []


async def test_a_withdrawal_reaches_every_entrance_of_the_application(quiet: Site) -> None:
    """An application may have two while it moves from one to the other."""
    party = await new_party(quiet)
    await party.tokens()
    session, house = await session_of(party), quiet.house
    for connector in ("lama", "baru"):
        own = {"services": [f"https://{connector}.example/"]}
        await quiet.resources.stores.registry.save_connector(ConnectorRow(connector, "usaha-kecil", "cas", own))
    await house.reload()
    listeners = Listeners(quiet.resources.stores.session_clients, house.signout.farewells)
    for connector in ("lama", "baru"):
        told_as = {"session": session.id, "sid": "sid", "subject": "subject", "now": quiet.clock.now()}
        await listeners.note_handle(connector, f"ST-{connector}", **told_as)
    await house.signout.service_ended(session.person, "usaha-kecil")
    assert {target for target, _, _ in await told(quiet)} >= {"lama", "baru"}


async def test_an_optional_consent_that_is_withdrawn_signs_nobody_out(quiet: Site) -> None:
    party = await new_party(quiet, backchannel_logout_uri=OUT)
    await party.tokens()
    states = await quiet.house.consent.states(await person_id(quiet))
    notice = quiet.house.registry.now.notices[states[0].notice]
    optional = {purpose.id for purpose in notice.purposes if not purpose.required}
    assert optional, "the text has a purpose that one may do without"
    for state in states:
        if state.purpose in optional:
            await party.browser.go(f"/izin/{state.record_id}/tarik?langkah=2")
            await party.browser.submit(button="Tarik izin sekarang")
    assert await told(quiet) == []
