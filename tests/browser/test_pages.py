"""The shortened form of `make pages`: each template in its usual state, in both languages, at 360 px in light."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kit.web.assets import Assets
from tests.browser.chromium import Looker, Shelf, chromium, program
from tests.browser.registry import PAGES, templates_on_disk
from tests.browser.stage import Page, Shown
from tests.browser.survey import Taken, capture, look_short

CSP = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'"


def test_every_template_is_in_the_list_and_every_entry_is_a_template() -> None:
    assert {page.template for page in PAGES} == templates_on_disk()


def test_ux_c_18_every_page_is_clean_in_both_languages(tmp_path: Path, template_folder: Path) -> None:
    program()
    taken, wrong = asyncio.run(capture(("id", "en"), tmp_path, template_folder, only_first=True))
    assert wrong == []
    assert look_short(taken) == []


def _find(body: str, csp: str = CSP) -> list[str]:
    page = f'<!doctype html><html lang="id"><head><title>x</title></head><body><main>{body}</main></body></html>'
    shown = Shown("t.html", 200, page, csp, "/")
    return look_short([Taken(Page("t.html", "A", {}), "usual", "id", shown)])


def test_the_harness_sees_what_is_wrong() -> None:
    program()
    found = "\n".join(
        _find(
            '<h1 style="color:#aaa">Judul</h1><p>' + "x" * 200 + '</p><button></button><form method="post" action="/a">'
            '<input type="password" autocomplete="off"><a href="#no">.</a></form>'
        )
    )
    for rule in ("C-2", "C-6", "C-8", "C-14", "C-12", "C-20", "C-18", "csrf", "link", "console"):
        assert f": {rule}" in found, f"{rule} was not seen in:\n{found}"


def test_ux_c_6_a_word_broken_in_the_middle_is_seen_and_a_whole_one_is_not() -> None:
    program()
    broken = "Pendampingan" * 8
    look = f'<link rel="stylesheet" href="{Assets().url("gapura.css")}">'
    found = _find(f"{look}<h1>Judul</h1><p>Pendampingan usaha. {broken}</p>")
    assert [line for line in found if "broken" in line] == [f"t usual id: C-6: broken in the middle: {broken}"]


def test_ux_c_9_a_control_without_a_ring_is_seen() -> None:
    program()
    shelf = Shelf()
    page = '<!doctype html><html lang="id"><head><title>x</title></head><body><main><button>Satu</button></main></body></html>'
    with shelf.open() as base, chromium() as browser:
        looker = Looker(browser, base)
        looker.open(shelf.put(Shown("t.html", 200, page, CSP, "/")))
        assert looker.focus() == ['C-9: no ring on button "Satu"']
