"""Making definitions true: what would change, a dry run, and one transaction for all of them.

The same path for a draft, a restored revision and a directory of files: checks, differences, previews for every test person, then revision
rows, connector rows, new applications, secrets and audit entries together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from admin.actions import check
from admin.actions.bench import as_if
from admin.actions.definitions import Case, Definitions
from admin.actions.desk import Desk, difference
from admin.actions.leftovers import leftovers
from admin.actions.lifecycle_models import Affected, Change, Checked, Published, Review
from admin.actions.one_secret_each import none_shared
from admin.actions.picture import Wanted
from admin.actions.preview import Previews
from admin.actions.review import changes
from admin.actions.revising import Kept, Revising, Standing
from admin.actions.taken_names import none_taken
from admin.errors import Invalid
from admin.operator import Operator
from connectors.contract import Capability, Connector, Secret
from connectors.definition import Definition
from connectors.definition_file import text_of
from connectors.registry import PROXY_KINDS
from idp import guards
from idp.applications.models import Application, ConnectorRow
from idp.applications.registry import Snapshot
from idp.applications.revisions import DraftRow, Judge, Newcomer, NewSecret, Publication
from idp.handoff.store import Secrets
from kit.audit import AuditEvent, Entry

OVERLAP = 86_400  # seconds that a former secret stays good, unless somebody says otherwise
BROKEN = ("bad_connector_request",)  # outcomes of a test person that mean: nobody could enter


@dataclass(frozen=True, slots=True)
class Step:
    """One definition on its way: what stands, what is wrong with it, what it changes, and the registry in which it is judged."""

    definition: Definition
    stands: Standing | None
    checked: Checked
    changes: tuple[Change, ...]
    snapshot: Snapshot
    kept: Kept = field(default_factory=dict, repr=False)
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    newcomer: Newcomer | None = None

    @property
    def dangers(self) -> tuple[str, ...]:
        return tuple(sorted({one.danger for one in self.changes if one.danger}))


@dataclass(frozen=True, slots=True)
class Publishing:
    desk: Desk
    revising: Revising
    definitions: Definitions
    previews: Previews

    async def step(
        self,
        definition: Definition,
        *,
        connector: str | None = None,
        given: Mapping[str, str] | None = None,
        snapshot: Snapshot | None = None,
        lenient: bool = False,
    ) -> Step:
        """Return the definition with everything known about it. `connector`: which one it is of, "" for a new one; None: by its own id.
        `given`: secrets whose references were read. `lenient`: nothing is judged, for a change of the owner alone."""
        known = snapshot or await self.desk.snapshot()
        name = definition.id if connector is None else connector
        stands = await self.revising.find(name) if name else None
        # A new connector has the secrets set under the id of its draft; what is kept under the id otherwise is not its own.
        own = stands is not None or (connector == "" and definition.id not in known.connectors)
        kept = await self.revising.kept(definition.id) if definition.id and own else {}
        normal = self.revising.normal(definition, known, kept)
        told = given or {}
        case = Case(normal, known, stands.definition if stands is not None else None, kept, told)
        checked = Checked(()) if lenient else self.definitions.check(case)
        known_application = normal.application in known.applications
        if known_application:
            normal = normal.model_copy(update={"register_as": None})
        renewed = frozenset(name for name, value in told.items() if _newest(kept, name) != value)
        found: tuple[Change, ...] = ()
        newcomer = None
        if not any(one.field.startswith(("kind", "settings", "register", "application")) for one in checked.problems):
            found = changes(stands.definition if stands is not None else None, normal, self.definitions.kinds, renewed)
            if not known_application:
                newcomer = self.definitions.applications.newcomer(known, self.definitions.application_draft(normal))
        return Step(normal, stands, checked, found, known, kept, {n: told[n] for n in renewed}, newcomer)

    def changes(self, before: Definition, after: Definition) -> tuple[Change, ...]:
        return changes(before, after, self.definitions.kinds)

    def future(self, step: Step) -> Snapshot:
        """Return the registry as it would be if this stood. Only for a step without problems in its settings."""
        seen = as_if(step.snapshot, self._connector(step), step.newcomer)
        proxy = PROXY_KINDS.get(step.definition.kind)
        if proxy is None:
            return seen
        connector = seen.connectors[step.definition.id]
        return replace(seen, connector_at={**seen.connector_at, proxy.host(connector.settings): connector})

    def _connector(self, step: Step) -> Connector:
        given = {name: (Secret(value), *step.kept.get(name, ())) for name, value in step.given.items()}
        built = self.definitions.connector(step.definition, {**step.kept, **given})
        return replace(built, enabled=step.stands.row.enabled if step.stands is not None else True)

    async def review(self, step: Step) -> Review:
        """Return what would change, in words, and whom it touches."""
        services = step.snapshot.by_application.get(step.definition.application, ())
        people = await self.desk.stores.consent.people_of(step.definition.application)
        affected = Affected(people, tuple(service.name for service in services))
        before = text_of(step.stands.definition) if step.stands is not None else ""
        return Review(step.changes, affected, before, text_of(step.definition), step.checked.problems)

    async def dry_run(self, step: Step) -> dict[str, Any]:
        """Return what every test person would see of it: the outcome and the names of what leaves, no value (PB-4). Raise Invalid when
        the kind itself refuses to make anything of it."""
        snapshot, people = self.future(step), {}
        if step.stands is not None and not step.stands.row.enabled:
            snapshot = as_if(snapshot, replace(snapshot.connectors[step.definition.id], enabled=True), step.newcomer)
        for persona in await self.previews.people.all():
            seen = await self.previews.seen(snapshot, persona, Wanted(step.definition.application, persona.id))
            if seen.outcome in BROKEN and Capability.FRONT_DOOR in self.definitions.kinds[step.definition.kind].capabilities:
                raise Invalid(check.problem("settings", "does_not_work", seen.notes[0]["id"], seen.notes[0]["en"]))
            people[persona.id] = {"outcome": seen.outcome, "sent": sorted(row.name for row in seen.headers if row.sent)}
        return {"at": self.desk.clock.now(), "people": people, "dangers": list(step.dangers)}

    async def publish(
        self,
        operator: Operator,
        steps: Sequence[Step],
        *,
        reason: str = "",
        restores: int = 0,
        draft: DraftRow | None = None,
        event: AuditEvent = AuditEvent.CONNECTOR_CHANGED,
        application: tuple[Application, int] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> list[Published]:
        """Make every step true in one transaction. The caller has asked for the permission. What is wrong is told first, all of it.
        `application`: one that is raised along with it, if it still has the revision beside it. `files`: which file each connector is
        from, for whoever reads what is wrong."""
        at = {step.definition.id: f"{files[step.definition.id]}: " if files else "" for step in steps}
        check.settle(*(step.checked.problems for step in steps))
        check.settle(check.reason("reason", reason, optional=not any(step.dangers for step in steps)))
        publications, entries = [], []
        for step in steps:
            checked = {} if event is AuditEvent.CONNECTOR_HANDED_OVER else await self._tried(step, at[step.definition.id])
            one = self._publication(operator, step, reason.strip(), restores, checked)
            publications.append(one)
            entries += self._entries(operator, step, one, reason.strip(), event)
        touched = sorted({guards.application(step.definition.application) for step in steps})
        now = self.desk.clock.now()
        judge = self._judge(steps, at) if event is not AuditEvent.CONNECTOR_HANDED_OVER else None
        begun = [step.definition.id for step in steps if step.stands is None and draft is None]
        old = await leftovers(self.desk, operator, begun)
        async with self.desk.changing(*touched):
            await self.desk.stores.connector_revisions.publish(
                publications, entries, now=now, draft=draft, application=application, judge=judge, leftovers=old
            )
        return [
            Published(step.definition.id, one.row.revision, step.changes, step.newcomer is not None)
            for step, one in zip(steps, publications, strict=True)
        ]

    async def _tried(self, step: Step, at: str) -> dict[str, Any]:
        try:
            return await self.dry_run(step)
        except Invalid as error:
            raise Invalid(*(replace(one, field=f"{at}{one.field}") for one in error.problems)) from error

    def _judge(self, steps: Sequence[Step], at: Mapping[str, str]) -> Judge:
        """Return what settles, inside the transaction, that no name and no new secret is another connector's too."""
        given = [
            (f"{at[step.definition.id]}secrets.{name}", step.definition.id, value) for step in steps for name, value in step.given.items()
        ]

        def judge(rows: Sequence[ConnectorRow], secrets: Secrets) -> None:
            none_taken(self.definitions.kinds, at, rows)
            none_shared(given, secrets)

        return judge

    def _publication(self, operator: Operator, step: Step, reason: str, restores: int, checked: Mapping[str, Any]) -> Publication:
        until = self.desk.clock.now() + OVERLAP
        secrets = tuple(NewSecret(name, value, until) for name, value in sorted(step.given.items()))
        return self.revising.publication(
            operator.actor,
            step.definition,
            step.stands,
            reason=reason,
            restores=restores,
            checked=checked,
            newcomer=step.newcomer,
            secrets=secrets,
        )

    def _entries(self, operator: Operator, step: Step, one: Publication, reason: str, event: AuditEvent) -> list[Entry]:
        """Return the lines of the trail. `register` is told by the lines of the new application; a secret's value by none."""
        before, after = difference(step.stands.definition.plain() if step.stands is not None else {}, step.definition.plain())
        after.pop("register", None)
        subject, name = f"connector:{step.definition.id}", step.definition.application
        application = step.newcomer.application if step.newcomer is not None else step.snapshot.applications[name]
        names = {f"application:{name}": application.name["id"]}
        told = {**after, "revision": one.row.revision}
        entries = [self.desk.entry(operator, event, subject, before=before, after=told, names=names, reason=reason)]
        if step.newcomer is not None:
            applications = self.definitions.applications
            entries.append(applications.created(operator, step.snapshot, application))
            entries.append(applications.notices.published(operator, step.newcomer.notice, application))
        for secret in one.secrets:
            renewed = {"name": secret.name, "former_until": secret.former_until}
            entries.append(self.desk.entry(operator, AuditEvent.CONNECTOR_SECRET_CHANGED, subject, after=renewed, names=names))
        return entries


def _newest(kept: Kept, name: str) -> str | None:
    return next((one.value for one in kept.get(name, ()) if not one.until), None)
