"""A ticket comes back from the application: it is taken first, so that it is good once whatever is wrong with the rest (CA-03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.apps.cas.answers import Refused, failure, plain, success, told_of
from connectors.apps.cas.proxying import grant
from connectors.apps.cas.services import MAX_SERVICE, how_near
from connectors.apps.cas.settings import CasSettings
from connectors.apps.cas.tickets import Granted, granted_from, sort_of
from connectors.apps.cas.words import bounded, is_set, wants_json
from connectors.contract import Answer
from connectors.errors import BadRequest
from connectors.front_door import Desk, Kept, Received


@dataclass(frozen=True, slots=True)
class Way:
    """One of the five addresses at which a ticket is validated."""

    attributes: bool = False
    proxied: bool = False  # proxy tickets too
    version: int = 2


WAYS: Mapping[str, Way] = {
    "validate": Way(version=1),
    "service_validate": Way(),
    "proxy_validate": Way(proxied=True),
    "p3_service_validate": Way(attributes=True, version=3),
    "p3_proxy_validate": Way(attributes=True, proxied=True, version=3),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the application sent, once each and bounded."""

    service: str
    ticket: str
    renew: bool
    callback: str


async def validate(received: Received, desk: Desk) -> Answer:
    """Return the answer, in the words of the version that was asked."""
    way = WAYS[received.endpoint]
    if way.version == 1:
        try:
            granted, _, _ = await _redeem(received, way, desk)
        except Refused:
            return plain(None)
        return plain(granted.user)
    json = False
    try:
        json = wants_json(received)
        granted, asked, kept = await _redeem(received, way, desk)
        iou = await grant(granted, asked.callback, kept, desk) if asked.callback else ""
    except Refused as refused:
        return failure(refused, json=json)
    return success(told_of(granted, attributes=way.attributes, iou=iou), json=json)


async def _redeem(received: Received, way: Way, desk: Desk) -> tuple[Granted, Asked, Kept]:
    """Return what the ticket stands for, and forget it; raise Refused."""
    asked = _asked(received)
    kept = await desk.take(asked.ticket) if sort_of(asked.ticket) in ("ST", "PT") else None
    if kept is None:
        raise Refused("INVALID_TICKET", "the ticket is not known, was used, or is older than 10 seconds")
    granted = granted_from(kept.value)
    connector = desk.connector(granted.connector)
    if connector is None or not isinstance(connector.settings, CasSettings):
        raise Refused("INVALID_TICKET", "the application is not open")
    for rule in RULES:
        rule(granted, asked, way, connector.settings)
    return granted, asked, kept


def _asked(received: Received) -> Asked:
    try:
        service, ticket = bounded(received, "service", MAX_SERVICE), bounded(received, "ticket", 256)
        renew, callback = is_set(received, "renew"), bounded(received, "pgtUrl", MAX_SERVICE)
    except BadRequest as error:
        raise Refused("INVALID_REQUEST", error.reason) from None
    if not service or not ticket:
        raise Refused("INVALID_REQUEST", "service and ticket are both required")
    return Asked(service, ticket, renew, callback)


def service_is_the_tickets_own(granted: Granted, asked: Asked, way: Way, settings: CasSettings) -> None:
    """CAS 3.0 §2.5.3 INVALID_SERVICE. Compared as text: both come from the same program."""
    if asked.service != granted.service:
        raise Refused("INVALID_SERVICE", "the ticket was given for another service")


def service_is_still_registered(granted: Granted, asked: Asked, way: Way, settings: CasSettings) -> None:
    if not how_near(settings.services, granted.service):
        raise Refused("INVALID_SERVICE", "the service is not registered")


def proxy_tickets_are_for_proxy_validation(granted: Granted, asked: Asked, way: Way, settings: CasSettings) -> None:
    """CAS 3.0 §2.5: serviceValidate and validate refuse a proxy ticket, and say so."""
    if sort_of(asked.ticket) == "PT" and not way.proxied:
        raise Refused("INVALID_TICKET_SPEC", "a proxy ticket is validated at proxyValidate")


def sign_in_was_fresh_when_asked(granted: Granted, asked: Asked, way: Way, settings: CasSettings) -> None:
    """CAS 3.0 §2.4.1 `renew`: only a ticket from a sign-in with credentials passes (CA-07)."""
    if asked.renew and not granted.fresh:
        raise Refused("INVALID_TICKET", "the ticket is not from a new sign-in")


def callback_is_registered(granted: Granted, asked: Asked, way: Way, settings: CasSettings) -> None:
    """CAS 3.0 §2.5.4; only where the operator allowed it, only https, only addresses that were registered (CA-06)."""
    if asked.callback and not (settings.proxy and asked.callback in settings.proxy_callbacks):
        raise Refused("INVALID_PROXY_CALLBACK", "proxy tickets are not on for this application, or the callback is not registered")


RULES: tuple[Callable[[Granted, Asked, Way, CasSettings], None], ...] = (
    service_is_the_tickets_own,
    service_is_still_registered,
    proxy_tickets_are_for_proxy_validation,
    sign_in_was_fresh_when_asked,
    callback_is_registered,
)
