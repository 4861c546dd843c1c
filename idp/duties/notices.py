"""Notices to an application of what its agency now owes: Security Event Tokens (RFC 8417), pushed one by one (RFC 8935).

Signed when sent, under the same `jti` at every try, so that a receiver that got one twice knows it. The person is named by the pairwise
`sub` that the application knows (RFC 9493 §3.2.5), and nothing in a notice is a value of hers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from idp.applications.registry import Registry, Snapshot
from idp.keys.schedule import KeySchedule
from idp.people.service import People
from idp.signout.store import Delivery
from kit.clock import Clock
from kit.json_depth import parse

KIND = "duty"
TYPE = "secevent+jwt"  # RFC 8417 §2.3
MEDIA_TYPE = "application/secevent+jwt"
EVENT = "urn:gapura:event:"
ALG = "ES256"
SECONDS = 5.0
MOST_ANSWER = 4096
LONGEST_REASON = 60
GIVE_UP_AFTER = 7 * 86400  # longer than the deadline: whoever was away over it must still hear


def listens(snapshot: Snapshot, application_id: str) -> bool:
    """True when the application has said where it wants to hear of events."""
    application = snapshot.applications.get(application_id)
    return application is not None and bool(application.events_uri)


def sector_of(snapshot: Snapshot, application_id: str) -> str:
    """Return within which the application knows people: that of its clients, else its agency."""
    clients = snapshot.clients_of.get(application_id, ())
    return snapshot.sector_of(clients[0]) if clients else snapshot.applications[application_id].agency


def claims_of(told: Mapping[str, Any], *, issuer: str, audience: str, subject: str, jti: str, now: int) -> dict[str, Any]:
    """Return the claims to sign. No `sub` and no `exp`: nobody takes it for another kind of token (RFC 8417 §4.1)."""
    return {
        "iss": issuer,
        "aud": audience,
        "iat": now,
        "jti": jti,
        "toe": told["at"],
        "sub_id": {"format": "opaque", "id": subject},
        "events": {f"{EVENT}{told['cause']}": {"records": told["records"]}},
    }


@dataclass(frozen=True)
class DutyNotices:
    """Implements idp.signout.delivery.Sender. `http` is guarded: public addresses only, no redirects."""

    registry: Registry
    people: People
    keys: KeySchedule
    http: httpx.AsyncClient
    issuer: str
    clock: Clock
    give_up_after: int = GIVE_UP_AFTER

    async def send(self, delivery: Delivery) -> str | None:
        """Push one notice; return what went wrong, nothing when it was taken or nobody listens now, None for an unknown application."""
        snapshot = self.registry.now
        application = snapshot.applications.get(delivery.target)
        if application is None:
            return None
        if not application.events_uri:
            return ""
        told = orjson.loads(delivery.payload)
        subject = await self.people.subject(told["person"], sector_of(snapshot, application.id))
        claims = claims_of(told, issuer=self.issuer, audience=application.id, subject=subject, jti=delivery.id, now=self.clock.now())
        return await self._push(application.events_uri, self.keys.signer.sign(claims, ALG, TYPE))

    async def _push(self, url: str, token: str) -> str:
        headers = {"Content-Type": MEDIA_TYPE, "Accept": "application/json"}
        try:
            async with (
                asyncio.timeout(SECONDS),
                self.http.stream("POST", url, content=token.encode(), headers=headers) as response,
            ):
                return "" if response.status_code == 202 else await _refusal(response)  # RFC 8935 §2.2
        except (TimeoutError, httpx.TimeoutException):
            return f"no answer within {SECONDS:g} s"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return f"{type(error).__name__}: {error}"[:160]


async def _refusal(response: httpx.Response) -> str:
    """Return the status, with the receiver's own error code where it gives one. RFC 8935 §2.3."""
    reason = f"HTTP {response.status_code}"
    if response.status_code != 400:
        return reason
    raw = b""
    async for chunk in response.aiter_bytes():
        raw += chunk
        if len(raw) > MOST_ANSWER:
            return reason
    try:
        said = parse(raw)
    except ValueError:
        return reason
    code = said.get("err") if isinstance(said, dict) else None
    is_plain = isinstance(code, str) and code.isascii() and code.isprintable() and len(code) <= LONGEST_REASON
    return f"{reason}: {code}" if is_plain else reason
