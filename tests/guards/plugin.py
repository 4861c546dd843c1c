"""A pytest plugin that switches one rule off.

`pytest -p tests.guards.plugin --guard-off idp.grants.refresh_checks:RULES:consent_stands tests/idp/grants`
"""

from __future__ import annotations

import pytest

from tests.guards.tables import table_of


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--guard-off", default="", metavar="MODULE:TABLE:RULE", help="switch one rule of an ordered table off")


def pytest_configure(config: pytest.Config) -> None:
    chosen = str(config.getoption("--guard-off"))
    if chosen:
        table, _, rule = chosen.rpartition(":")
        table_of(table).switch_off(rule)
