"""`make guards`: switch off each rule of each ordered table in turn and print which test missed it.

A rule that nothing misses fails the run, and so do tests that fail with everything on.
Each run is a fork of this process, which has imported the house once: a rule costs as long as its tests take up to the first failure.
Arguments choose rules by a part of their name.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

import pytest

import tests.site  # noqa: F401 # imported once here, so that no fork has to
from tests.guards.tables import TABLES, Table

ARGUMENTS = ("-x", "-q", "--assert=plain", "-p", "pytest_asyncio.plugin")


@dataclass(frozen=True)
class Case:
    """One rule to switch off; the empty rule is the run with everything on, which must pass."""

    table: Table
    rule: str

    @property
    def words(self) -> str:
        return f"{self.table.name}:{self.rule}" if self.rule else f"everything on: {' '.join(self.table.tests)}"


@dataclass(frozen=True)
class Outcome:
    case: Case
    passed: int
    missed_by: str
    error: str
    seconds: float

    @property
    def good(self) -> bool:
        """True when the tests noticed; or, with everything on, when they ran and found nothing."""
        return not self.error and (bool(self.missed_by) if self.case.rule else self.passed > 0 and not self.missed_by)


class Listener:
    """Notes the first test that failed."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid
        elif report.when == "call" and report.passed:
            self.passed += 1


def run(case: Case) -> Outcome:
    """Run the table's tests in this process with one rule off. Only ever called in a fork: the rule stays off."""
    began, listener, said = time.monotonic(), Listener(), io.StringIO()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the tests of rules need one plugin; loading all takes longer than they do
    if case.rule:
        case.table.switch_off(case.rule)
    with redirect_stdout(said), redirect_stderr(said):
        status = pytest.main([*ARGUMENTS, *case.table.tests], plugins=[listener])
    expected = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    error = "" if status in expected else f"pytest ended with {status}: {said.getvalue()[-600:]}"
    if listener.failed and not case.rule:
        error = f"FAILS with everything on: {listener.failed}\n{said.getvalue()[-600:]}"
    return Outcome(case, listener.passed, listener.failed, error, time.monotonic() - began)


def cases(chosen: Sequence[str]) -> list[Case]:
    """Return the runs with everything on, one for each set of tests, then one run for each rule."""
    found = [Case(table, rule) for table in TABLES for rule in table.names()]
    if chosen:
        found = [case for case in found if any(part in case.words for part in chosen)]
    sets = {case.table.tests: Case(case.table, "") for case in found}
    return [*sets.values(), *found]


def main(arguments: Sequence[str]) -> int:
    todo = cases(arguments)
    if not todo:
        print("no rule has that in its name")
        return 1
    bad = 0
    context = multiprocessing.get_context("fork")
    with context.Pool(os.cpu_count() or 1, maxtasksperchild=1) as pool:
        for outcome in pool.imap(run, todo):
            if outcome.good:
                words = f"missed by {outcome.missed_by}" if outcome.case.rule else f"{outcome.passed} tests pass"
            else:
                bad += 1
                words = outcome.error or ("NOTHING MISSES IT" if outcome.case.rule else "no test ran")
            print(f"{outcome.seconds:5.1f} s  {outcome.case.words}\n         {words}", flush=True)
    rules = sum(1 for case in todo if case.rule)
    print(f"\n{rules} rules, {bad} without a test that misses them" if bad else f"\n{rules} rules, each missed by a test")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
