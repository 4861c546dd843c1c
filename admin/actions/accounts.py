"""Accounts made, and passwords set anew, by whoever holds the machine: the counter's way while nobody registers alone.

A generated password is returned once and kept as a hash. A new password ends every session and every refresh token of the person.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from admin.actions import check
from admin.actions.desk import Desk
from admin.actions.people import People
from admin.errors import FieldProblem, Forbidden, Invalid
from admin.operator import Operator
from admin.permissions import Permission
from idp.people.identifiers import classify
from idp.people.models import Credential, Identifier, IdentifierKind, Person, Status
from idp.signin.password import Hasher, weakness
from idp.signin.throttle import Throttle
from idp.store import Conflict
from kit.audit import AuditEvent
from kit.secrets import new_id

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read as something else
GROUPS, LENGTH = 4, 4
CLAIM_OF = {IdentifierKind.NIK: "nik", IdentifierKind.PHONE: "phone_number", IdentifierKind.EMAIL: "email"}
WEAK: Mapping[str, Mapping[str, str]] = {
    "short": {"id": "Pakai paling sedikit 12 huruf atau angka.", "en": "Use at least 12 characters."},
    "long": {"id": "Kata sandi ini terlalu panjang.", "en": "This password is too long."},
    "personal": {"id": "Jangan pakai nama, NIK, atau tanggal lahir.", "en": "Do not use the name, NIK or birth date."},
    "common": {"id": "Kata sandi ini mudah ditebak.", "en": "This password is easy to guess."},
}


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is known of a person at the counter. `checked`: an officer saw the ID card and compared the NIK with Dukcapil."""

    name: str
    nik: str = ""
    phone: str = ""
    email: str = ""
    birthdate: str = ""
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Enrolment:
    desk: Desk
    people: People
    hasher: Hasher
    throttle: Throttle

    async def create(self, operator: Operator, draft: NewPerson, *, reason: str, password: str = "") -> tuple[str, str]:
        """Keep a new citizen; return id and password. Raise Invalid when nothing of it would sign them in."""
        self._holds_the_machine(operator)
        keys, problems = _keys(draft)
        check.settle(
            check.words("name", {"id": draft.name}), check.reason("reason", reason), check.day("birthdate", draft.birthdate), problems
        )
        await self._can_sign_in(keys)
        now = self.desk.clock.now()
        person = Person(new_id(), Status.ACTIVE, "verified" if draft.checked else "basic", "id", _claims(draft, keys), (), now, now)
        chosen = self._password(password, person)
        entry = self.desk.entry(operator, AuditEvent.PERSON_CREATED, f"person:{person.id}", reason=reason.strip())
        try:
            await self.desk.stores.people.create(person, keys, [entry])
        except Conflict:
            raise Invalid(check.problem("nik", "taken", "NIK ini sudah punya akun.", "This NIK has an account.")) from None
        await self._put(operator, person.id, chosen, reason)
        return person.id, chosen

    async def reset_password(self, operator: Operator, person_id: str, *, reason: str, password: str = "") -> str:
        """Set a new password and return it; whoever was signed in with the old one is out, and wrong guesses of before are forgotten."""
        self._holds_the_machine(operator)
        person = await self.people.opened(operator, person_id, Permission.PERSON_CHANGE)
        check.settle(check.reason("reason", reason))
        chosen = self._password(password, person)
        await self._put(operator, person_id, chosen, reason)
        await self.people.end_all_sessions(operator, person_id, reason=reason)
        for key in await self.desk.stores.people.identifiers(person_id):
            await self.throttle.forgive(self.throttle.account(key.kind.value, key.value))
        return chosen

    def _holds_the_machine(self, operator: Operator) -> None:
        self.desk.may(operator, Permission.PERSON_CHANGE)
        if not operator.local:
            raise Forbidden(Permission.PERSON_CHANGE)

    async def _can_sign_in(self, keys: list[Identifier]) -> None:
        """Raise Invalid when each key is somebody's already or was not checked: then nobody could sign in with it."""
        for key in keys:
            sure = key.verified or key.kind is not IdentifierKind.NIK
            if sure and not await self.desk.stores.people.find(key.kind, key.value):
                return
        raise Invalid(
            check.problem(
                "email",
                "no_way_in",
                "Isi NIK yang sudah diperiksa, atau nomor HP atau email yang belum dipakai.",
                "Give a NIK that was checked, or a phone number or e-mail that nobody uses yet.",
            )
        )

    async def _put(self, operator: Operator, person_id: str, password: str, reason: str) -> None:
        kept = Credential(new_id(), person_id, "password", await self.hasher.hash(password), created_at=self.desk.clock.now())
        entry = self.desk.entry(operator, AuditEvent.PASSWORD_CHANGED, f"person:{person_id}", reason=reason.strip())
        await self.desk.stores.credentials.put(kept, [entry])

    @staticmethod
    def _password(chosen: str, person: Person) -> str:
        """Return the chosen password when it is good, a random one when none was chosen."""
        if not chosen:
            return "-".join("".join(secrets.choice(LETTERS) for _ in range(LENGTH)) for _ in range(GROUPS))
        why = weakness(chosen, person)
        if why:
            raise Invalid(FieldProblem("password", why, WEAK[why]))
        return chosen


def _keys(draft: NewPerson) -> tuple[list[Identifier], list[FieldProblem]]:
    """Return what the person may sign in with, in normal form, and what cannot be one."""
    found: list[Identifier] = []
    problems: list[FieldProblem] = []
    for kind, field, typed in (
        (IdentifierKind.NIK, "nik", draft.nik),
        (IdentifierKind.PHONE, "phone", draft.phone),
        (IdentifierKind.EMAIL, "email", draft.email),
    ):
        if not typed.strip():
            continue
        key = classify(typed)
        if key is None or key[0] is not kind:
            problems.append(check.problem(field, "malformed", "Periksa bentuk isian ini.", "Check the form of this value."))
        else:
            found.append(Identifier(kind, key[1], kind is IdentifierKind.NIK and draft.checked))
    return found, problems


def _claims(draft: NewPerson, keys: list[Identifier]) -> dict[str, Any]:
    claims: dict[str, Any] = {"name": draft.name.strip(), "birthdate": draft.birthdate}
    claims |= {CLAIM_OF[key.kind]: key.value for key in keys}
    claims |= {f"{name}_verified": False for name in ("phone_number", "email") if name in claims}
    return {name: value for name, value in claims.items() if value != ""}
