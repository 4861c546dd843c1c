"""The shortened form of `make crash`: three kills on each database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.run import run


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
async def test_ft_01_no_acknowledged_consent_is_lost_and_none_invented_when_everything_is_killed(tmp_path: Path, store: str) -> None:
    cycles = await run(tmp_path, store, cycles=3, writes=20, citizens=4)
    assert len(cycles) == 3
    assert all(cycle.writes >= 20 and cycle.killed >= 3 for cycle in cycles)
    assert any(cycle.in_flight for cycle in cycles), "one kill may come just after the last answer, not every one"
    assert all(cycle.kept_in_flight <= cycle.in_flight for cycle in cycles)
