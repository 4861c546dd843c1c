"""The tool that switches rules off: it knows every table, it finds what is missed, and it says when nothing is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards.run import Case, Outcome
from tests.guards.tables import TABLES, Table

ROOT = Path(__file__).parents[2]
A_TABLE = re.compile(r"^([A-Z_]+): (?:Sequence\[|tuple\[)(?:Callable\[|Rule\b)", re.MULTILINE)


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_every_table_of_rules_in_the_house_is_listed() -> None:
    found = set()
    for room in ("kit", "consent", "connectors", "idp", "portal", "admin", "rs"):
        for path in (ROOT / room).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found |= {f"{module}:{name}" for name in A_TABLE.findall(path.read_text())}
    assert found == {table.name for table in TABLES}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_rule_is_a_function_with_a_name_of_its_own_and_tests_that_exist(table: Table) -> None:
    assert table.names()
    assert len(set(table.names())) == len(table.names())
    for rule in table.rules():
        assert rule.__code__.co_freevars == (), "a rule that closes over something cannot be switched off"
    for one in table.tests:
        assert (ROOT / one).exists()


def test_a_rule_that_the_tests_miss_is_found_in_a_run() -> None:
    code = "import sys; from tests.guards.run import main; sys.exit(main(['refresh_checks:RULES:scope_does_not_grow']))"
    done = python(code)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "missed by tests/idp/grants/test_refresh_checks.py::test_tk_20_scope_does_not_grow" in done.stdout


def test_a_rule_that_nothing_misses_fails_the_run() -> None:
    code = """
import sys
from tests.guards import run, tables
run.TABLES = (tables.Table("idp.grants.refresh_checks:RULES", ("tests/idp/tokens/test_tokens.py",)),)
sys.exit(run.main(["scope_does_not_grow"]))
"""
    done = python(code)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "NOTHING MISSES IT" in done.stdout


def test_an_outcome_is_good_only_for_the_right_reason() -> None:
    on, off = Case(TABLES[0], ""), Case(TABLES[0], "client_is_known")
    assert Outcome(on, 5, "", "", 0).good
    assert not Outcome(on, 0, "", "", 0).good, "no test ran"
    assert not Outcome(on, 4, "tests/x", "", 0).good
    assert Outcome(off, 4, "tests/x", "", 0).good
    assert not Outcome(off, 5, "", "", 0).good
    assert not Outcome(off, 0, "tests/x", "pytest ended with 2", 0).good, "a run that broke proves nothing"
