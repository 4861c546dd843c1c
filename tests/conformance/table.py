"""The modules of certification and the tests that prove them. `python -m tests.conformance.table` writes docs/conformance.md anew.

modules.toml is what is asked; table.toml is which test answers it, and for what has none, why. A plan that includes another one runs the
same modules in another way: its tests are the same functions with the parameter that `ways` names.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TESTS = HERE.parent
DOCUMENT = TESTS.parent / "docs" / "conformance.md"
START, END = "<!-- modules: written by python -m tests.conformance.table -->", "<!-- end of modules -->"


@dataclass(frozen=True)
class Module:
    """One module of one plan. `tests` are ids relative to tests/; `open` says why there are none."""

    plan: str
    name: str
    due: str
    tests: tuple[str, ...]
    open: str = ""


@cache
def asked() -> dict[str, Any]:
    return tomllib.loads((HERE / "modules.toml").read_text())


@cache
def answered() -> dict[str, Any]:
    return tomllib.loads((HERE / "table.toml").read_text())


def names(plan: str) -> dict[str, str]:
    """Return module -> plan in which it stands, for all modules that the plan runs."""
    included = asked()["plan"][plan].get("includes")
    inherited = names(included) if included else {}
    return {**inherited, **dict.fromkeys(asked()["module"].get(plan, {}), plan)}


def modules(plan: str) -> list[Module]:
    """Return all modules that the plan runs, each with the tests of this plan's way."""
    rows, reasons, way = answered(), answered().get("open", {}), answered()["ways"].get(plan, "")
    found = []
    for name, home in names(plan).items():
        tests = rows.get(plan, {}).get(name) or rows.get(home, {}).get(name, [])
        tests = [tests] if isinstance(tests, str) else tests
        reason = reasons.get(plan, {}).get(name) or reasons.get(home, {}).get(name, "")
        found.append(Module(plan, name, asked()["module"][home][name], tuple(_in_way(test, way) for test in tests), reason))
    return found


def _in_way(test: str, way: str) -> str:
    return f"{test}[{way}]" if way and takes(test, "suite", "fapi") else test


def plans() -> list[str]:
    return list(asked()["plan"])


@cache
def _functions(file: Path) -> dict[str, ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(ast.parse(file.read_text()))
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def _function(test: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    file, _, rest = test.partition("::")
    path = TESTS / file
    return _functions(path).get(rest.partition("[")[0]) if path.is_file() and rest.startswith("test_") else None


def exists(test: str) -> bool:
    """True when the file has the function, and a parameter in brackets can be one of its own."""
    function = _function(test)
    if function is None:
        return False
    parameter = test.partition("[")[2].removesuffix("]")
    return not parameter or takes(test, "suite", "fapi") or parameter in _literals(test.partition("::")[0], function)


def takes(test: str, *fixtures: str) -> bool:
    function = _function(test)
    return function is not None and any(argument.arg in fixtures for argument in function.args.args)


def _literals(file: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the texts in the function's decorators and in the tables of its file that they name."""
    named = {node.id for one in function.decorator_list for node in ast.walk(one) if isinstance(node, ast.Name)}
    parts: list[ast.AST] = list(function.decorator_list)
    for node in ast.parse((TESTS / file).read_text()).body:
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id in named for target in node.targets):
            parts.append(node.value)
    return {node.value for part in parts for node in ast.walk(part) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def table() -> str:
    """Return the modules of every plan: what each requires, and the proof or why it is open."""
    lines: list[str] = []
    for plan in plans():
        rows = modules(plan)
        proven = sum(bool(row.tests) for row in rows)
        lines += ["", f"## {asked()['plan'][plan]['title']}", "", f"{proven} of {len(rows)} modules have a test."]
        inherited = asked()["plan"][plan].get("includes")
        if inherited:
            way = answered()["ways"].get(plan, "")
            lines.append(f"The modules of the plan above are run as `[{way}]`; what differs from it is listed.")
        lines += ["", "| module | the provider must | proof |", "| --- | --- | --- |"]
        for row in rows:
            if inherited and names(plan)[row.name] != plan and row.tests:
                continue
            proof = "<br>".join(f"`{test}`" for test in row.tests) if row.tests else f"**open**: {row.open}"
            lines.append(f"| `{row.name}` | {row.due.replace('|', '&#124;')} | {proof} |")
    return "\n".join(lines).strip()


def written(document: str) -> str:
    before, rest = document.split(START)
    return f"{before}{START}\n{table()}\n{END}{rest.split(END)[1]}"


def main() -> int:
    DOCUMENT.write_text(written(DOCUMENT.read_text()))
    failed = False
    for plan in plans():
        rows = modules(plan)
        without = [row for row in rows if not row.tests]
        print(f"{plan}: {len(rows) - len(without)} of {len(rows)}")
        for row in without:
            failed |= not row.open
            print(f"  open: {row.name}: {row.open or 'NO REASON'}")
        for row in rows:
            for test in row.tests:
                if not exists(test):
                    failed = True
                    print(f"  no such test: {row.name}: {test}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
