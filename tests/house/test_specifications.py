"""docs/specifications.md says of each document what is done, and names a test for it that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATES = {"done", "partial", "not"}
# Every document that the provider claims to follow, or says that it does not.
WANTED = (
    "RFC 6749", "RFC 6750", "RFC 7009", "RFC 7515", "RFC 7516", "RFC 7517", "RFC 7519", "RFC 7523", "RFC 7591", "RFC 7592", "RFC 7636",
    "RFC 7662", "RFC 8252", "RFC 8414", "RFC 8628", "RFC 8693", "RFC 8705", "RFC 8707", "RFC 8725", "RFC 9068", "RFC 9101", "RFC 9126",
    "RFC 9207", "RFC 9396", "RFC 9440", "RFC 9449", "RFC 9470", "RFC 9700", "RFC 9701", "RFC 9728", "Form Post", "JARM",
    "OpenID Connect Core", "Discovery 1.0", "Client Registration 1.0", "RP-Initiated", "Back-Channel", "Front-Channel",
    "Session Management",
    "FAPI 2.0 Security Profile", "FAPI 2.0 Message Signing", "Third-party initiated login",
)  # fmt: skip


def rows() -> list[tuple[str, str, str, str]]:
    """Return specification, state, what, and proof of each row."""
    text = (ROOT / "docs" / "specifications.md").read_text()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")]
    return [(row[0], row[1], row[2], row[3]) for row in cells if row[1] not in ("state", "---")]


@pytest.mark.parametrize("row", rows(), ids=[row[0] for row in rows()])
def test_a_row_names_tests_that_exist(row: tuple[str, str, str, str]) -> None:
    name, state, what, proof = row
    assert state in STATES
    named = re.findall(r"`([^`]+)`", proof)
    assert bool(named) == (state != "not"), "what is done has a proof, and what is not has none"
    assert [file for file in named if not re.search(r"test_\w+\.py$", file) or not (ROOT / "tests" / file).is_file()] == []
    assert state != "partial" or what, f"{name}: say what is missing"


def test_every_document_has_one_row() -> None:
    names = [row[0] for row in rows()]
    assert len(set(names)) == len(names)
    assert [wanted for wanted in WANTED if not any(wanted in name for name in names)] == []
