"""What is wrong with a draft is told in the reader's language on the wizard and on its YAML page, for every kind."""

from __future__ import annotations

import re

import pytest

from admin.operator import LOCAL
from connectors.builtin import KINDS
from connectors.complaints import OTHERWISE
from connectors.definition_file import text_of
from tests.admin.pages.wizard_walk import Technician, technician
from tests.connectors.test_complaints import ENGLISH
from tests.connectors.whole_settings import WHOLE
from tests.forms import words_of
from tests.site import Site

SPOILED = {"base_url": "http://jauh.example.id/x", "tidak_dikenal": "1"}


async def spoiled(one: Technician, kind: str) -> int:
    """Make the draft one in which much is wrong with the settings; return how much."""
    lifecycle = one.site.house.admin.actions.lifecycle
    draft = await lifecycle.draft(LOCAL, one.draft)
    first = next(iter(WHOLE[kind]))
    settings = {**WHOLE[kind], **SPOILED, first: 5, next(reversed(WHOLE[kind])): "salah"}
    await lifecycle.save(LOCAL, one.draft, {"settings": settings}, based_on=draft.version)
    checked = await lifecycle.check(LOCAL, one.draft)
    return len([problem for problem in checked.problems if problem.field.startswith("settings")])


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_cw_2_whatever_is_wrong_with_settings_is_told_in_indonesian_on_an_indonesian_page(site: Site, kind: str) -> None:
    one = await technician(site)
    await one.begin(kind)
    wrong = await spoiled(one, kind)
    assert wrong >= 2
    page = (await one.browser.go(f"{one.at}/tinjau")).text
    told = [words_of(re.sub(r"<code>.*?</code>", "", line)) for line in re.findall(r"<li><span class=\"tag tag-bad\">.*?</li>", page)]
    assert len(told) >= wrong
    assert [line for line in told if ENGLISH.search(re.sub(r"'[^']*'|\w+_\w+|\b\w+:", " ", line)) or OTHERWISE["id"] in line] == []
    english = (await one.browser.go(f"{one.at}/tinjau?lang=en")).text
    assert "Fill this in" in english or "Remove it" in english or "Fix this" in english


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kind: cas", "kind: [cas]"), "Kind: Isi dengan teks."),
        (("kind: cas", "kind: cas\nlain: 1"), "Lain: Bagian ini tidak dikenal. Hapus."),
        (("kind: cas", "kind: cas\nkind: cas"), "Baris 1: Perbaiki: satu nama ditulis dua kali."),
        (("kind: cas", "kind: cas: cas"), "Baris 1: Tidak terbaca sebagai YAML. Periksa spasi di awal baris dan tanda titik dua."),
        (("kind: cas", f"kind: {'c' * 300}"), "Kind: Paling panjang 200 huruf."),
    ],
    ids=["wrong type", "unknown field", "twice", "no YAML", "too long"],
)
async def test_cw_4_the_text_of_a_draft_is_refused_in_the_readers_language(site: Site, change: tuple[str, str], said: str) -> None:
    one = await technician(site)
    await one.begin("cas")
    text = text_of((await site.house.admin.actions.lifecycle.draft(LOCAL, one.draft)).definition)
    page = await one.step("yaml", {"text": text.replace(*change, 1)})
    assert page.status_code == 422 and said in words_of(page.text), words_of(page.text)[:600]
