"""The columns of the matrix: one function a state, by the action that a person or an operator has for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from admin.operator import LOCAL, Operator
from idp import guards
from idp.people.models import Status
from tests.conformance.suite import APPLICATION
from tests.idp.matrix.town import CLIENT, CONNECTOR, CONSENT_SECONDS, KIOSK, Town
from tests.site import SITI, register

WHY = "Diperiksa dalam uji"


async def look_up(town: Town) -> Operator:
    """An operator acts on an account only after a look-up."""
    await town.site.house.admin.actions.people.find(town.operator, SITI, reason="counter", case="LK-1")
    return town.operator


async def user_disabled(town: Town) -> None:
    await town.site.house.admin.actions.people.set_status(await look_up(town), town.person, Status.DISABLED, reason=WHY)


async def user_locked(town: Town) -> None:
    await town.site.house.admin.actions.people.set_status(await look_up(town), town.person, Status.LOCKED, reason=WHY)


async def user_recreated(town: Town) -> None:
    """The account is closed, and the same person gets a new one with the same NIK."""
    people, store = town.site.house.people, town.site.resources.stores.people
    former, identifiers = await store.get(town.person), await store.identifiers(town.person)
    assert former is not None
    await people.set_status(town.person, Status.CLOSED, actor="cli", reason=WHY)
    fresh = await people.create(dict(former.claims), identifiers, actor="cli")
    assert fresh.id != town.person
    town.person = fresh.id


async def password_changed(town: Town) -> None:
    """At the counter: whoever was signed in with the former one is out."""
    await town.site.house.admin.actions.enrolment.reset_password(LOCAL, town.person, reason=WHY)


async def consent_withdrawn(town: Town) -> None:
    (state,) = [one for one in await town.site.house.consent.states(town.person, APPLICATION) if one.basis.value == "consent"]
    await town.site.house.consent.withdraw(town.person, state.record_id, channel="portal", language="id")


async def consent_expired(town: Town) -> None:
    town.site.clock.advance(CONSENT_SECONDS + 1)


async def scope_removed(town: Town) -> None:
    """In the registry, as it stands after any way of changing it; the guard that the console also moves is left alone here."""
    for name in (CLIENT, KIOSK):
        await register(town.site, town.client(name, scopes=frozenset({"openid"})))


async def client_disabled(town: Town) -> None:
    for name in (CLIENT, KIOSK):
        await register(town.site, town.client(name, enabled=False))


async def agency_suspended(town: Town) -> None:
    snapshot = town.site.house.registry.now
    agency = snapshot.agencies[snapshot.applications[APPLICATION].agency]
    await town.site.house.admin.actions.agencies.suspend(town.operator, agency.code, name=agency.name["id"], reason=WHY)


async def connector_disabled(town: Town) -> None:
    name = town.site.house.registry.now.applications[APPLICATION].name["id"]
    await town.site.house.admin.actions.connectors.disable(town.operator, CONNECTOR, name=name, reason=WHY)


async def session_ended(town: Town) -> None:
    ended = await town.site.house.admin.actions.people.end_all_sessions(await look_up(town), town.person, reason=WHY)
    assert ended >= 1


async def acr_too_low(town: Town) -> None:
    """The service now wants two steps; the person signed in with a password. Changed as every action of an operator changes things."""
    service = town.site.house.registry.now.services[APPLICATION]
    async with town.site.house.admin.actions.applications.desk.changing(guards.application(APPLICATION)):
        await town.site.resources.stores.registry.save_service(replace(service, authentication_level="aal2"))


STATES: Mapping[str, Callable[[Town], Awaitable[None]]] = {
    "user_disabled": user_disabled,
    "user_locked": user_locked,
    "user_recreated": user_recreated,
    "password_changed": password_changed,
    "consent_withdrawn": consent_withdrawn,
    "consent_expired": consent_expired,
    "scope_removed": scope_removed,
    "client_disabled": client_disabled,
    "agency_suspended": agency_suspended,
    "connector_disabled": connector_disabled,
    "session_ended": session_ended,
    "acr_too_low": acr_too_low,
}
OF_A_PERSON = (
    "user_disabled",
    "user_locked",
    "user_recreated",
    "password_changed",
    "consent_withdrawn",
    "consent_expired",
    "session_ended",
)
