"""The second step by a six-digit code of an authenticator (RFC 6238). Each time step is used once; the last one is kept in SQL (LG-08)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyotp

from idp.people.models import Person
from idp.settings import IdpSettings
from idp.signin.throttle import Throttle, Wait
from idp.store import CredentialStore
from kit.clock import Clock
from kit.secrets import same

STEP = 30
DRIFT = 1  # steps before and after, for clocks of cheap phones


@dataclass(frozen=True, slots=True)
class SecondStep:
    """The outcome: right, or wrong, or not judged because too many were wrong."""

    right: bool
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class Totp:
    credentials: CredentialStore
    throttle: Throttle
    settings: IdpSettings
    clock: Clock

    async def available(self, person: Person) -> bool:
        """True when this person can take a second step at all."""
        return bool(self.settings.sandbox_code) or await self.credentials.of_person(person.id, "totp") is not None

    async def check(self, person: Person, typed: str) -> SecondStep:
        """Judge one code. Spaces and dashes are ignored; every try counts before it is judged (LG-07)."""
        account = self.throttle.account("totp", person.id)
        wait = await self.throttle.admit(account)
        if wait is not None:
            return SecondStep(False, wait)
        code = re.sub(r"[\s\-]", "", typed)[:12]
        right = await self._fits(person, code)
        if right:
            await self.throttle.forgive(account)
        return SecondStep(right)

    async def _fits(self, person: Person, code: str) -> bool:
        if self.settings.sandbox_code and same(code, self.settings.sandbox_code):
            return True
        credential = await self.credentials.of_person(person.id, "totp")
        if credential is None or not re.fullmatch(r"[0-9]{6}", code):
            return False
        generator = pyotp.TOTP(credential.secret)
        present = self.clock.now() // STEP
        for step in range(present - DRIFT, present + DRIFT + 1):
            if same(generator.generate_otp(step), code):
                return await self.credentials.use_step(credential.id, step)
        return False
