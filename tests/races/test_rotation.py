"""JW-15 under load, in short; `python -m tests.races.rotation` is the whole."""

from __future__ import annotations

from pathlib import Path

from tests.races.rotation import WITHIN, run


def test_jw_15_keys_change_under_load_and_no_request_fails(tmp_path: Path) -> None:
    report = run(tmp_path, 300, pause=0.3)
    assert report.failures == []
    assert report.counts["flows"] == 300
    assert report.counts["rotations"] >= 8 and report.counts["rotations back"] >= 1 and report.counts["removals"] >= 3
    assert report.refused_after, "tokens of a removed key were out"
    assert max(report.refused_after) < WITHIN
