"""The shortened form of `make faults`: older systems that stay silent, beside the others (C12).

How long anybody waits is measured by `make faults` alone, on a machine that does nothing else.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.faults.run import WELL, measure
from tests.faults.town import opened

SECONDS = 9.0


def test_c12_who_is_well_gives_no_wrong_answer_while_the_others_are_silent(tmp_path: Path, template_folder: Path) -> None:
    with opened(tmp_path, template_folder) as town:
        seen = asyncio.run(measure(town, ("silent",), SECONDS, quiet_runs=0))[1]["silent"]
    for name in WELL:
        row = seen.rows[name]
        assert row.answers, name
        assert row.wrong == 0, (name, row.answers)
