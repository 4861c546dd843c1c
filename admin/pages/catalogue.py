"""The catalogue of kinds, where a new connector begins, and step 1 of the wizard: which kind, under which id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from admin.actions.lifecycle_models import Draft
from admin.errors import FieldProblem, Invalid
from admin.pages.directions import OUT, PEOPLE, Text, data_of, directions
from admin.pages.fields import Values
from admin.pages.frame import Frame, Handlers, Visit, told
from admin.pages.wizard import AT, PATHS, Wizard, first_open, version
from connectors.contract import Kind
from kit.web.pages import see_other


@dataclass(frozen=True, slots=True)
class Card:
    """One kind as the catalogue shows it."""

    kind: Kind
    directions: list[Text]
    data: Text


@dataclass(frozen=True, slots=True)
class CataloguePages:
    frame: Frame
    kinds: Mapping[str, Kind]

    @property
    def wizard(self) -> Wizard:
        return Wizard(self.frame, self.kinds)

    async def catalogue(self, visit: Visit, problems: list[dict[str, str]] | None = None) -> Response:
        return self.frame.render(
            visit, "connectors/catalogue", "connectors", status=422 if problems else 200, cards=self.cards(), errors=problems or []
        )

    async def begin(self, visit: Visit) -> Response:
        """Begin a draft of the chosen kind; the rest of step 1 is its id."""
        try:
            draft = await self.wizard.lifecycle.begin(visit.operator, kind=visit.form["kind"])
        except Invalid as error:
            return await self.catalogue(visit, told(error.problems, visit.language))
        return see_other(f"{AT}/{draft.id}/{PATHS['choose']}")

    async def resume(self, visit: Visit) -> Response:
        """Go on where the draft was left: at the first step with something to do (CW-1)."""
        draft = await self.wizard.draft(visit)
        checked = await self.wizard.lifecycle.check(visit.operator, draft.id)
        return see_other(f"{AT}/{draft.id}/{PATHS[first_open(checked)]}")

    async def choose(self, visit: Visit) -> Response:
        return await self._choose(visit, await self.wizard.draft(visit), ())

    async def save(self, visit: Visit) -> Response:
        draft = await self.wizard.draft(visit)
        former, kind = draft.definition, visit.form["kind"] or draft.definition.kind
        content: dict[str, object] = {"kind": kind, "id": visit.form["id"].strip()}
        if kind != former.kind:
            content["settings"] = {}  # those of another kind mean nothing here
        if former.register_as is not None:
            content["application"] = content["id"]  # a new application has the id of its connector
        return await self.wizard.keep(visit, "choose", content, self._choose)

    async def ask_discard(self, visit: Visit) -> Response:
        draft = await self.wizard.draft(visit)
        return self.frame.render(visit, "connectors/discard", "connectors", draft=draft, d=draft.definition, at=f"{AT}/{draft.id}")

    async def discard(self, visit: Visit) -> Response:
        await self.wizard.lifecycle.discard(visit.operator, visit.path["draft"], based_on=version(visit))
        return see_other("/admin/konektor")

    def cards(self) -> list[Card]:
        """Return every kind, those by which people sign in first."""
        found = [Card(kind, directions(kind), data_of(kind)) for kind in self.kinds.values()]
        return sorted(found, key=lambda card: (card.directions[0] is not PEOPLE, card.directions[0] is OUT))

    async def _choose(self, visit: Visit, draft: Draft, problems: tuple[FieldProblem, ...]) -> Response:
        typed = visit.form if visit.form.pairs else Values([("kind", draft.definition.kind), ("id", draft.definition.id)])
        chosen = next((card for card in self.cards() if card.kind.name == draft.definition.kind), None)
        return await self.wizard.page(visit, draft, "choose", problems=problems, values=typed, card=chosen, kinds=self.kinds)

    def handlers(self) -> Handlers:
        return {
            ("GET", "/admin/konektor/katalog"): self.catalogue,
            ("POST", "/admin/konektor/katalog"): self.begin,
            ("GET", f"{AT}/{{draft}}"): self.resume,
            ("GET", f"{AT}/{{draft}}/pilih"): self.choose,
            ("POST", f"{AT}/{{draft}}/pilih"): self.save,
            ("GET", f"{AT}/{{draft}}/buang"): self.ask_discard,
            ("POST", f"{AT}/{{draft}}/buang"): self.discard,
            ("POST", f"{AT}/{{draft}}/gabung"): self.wizard.merged,
        }
