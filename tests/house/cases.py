"""The security cases and the tests that prove them. `python -m tests.house.cases` writes the table of docs/security.md anew.

A test proves a case when its name holds the id: `test_az_12_semicolon_is_data`, or a parameter's id `AZ-12` in its file.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "security.md"
START, END = "<!-- cases: written by python -m tests.house.cases -->", "<!-- end of cases -->"
GROUPS = (
    "AZ",
    "TK",
    "JW",
    "UI",
    "LG",
    "LO",
    "CN",
    "PV",
    "WB",
    "FA",
    "AD",
    "DP",
    "PR",
    "DV",
    "TX",
    "DC",
    "CA",
    "SM",
    "LD",
    "FB",
    "TI",
    "HM",
    "SO",
)
NAME = re.compile(rf"(?<!ux_)(?<![a-z0-9])({'|'.join(GROUPS).lower()})_(\d\d)(?=_|$)")
# Letters that the UX reference also uses: there the id follows `ux_`.


def known() -> dict[str, tuple[str, str]]:
    """Return id -> (what is sent, what must come of it)."""
    found = tomllib.loads((Path(__file__).parent / "cases.toml").read_text())
    return {name: (sent, due) for name, (sent, due) in found["case"].items()}


def open_cases() -> dict[str, str]:
    """Return id -> why there is no test yet."""
    found: dict[str, str] = tomllib.loads((Path(__file__).parent / "cases.toml").read_text()).get("open", {})
    return found


def half_met() -> dict[str, str]:
    """Return id -> what is missing although a part of the case has a test."""
    found: dict[str, str] = tomllib.loads((Path(__file__).parent / "cases.toml").read_text()).get("partly", {})
    return found


def tests() -> dict[str, list[str]]:
    """Return id -> the tests that carry it, as `file::name`."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for case in _ids(node):
                    found.setdefault(case, []).append(f"{path.relative_to(ROOT / 'tests')}::{node.name}")
    return found


def _ids(node: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    ids = {f"{group.upper()}-{number}" for group, number in NAME.findall(node.name)}
    for decorator in node.decorator_list:
        for part in ast.walk(decorator):
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and re.fullmatch(rf"({'|'.join(GROUPS)})-\d\d", part.value):
                ids.add(part.value)
    return ids


def table() -> str:
    """Return the table of all cases: what is sent, what must come of it, and the proof or why it is open."""
    proofs, still_open, half = tests(), open_cases(), half_met()
    lines = ["| case | what is sent | what must come of it | proof |", "| --- | --- | --- | --- |"]
    for case, (sent, due) in known().items():
        if case in proofs:
            names = proofs[case]
            proof = "<br>".join(f"`{name}`" for name in names[:2]) + (f"<br>and {len(names) - 2} more" if len(names) > 2 else "")
            proof = f"**partly**: {half[case]}<br>{proof}" if case in half else proof
        else:
            proof = f"**open**: {still_open.get(case, 'no reason is written')}"
        lines.append(f"| {case} | {_cell(sent)} | {_cell(due)} | {proof} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("\\|", "|").replace("|", "\\|")


def written(document: str) -> str:
    """Return the document with the table of today."""
    before, rest = document.split(START)
    return f"{before}{START}\n{table()}\n{END}{rest.split(END)[1]}"


def main() -> int:
    DOCUMENT.write_text(written(DOCUMENT.read_text()))
    proofs, still_open = tests(), open_cases()
    missing = [case for case in known() if case not in proofs and case not in still_open]
    met = len([case for case in known() if case in proofs])
    print(f"{len(known())} cases, {met} with a test, {len(half_met())} of them partly, {len(still_open)} open with a reason")
    if missing:
        print("no test and no reason in tests/house/cases.toml:", " ".join(missing))
    done = [case for case in still_open if case in proofs]
    if done:
        print("open, but there is a test:", " ".join(done))
    return 1 if missing or done else 0


if __name__ == "__main__":
    sys.exit(main())
