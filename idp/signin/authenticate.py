"""Who is it? One identifier and one password, the same answer and the same work for every kind of no."""

from __future__ import annotations

from dataclasses import dataclass

from idp.people.identifiers import classify
from idp.people.models import IdentifierKind, Person, Status
from idp.signin.known_device import KnownDevice
from idp.signin.password import Hasher
from idp.signin.throttle import Throttle, Wait
from idp.store import CredentialStore, PeopleStore
from kit.audit import AuditEvent, AuditTrail, Entry
from kit.clock import Clock
from kit.web.address import truncated

NOBODY = "nobody"  # no account has this id
MUST_BE_VERIFIED = (IdentifierKind.NIK, IdentifierKind.NIP)


@dataclass(frozen=True, slots=True)
class SignedIn:
    person: Person


@dataclass(frozen=True, slots=True)
class No:
    """Not signed in. `wait` says when the next try is judged; without it the identifier or the password was wrong, and no more is said."""

    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class Authenticator:
    people: PeopleStore
    credentials: CredentialStore
    hasher: Hasher
    throttle: Throttle
    trail: AuditTrail
    clock: Clock

    async def by_password(self, typed: str, password: str, *, address: str, device: KnownDevice | None = None) -> SignedIn | No:
        """Judge one try. `device` is what the browser remembers of earlier sign-ins. Raises Busy before anything is counted.

        Every path asks the same of the stores and hashes once, whoever the identifier belongs to (LG-01).
        """
        self.hasher.require_room()
        kind, value = classify(typed) or (IdentifierKind.EMAIL, typed[:320].strip().lower())
        person = await self._only_one(kind, value)
        known = device.of(person.id) if device is not None and person is not None else ""
        account = self.throttle.account("device", person.id, known) if known and person else self.throttle.account(kind.value, value)
        wait = None if known else await self.throttle.address_is_slow(address)
        wait = wait or await self.throttle.admit(account)
        if wait is not None:
            return No(wait)
        credential = await self.credentials.of_person(person.id if person is not None else NOBODY, "password")
        fits = await self.hasher.verify(credential.secret if credential is not None else self.hasher.decoy, password)
        if not fits or person is None or credential is None or person.status is not Status.ACTIVE:
            origin = truncated(address)
            subject = f"person:{person.id}" if person is not None else "unknown"
            await self.trail.append(Entry(AuditEvent.SIGN_IN_FAILED, "unknown", subject, self.clock.now(), origin))
            return No()
        await self.throttle.forgive(account)
        if known:
            await self.throttle.forgive(self.throttle.account(kind.value, value))
        return SignedIn(person)

    async def _only_one(self, kind: IdentifierKind, value: str) -> Person | None:
        """Return the one account with this identifier; a shared phone or e-mail, or an unverified NIK or NIP, is nobody's (UX LG-1)."""
        found = await self.people.find(kind, value)
        matching = [person for person, verified in found if verified or kind not in MUST_BE_VERIFIED]
        return matching[0] if len(matching) == 1 else None
