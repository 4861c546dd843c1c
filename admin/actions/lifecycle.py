"""The life cycle of connectors: draft, check, try, review, publish, revisions and their restoring, secrets, ownership, files, probe.

The same for console, API and command line. A draft may be saved incomplete at any of the seven steps and taken up again; nothing of it is
true until it is published. What is published is a revision for good: bringing an older one back makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from admin.actions.desk import Desk
from admin.actions.lifecycle_models import (
    Change,
    Checked,
    Draft,
    Published,
    Review,
    RevisionView,
    SecretSet,
    SecretView,
)
from admin.actions.picture import Preview
from admin.operator import Operator
from connectors.contract import Kind
from connectors.definition import Definition, Managed
from connectors.probe import Report


@dataclass(frozen=True, slots=True)
class Lifecycle:
    desk: Desk
    kinds: Mapping[str, Kind]

    # Drafts. Permission CONNECTOR_DRAFT; nothing dangerous.

    async def drafts(self, operator: Operator) -> list[Draft]:
        """Return every draft, the one touched last first."""
        raise NotImplementedError

    async def draft(self, operator: Operator, draft_id: str) -> Draft:
        """Return a draft; raise NotFound."""
        raise NotImplementedError

    async def begin(self, operator: Operator, *, connector: str = "", kind: str = "") -> Draft:
        """Begin a draft: of this connector as it stands, or of a new one of this kind. A connector has one draft: the one begun already
        is returned. Raise Owned when the connector is managed by files."""
        raise NotImplementedError

    async def save(self, operator: Operator, draft_id: str, content: Mapping[str, Any], *, based_on: int) -> Draft:
        """Keep these fields of the definition (`kind`, `settings`, `purpose`, …, as in Definition), complete or not; fields that are not
        named stay. `settings`, `secrets` and `register` are taken whole. Raise Changed when the draft has another version (PB-6), Invalid
        for what can be no definition at all (an unknown field, a list for a text)."""
        raise NotImplementedError

    async def draft_text(self, operator: Operator, draft_id: str) -> str:
        """Return the draft as YAML (CW-4)."""
        raise NotImplementedError

    async def save_text(self, operator: Operator, draft_id: str, text: str, *, based_on: int) -> Draft:
        """Keep the draft as this YAML says it, whole; Invalid names the line that cannot be read."""
        raise NotImplementedError

    async def discard(self, operator: Operator, draft_id: str, *, based_on: int) -> None:
        """Forget the draft."""
        raise NotImplementedError

    async def check(self, operator: Operator, draft_id: str) -> Checked:
        """Return everything that is wrong with the draft, by step; each problem names its field and the fix (CW-2)."""
        raise NotImplementedError

    async def attempt(self, operator: Operator, draft_id: str, person: str, *, service: str = "", answer: str = "all") -> Preview:
        """Return what the older system would receive about a test person if the draft stood (TP). For what stands: `previews.run`."""
        raise NotImplementedError

    async def review(self, operator: Operator, draft_id: str) -> Review:
        """Return what publishing the draft would change, in words (PB-2)."""
        raise NotImplementedError

    async def publish(self, operator: Operator, draft_id: str, *, based_on: int, reason: str = "") -> Published:
        """Make the draft true: dry run first (checks, every test person), its result is kept with the revision (PB-4). What is dangerous
        needs a reason of at least five letters (PB-3). Permission CONNECTOR_CHANGE, which asks for password and code."""
        raise NotImplementedError

    # Revisions. Permission CONNECTOR_READ.

    async def definition(self, operator: Operator, connector_id: str) -> Definition:
        """Return the connector as it stands, as files would carry it."""
        raise NotImplementedError

    async def revisions(self, operator: Operator, connector_id: str) -> list[RevisionView]:
        """Return every revision, newest first."""
        raise NotImplementedError

    async def revision(self, operator: Operator, connector_id: str, number: int) -> RevisionView:
        raise NotImplementedError

    async def compare(self, operator: Operator, connector_id: str, before: int, after: int) -> tuple[Change, ...]:
        """Return what changed from one revision to another, in words."""
        raise NotImplementedError

    async def restore(self, operator: Operator, connector_id: str, number: int, *, based_on: int, reason: str) -> Published:
        """Bring the content of an older revision back as a new one, after the same checks (PB-5). `based_on`: the revision that stands."""
        raise NotImplementedError

    async def own(self, operator: Operator, connector_id: str, managed: Managed, *, reason: str) -> Published:
        """Hand the connector over to `console` or `files`; audited (FI-2)."""
        raise NotImplementedError

    # Secrets. Reading needs CONNECTOR_READ, changing SECRET_CHANGE. `connector_id` may be that of a draft's new connector.

    async def secrets(self, operator: Operator, connector_id: str) -> Sequence[SecretView]:
        """Return the secrets that the connector's kind and settings call for, without values."""
        raise NotImplementedError

    async def set_secret(self, operator: Operator, connector_id: str, name: str, value: str, *, overlap: int = 86400) -> SecretSet:
        """Keep a value that was agreed on; the former one stays good for `overlap` seconds (TI-05). Raise Invalid when it is weaker than
        its rule (TI-02), or another connector has it."""
        raise NotImplementedError

    async def make_secret(self, operator: Operator, connector_id: str, name: str, *, overlap: int = 86400) -> SecretSet:
        """Let Gapura make a value; it is in this answer and never again."""
        raise NotImplementedError

    async def probe(self, operator: Operator, connector_id: str = "", draft_id: str = "") -> Report:
        """Try the connection of a connector, or of a draft, step by step. Permission CONNECTOR_PROBE. Nothing is changed anywhere."""
        raise NotImplementedError
