"""Proxy tickets: a program of the application asks another service of the same application in the person's name. CAS 3.0 §2.5.4, §2.6.

Only services of the same connector: another application has its own agreement and knows the person by another number, and a ticket must
not carry the one to the other. For that there is token exchange.
"""

from __future__ import annotations

from urllib.parse import urlencode

from connectors.apps.cas.answers import Refused, failure, proxy_ticket
from connectors.apps.cas.services import MAX_SERVICE, how_near
from connectors.apps.cas.settings import CasSettings
from connectors.apps.cas.tickets import GRANTING_SECONDS, TICKET_SECONDS, Granted, granted_from, new_ticket, sort_of
from connectors.apps.cas.words import bounded, wants_json
from connectors.contract import Answer
from connectors.errors import BadRequest
from connectors.front_door import Desk, Kept, Received


async def grant(granted: Granted, callback: str, kept: Kept, desk: Desk) -> str:
    """Return the IOU of a proxy-granting ticket that the callback has taken; empty when it did not answer 200 (CAS 3.0 §2.5.4).

    The ticket is good before the callback hears of it, and lives under the guards of the one it was got with.
    """
    ticket, iou = new_ticket("PGT"), new_ticket("PGTIOU")
    chained = granted.through("", (callback, *granted.proxies))
    if not await desk.keep(ticket, chained.to_bytes(), GRANTING_SECONDS, kept):
        raise Refused("INVALID_TICKET", "the session ended")
    query = urlencode({"pgtIou": iou, "pgtId": ticket})
    if await desk.fetch(f"{callback}{'&' if '?' in callback else '?'}{query}") is None:
        await desk.forget(ticket)
        return ""
    return iou


async def proxy(received: Received, desk: Desk) -> Answer:
    """Return a proxy ticket for a service of the same connector. CAS 3.0 §2.7."""
    json = False
    try:
        json = wants_json(received)
        return proxy_ticket(await _proxy_ticket(received, desk), json=json)
    except Refused as refused:
        return failure(refused, json=json, of="proxyFailure")


async def _proxy_ticket(received: Received, desk: Desk) -> str:
    try:
        granting, target = bounded(received, "pgt", 256), bounded(received, "targetService", MAX_SERVICE)
    except BadRequest as error:
        raise Refused("INVALID_REQUEST", error.reason) from None
    if not granting or not target:
        raise Refused("INVALID_REQUEST", "pgt and targetService are both required")
    kept = await desk.look(granting) if sort_of(granting) == "PGT" else None
    if kept is None:
        raise Refused("INVALID_TICKET", "the proxy-granting ticket is not known, or its session ended")
    granted = granted_from(kept.value)
    connector = desk.connector(granted.connector)
    settings = connector.settings if connector is not None else None
    if not isinstance(settings, CasSettings) or not settings.proxy or granted.proxies[0] not in settings.proxy_callbacks:
        raise Refused("UNAUTHORIZED_SERVICE", "proxy tickets are not on for this application")
    if not how_near(settings.services, target):
        raise Refused("UNAUTHORIZED_SERVICE", "the service is not one of this application's")
    ticket = new_ticket("PT")
    if not await desk.keep(ticket, granted.through(target, granted.proxies).to_bytes(), TICKET_SECONDS, kept):
        raise Refused("INVALID_TICKET", "the session ended")
    return ticket
