"""The shortened form of `make faults`: older systems that reset and that stay silent, beside the others (C12)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.faults.run import ASKED_AGAIN_WITHIN, KINDS, OPENS_WITHIN, WELL, Seen, measure, misbehaviour
from tests.faults.town import opened

SECONDS = 9.0
MOST_MS = 5000  # the patience with the silent ones; other tests run on this machine too: `make faults` compares with quiet runs


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> dict[str, Seen]:
    with opened(tmp_path_factory.mktemp("faults"), template_folder) as town:
        return asyncio.run(measure(town, ("silent",), SECONDS, quiet_runs=0))[1]


def test_c12_who_is_well_is_answered_while_the_others_are_silent(found: dict[str, Seen]) -> None:
    for name in WELL:
        row = found["silent"].rows[name]
        assert row.wrong == 0, (name, row.answers)
        assert row.percentile(0.5) < MOST_MS, f"{name} waits for the silent ones"


def test_c12_a_silent_system_is_left_alone_within_10_s_and_asked_again_within_30_s(found: dict[str, Seen]) -> None:
    seen = found["silent"]
    assert set(seen.opened) == set(seen.back) == set(KINDS)
    assert max(seen.opened.values()) <= OPENS_WITHIN
    assert max(seen.back.values()) <= ASKED_AGAIN_WITHIN
    assert any(answer == "503" for answer in seen.rows["ill form_login"].answers)


def test_c12_a_sign_out_tells_who_is_well_and_names_who_is_silent(found: dict[str, Seen]) -> None:
    assert found["silent"].signed_out, "somebody signed out meanwhile"
    assert misbehaviour("silent", found["silent"]) == []
