"""What the life cycle of connectors hands out: drafts, what is wrong with them, what a change means, revisions, secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from admin.errors import FieldProblem
from connectors.definition import Definition

Text = Mapping[str, str]  # {"id": …, "en": …}

# The seven steps of the wizard in order (UX 4.3); the last three hold no field of their own.
STEPS = ("choose", "purpose", "connection", "mapping", "try", "review", "publish")


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is working on. `connector` is empty for a new one; `version` is the optimistic lock; `base` is the revision that
    stands now, 0 when there is none."""

    id: str
    connector: str
    definition: Definition
    version: int
    author: str
    updated_at: int
    base: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """Every problem of a draft, in the order of the steps. Each names its field, as in `settings.base_url`, and the fix."""

    problems: tuple[FieldProblem, ...]
    by_step: Mapping[str, tuple[FieldProblem, ...]] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Change:
    """One difference in words. `before` and `after` are as shown (empty: not there), never a secret; `effect` says what it does to
    people. `danger` is empty, or the code of why it needs a typed reason: new_data, specific_data, longer, wider, weaker."""

    field: str
    before: str
    after: str
    effect: Text
    danger: str = ""


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom a change touches: people with a permission in force for a service of the application, and those services."""

    people: int
    services: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """`text_before` and `text_after` are the same definitions as YAML, for the raw difference."""

    changes: tuple[Change, ...]
    affected: Affected
    text_before: str
    text_after: str
    problems: tuple[FieldProblem, ...] = ()

    @property
    def dangers(self) -> tuple[str, ...]:
        return tuple(sorted({change.danger for change in self.changes if change.danger}))

    @property
    def needs_reason(self) -> bool:
        return bool(self.dangers)


@dataclass(frozen=True, slots=True)
class Published:
    """What stands now. `new_application` when its application was registered along with it."""

    connector: str
    revision: int
    changes: tuple[Change, ...] = ()
    new_application: bool = False


@dataclass(frozen=True, slots=True)
class RevisionView:
    """A revision as kept for good. `restores`: the number whose content it brings back, 0: none. `checked` is what the dry run before it
    showed: problems, and for each test person the outcome and the names of what would be sent, no value."""

    connector: str
    number: int
    definition: Definition
    author: str
    at: int
    reason: str
    restores: int
    checked: Mapping[str, Any]
    current: bool = False


@dataclass(frozen=True, slots=True)
class SecretView:
    """A secret that a kind needs, without its value. `reference` says where it comes from; `good` counts the values accepted now,
    `until` says when the former one ends (0: there is none)."""

    name: str
    title: Text
    optional: bool
    generated: bool
    least_bits: int
    reference: str
    good: int
    until: int = 0


@dataclass(frozen=True, slots=True)
class SecretSet:
    """`value` is there only when Gapura made it, and only this once; `former_until` is when the former value ends."""

    connector: str
    name: str
    former_until: int
    value: str = field(default="", repr=False)
