"""Proof that the operator themselves is still there: password and code again, at most five minutes old, before anything dangerous.

What was being done is kept on the server meanwhile, so that nothing typed is lost (AD-13, UX C-16).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import orjson

from admin.errors import AdminError, FieldProblem, Invalid
from idp import guards
from idp.signin.password import Busy, Hasher
from idp.signin.totp import Totp
from idp.store import CredentialStore, PeopleStore
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest, new_secret, same

PENDING_SECONDS = 1800
WRONG = {
    "id": "Kata sandi atau kode belum tepat. Periksa keduanya, lalu coba lagi.",
    "en": "The password or the code is not right. Check both and try again.",
}


class TooManyGuesses(AdminError):
    code, status = "too_many_guesses", 429
    text: ClassVar[Mapping[str, str]] = {
        "id": "Terlalu banyak percobaan. Coba lagi 15 menit lagi.",
        "en": "Too many tries. Try again in 15 minutes.",
    }


class Overloaded(AdminError):
    code, status = "busy", 503
    text: ClassVar[Mapping[str, str]] = {
        "id": "Gapura sedang sibuk. Coba lagi sebentar lagi.",
        "en": "Gapura is busy. Try again in a moment.",
    }


@dataclass(frozen=True, slots=True)
class Pending:
    """An act that waits for its proof: where it was posted, and what."""

    id: str
    path: str
    form: tuple[tuple[str, str], ...]
    title: str


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Judges with the sign-in room's own hasher, throttle and second step: every try counts before it is judged (LG-07)."""

    people: PeopleStore
    credentials: CredentialStore
    hasher: Hasher
    totp: Totp
    store: ExpiringStore
    trail: AuditTrail
    clock: Clock

    async def prove(self, person_id: str, password: str, code: str, *, origin: str) -> None:
        """Return when password and code are both right; raise Invalid, the same for either, TooManyGuesses or Overloaded."""
        person = await self.people.get(person_id)
        kept = await self.credentials.of_person(person_id, "password")
        account = self.totp.throttle.account("confirm", person_id)
        if await self.totp.throttle.admit(account) is not None:
            raise TooManyGuesses
        try:
            right = await self.hasher.verify(kept.secret if kept is not None else self.hasher.decoy, password)
        except Busy as error:
            raise Overloaded from error
        if right and kept is not None and person is not None:
            second = await self.totp.check(person, code)
            if second.wait is not None:
                raise TooManyGuesses
            right = second.right
        now = self.clock.now()
        who, subject = f"operator:{person_id}", f"person:{person_id}"
        if not right or kept is None or person is None:
            await self.trail.append(Entry(AuditEvent.SECOND_STEP_FAILED, who, subject, now, origin=origin))
            raise Invalid(FieldProblem("password", "wrong", WRONG))
        await self.totp.throttle.forgive(account)
        await self.trail.append(Entry(AuditEvent.OPERATOR_CONFIRMED, who, subject, now, origin=origin))

    async def hold(self, person_id: str, path: str, form: list[tuple[str, str]], title: str) -> str:
        """Keep a posted act until it is proved; return its id. It dies with the account's other sessions."""
        secret = new_secret()
        held = await self.store.guards(guards.person(person_id))
        body = orjson.dumps({"person": person_id, "path": path, "form": form, "title": title})
        await self.store.put(Put(f"op-act:{digest(secret)}", body, PENDING_SECONDS, held))
        return secret

    async def pending(self, person_id: str, secret: str) -> Pending | None:
        """Return the act if it is this operator's."""
        raw = await self.store.get(f"op-act:{digest(secret)}")
        body = orjson.loads(raw) if raw is not None else {}
        if body.get("person") != person_id:
            return None
        return Pending(secret, body["path"], tuple((name, value) for name, value in body["form"]), body["title"])

    async def release(self, secret: str) -> bool:
        """Take the act to carry it out; True for one caller only."""
        return await self.store.take(f"op-act:{digest(secret)}") is not None

    async def grant(self, person_id: str) -> str:
        """Return the id of a fresh confirmation for the API: it lives five minutes and belongs to this operator."""
        secret = new_secret()
        held = await self.store.guards(guards.person(person_id))
        value = f"{person_id} {self.clock.now()}".encode()
        await self.store.put(Put(f"op-proof:{digest(secret)}", value, 300, held))
        return secret

    async def granted_at(self, person_id: str, secret: str) -> int | None:
        """Return when the confirmation was given; None when it is not this operator's or its time is over."""
        raw = await self.store.get(f"op-proof:{digest(secret)}") if secret else None
        who, _, at = (raw or b"").decode().partition(" ")
        return int(at) if raw is not None and same(who, person_id) else None
