"""Token exchange through the whole house: consent, disclosure, guards, and what userinfo and introspection make of it. RFC 8693."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from idp import guards
from idp.grants.exchange_checks import ACCESS_TOKEN
from idp.grants.token_exchange import NAME
from idp.people.models import IdentifierKind, Status
from kit.audit import AuditEvent
from tests.conformance.suite import APPLICATION, furnish
from tests.site import SITI, TEST_SECRET, Party, Site, new_party, register, test_client

QUEUE = "openid name birthdate"


@dataclass
class Town:
    """An application that a person uses, and the service of another agency that it calls."""

    site: Site
    caller: Party
    token: str = ""

    async def exchange(self, token: str = "", audience: str = "rp-queue", client: str = "rp-test", **more: str) -> httpx.Response:
        form = {
            "grant_type": NAME,
            "subject_token": token or self.token,
            "subject_token_type": ACCESS_TOKEN,
            "audience": audience,
            **more,
        }
        return await self.site.http().post("/token", data=form, auth=(client, TEST_SECRET))

    async def asked(self, path: str, token: str, client: str) -> dict[str, Any]:
        response = await self.site.http().post(path, data={"token": token}, auth=(client, TEST_SECRET))
        return response.json()  # type: ignore[no-any-return]


async def a_town(site: Site, *, agreed: bool = True, **changes: Any) -> Town:
    """The person signed in at the caller; with `agreed` also once at the audience."""
    grants = frozenset({"authorization_code", "refresh_token", NAME})
    caller = await new_party(site, grant_types=grants)
    audience = {"client_id": "rp-queue", "exchange_from": frozenset({"rp-test"}), "grant_types": grants, **changes}
    await register(site, test_client("e-link", **audience))
    town = Town(site, caller)
    town.token = (await caller.tokens(scope="openid name nik kecamatan phone_number"))["access_token"]
    if agreed:
        await Party(site, caller.browser, "rp-queue", scope=QUEUE).tokens()
    return town


async def person_of(site: Site) -> str:
    return (await site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0].id


async def test_a_service_acts_for_a_person_at_another_one(site: Site) -> None:
    town = await a_town(site)
    answer = await town.exchange(scope="openid name")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["issued_token_type"], body["token_type"], body["scope"]) == (ACCESS_TOKEN, "Bearer", "name openid")
    assert 0 < body["expires_in"] <= 600 and "refresh_token" not in body and "id_token" not in body
    told = await town.asked("/introspect", body["access_token"], "rp-queue")
    assert told["active"] is True
    assert (told["aud"], told["client_id"], told["act"]) == ("rp-queue", "rp-test", {"sub": "client:rp-test"})
    assert told["name"] == "Siti Peragawati", "the audience learns what the person lets it know"
    own = await Party(site, town.caller.browser, "rp-queue", scope=QUEUE).tokens()
    mine = await town.asked("/introspect", own["access_token"], "rp-queue")
    assert told["sub"] == mine["sub"], "by the name that it knows the person by"


async def test_tx_06_what_the_audience_may_learn_is_on_record_and_who_hands_over_learns_nothing_by_it(site: Site) -> None:
    town = await a_town(site)
    token = (await town.exchange(scope="openid name")).json()["access_token"]
    rows = await site.resources.stores.disclosures.of_person(await person_of(site), limit=50)
    row = next(row.disclosure for row in rows if row.disclosure.channel == "token_exchange")
    assert (row.client, row.application, row.claims) == ("rp-queue", "e-link", ("name",))
    refused = await site.http().get("/userinfo", headers={"authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["error"]) == (403, "insufficient_scope")
    told = await town.asked("/introspect", token, "rp-test")
    assert told["active"] is True and "name" not in told
    assert "Lewat layanan lain, atas nama Anda" in (await town.caller.browser.go("/riwayat")).text, "the person sees it"


async def test_tx_06_without_consent_at_the_audience_it_is_refused_and_noted(site: Site) -> None:
    town = await a_town(site, agreed=False)
    for _ in range(3):
        refused = await town.exchange(scope="openid name")
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_target")
    pseudonym = await town.exchange(scope="openid")
    assert pseudonym.json()["error"] == "invalid_target", "not even a pseudonym"
    noted = await site.resources.stores.audit.search(event=AuditEvent.EXCHANGE_REFUSED)
    assert len(noted) == 1
    assert noted[0].entry.subject == f"person:{await person_of(site)}"
    assert noted[0].entry.after == {"audience": "rp-queue"}
    rows = await site.resources.stores.disclosures.of_person(await person_of(site), limit=50)
    assert [row for row in rows if row.disclosure.channel == "token_exchange"] == []
    await Party(site, town.caller.browser, "rp-queue", scope=QUEUE).tokens()
    assert (await town.exchange(scope="openid name")).status_code == 200, "the twin: after the person agreed"


async def test_tx_06_data_that_the_person_did_not_give_the_audience_stay_out(site: Site) -> None:
    """The audience's notice has no kecamatan: the scope is there, the value is not."""
    town = await a_town(site)
    answer = (await town.exchange(scope="openid name kecamatan")).json()
    told = await town.asked("/introspect", answer["access_token"], "rp-queue")
    assert told["name"] == "Siti Peragawati" and "kecamatan" not in told


