"""Personal tokens of operators for the API: shown once, kept as a digest, at most 30 days, listed and revoked by their owner."""

from __future__ import annotations

from dataclasses import dataclass

from admin.actions import check
from admin.actions.desk import Desk
from admin.errors import Forbidden, NotConfirmed, NotFound
from admin.operator import Operator, agencies_of, working_roles
from admin.permissions import Permission
from admin.store import OperatorToken
from idp.people.models import Status
from kit.audit import AuditEvent
from kit.secrets import digest, new_id, new_secret

PREFIX = "gapura_op_"
DAYS = 30


@dataclass(frozen=True, slots=True)
class Tokens:
    desk: Desk

    async def create(self, operator: Operator, *, title: str, days: int = DAYS) -> tuple[OperatorToken, str]:
        """Keep a token of the operator's own and return it with its secret, this once. Needs a fresh proof and no other token."""
        self.desk.may(operator, Permission.OWN_TOKENS)
        if operator.local or operator.through == "token":
            raise Forbidden("a token belongs to a person at the console")
        if not operator.confirmed(self.desk.clock.now()):
            raise NotConfirmed("operator token")
        too_long = check.problem("days", "days", "Pilih 1 sampai 30 hari.", "Choose 1 to 30 days.")
        check.settle(check.words("title", {"id": title}), [too_long] if not 1 <= days <= DAYS else [])
        now = self.desk.clock.now()
        secret = PREFIX + new_secret()
        token = OperatorToken(
            new_id(), operator.person, title.strip()[:80], digest(secret), secret[: len(PREFIX) + 4], now, now + days * 86400
        )
        entry = self.desk.entry(
            operator, AuditEvent.FACTOR_ADDED, f"person:{operator.person}", after={"operator_token": token.prefix, "days": days}
        )
        await self.desk.stores.operator_tokens.add(token, [entry])
        return token, secret

    async def search(self, operator: Operator) -> list[OperatorToken]:
        self.desk.may(operator, Permission.OWN_TOKENS)
        return await self.desk.stores.operator_tokens.of_person(operator.person)

    async def revoke(self, operator: Operator, token_id: str) -> None:
        """Revoke one of the operator's own tokens; another's is not found."""
        self.desk.may(operator, Permission.OWN_TOKENS)
        token = next((t for t in await self.search(operator) if t.id == token_id), None)
        if token is None:
            raise NotFound(token_id)
        entry = self.desk.entry(operator, AuditEvent.FACTOR_REMOVED, f"person:{operator.person}", before={"operator_token": token.prefix})
        await self.desk.stores.operator_tokens.revoke(token_id, self.desk.clock.now(), [entry])

    async def bearer(self, secret: str, origin: str) -> Operator | None:
        """Return who holds this token, with the roles they have now; None when it is past or revoked or its owner is shut out."""
        now = self.desk.clock.now()
        token = await self.desk.stores.operator_tokens.find(digest(secret)) if secret.startswith(PREFIX) else None
        if token is None or not token.works(now):
            return None
        person = await self.desk.stores.people.get(token.person)
        if person is None or person.status is not Status.ACTIVE:
            return None
        roles = working_roles(person, now)
        return Operator(
            person.id, person.name, roles, f"operator:{person.id}", origin, None, through="token", agencies=agencies_of(person, now)
        )
