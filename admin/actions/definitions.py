"""Is a definition complete and true? Judged by the rules of definition_rules, beside what stands; told by step of the wizard (CW-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ValidationError

from admin.actions import check
from admin.actions.applications import Applications
from admin.actions.connectors import Connectors
from admin.actions.definition_rules import RULES, registering
from admin.actions.drafts import ApplicationDraft, ConnectorDraft
from admin.actions.lifecycle_models import STEPS, Checked
from admin.actions.settings_problems import mapping_fields, told
from admin.errors import Invalid
from admin.pages.parse import field_problems
from connectors.calls import secret_rules
from connectors.contract import Connector, Kind, Secret, SecretRule
from connectors.definition import Definition
from idp.applications.registry import Snapshot

Kept = Mapping[str, tuple[Secret, ...]]


@dataclass(frozen=True, slots=True)
class Case:
    """A definition beside what stands: `stands` is the published one, None for a new connector; `kept` are the secrets sealed here."""

    definition: Definition
    snapshot: Snapshot
    stands: Definition | None
    kept: Kept = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict, repr=False)  # secrets whose references were just read, by name


@dataclass(frozen=True, slots=True)
class Definitions:
    kinds: Mapping[str, Kind]
    connectors: Connectors
    applications: Applications

    def check(self, case: Case) -> Checked:
        """Return every problem, in the order of the wizard's steps."""
        found = [one for rule in RULES for one in rule(self, case)]
        mapping = mapping_fields(self.kinds.get(case.definition.kind))
        by_step = {step: tuple(one for one in found if step_of(one.field, mapping) == step) for step in STEPS[:4]}
        return Checked(tuple(one for step in STEPS[:4] for one in by_step[step]), {s: some for s, some in by_step.items() if some})

    def settings(self, definition: Definition) -> BaseModel:
        """Return the settings as their kind reads them; raise Invalid, for a kind that there is none of too."""
        kind = self.kinds.get(definition.kind)
        if kind is None:
            raise Invalid(*check.one_of("kind", definition.kind, self.kinds))
        try:
            return kind.settings_model.model_validate(definition.settings)
        except ValidationError as error:
            raise Invalid(*told(error, kind)) from None

    def connector(self, definition: Definition, kept: Kept | None = None) -> Connector:
        """Return the connector that this would be."""
        return Connector(definition.id, definition.application, definition.kind, self.settings(definition), secrets=kept or {})

    def application_draft(self, definition: Definition) -> ApplicationDraft:
        """Return what a new application is registered from; raise Invalid."""
        asked = {**(definition.register_as or {}), "id": definition.application, "agency": definition.agency}
        try:
            draft = ApplicationDraft.model_validate(asked)
        except ValidationError as error:
            raise Invalid(*(registering(one) for one in field_problems(error))) from None
        return draft.model_copy(update={"connector": ConnectorDraft(kind=definition.kind, settings=definition.settings)})

    def rules_of(self, definition: Definition) -> Mapping[str, SecretRule]:
        """Return the secrets that a connector with these settings has, by name."""
        kind = self.kinds[definition.kind]
        try:
            return secret_rules(kind, self.settings(definition))
        except Invalid:
            return kind.secrets

    def needed(self, definition: Definition) -> frozenset[str]:
        """Return the secrets without which nothing works: those that are not optional, and the one that the settings choose."""
        found = {name for name, rule in self.rules_of(definition).items() if not rule.optional}
        chosen = getattr(self.settings(definition), "secret_name", "")
        return frozenset(found | {chosen} - {""})


def step_of(name: str, mapping: tuple[str, ...]) -> str:
    """Return the step of the wizard on which a field stands."""
    first, _, rest = name.partition(".")
    if first in ("kind", "id"):
        return "choose"
    if first == "settings":
        return "mapping" if rest.partition(".")[0] in mapping else "connection"
    return "connection" if first == "secrets" else "purpose"
