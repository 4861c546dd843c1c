"""A receipt on paper: one sheet of A4 with the code and the fingerprint, without the menus of the screen (UX C-17)."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from tests.browser.chromium import Looker, Shelf, chromium, program
from tests.browser.survey import capture

A4 = (595, 842)  # points
SHOWN = "(selectors) => selectors.filter((one) => [...document.querySelectorAll(one)].some((found) => found.getClientRects().length))"


def test_ux_c_17_a_receipt_prints_on_one_sheet_of_a4(tmp_path: Path, template_folder: Path) -> None:
    program()
    taken, wrong = asyncio.run(capture(("id", "en"), tmp_path, template_folder, match="portal/receipt"))
    assert wrong == []
    shelf = Shelf()
    with shelf.open() as base, chromium() as browser:
        looker = Looker(browser, base)
        for one in taken:
            looker.open(shelf.put(one.shown))
            paper = looker.window.pdf(prefer_css_page_size=True)
            sizes = re.findall(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)", paper)
            assert [(round(float(wide)), round(float(high))) for wide, high in sizes] == [A4], f"{one.state} {one.language}"
            looker.window.emulate_media(media="print")
            assert looker.window.evaluate(SHOWN, [".menu", ".side", ".foot", ".official", ".qr", ".ref", ".sheet code"]) == [
                ".qr",
                ".ref",
                ".sheet code",
            ]
            looker.window.emulate_media(media="screen")
