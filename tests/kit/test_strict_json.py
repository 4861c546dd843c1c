"""JSON with more than one reading, and what no store of ours keeps, is refused before anybody works with it."""

from __future__ import annotations

import json

import pytest

from hub.commands.desk import show, show_one
from idp.people.models import Role
from kit.strict_json import LARGEST, reads_one_way
from tests.admin.connectors import begun
from tests.admin.operators import account, at_console, operator_of
from tests.admin.pages.wizard_walk import technician
from tests.admin.test_api import call
from tests.site import Site

REFUSED = {
    "twice": b'{"a": 1, "a": 2}',
    "twice inside": b'{"a": [{"b": 1, "b": 1}]}',
    "nan": b'{"a": NaN}',
    "infinite": b'{"a": 1e400}',
    "too large": b'{"a": %d}' % (LARGEST + 1),
    "far too large": b"[" + b"9" * 5000 + b"]",
    "too small": b'{"a": -%d}' % (LARGEST + 1),
    "half of a character": rb'{"a": "\ud800"}',
    "half of a character as a name": rb'{"\udfff": 1}',
    "nul": rb'{"a": ["\u0000"]}',
    "deep": b"[" * 30 + b"]" * 30,
    "very deep": b"[" * 100_000,
    "none": b"{",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_wb_07_json_of_two_readings_is_not_read(body: bytes) -> None:  # WB-07
    assert not reads_one_way(body)


READ = [b"", b"{}", b'{"a": %d}' % LARGEST, rb'{"a": "\ud83d\ude00", "b": [1.5, null, "\n"]}', '["é—語"]'.encode()]


@pytest.mark.parametrize("body", READ)
def test_json_of_one_reading_is_read(body: bytes) -> None:
    assert reads_one_way(body)


@pytest.mark.parametrize("reason", ["hapus \x1b[2J layar", "nol\x00nol", "tanda \x9b2J", "   "])
async def test_ad_08_a_reason_holds_no_sign_that_moves_a_terminal(site: Site, reason: str) -> None:  # AD-08
    person = await account(site, Role.OPERATOR)
    browser = await at_console(site, person)
    draft = await begun(site, operator_of(site, person))
    path = f"/connector-drafts/{draft.id}"
    refused = await call(browser, "POST", f"{path}/publish", {"reason": reason}, **{"if-match": str(draft.version)})
    assert refused.status_code in (400, 422) and reason not in refused.text
    assert "simpeg-uji" not in site.house.registry.now.connectors


async def test_nul_in_a_path_or_form_is_nothing_that_is_looked_up(site: Site) -> None:
    """PostgreSQL refuses such a text, which would look as if the database were gone."""
    one = await technician(site)
    await one.begin()
    assert (await call(one.browser, "GET", "/connector-drafts/a%00b")).status_code == 404
    assert (await call(one.browser, "GET", "/audit?actor=a%00b")).status_code == 404
    assert (await one.browser.http.get("/admin/konektor/draf/a%00b")).status_code == 404
    assert (await one.browser.http.get("/admin/konektor?q=a%00b")).status_code == 404
    kept = await one.step("tujuan", {"contact": "a\x00b"})
    assert kept.status_code == 400 and "ADM-bad_form" in kept.text


def test_ad_08_what_somebody_typed_moves_no_cursor_of_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:  # AD-08
    typed = {"reason": "a\x1b[2Jb\r\nnumber  9  forged", "name": {"id": "\x9bJ"}, "more": ["\x07"]}
    show([typed], typed, False)
    table = capsys.readouterr().out
    show_one(typed, False)
    one = capsys.readouterr().out
    assert not any((ord(c) < 32 and c != "\n") or "\x7f" <= c <= "\x9f" for c in table + one)
    assert table.count("\n") == 2, "a line of a table is one row"
    show_one({"value": "-----BEGIN-----\nabc"}, False)
    assert "-----BEGIN-----\nabc" in capsys.readouterr().out, "a key keeps its lines"
    show([typed], typed, True)
    assert json.loads(capsys.readouterr().out) == [typed]
