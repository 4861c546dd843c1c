"""Revisions of a connector: what was published when, what one changed against another, and bringing an older one back (PB-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from admin.actions.lifecycle_models import Change, RevisionView
from admin.errors import Changed, Invalid, NotFound
from admin.pages.connector_page import AT, ConnectorPage
from admin.pages.frame import Handlers, Visit, told
from admin.pages.raw_difference import raw_difference
from admin.pages.wizard_end import DANGERS
from connectors.definition_file import text_of
from kit.web.pages import see_other


@dataclass(frozen=True, slots=True)
class HistoryPages:
    page: ConnectorPage

    async def index(self, visit: Visit) -> Response:
        lifecycle = self.page.frame.actions.lifecycle
        revisions = await lifecycle.revisions(visit.operator, visit.path["id"])
        names = {one.number for one in revisions}
        before, after = number_of(visit.query("dari")), number_of(visit.query("ke"))
        changes: tuple[Change, ...] | None = None
        if before in names and after in names:
            changes = await lifecycle.compare(visit.operator, visit.path["id"], before, after)
        return await self.page.part(
            visit,
            "revisions",
            revisions=revisions,
            authors=await self._authors(revisions),
            changes=changes,
            before=before or max(revisions[0].number - 1 if revisions else 0, 1),
            after=after or (revisions[0].number if revisions else 0),
            dangers=DANGERS,
        )

    async def revision(self, visit: Visit) -> Response:
        one = await self._revision(visit)
        lifecycle = self.page.frame.actions.lifecycle
        former = await lifecycle.revision(visit.operator, one.connector, one.number - 1) if one.number > 1 else None
        changes = await lifecycle.compare(visit.operator, one.connector, former.number, one.number) if former is not None else ()
        return await self.page.part(
            visit,
            "revision",
            revision=one,
            text=text_of(one.definition),
            changes=changes,
            authors=await self._authors([one]),
            people=one.checked.get("people", {}),
            dangers=DANGERS,
        )

    async def ask_restore(self, visit: Visit, problems: list[dict[str, str]] | None = None, status: int = 200) -> Response:
        one = await self._revision(visit)
        lifecycle = self.page.frame.actions.lifecycle
        stands = await lifecycle.standing(visit.operator, one.connector)
        now = await lifecycle.revision(visit.operator, one.connector, stands.number)
        return await self.page.part(
            visit,
            "restore",
            status=422 if problems else status,
            errors=problems or [],
            revision=one,
            changes=await lifecycle.compare(visit.operator, one.connector, stands.number, one.number),
            raw=raw_difference(text_of(now.definition), text_of(one.definition)),
            dangers=DANGERS,
            values=visit.form,
            overtaken=status == Changed.status,
        )

    async def restore(self, visit: Visit) -> Response:
        one = await self._revision(visit)
        try:
            made = await self.page.frame.actions.lifecycle.restore(
                visit.operator, one.connector, one.number, based_on=number_of(visit.form["_revision"]), reason=visit.form["reason"]
            )
        except Invalid as error:
            return await self.ask_restore(visit, told(error.problems, visit.language))
        except Changed:
            return await self.ask_restore(visit, status=Changed.status)
        return see_other(f"/admin/konektor/{made.connector}?terbit={made.revision}")

    def handlers(self) -> Handlers:
        return {
            ("GET", f"{AT}/riwayat"): self.index,
            ("GET", f"{AT}/riwayat/{{number}}"): self.revision,
            ("GET", f"{AT}/riwayat/{{number}}/kembali"): self.ask_restore,
            ("POST", f"{AT}/riwayat/{{number}}/kembali"): self.restore,
        }

    async def _revision(self, visit: Visit) -> RevisionView:
        number = number_of(visit.path["number"])
        if not number:
            raise NotFound(visit.path["id"])
        return await self.page.frame.actions.lifecycle.revision(visit.operator, visit.path["id"], number)

    async def _authors(self, revisions: list[RevisionView]) -> Mapping[str, str]:
        """Return the names of operators by actor; an actor that is nobody's account keeps its own name."""
        people = self.page.frame.actions.desk.stores.people
        found = {}
        for actor in {one.author for one in revisions if one.author.startswith("operator:")}:
            person = await people.get(actor.removeprefix("operator:"))
            if person is not None:
                found[actor] = person.name
        return found


def number_of(text: str) -> int:
    """Return the number; 0, which no revision has, for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
