"""`gapura consent verify` and `anchor`, `gapura people erase`: what an auditor and an officer do on the machine itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.admin.test_commands import Run, run
from tests.site import SITI

__all__ = ["run"]  # the fixture
WHY = ("--reason", "Pemeriksaan tahunan")


def test_a_sound_record_ends_with_0_and_a_touched_one_names_the_row(run: Run, tmp_path: Path) -> None:
    code, made = run("consent", "anchor", "--json")
    assert (code, made["number"]) == (0, 1)
    code, reports = run("consent", "verify", "--json")
    assert code == 0 and {one["chain"] for one in reports} >= {"consent", "audit", "disclosures", "consent by person", "anchors"}
    kept = tmp_path / "anchors.txt"
    kept.write_text(made["jws"])
    assert run("consent", "verify", "--anchors", str(kept), "--json")[0] == 0
    with sqlite3.connect(tmp_path / "data" / "gapura.db") as database:
        database.execute("UPDATE audit SET reason = 'lain' WHERE seq = 2")
        database.execute("DELETE FROM anchors")
    code, reports = run("consent", "verify", "--anchors", str(kept), "--json")
    wrong = {one["chain"]: (one["broken_at"], one["reason"]) for one in reports if not one["intact"]}
    assert code == 1
    assert wrong == {"audit": (2, "the row was changed"), "anchors given": (1, "the anchor is genuine and is gone from the record")}


def test_what_is_no_anchor_and_an_unknown_person_are_refused(run: Run, tmp_path: Path) -> None:
    kept = tmp_path / "anchors.txt"
    kept.write_text('{"anchors": 3}')
    assert run("consent", "verify", "--anchors", str(kept))[0] == 2
    assert run("consent", "verify", "--person", "nobody")[0] == 1


def test_pv_10_a_person_is_erased_from_the_command_line_and_the_record_still_verifies(run: Run) -> None:
    _, found = run("people", "find", SITI, "--reason", "rights", "--json")
    person = found[0]["id"]
    assert run("people", "erase", person, "--confirm=x", *WHY)[0] == 1
    assert run("people", "erase", person, f"--confirm={person[:8]}", *WHY, "--json") == (0, {"person": person, "erased": True})
    code, shown = run("people", "show", "--json", "--", person)
    assert (code, shown["masked"], shown["status"]) == (0, {}, "closed")
    assert run("people", "find", SITI, "--reason", "rights", "--json") == (0, [])
    assert run("consent", "verify")[0] == 0
