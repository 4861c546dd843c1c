"""The one page before an act: what happens at once, to how many, why, and the name to type (UX AD-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from admin.pages.frame import Frame, Visit

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Act:
    """`impacts` are numbers with words; `typed` is the name that must be typed; `why` asks for a reason;
    `option` is a box to tick: its name and its words."""

    title: Text
    name: str
    code: str
    back: str
    button: Text
    impacts: tuple[tuple[int, Text], ...] = ()
    typed: str = ""
    why: bool = True
    danger: bool = True
    note: Text | None = None
    option: tuple[str, Text] | None = None

    def page(self, frame: Frame, visit: Visit, area: str, problems: list[dict[str, str]] | None) -> Response:
        return frame.render(visit, "act", area, status=422 if problems else 200, act=self, errors=problems or [], values=visit.form)
