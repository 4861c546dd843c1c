"""What can be set, what the trail can say, what an error code means, and which case is proven: documented, and no more than there is."""

from __future__ import annotations

import re
from pathlib import Path

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


def test_the_table_of_cases_is_of_today() -> None:
    document = cases.DOCUMENT.read_text()
    assert document == cases.written(document), "run python -m tests.house.cases"
