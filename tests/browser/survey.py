"""The survey: bring every page about, then look at it. A page is (template, state, language)."""

from __future__ import annotations

import asyncio
import re
import tempfile
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.browser.chromium import Looker, Shelf, chromium
from tests.browser.registry import PAGES
from tests.browser.sheets import sheets
from tests.browser.stage import PSEUDO, Page, Shown, open_stage, show


@dataclass(frozen=True)
class Taken:
    """A captured page and how to name it."""

    page: Page
    state: str
    language: str
    shown: Shown

    @property
    def label(self) -> str:
        return f"{self.page.template.removesuffix('.html')} {self.state} {self.language}"

    @property
    def slug(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", self.label.lower()).strip("-")


async def capture(
    languages: Iterable[str], folder: Path, template_folder: Path, *, only_first: bool = False, match: str = ""
) -> tuple[list[Taken], list[str]]:
    """Return the pages, and what went wrong on the way to them."""
    taken, wrong = [], []
    for language in languages:
        async with open_stage(folder / language, template_folder, language) as stage:
            for page in PAGES:
                if match not in page.template or not page.speaks(language):
                    continue
                for state, walk in list(page.states.items())[: 1 if only_first else None]:
                    try:
                        shown = await show(stage, walk)
                    except Exception as error:  # one page that cannot be reached must not hide the others
                        where = traceback.extract_tb(error.__traceback__)[-1]
                        wrong.append(f"{page.template} {state} {language}: {error!r} at {Path(where.filename).name}:{where.lineno}")
                        continue
                    if shown.template != page.template:
                        wrong.append(f"{page.template} {state} {language}: ended on {shown.template} ({shown.status} {shown.path})")
                        continue
                    taken.append(Taken(page, state, language, shown))
    return taken, wrong


def look_short(taken: list[Taken]) -> list[str]:
    """The shortened form: each page at 360 px in light."""
    found = []
    shelf = Shelf()
    with shelf.open() as base, chromium() as browser:
        looker = Looker(browser, base)
        for one in taken:
            path = shelf.put(one.shown)
            lines = (
                looker.open(path, cold=True)
                + looker.weight(one.page.weight)
                + looker.facts(one.page.languages)
                + looker.fits()
                + looker.words()
                + looker.axe()
            )
            found += [f"{one.label}: {line}" for line in lines]
    return found


def look_full(taken: list[Taken], longer: list[Taken], folder: Path) -> list[str]:
    """Everything, with pictures: both widths, both schemes, large text, wide spacing, longer words, the walk with Tab."""
    found = []
    shelf = Shelf()
    pictures: dict[tuple[int, str], list[tuple[str, Path]]] = {}
    with shelf.open() as base, chromium() as browser:
        looker = Looker(browser, base)
        for one in taken:
            path = shelf.put(one.shown)
            lines = looker.open(path, cold=True) + looker.weight(one.page.weight)
            for width in (360, 1280):
                for scheme in ("light", "dark"):
                    lines += looker.open(path, width=width, dark=scheme == "dark") + looker.facts(one.page.languages) + looker.fits()
                    lines += looker.words() + looker.axe()
                    if one.language == "id" or scheme == "light":
                        picture = folder / f"{width}-{scheme}" / f"{one.slug}.png"
                        looker.open(path, width=width, dark=scheme == "dark")
                        looker.picture(picture)
                        pictures.setdefault((width, f"{width}-{scheme}-{one.language}"), []).append((one.label, picture))
                if one.language == "id":
                    lines += looker.focus()
                lines += looker.large_text()
            lines += looker.open(path, width=320) + looker.fits()
            found += [f"{one.label}: {line}" for line in dict.fromkeys(lines)]
        for one in longer:
            path = shelf.put(one.shown)
            for width in (320, 360):
                looker.open(path, width=width)
                found += [f"{one.label}: {line} (longer words)" for line in looker.fits()]
    for (width, name), list_of in pictures.items():
        sheets(list_of, width, f"sheet-{name}", folder)
    return found


def survey(folder: Path, match: str = "") -> list[str]:
    """Run the full survey and return every defect."""
    with tempfile.TemporaryDirectory(prefix="gapura-pages-") as name:
        taken, wrong = asyncio.run(capture(("id", "en", PSEUDO), Path(name), Path(name) / "template", match=match))
    plain = [one for one in taken if one.language != PSEUDO]
    longer = [one for one in taken if one.language == PSEUDO]
    return [*wrong, *look_full(plain, longer, folder)]
