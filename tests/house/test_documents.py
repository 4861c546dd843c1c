"""What can be set, what the trail can say, what an error code means, and which case is proven: documented, and no more than there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from admin.actions.accounts import WEAK
from admin.api.app import PLAIN
from admin.errors import AdminError
from hub.settings import known_keys
from idp import errors
from kit.audit import AuditEvent
from tests.house import cases

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def _first_cells(name: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", (DOCS / name).read_text(), re.M))


def test_every_setting_is_documented_and_no_other() -> None:
    assert _first_cells("settings.md") == set(known_keys())
    assert [name for name, words in known_keys().items() if not words] == []


def test_every_audit_event_is_documented_and_no_other() -> None:
    assert _first_cells("audit.md") == {event.value for event in AuditEvent}


def _catalogue() -> set[str]:
    found, waiting = set(), [errors.OAuthError]
    while waiting:
        one = waiting.pop()
        found.add(one.catalogue)
        waiting += one.__subclasses__()
    return found


def test_every_error_code_is_documented_in_both_languages() -> None:
    text = (DOCS / "errors.md").read_text()
    rows = dict(re.findall(r"^\| `(SSO-[A-Z]+-\d+)` \|(.*)$", text, re.M))
    assert rows.keys() == _catalogue()
    assert [code for code, row in rows.items() if len([cell for cell in row.split("|") if cell.strip()]) < 4] == []


def _codes_of_the_api() -> set[str]:
    """Return what stands as `code` in a problem document of the admin API: of the whole answer, and of one field."""
    found, waiting = set(PLAIN.values()), [AdminError]
    while waiting:
        one = waiting.pop()
        if not one.__module__.startswith("admin.pages"):
            found.add(one.code)
        waiting += one.__subclasses__()
    for path in (ROOT / "admin").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("problem", "FieldProblem"):
                found |= {str(one.value) for one in node.args[1:2] if isinstance(one, ast.Constant)}
    return found | WEAK.keys()


def test_every_code_of_the_admin_api_is_documented_and_no_other() -> None:
    part = (DOCS / "errors.md").read_text().split("## At the admin API")[1]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", part, re.M)) == _codes_of_the_api()


def test_the_picture_of_the_house_names_files_that_exist() -> None:
    picture = (DOCS / "architecture.md").read_text().split("## 5. Layout")[1].split("```")[1]
    missing, folder = [], ""
    for line in picture.splitlines():
        head = re.match(r"([a-z_]+)/ ", line)
        folder = head[1] if head else folder
        inner = re.match(r" {14}([a-z_]+)/ ", line)
        at = ROOT / folder / (inner[1] if inner and (ROOT / folder / inner[1]).exists() else "")
        names = (
            re.findall(r"(?<![\w/])([a-z_]+\.py)\b", line)
            if folder in ("kit", "consent", "connectors", "idp", "admin", "portal", "hub")
            else []
        )
        missing += [f"{folder}: {name}" for name in names if not list(at.rglob(name))]
        missing += [f"{folder}/{inner[1]}" for _ in (1,) if inner and folder == "idp" and not (ROOT / folder / inner[1]).exists()]
    assert missing == []


def test_links_between_the_documents_lead_somewhere() -> None:
    broken = []
    for path in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text()):
            if "://" not in target and not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


def test_every_security_case_has_a_test_or_a_reason() -> None:
    proofs, still_open = cases.tests(), cases.open_cases()
    assert [case for case in cases.known() if case not in proofs and case not in still_open] == []
    assert [case for case in still_open if case in proofs] == [], "there is a test now: take it off the open list"
    assert still_open.keys() <= cases.known().keys()


def test_a_case_that_is_half_met_has_a_test_and_says_what_is_missing() -> None:
    half, proofs = cases.half_met(), cases.tests()
    assert half.keys() <= cases.known().keys()
    assert [case for case in half if case not in proofs] == [], "without a test it is open, not half met"
    assert [case for case, words in half.items() if len(words) < 20] == []
    rows = dict(re.findall(r"^\| ([A-Z]{2}-\d\d) \|.*\| ([^|]+) \|$", cases.table(), re.M))
    assert {case for case, proof in rows.items() if proof.startswith("**partly**")} == half.keys()
    assert {"AD-13", "LG-21"} <= half.keys(), "take it off here when it is met"


def test_the_table_of_cases_is_of_today() -> None:
    document = cases.DOCUMENT.read_text()
    assert document == cases.written(document), "run python -m tests.house.cases"
