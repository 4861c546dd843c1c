"""Proof that the operator themselves is still there: password and code again, at most five minutes old, before anything dangerous.

What was being done is kept on the server meanwhile, so that nothing typed is lost (AD-13, UX C-16).
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import pyotp

from admin.errors import AdminError, FieldProblem, Invalid
from idp import guards
from idp.settings import IdpSettings
from idp.signin.password import Hasher
from idp.store import CredentialStore
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.secrets import digest, new_secret, same

PENDING_SECONDS = 1800
STEP = 30


class TooManyGuesses(AdminError):
    code, status = "too_many_guesses", 429
    text = {
        "id": "Terlalu banyak percobaan. Coba lagi 15 menit lagi.",
        "en": "Too many tries. Try again in 15 minutes.",
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
    credentials: CredentialStore
    hasher: Hasher
    store: ExpiringStore
    trail: AuditTrail
    settings: IdpSettings
    clock: Clock

    async def prove(self, person_id: str, password: str, code: str, *, origin: str) -> None:
        """Return when password and code are both right; raise Invalid, the same for either, or TooManyGuesses."""
        now = self.clock.now()
        account = f"confirm:{person_id}"
        guesses = await self.credentials.guesses(account)
        if guesses.failures >= self.settings.lock_after and now - guesses.last_failed_at >= self.settings.lock_seconds:
            await self.credentials.forgive(account)
        if await self.credentials.count_guess(account, now, self.settings.lock_after) is None:
            raise TooManyGuesses
        kept = await self.credentials.of_person(person_id, "password")
        right = kept is not None and await self.hasher.verify(kept.secret, password)
        if not (right and await self._code_is_right(person_id, code, now)):
            await self.trail.append(
                Entry(AuditEvent.SECOND_STEP_FAILED, f"operator:{person_id}", f"person:{person_id}", now, origin=origin)
            )
            wrong = {
                "id": "Kata sandi atau kode belum tepat. Periksa keduanya, lalu coba lagi.",
                "en": "The password or the code is not right. Check both and try again.",
            }
            raise Invalid(FieldProblem("password", "wrong", wrong))
        await self.credentials.forgive(account)
        await self.trail.append(
            Entry(AuditEvent.OPERATOR_CONFIRMED, f"operator:{person_id}", f"person:{person_id}", now, origin=origin)
        )

    async def _code_is_right(self, person_id: str, code: str, now: int) -> bool:
        """RFC 6238, one step either way, each step once (LG-08). In the demo the sandbox code stands for it."""
        typed = "".join(code.split())
        if self.settings.sandbox_code and same(typed, self.settings.sandbox_code):
            return True
        kept = await self.credentials.of_person(person_id, "totp")
        if kept is None or len(typed) != 6 or not (typed.isascii() and typed.isdigit()):
            return False
        totp = pyotp.TOTP(kept.secret)
        step = next((s for s in (now // STEP, now // STEP - 1, now // STEP + 1) if same(totp.at(s * STEP), typed)), None)
        return step is not None and await self.credentials.use_step(kept.id, step)

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
