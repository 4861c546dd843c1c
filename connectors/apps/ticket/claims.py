"""What a ticket says: an identity for one application for a minute, or the end of one sign-in. Facts in, a dict out."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from connectors.apps.ticket.settings import TicketSettings
from connectors.contract import Emission, Identity
from connectors.mapping import apply

Claims = Mapping[str, str | int]
SIGN_IN, SIGN_OUT = "sign-in", "sign-out"
SIGN_OUT_LIFETIME = 120  # seconds, as of a logout token (LO-07)


def emissions(settings: TicketSettings, identity: Identity) -> Sequence[Emission]:
    """Return what the ticket says about the person. A claim that was not released has no field."""
    found = [Emission(row.field, value, row.claim) for row, value in apply(settings.fields, identity.claims)]
    return [Emission(settings.subject_field, identity.subject, "sub"), *found]


def handle() -> str:
    """Return a new name for one sign-in, by which its end is told."""
    return secrets.token_urlsafe(16)


def sign_in(settings: TicketSettings, identity: Identity, issuer: str, now: int, sid: str, state: Mapping[str, object]) -> Claims:
    """Return the claims of a ticket: who, for whom, until when, where she wanted to go, and the `state` of the browser that began."""
    about = {emission.name: emission.value for emission in emissions(settings, identity)}
    asked = {name: str(state[name]) for name in ("kembali", "state") if state.get(name)}
    return {**about, **asked, **_frame(settings, SIGN_IN, issuer, now, settings.lifetime, sid)}


def sign_out(settings: TicketSettings, issuer: str, now: int, sid: str) -> Claims:
    """Return the claims of a sign-out ticket: which sign-in ended, and nothing about the person."""
    return _frame(settings, SIGN_OUT, issuer, now, SIGN_OUT_LIFETIME, sid)


def _frame(settings: TicketSettings, purpose: str, issuer: str, now: int, seconds: int, sid: str) -> dict[str, str | int]:
    return {
        "iss": issuer,
        "aud": settings.audience or settings.base_url,
        "iat": now,
        "nbf": now,
        "exp": now + seconds,
        "jti": secrets.token_urlsafe(18),
        "sid": sid,
        "purpose": purpose,
    }
