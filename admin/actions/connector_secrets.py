"""Secrets of connectors: set, made, renewed with an overlap. A value goes in and never comes out, but for the one answer that made it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from admin.actions import check
from admin.actions.definition_rules import strength
from admin.actions.definitions import Definitions
from admin.actions.desk import Desk
from admin.actions.drafting import draft_of
from admin.actions.lifecycle_models import SecretSet, SecretView
from admin.actions.one_secret_each import none_shared
from admin.actions.revising import Revising
from admin.errors import Invalid, NotFound, Owned
from admin.operator import Operator
from admin.permissions import Permission
from connectors.contract import SecretRule
from connectors.definition import Definition
from idp import guards
from kit.audit import AuditEvent

LONGEST_OVERLAP = 30 * 86_400
LONGEST = 16_384


@dataclass(frozen=True, slots=True)
class ConnectorSecrets:
    desk: Desk
    revising: Revising
    definitions: Definitions

    async def list(self, operator: Operator, connector_id: str, *, drafted: bool = False) -> list[SecretView]:
        """Return the secrets that kind and settings call for, without values; `drafted`: the settings as its draft has them."""
        self.desk.may(operator, Permission.CONNECTOR_READ)
        definition = (await self._definitions(connector_id))[-1 if drafted else 0]
        kept, now = await self.revising.kept(connector_id), self.desk.clock.now()
        needed = self._needed(definition)
        found = []
        for name, rule in self.definitions.rules_of(definition).items():
            good = [one for one in kept.get(name, ()) if not one.until or now < one.until]
            reference = definition.secrets.get(name, f"vault:{name}" if good else "")
            until = max((one.until for one in good), default=0)
            optional = rule.optional and name not in needed
            found.append(SecretView(name, rule.title, optional, rule.generated, rule.least_bits, reference, len(good), until))
        return found

    async def set(self, operator: Operator, connector_id: str, name: str, value: str, *, overlap: int) -> SecretSet:
        """Keep a value that was agreed on with whoever runs the older system."""
        self.desk.may(operator, Permission.SECRET_CHANGE)
        definition, rule = await self._rule(connector_id, name)
        long = check.problem("value", "too_long", f"Paling panjang {LONGEST} huruf.", f"At most {LONGEST} characters.")
        snapshot = await self.desk.snapshot()
        check.settle([long] if len(value) > LONGEST else strength("value", rule, value, snapshot, connector_id))
        return await self._keep(operator, definition, name, value, overlap)

    async def make(self, operator: Operator, connector_id: str, name: str, *, overlap: int) -> SecretSet:
        """Make a value; it stands in this answer and never again."""
        self.desk.may(operator, Permission.SECRET_CHANGE)
        definition, rule = await self._rule(connector_id, name)
        if not rule.generated:
            text = (
                "Rahasia ini diberikan oleh sistem itu sendiri. Isi yang diberikan.",
                "That system gives this secret. Enter what it gave.",
            )
            raise Invalid(check.problem("name", "not_made_here", *text))
        value = await asyncio.to_thread(rule.make)
        made = await self._keep(operator, definition, name, value, overlap)
        return SecretSet(made.connector, made.name, made.former_until, value)

    async def _keep(self, operator: Operator, definition: Definition, name: str, value: str, overlap: int) -> SecretSet:
        wrong = check.problem("overlap", "days", "Masa peralihan 0 detik sampai 30 hari.", "An overlap is 0 seconds to 30 days.")
        check.settle([wrong] if not 0 <= overlap <= LONGEST_OVERLAP else [])
        now = self.desk.clock.now()
        application = definition.application or definition.id
        entry = self.desk.entry(
            operator, AuditEvent.CONNECTOR_SECRET_CHANGED, f"connector:{definition.id}", after={"name": name, "former_until": now + overlap}
        )
        store = self.desk.stores.connector_secrets
        async with self.desk.changing(guards.application(application)):
            await store.add(
                definition.id,
                name,
                value,
                now=now,
                former_until=now + overlap,
                audit=[entry],
                judge=partial(none_shared, [("value", definition.id, value)]),
            )
        return SecretSet(definition.id, name, now + overlap)

    async def _rule(self, connector_id: str, name: str) -> tuple[Definition, SecretRule]:
        """Return the rule of a secret that what stands calls for, or its draft: it must be there before that can be published. Raise Owned
        for one whose value files say: the next apply would undo what is set here."""
        found = await self._definitions(connector_id)
        rules: Mapping[str, SecretRule] = {name: rule for one in reversed(found) for name, rule in self.definitions.rules_of(one).items()}
        if name not in rules:
            raise NotFound(name)
        if found[0].secrets.get(name, "").startswith(("env:", "file:")):
            raise Owned(connector_id)
        return found[0], rules[name]

    async def _definitions(self, connector_id: str) -> tuple[Definition, ...]:
        """Return the connector as it stands and then as its draft has it, of the two those that there are; raise NotFound."""
        stands = await self.revising.find(connector_id)
        rows = await self.desk.stores.connector_revisions.drafts()
        of, kinds = (connector_id, (stands.row.kind,)) if stands is not None else ("", self.definitions.kinds)
        drafts = [draft_of(row).definition for row in rows if row.connector == of]
        drafted = [one for one in drafts if one.id == connector_id and one.kind in kinds][:1]
        if stands is None and not drafted:
            raise NotFound(connector_id)
        return (*([stands.definition] if stands is not None else []), *drafted)

    def _needed(self, definition: Definition) -> frozenset[str]:
        try:
            return self.definitions.needed(definition)
        except Invalid:
            return frozenset()
