"""`grant_type=…:device_code`: every rule by itself, then the states that stop it between approval and redemption. RFC 8628 §3.4, §3.5."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from idp.client_auth.authenticate import Authenticated
from idp.device.models import DeviceRequest, State
from idp.errors import OAuthError
from idp.grants.device_code import NAME, RULES, Poll
from idp.grants.model import TokenRequest
from idp.people.models import IdentifierKind, Person, Status
from idp.sessions.models import ACR_PASSWORD, ACR_TWO_STEPS
from idp.tokens.models import AuthorizationCode
from tests.idp.device.kiosk import Kiosk, a_kiosk
from tests.idp.samples import NOW, a_client, a_service
from tests.site import SITI, Site, register, test_client

SCOPES = frozenset({"openid", "profile"})
ASKED = DeviceRequest("rp-a", "aplikasi-a", "layanan-satu", SCOPES, "WDJBMJHT", NOW + 600, State.APPROVED)
APPROVAL = AuthorizationCode(
    client_id="rp-a",
    application="aplikasi-a",
    service="layanan-satu",
    grant="grant-1",
    person="person-1",
    session="session-1",
    sid="sid-1",
    subject="subject-1",
    redirect_uri="",
    code_challenge="",
    nonce=None,
    scopes=SCOPES,
    released=frozenset({"name"}),
    id_token_claims=frozenset(),
    auth_time=NOW,
    acr=ACR_PASSWORD,
    amr=("pwd",),
    issued_at=NOW,
)
PERSON = Person("person-1", Status.ACTIVE, "verified", "id", {"name": "Contoh"})


def judged(*, asked: dict[str, Any] | None = None, client: dict[str, Any] | None = None, **facts: Any) -> str:
    """Return what the first rule that refuses says; empty when all are satisfied."""
    request = TokenRequest(Authenticated(a_client(**(client or {})), "none:"), {}, NOW)
    poll = Poll(replace(ASKED, **(asked or {})), request, True, APPROVAL, PERSON, APPROVAL.released, a_service())
    for rule in RULES:
        try:
            rule(replace(poll, **facts))
        except OAuthError as error:
            return f"{error.status} {error.code}: {error.description}"
    return ""


def test_a_right_one_passes_every_rule() -> None:
    assert judged() == ""


def test_another_client_gets_nothing() -> None:
    assert judged(client={"client_id": "rp-b"}) == "400 invalid_grant: the device code was issued to another client"


def test_dv_02_who_asks_too_fast_is_told_to_slow_down() -> None:
    assert judged(in_turn=False) == "400 slow_down: wait five seconds more between two requests from now on"


def test_nobody_has_answered() -> None:
    pending = judged(asked={"state": State.PENDING}, approval=None, person=None, released=None)
    assert pending == "400 authorization_pending: the person has not answered yet"


def test_the_person_said_no() -> None:
    assert judged(asked={"state": State.DENIED}, approval=None) == "400 access_denied: the person said no"


def test_dv_04_the_approval_died_with_its_guards() -> None:
    assert judged(approval=None) == "400 invalid_grant: what was approved does not stand any more, or was redeemed"


@pytest.mark.parametrize("status", [Status.LOCKED, Status.DISABLED, Status.CLOSED])
def test_dv_04_the_account_cannot_be_used(status: Status) -> None:
    assert judged(person=replace(PERSON, status=status)) == "400 invalid_grant: the account cannot be used"
    assert judged(person=None) == "400 invalid_grant: the account cannot be used"


def test_dv_04_the_consent_does_not_stand() -> None:
    assert judged(released=None) == "400 invalid_grant: the consent does not stand any more"
    assert judged(released=frozenset()) == "400 invalid_grant: the consent does not stand any more"
    assert judged(released=frozenset({"name", "gender"})) == "", "more is no reason to refuse"


def test_dv_04_a_scope_was_taken_from_the_client() -> None:
    fewer = judged(client={"scopes": frozenset({"openid"})})
    assert fewer == "400 invalid_grant: the client is not registered any more for what was granted"


def test_dv_04_the_service_needs_a_stronger_sign_in_now() -> None:
    needs_two = a_service(authentication_level="aal2")
    assert judged(service=needs_two) == "400 invalid_grant: the service needs a stronger sign-in now"
    assert judged(service=needs_two, approval=replace(APPROVAL, acr=ACR_TWO_STEPS)) == ""
    assert judged(service=None) == ""


async def test_dv_02_every_poll_that_comes_too_early_adds_five_seconds(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    assert (await kiosk.poll(wait=0)).json()["error"] == "authorization_pending"
    assert (await kiosk.poll(wait=4)).json()["error"] == "slow_down"
    assert (await kiosk.poll(wait=9)).json()["error"] == "slow_down", "ten seconds now"
    assert (await kiosk.poll(wait=14)).json()["error"] == "slow_down", "fifteen now"
    assert (await kiosk.poll(wait=20)).json()["error"] == "authorization_pending"
    assert (await kiosk.poll(wait=5)).json()["error"] == "slow_down", "the interval does not shrink again"


async def test_dv_02_a_patient_device_is_never_told_to_slow_down(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    for _ in range(5):
        assert (await kiosk.poll(wait=5)).json()["error"] == "authorization_pending"


async def test_dv_02_somebody_elses_client_slows_nobody_down(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    stranger = await a_kiosk(site, client_id="anjungan-lain")
    stranger.shown = kiosk.shown
    refused = await stranger.poll(wait=0)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await kiosk.poll(wait=0)).json()["error"] == "authorization_pending"


async def person_of(site: Site) -> str:
    return (await site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0].id


async def lock(site: Site, kiosk: Kiosk) -> None:
    await site.house.people.set_status(await person_of(site), Status.LOCKED, actor="cli")


async def disable(site: Site, kiosk: Kiosk) -> None:
    await site.house.people.set_status(await person_of(site), Status.DISABLED, actor="cli")


async def sign_out(site: Site, kiosk: Kiosk) -> None:
    for row in await site.house.sessions.of_person(await person_of(site)):
        await site.house.sessions.end_by_id(row.id, actor="cli")


async def withdraw(site: Site, kiosk: Kiosk) -> None:
    person = await person_of(site)
    state = next(one for one in await site.house.consent.states(person) if one.purpose == "pendampingan-usaha.dampingi")
    await site.house.consent.withdraw(person, state.record_id, channel="portal", language="id")


async def take_a_scope(site: Site, kiosk: Kiosk) -> None:
    client = site.house.registry.now.clients[kiosk.client_id]
    await register(site, replace(client, scopes=frozenset({"openid", "name"})))


async def switch_client_off(site: Site, kiosk: Kiosk) -> None:
    await register(site, replace(site.house.registry.now.clients[kiosk.client_id], enabled=False))


async def raise_the_level(site: Site, kiosk: Kiosk) -> None:
    service = site.house.registry.now.services["pendampingan-usaha"]
    await site.resources.stores.registry.save_service(replace(service, authentication_level="aal2"))
    await site.house.reload()


async def suspend_agency(site: Site, kiosk: Kiosk) -> None:
    snapshot = site.house.registry.now
    agency = snapshot.agencies[snapshot.applications["usaha-kecil"].agency]
    await site.resources.stores.registry.save_agency(replace(agency, suspended=True))
    await site.house.reload()


STATES: dict[str, tuple[Callable[[Site, Kiosk], Awaitable[None]], str]] = {
    "person_locked": (lock, "invalid_grant"),
    "person_disabled": (disable, "invalid_grant"),
    "session_ended": (sign_out, "invalid_grant"),
    "consent_withdrawn": (withdraw, "invalid_grant"),
    "scope_removed": (take_a_scope, "invalid_grant"),
    "acr_too_low": (raise_the_level, "invalid_grant"),
    "client_disabled": (switch_client_off, "invalid_client"),
    "agency_suspended": (suspend_agency, "invalid_client"),
}


@pytest.mark.parametrize("state", STATES)
async def test_dv_04_what_changed_between_approval_and_redemption_stops_it(site: Site, state: str) -> None:
    change, code = STATES[state]
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    browser = site.browser()
    await kiosk.approve(browser)
    assert (await kiosk.poll()).status_code == 200, "the twin: it works without the change"
    await kiosk.ask()
    assert "sudah tersambung" in (await kiosk.approve(browser)).text
    await change(site, kiosk)
    refused = await kiosk.poll()
    assert (refused.status_code, refused.json()["error"]) == (401 if code == "invalid_client" else 400, code)


async def test_of_many_polls_at_once_one_gets_tokens(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    await kiosk.approve()
    site.clock.advance(5)
    answers = await asyncio.gather(*(kiosk.poll(wait=0) for _ in range(20)))
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.json()["error"] for answer in answers if answer.status_code != 200} <= {"slow_down", "expired_token"}
    tokens = next(answer.json() for answer in answers if answer.status_code == 200)
    alive = await site.http().get("/userinfo", headers={"authorization": "Bearer " + tokens["access_token"]})
    assert alive.status_code == 200, "the others took nothing back"


async def test_a_client_has_the_device_grant_only_when_it_registered_it(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await register(site, test_client(client_id="web"))
    other = Kiosk(site, "web")
    response = await site.http().post(
        "/device_authorization", data={"scope": "openid"}, auth=("web", "test-secret-test-secret-test-secret-test-1")
    )
    assert (response.status_code, response.json()["error"]) == (400, "unauthorized_client")
    assert other.shown == {}
    assert (await kiosk.ask()).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "openid email passwords"}, "invalid_scope"),
        ({"scope": "name"}, "invalid_scope"),
        ({"scope": "openid name name"}, "invalid_scope"),
        ({"scope": "openid layanan:antrean-puskesmas"}, "invalid_scope"),
        ({"redirect_uri": "https://rp.example/cb"}, "invalid_request"),
        ({"code_challenge": "x" * 43}, "invalid_request"),
        ({"request": "e30.e30."}, "invalid_request"),
        ({"authorization_details": "[]"}, "invalid_request"),
    ],
)
async def test_a_device_request_obeys_the_rules_of_scope_and_holds_nothing_of_a_redirect(
    site: Site, changes: dict[str, str], error: str
) -> None:
    kiosk = await a_kiosk(site)
    refused = await kiosk.ask(**changes)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert (await kiosk.ask()).status_code == 200


async def test_device_requests_of_one_address_are_bounded(site: Site) -> None:
    kiosk = await a_kiosk(site)
    for _ in range(60):
        assert (await kiosk.ask()).status_code == 200
    assert (await kiosk.ask()).status_code == 429


async def test_a_device_code_is_required_and_unknown_ones_have_run_out(site: Site) -> None:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    for code, error in (("", "invalid_request"), ("x" * 43, "expired_token"), ("x" * 5000, "expired_token")):
        refused = await kiosk.poll(device_code=code)
        assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert NAME in (await site.http().get("/.well-known/openid-configuration")).json()["grant_types_supported"]