async def test_tx_02_scope_is_never_wider(site: Site) -> None:
    town = await a_town(site)
    refused = await town.exchange(scope="openid name birthdate")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert (await town.exchange(scope="openid name")).status_code == 200


async def test_tx_05_the_chain_grows_by_one_each_time_and_nobody_writes_it(site: Site) -> None:
    town = await a_town(site)
    await register(
        site, test_client("e-link", client_id="rp-queue", exchange_from=frozenset({"rp-test", "rp-queue"}), grant_types=frozenset({NAME}))
    )
    first = (await town.exchange(scope="openid name", act='{"sub":"client:presiden"}')).json()["access_token"]
    assert (await town.asked("/introspect", first, "rp-queue"))["act"] == {"sub": "client:rp-test"}
    second = (await town.exchange(first, client="rp-queue", scope="openid name")).json()["access_token"]
    assert (await town.asked("/introspect", second, "rp-queue"))["act"] == {"sub": "client:rp-queue", "act": {"sub": "client:rp-test"}}
    third = (await town.exchange(second, client="rp-queue", scope="openid name")).json()["access_token"]
    refused = await town.exchange(third, client="rp-queue", scope="openid name")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


async def test_a_jwt_for_an_audience_that_verifies_by_itself(site: Site) -> None:
    town = await a_town(site, access_token_format="jwt", audience="https://antrean.example")
    answer = (await town.exchange(audience="https://antrean.example", scope="openid name")).json()
    assert answer["expires_in"] <= 300
    keys = KeySet.import_key_set((await site.http().get("/jwks")).json())
    claims = jwt.decode(answer["access_token"], keys, algorithms=["ES256"]).claims
    assert (claims["aud"], claims["client_id"], claims["act"]) == ("https://antrean.example", "rp-test", {"sub": "client:rp-test"})
    assert "name" not in claims
    told = await town.asked("/introspect", answer["access_token"], "rp-queue")
    assert told["name"] == "Siti Peragawati"


async def test_it_ends_no_later_than_what_it_came_from(site: Site) -> None:
    town = await a_town(site)
    site.clock.advance(500)
    answer = (await town.exchange(scope="openid name")).json()
    assert answer["expires_in"] == 100
    site.clock.advance(100)
    assert (await town.asked("/introspect", answer["access_token"], "rp-queue")) == {"active": False}


async def lock(site: Site) -> None:
    await site.house.people.set_status(await person_of(site), Status.LOCKED, actor="cli")


async def end_session(site: Site) -> None:
    for row in await site.house.sessions.of_person(await person_of(site)):
        await site.house.sessions.end_by_id(row.id, actor="cli")


def withdraw(purpose_of: str) -> Callable[[Site], Awaitable[None]]:
    async def change(site: Site) -> None:
        person = await person_of(site)
        states = await site.house.consent.states(person, purpose_of)
        state = next(one for one in states if one.basis.value == "consent")
        await site.house.consent.withdraw(person, state.record_id, channel="portal", language="id")

    return change


async def revoke(site: Site) -> None:
    await site.resources.expiring.move(guards.application("usaha-kecil"))


async def close_audience(site: Site) -> None:
    await site.resources.expiring.move(guards.application("e-link"))


async def change_permission(site: Site) -> None:
    await site.resources.expiring.move(guards.permit(await person_of(site), "e-link"))


DEATHS: dict[str, Callable[[Site], Awaitable[None]]] = {
    "person_locked": lock,
    "session_ended": end_session,
    "consent_of_the_caller_withdrawn": withdraw("pendampingan-usaha"),
    "caller_switched_off": revoke,
    "audience_switched_off": close_audience,
    "permission_at_the_audience_changed": change_permission,
}


