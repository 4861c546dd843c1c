"""The shortened form: no citizen gets what another one was answered, although a cache before it all is forced on (R9, SE-05)."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.faults.citizens import BRIDGED, GATED, ask_all, only_pages_cached, streets

CITIZENS, TIMES = 12, 8


def test_r9_nobody_gets_the_answer_of_another_through_bridge_and_proxy_with_forced_cache(tmp_path: Path, template_folder: Path) -> None:
    with streets(tmp_path, template_folder, CITIZENS) as town:
        found = asyncio.run(ask_all(town, TIMES))
    for way in (GATED, BRIDGED):
        assert (found[way].own, found[way].of_another, dict(found[way].failed)) == (CITIZENS * TIMES, 0, {}), way


def test_r9_the_cache_is_there_and_only_the_lines_of_the_page_keep_it_away(tmp_path: Path, template_folder: Path) -> None:
    with streets(tmp_path, template_folder, 3, only_pages_cached) as town:
        found = asyncio.run(ask_all(town, TIMES, ways=(GATED,)))
    assert found[GATED].of_another > 0, "or the test above would show nothing"
