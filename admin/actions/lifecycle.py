"""The life cycle of connectors: draft, check, try, review, publish, revisions and their restoring, ownership.

The same for console, API and command line. A draft may be saved incomplete at any of the seven steps and taken up again; nothing of it is
true until it is published. What is published is a revision for good: bringing an older one back makes a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from admin.actions import check
from admin.actions.connector_secrets import ConnectorSecrets
from admin.actions.desk import Desk
from admin.actions.drafting import EXPLICIT, draft_of, nothing_of_this_machine, read_definition, view_of
from admin.actions.leftovers import leftovers, of_another_id, own_id
from admin.actions.lifecycle_models import Change, Checked, Draft, Published, Review, RevisionView, SecretSet, SecretView
from admin.actions.picture import Preview, Wanted
from admin.actions.probes import Probes
from admin.actions.publishing import Publishing, Step
from admin.actions.revising import Revising, Standing, not_by_files, owned_by
from admin.errors import Changed, Invalid, NotFound
from admin.operator import Operator
from admin.pages.parse import field_problems
from admin.permissions import Permission
from connectors.contract import Kind
from connectors.definition import Definition, Managed
from connectors.definition_file import text_of
from connectors.probe import Report
from idp.applications.revisions import DraftRow, Leftovers
from idp.store import Conflict
from kit.audit import AuditEvent
from kit.secrets import new_id

OVERLAP = 86_400
MAY_WAIT = ("secrets.", "purpose", "contact", "classification")  # a draft is tried without them


@dataclass(frozen=True, slots=True)
class Lifecycle:
    desk: Desk
    kinds: Mapping[str, Kind]
    publishing: Publishing
    sealed: ConnectorSecrets
    probes: Probes

    @property
    def revising(self) -> Revising:
        return self.publishing.revising

    async def drafts(self, operator: Operator) -> list[Draft]:
        """Return every draft, the one touched last first."""
        self.desk.may(operator, Permission.CONNECTOR_DRAFT)
        return [draft_of(row) for row in await self.desk.stores.connector_revisions.drafts()]

    async def draft(self, operator: Operator, draft_id: str) -> Draft:
        """Return a draft; raise NotFound."""
        return draft_of(await self._row(operator, draft_id))

    async def begin(self, operator: Operator, *, connector: str = "", kind: str = "") -> Draft:
        """Begin a draft: of this connector as it stands, or of a new one of this kind. A connector has one draft: the one begun already
        is returned. Raise Owned when the connector is managed by files."""
        self.desk.may(operator, Permission.CONNECTOR_DRAFT)
        if not connector:
            check.settle(check.one_of("kind", kind, self.kinds) if kind else [])
            return await self._keep(operator, Draft(new_id(), "", Definition(kind=kind), 0, operator.actor, 0), 0)
        stands = await self.revising.get(connector)
        not_by_files(stands)
        begun = next((one for one in await self.drafts(operator) if one.connector == connector), None)
        if begun is not None:
            return begun
        draft = Draft(f"k-{connector}", connector, stands.definition, 0, operator.actor, 0, stands.number)
        try:
            return await self._keep(operator, draft, 0)
        except Changed:  # somebody else began it at the same moment
            return await self.draft(operator, draft.id)

    async def save(self, operator: Operator, draft_id: str, content: Mapping[str, Any], *, based_on: int) -> Draft:
        """Keep these fields of the definition (`kind`, `settings`, `purpose`, …, as in Definition), complete or not; fields that are not
        named stay. `settings`, `secrets` and `register` are taken whole. Raise Changed when the draft has another version (PB-6), Invalid
        for what can be no definition at all (an unknown field, a list for a text)."""
        draft = await self.draft(operator, draft_id)
        former = draft.definition.model_dump(mode="json", by_alias=True, exclude_unset=True)
        try:
            definition = Definition.model_validate({**former, **content})
        except ValidationError as error:
            raise Invalid(*field_problems(error)) from None
        return await self._change(operator, draft, definition, based_on)

    async def draft_text(self, operator: Operator, draft_id: str) -> str:
        """Return the draft as YAML (CW-4)."""
        return text_of((await self.draft(operator, draft_id)).definition)

    async def save_text(self, operator: Operator, draft_id: str, text: str, *, based_on: int) -> Draft:
        """Keep the draft as this YAML says it, whole; Invalid names the line that cannot be read."""
        draft = await self.draft(operator, draft_id)
        return await self._change(operator, draft, read_definition(text), based_on)

    async def rebase(self, operator: Operator, draft_id: str, *, based_on: int) -> Draft:
        """Take the draft to the revision that stands now, after somebody else published and the difference was looked at (PB-6)."""
        draft = await self.draft(operator, draft_id)
        stands = await self.revising.get(draft.connector)
        return await self._change(operator, draft, draft.definition, based_on, base=stands.number)

    async def discard(self, operator: Operator, draft_id: str, *, based_on: int) -> None:
        """Forget the draft, and the secrets set for a connector that so never comes to be."""
        draft = await self.draft(operator, draft_id)
        old = await leftovers(self.desk, operator, [own_id(draft)])
        try:
            await self.desk.stores.connector_revisions.discard_draft(draft.id, based_on=based_on, leftovers=old)
        except Conflict as error:
            raise Changed(draft_id) from error

    async def check(self, operator: Operator, draft_id: str) -> Checked:
        """Return everything that is wrong with the draft, by step; each problem names its field and the fix (CW-2)."""
        return (await self._step(await self.draft(operator, draft_id))).checked

    async def attempt(self, operator: Operator, draft_id: str, person: str, *, service: str = "", answer: str = "all") -> Preview:
        """Return what the older system would receive about a test person if the draft stood (TP). For what stands: `previews.run`."""
        draft = await self.draft(operator, draft_id)
        return await self._attempt(operator, await self._step(draft), person, service, answer)

    async def attempt_definition(
        self, operator: Operator, definition: Definition, person: str, *, service: str = "", answer: str = "all"
    ) -> Preview:
        """The same for a definition from a file (TP-5). What cannot be tried for its faults is told as Invalid."""
        return await self._attempt(operator, await self.publishing.step(definition), person, service, answer)

    async def _attempt(self, operator: Operator, step: Step, person: str, service: str, answer: str) -> Preview:
        self.desk.may(operator, Permission.PREVIEW)
        check.settle(one for one in step.checked.problems if not one.field.startswith(MAY_WAIT))
        wanted = Wanted(step.definition.application, person, service, answer)
        return await self.publishing.previews.run(operator, wanted, self.publishing.future(step))

    async def review(self, operator: Operator, draft_id: str) -> Review:
        """Return what publishing the draft would change, in words (PB-2)."""
        draft = await self.draft(operator, draft_id)
        return await self.publishing.review(await self._step(draft))

    async def publish(self, operator: Operator, draft_id: str, *, based_on: int, reason: str = "") -> Published:
        """Make the draft true: dry run first (checks, every test person), its result is kept with the revision (PB-4). What is dangerous
        needs a reason of at least five letters (PB-3). Permission CONNECTOR_CHANGE, which asks for password and code."""
        self.desk.may(operator, Permission.CONNECTOR_CHANGE)
        row = await self._row(operator, draft_id)
        draft = draft_of(row)
        step = await self._step(draft)
        not_by_files(step.stands)
        if draft.version != based_on or (step.stands.number if step.stands is not None else 0) != draft.base:
            raise Changed(draft_id)
        if step.definition.managed == "files":
            raise Invalid(check.problem("managed", "explicit", *EXPLICIT))
        return (await self.publishing.publish(operator, [step], reason=reason, draft=row))[0]

    async def definition(self, operator: Operator, connector_id: str) -> Definition:
        """Return the connector as it stands, as files would carry it."""
        self.desk.may(operator, Permission.CONNECTOR_READ)
        return (await self.revising.get(connector_id)).definition

    async def standing(self, operator: Operator, connector_id: str) -> Standing:
        """Return how the connector stands: who manages it, and the number of its newest revision."""
        self.desk.may(operator, Permission.CONNECTOR_READ)
        return await self.revising.get(connector_id)

    async def revisions(self, operator: Operator, connector_id: str) -> list[RevisionView]:
        """Return every revision, newest first."""
        stands = await self.standing(operator, connector_id)
        return [view_of(one, stands) for one in await self.desk.stores.connector_revisions.of(connector_id)]

    async def revision(self, operator: Operator, connector_id: str, number: int) -> RevisionView:
        stands = await self.standing(operator, connector_id)
        found = await self.desk.stores.connector_revisions.get(connector_id, number)
        if found is None:
            raise NotFound(connector_id)
        return view_of(found, stands)

    async def compare(self, operator: Operator, connector_id: str, before: int, after: int) -> tuple[Change, ...]:
        """Return what changed from one revision to another, in words."""
        old = await self.revision(operator, connector_id, before)
        new = await self.revision(operator, connector_id, after)
        return self.publishing.changes(old.definition, new.definition)

    async def restore(self, operator: Operator, connector_id: str, number: int, *, based_on: int, reason: str) -> Published:
        """Bring the content of an older revision back as a new one, after the same checks (PB-5). `based_on`: the revision that stands."""
        self.desk.may(operator, Permission.CONNECTOR_CHANGE)
        check.settle(check.reason("reason", reason))
        former = await self.revision(operator, connector_id, number)
        stands = await self.revising.get(connector_id)
        not_by_files(stands)
        if stands.number != based_on:
            raise Changed(connector_id)
        step = await self.publishing.step(owned_by(former.definition, stands.owner))
        return (await self.publishing.publish(operator, [step], reason=reason, restores=number))[0]

    async def own(self, operator: Operator, connector_id: str, managed: Managed, *, reason: str) -> Published:
        """Hand the connector over to `console` or `files`; audited (FI-2)."""
        self.desk.may(operator, Permission.CONNECTOR_CHANGE)
        check.settle(check.reason("reason", reason))
        stands = await self.revising.get(connector_id)
        if stands.row.managed == managed:
            return Published(connector_id, stands.number)
        step = await self.publishing.step(owned_by(stands.definition, managed), lenient=True)
        return (await self.publishing.publish(operator, [step], reason=reason, event=AuditEvent.CONNECTOR_HANDED_OVER))[0]

    async def secrets(self, operator: Operator, connector_id: str, *, drafted: bool = False) -> Sequence[SecretView]:
        """Return the secrets that the connector's kind and settings call for, without values; `drafted`: the settings of its draft. A
        connector that does not stand yet has only those."""
        return await self.sealed.list(operator, connector_id, drafted=drafted)

    async def set_secret(self, operator: Operator, connector_id: str, name: str, value: str, *, overlap: int = OVERLAP) -> SecretSet:
        """Keep a value that was agreed on; the former one stays good for `overlap` seconds (TI-05). Raise Invalid when it is weaker than
        its rule (TI-02), or another connector has it."""
        return await self.sealed.set(operator, connector_id, name, value, overlap=overlap)

    async def make_secret(self, operator: Operator, connector_id: str, name: str, *, overlap: int = OVERLAP) -> SecretSet:
        """Let Gapura make a value; it is in this answer and never again."""
        return await self.sealed.make(operator, connector_id, name, overlap=overlap)

    async def probe(self, operator: Operator, connector_id: str = "", draft_id: str = "") -> Report:
        """Try the connection of a connector, or of a draft, step by step. Permission CONNECTOR_PROBE. Nothing is changed anywhere."""
        if draft_id:
            return await self.probes.drafted(operator, await self.draft(operator, draft_id))
        return await self.probes.standing(operator, connector_id)

    async def _row(self, operator: Operator, draft_id: str) -> DraftRow:
        self.desk.may(operator, Permission.CONNECTOR_DRAFT)
        row = await self.desk.stores.connector_revisions.draft(draft_id)
        if row is None:
            raise NotFound(draft_id)
        return row

    async def _step(self, draft: Draft) -> Step:
        return await self.publishing.step(draft.definition, connector=draft.connector)

    async def _change(self, operator: Operator, draft: Draft, definition: Definition, based_on: int, *, base: int | None = None) -> Draft:
        if not operator.local:
            nothing_of_this_machine(draft.definition, definition)
        changed = Draft(draft.id, draft.connector, definition, 0, operator.actor, 0, draft.base if base is None else base)
        return await self._keep(operator, changed, based_on, await of_another_id(self.desk, operator, draft, changed))

    async def _keep(self, operator: Operator, draft: Draft, based_on: int, old: Sequence[Leftovers] = ()) -> Draft:
        said = {"base": draft.base, "definition": draft.definition.plain()}
        now = self.desk.clock.now()
        row = DraftRow(draft.id, draft.connector, draft.definition.agency, said, 0, operator.actor, now)
        try:
            return draft_of(await self.desk.stores.connector_revisions.save_draft(row, based_on=based_on, leftovers=old))
        except Conflict as error:
            raise Changed(draft.id) from error