@pytest.mark.parametrize("state", DEATHS)
async def test_tx_04_the_issued_token_dies_with_what_it_came_from_and_with_its_audience(site: Site, state: str) -> None:
    town = await a_town(site)
    token = (await town.exchange(scope="openid name")).json()["access_token"]
    assert (await town.asked("/introspect", token, "rp-queue"))["active"] is True
    await DEATHS[state](site)
    assert await town.asked("/introspect", token, "rp-queue") == {"active": False}


async def client_off(site: Site) -> None:
    await register(site, replace(site.house.registry.now.clients["rp-queue"], enabled=False))


async def agency_off(site: Site) -> None:
    agency = site.house.registry.now.agencies[site.house.registry.now.applications["e-link"].agency]
    await site.resources.stores.registry.save_agency(replace(agency, suspended=True))
    await site.house.reload()


async def level_raised(site: Site) -> None:
    service = site.house.registry.now.service_for("e-link", None)
    assert service is not None
    await site.resources.stores.registry.save_service(replace(service, authentication_level="aal2"))
    await site.house.reload()


async def list_emptied(site: Site) -> None:
    await register(site, replace(site.house.registry.now.clients["rp-queue"], exchange_from=frozenset()))


async def caller_scope_removed(site: Site) -> None:
    await register(site, replace(site.house.registry.now.clients["rp-test"], scopes=frozenset({"openid"})))


STATES: dict[str, tuple[Callable[[Site], Awaitable[None]], str]] = {
    "person_locked": (lock, "invalid_request"),
    "session_ended": (end_session, "invalid_request"),
    "consent_of_the_caller_withdrawn": (withdraw("pendampingan-usaha"), "invalid_request"),
    "scope_removed_from_the_caller": (caller_scope_removed, "invalid_request"),
    "audience_client_disabled": (client_off, "invalid_target"),
    "audience_agency_suspended": (agency_off, "invalid_target"),
    "audience_needs_a_second_step": (level_raised, "invalid_target"),
    "taken_off_the_list": (list_emptied, "invalid_target"),
}


@pytest.mark.parametrize("state", STATES)
async def test_tx_04_every_exchange_asks_again(site: Site, state: str) -> None:
    change, code = STATES[state]
    town = await a_town(site)
    assert (await town.exchange(scope="openid name")).status_code == 200
    await change(site)
    refused = await town.exchange(scope="openid name")
    assert (refused.status_code, refused.json()["error"]) == (400, code)


async def test_ui_07_guessing_subject_tokens_is_slowed(site: Site) -> None:
    town = await a_town(site, agreed=False)
    codes = {(await town.exchange("x" * 43)).status_code for _ in range(301)}
    assert codes == {400, 429}


async def test_tx_06_what_is_exchanged_ends_with_the_agreement_at_the_audience(site: Site) -> None:
    """The person agreed there for thirty seconds: nobody who acts for them knows them longer than the audience itself."""
    await furnish(site, consent_seconds=30)
    town = await a_town(site, agreed=False)
    await register(
        site,
        test_client(
            APPLICATION, client_id="rp-queue", exchange_from=frozenset({"rp-test"}), grant_types=frozenset({NAME, "authorization_code"})
        ),
    )
    own = await Party(site, town.caller.browser, "rp-queue", scope="openid name").tokens()
    site.clock.advance(10)
    answer = (await town.exchange(scope="openid name")).json()
    assert answer["expires_in"] == 20
    for token in (own["access_token"], answer["access_token"]):
        assert (await town.asked("/introspect", token, "rp-queue"))["active"] is True
    site.clock.advance(21)
    for token in (own["access_token"], answer["access_token"]):
        assert (await town.asked("/introspect", token, "rp-queue")) == {"active": False}
    assert (await town.exchange(scope="openid name")).json()["error"] == "invalid_target"


async def test_tx_06_a_sign_in_too_old_for_the_audience_is_not_handed_to_it(site: Site) -> None:
    town = await a_town(site, default_max_age=60)
    assert (await town.exchange(scope="openid name")).status_code == 200
    site.clock.advance(61)
    assert (await town.exchange(scope="openid name")).json()["error"] == "invalid_target"
    await Party(site, town.caller.browser, "rp-queue", scope=QUEUE).tokens()
    fresh = (await town.caller.tokens(scope="openid name"))["access_token"]
    assert (await town.exchange(fresh, scope="openid name")).status_code == 200, "the twin: after the person signed in there again"
