"""Every module of every plan has a row, every row a test that exists or a written reason, and the document is of today."""

from __future__ import annotations

import pytest

from tests.conformance import table


@pytest.mark.parametrize("plan", table.plans())
def test_every_module_has_a_test_or_a_reason(plan: str) -> None:
    rows = table.modules(plan)
    assert [row.name for row in rows if not row.tests and not row.open] == []
    assert [row.name for row in rows if row.tests and row.open] == [], "there is a test now: take it off the open list"


@pytest.mark.parametrize("plan", table.plans())
def test_every_test_that_a_row_names_exists(plan: str) -> None:
    assert [f"{row.name}: {test}" for row in table.modules(plan) for test in row.tests if not table.exists(test)] == []


@pytest.mark.parametrize("plan", table.plans())
def test_the_list_of_modules_is_whole(plan: str) -> None:
    assert len(table.names(plan)) == table.asked()["plan"][plan]["count"]


def test_no_row_stands_for_a_module_that_is_not_asked() -> None:
    places = {plan: set(table.names(plan)) for plan in table.plans()}
    for section in (table.answered(), table.answered().get("open", {})):
        for plan, rows in section.items():
            if plan not in ("ways", "same", "open"):
                assert set(rows) - places[plan] == set(), plan


def test_a_second_way_of_a_plan_reaches_its_tests() -> None:
    """A test that is not run in the other way proves nothing of the other plan."""
    bare = []
    for plan, way in table.answered()["ways"].items():
        for row in table.modules(plan):
            bare += [test for test in row.tests if not test.endswith(f"[{way}]")]
    assert sorted(set(bare) - set(table.answered().get("same", {}).get("tests", []))) == []


def test_the_document_is_of_today() -> None:
    document = table.DOCUMENT.read_text()
    assert document == table.written(document), "run python -m tests.conformance.table"


def test_the_checker_sees_what_is_missing() -> None:
    assert not table.exists("conformance/test_basic.py::test_nothing")
    assert not table.exists("conformance/nowhere.py::test_oidcc_server")
    assert table.exists("conformance/test_basic.py::test_oidcc_scope[profile]")
    assert not table.exists("conformance/test_config.py::test_oidcc_discovery_endpoint_verification[other]")
