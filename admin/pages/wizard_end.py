"""Steps 5 to 7 of the wizard: try, review, publish; and the same draft as YAML (CW-4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from admin.actions.lifecycle_models import Draft
from admin.actions.picture import Preview
from admin.errors import Changed, FieldProblem, Invalid
from admin.pages.fields import Values
from admin.pages.frame import Handlers, Visit
from admin.pages.raw_difference import raw_difference
from admin.pages.wizard import AT, Wizard, version
from admin.personas import Persona
from connectors.definition_file import BadFile, read_text
from kit.web.pages import see_other

Text = Mapping[str, str]
AT_FIRST = 3  # so many test people are tried without being asked for
ANSWERS: Sequence[tuple[str, Text]] = (
    ("all", {"id": "Setuju semua", "en": "Agrees to everything"}),
    ("required", {"id": "Menolak data tambahan", "en": "Refuses optional data"}),
    ("none", {"id": "Menolak semua", "en": "Refuses everything"}),
)
DANGERS: Mapping[str, Text] = {
    "new_data": {"id": "Data baru", "en": "New data"},
    "specific_data": {"id": "Data spesifik baru", "en": "New specific data"},
    "longer": {"id": "Berlaku lebih lama", "en": "Good for longer"},
    "wider": {"id": "Lebih terbuka", "en": "More is open"},
    "weaker": {"id": "Pengaman lebih lemah", "en": "A safeguard is weaker"},
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What one test person gave."""

    persona: Persona
    preview: Preview


@dataclass(frozen=True, slots=True)
class EndPages:
    wizard: Wizard

    async def attempt(self, visit: Visit) -> Response:
        draft = await self.wizard.draft(visit)
        personas = await self.wizard.frame.actions.previews.personas(visit.operator)
        people, answer = asked(visit, personas)
        tried: list[Tried] = []
        problems: tuple[FieldProblem, ...] = ()
        try:
            for persona in people:
                preview = await self.wizard.lifecycle.attempt(visit.operator, draft.id, persona.id, answer=answer)
                tried.append(Tried(persona, preview))
        except Invalid as error:
            problems = error.problems
        return await self.wizard.page(
            visit,
            draft,
            "try",
            status=422 if problems else 200,
            in_the_way=problems,
            tried=tried,
            personas=personas,
            chosen={one.id for one in people},
            answer=answer,
            answers=ANSWERS,
        )

    async def review(self, visit: Visit) -> Response:
        draft = await self.wizard.draft(visit)
        review = await self.wizard.lifecycle.review(visit.operator, draft.id)
        return await self.wizard.page(
            visit,
            draft,
            "review",
            review=review,
            dangers=DANGERS,
            raw=raw_difference(review.text_before, review.text_after),
            stands=await self._stands(visit, draft),
        )

    async def ask_publish(self, visit: Visit) -> Response:
        return await self._publish(visit, await self.wizard.draft(visit), ())

    async def publish(self, visit: Visit) -> Response:
        draft = await self.wizard.draft(visit)
        try:
            made = await self.wizard.lifecycle.publish(visit.operator, draft.id, based_on=version(visit), reason=visit.form["reason"])
        except Invalid as error:
            return await self._publish(visit, draft, error.problems)
        except Changed:
            return await self.changed(visit, draft)
        return see_other(f"/admin/konektor/{made.connector}?terbit={made.revision}")

    async def changed(self, visit: Visit, draft: Draft) -> Response:
        """Somebody changed the draft, or published meanwhile: nothing was published; what differs is shown to be looked at again."""
        review = await self.wizard.lifecycle.review(visit.operator, draft.id)
        stands = await self._stands(visit, draft)
        return await self.wizard.page(
            visit, draft, "publish", template="overtaken", status=409, review=review, dangers=DANGERS, stands=stands
        )

    async def rebase(self, visit: Visit) -> Response:
        """Take the draft to what stands now, after its author has seen the difference (PB-6)."""
        draft = await self.wizard.draft(visit)
        if draft.connector:
            await self.wizard.lifecycle.rebase(visit.operator, draft.id, based_on=version(visit))
        return see_other(f"{AT}/{draft.id}/tinjau")

    async def text(self, visit: Visit) -> Response:
        return await self._text(visit, await self.wizard.draft(visit), ())

    async def save_text(self, visit: Visit) -> Response:
        draft = await self.wizard.draft(visit)
        text = visit.form["text"].replace("\r\n", "\n")
        try:
            kept = await self.wizard.lifecycle.save_text(visit.operator, draft.id, text, based_on=version(visit))
        except Invalid as error:
            return await self._text(visit, draft, tuple(_at_text(one) for one in error.problems))
        except Changed:
            return await self._merge_text(visit, text)
        return see_other(f"{AT}/{kept.id}/yaml?disimpan=1")

    async def _merge_text(self, visit: Visit, text: str) -> Response:
        try:
            mine = read_text(text)
        except BadFile as error:  # save_text has read it already
            raise Changed(visit.path["draft"]) from error
        return await self.wizard.merge(visit, "choose", mine.model_dump(mode="json", by_alias=True))

    async def _text(self, visit: Visit, draft: Draft, problems: tuple[FieldProblem, ...]) -> Response:
        text = visit.form["text"] if "text" in visit.form else await self.wizard.lifecycle.draft_text(visit.operator, draft.id)
        return await self.wizard.page(visit, draft, "", template="yaml", problems=problems, values=Values([("text", text)]))

    async def _publish(self, visit: Visit, draft: Draft, problems: tuple[FieldProblem, ...]) -> Response:
        review = await self.wizard.lifecycle.review(visit.operator, draft.id)
        return await self.wizard.page(
            visit,
            draft,
            "publish",
            problems=problems,
            review=review,
            dangers=DANGERS,
            values=visit.form,
            stands=await self._stands(visit, draft),
        )

    async def _stands(self, visit: Visit, draft: Draft) -> int:
        """Return the number of the revision that stands; 0 when there is none."""
        return (await self.wizard.lifecycle.standing(visit.operator, draft.connector)).number if draft.connector else 0

    def handlers(self) -> Handlers:
        return {
            ("GET", f"{AT}/{{draft}}/coba"): self.attempt,
            ("GET", f"{AT}/{{draft}}/tinjau"): self.review,
            ("GET", f"{AT}/{{draft}}/terbitkan"): self.ask_publish,
            ("POST", f"{AT}/{{draft}}/terbitkan"): self.publish,
            ("POST", f"{AT}/{{draft}}/susul"): self.rebase,
            ("GET", f"{AT}/{{draft}}/yaml"): self.text,
            ("POST", f"{AT}/{{draft}}/yaml"): self.save_text,
        }


def asked(visit: Visit, personas: Sequence[Persona]) -> tuple[list[Persona], str]:
    """Return the test people to try, the first three when none is named, and how they answer."""
    named = set(visit.request.query_params.getlist("warga"))
    people = [one for one in personas if one.id in named] or list(personas[:AT_FIRST])
    answer = visit.query("keadaan")
    return people, answer if answer in {code for code, _ in ANSWERS} else "all"


def _at_text(one: FieldProblem) -> FieldProblem:
    """Name the text area, and keep the place in the words."""
    place = {"id": one.field.replace("line ", "baris "), "en": one.field}
    return replace(one, field="text", text={language: f"{place[language].capitalize()}: {words}" for language, words in one.text.items()})
