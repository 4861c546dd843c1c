"""The page for technicians is carried out: its file, its commands, in its order (QS-1)."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from connectors.contract import random_key
from tests.admin.test_files_commands import Run, data, run

__all__ = ["data", "run"]  # fixtures
PAGE = Path(__file__).parent.parent.parent / "docs/how-to/connect-an-older-application.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.S | re.M)


def test_the_file_and_the_commands_of_the_page_do_what_it_says(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIMPEG_TICKET_KEY", random_key())
    (tmp_path / "konektor").mkdir()
    (file,) = blocks("yaml")
    (tmp_path / "konektor/simpeg-baru.yaml").write_text(file)
    ended = []
    for line in "\n".join(blocks("sh")).splitlines():
        if line.startswith("gapura "):
            code, text = run(*shlex.split(line)[1:])
            ended.append((shlex.split(line)[1], code))
            assert "Traceback" not in str(text)
    told = dict(ended)
    assert told == {"try": 0, "plan": 2, "apply": 0, "probe": 1, "export": 0, "connectors": 0}, "its example has no server to probe"
    assert (tmp_path / "konektor/simpeg-baru.yaml").read_text().startswith("kind: ticket\nid: simpeg-baru\n")
    assert run("plan", "konektor")[0] == 0, "what was exported is what stands"


def test_every_code_and_command_of_the_page_exists(run: Run) -> None:
    text = PAGE.read_text()
    for command in ("revisions", "restore", "own", "secret"):
        assert f"gapura connectors {command}" in text and run("connectors", command, "--help")[0] == 0
