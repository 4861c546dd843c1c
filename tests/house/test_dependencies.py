"""Every package that is imported is declared, and every declared one has its reason in docs/dependencies.md."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.house.rooms import ROOMS

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found
    return found[0].lower().replace("_", "-")


def _declared(*extras: str) -> set[str]:
    wanted = list(PROJECT["dependencies"])
    for extra in extras:
        wanted += PROJECT["optional-dependencies"][extra]
    return {_name(one) for one in wanted}


def _imported(folders: tuple[str, ...]) -> dict[str, str]:
    """Return top-level module -> a file that imports it."""
    found: dict[str, str] = {}
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                    names = [node.module]
                for name in names:
                    found.setdefault(name.split(".")[0], str(path.relative_to(ROOT)))
    return found


def _undeclared(folders: tuple[str, ...], declared: set[str]) -> dict[str, str]:
    owners = packages_distributions()
    missing = {}
    for module, path in _imported(folders).items():
        if module in sys.stdlib_module_names or module in (*ROOMS, "tests", "bench"):
            continue
        if not {_name(owner) for owner in owners.get(module, [module])} & declared:
            missing[module] = path
    return missing


def test_what_the_rooms_import_is_declared() -> None:
    assert _undeclared(ROOMS, _declared("postgresql", "redis", "metrics")) == {}


def test_what_the_tests_import_is_declared() -> None:
    assert _undeclared(("tests", "bench"), _declared("dev")) == {}


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text()
    rows = {_name(row) for row in re.findall(r"^\| `([^`]+)`", text, re.M)}
    assert (_declared("postgresql", "redis", "metrics", "dev") | {"axe-core"}) - rows == set()
