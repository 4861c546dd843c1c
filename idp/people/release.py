"""The one place where claim values of a person leave the record: for tokens, userinfo, connectors and previews alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.contract import Identity
from idp.people.models import Person
from idp.sessions.models import Session

VERIFIED_BESIDE = {"email": "email_verified", "phone_number": "phone_number_verified", "nik": "nik_verified"}


def release(person: Person, released: frozenset[str]) -> dict[str, Any]:
    """Return the values of exactly the released claims; a claim without a value is absent. OIDC Core §5.1 for the verified flags."""
    values = {name: person.claims[name] for name in sorted(released) if person.claims.get(name) not in (None, "", [], {})}
    for name, flag in VERIFIED_BESIDE.items():
        if name in values:
            values[flag] = bool(person.claims.get(flag, name == "nik" and person.level == "verified"))
    return values


def certain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without a NIK, address or number that nobody checked: an older system takes them for facts, makes accounts of
    them, and reads no flag beside them."""
    return {name: value for name, value in values.items() if name not in VERIFIED_BESIDE or values.get(VERIFIED_BESIDE[name], False)}


def identity(
    person: Person, session: Session, *, application: str, service: str, subject: str, released: frozenset[str], now: int, sid: str = ""
) -> Identity:
    """Return who this is for one application: what a connector kind may format, and nothing else."""
    return Identity(
        subject=subject,
        application=application,
        service=service,
        claims=certain(release(person, released)),
        acr=session.acr,
        amr=session.amr,
        auth_time=session.auth_time,
        issued_at=now,
        session=sid,
    )
