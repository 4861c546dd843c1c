"""Files are short, named for what they hold, and carry nothing of the machine they were written on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
WALL, SPLIT = 400, 250
# Longer than 250 lines, and why splitting would read worse.
LONGER: dict[str, str] = {
    "admin/actions/applications.py": "registering, editing and switching share one draft and its checks",
    "admin/actions/preview.py": "one walk: what each door would hand over about a persona",
    "admin/api/models.py": "the shapes of the whole API, read side by side",
    "admin/routes.py": "every route and its permission, one table",
    "idp/registration/checks.py": "every rule of a client's settings in one list, in the order in which they are asked",
    "idp/interaction/dispatcher.py": "the one dispatcher: splitting it would hide the order of its steps",
    "hub/settings.py": "every setting there is, read side by side with its words",
    "hub/wiring.py": "everything that is built, in one order, in plain sight",
    "hub/storage/sql/tables.py": "all tables in one place, as the migrations see them",
    "hub/storage/sql/migrations/versions/0001_the_first_schema.py": "one migration is one file",
}
FORBIDDEN = ("utils", "helpers", "common", "misc", "manager")


def tracked() -> list[Path]:
    """Return the files of the project: what git follows, or, outside a clone, what lies in the rooms."""
    answer = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if answer.returncode == 0:
        return [ROOT / line for line in answer.stdout.splitlines() if (ROOT / line).exists()]
    return [path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts and "node_modules" not in path.parts]


def _python() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py"]


def test_no_file_is_longer_than_the_wall() -> None:
    long = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in _python()}
    assert {name: lines for name, lines in long.items() if lines > WALL} == {}


def test_a_file_longer_than_250_lines_has_a_reason() -> None:
    rooms = [path for path in _python() if path.relative_to(ROOT).parts[0] != "tests"]  # a table of cases reads well at any length
    long = {str(path.relative_to(ROOT)) for path in rooms if len(path.read_text().splitlines()) > SPLIT}
    assert long - LONGER.keys() == set()
    assert LONGER.keys() - long == set(), "a reason stands for a file that is short again"


def test_no_file_is_named_for_nothing() -> None:
    names = [str(p.relative_to(ROOT)) for p in tracked() if set(FORBIDDEN) & {part.split(".")[0] for part in p.relative_to(ROOT).parts}]
    assert names == []


def test_every_ignore_of_the_linter_has_a_reason() -> None:
    bare = []
    for path in _python():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"#\s*noqa(:\s*[\w, ]+)?\s*$", line) and path != Path(__file__):
                bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert bare == []
    settings = (ROOT / "pyproject.toml").read_text()
    ignored = re.search(r"\nignore = \[\n(.*?)\n\]", settings, re.S)
    assert ignored and all("#" in line for line in ignored[1].splitlines())
    per_file = settings.split("[tool.ruff.lint.per-file-ignores]\n")[1].split("\n\n")[0]
    assert all("#" in line for line in per_file.splitlines())


def test_nothing_of_this_machine_or_of_a_package_registry_is_kept() -> None:
    strange = re.compile(
        "|".join(("https?://[^ ]*(regis" + "try|artifact|nexus|py" + "pi)", r"(?<![\w.])/(wo" + "rk|ro" + "ot)/", "--index" + "-url http"))
    )
    found = []
    for path in tracked():
        if (
            path.suffix in (".py", ".txt", ".md", ".json", ".toml", ".yaml", ".html", ".css", ".js", ".mjs", ".in", ".lua", "")
            and path.name != "LICENSE"
        ):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if strange.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []


def test_locks_have_hashes_and_no_address() -> None:
    for name in ("run.txt", "dev.txt", "image.txt"):
        text = (ROOT / "requirements" / name).read_text()
        pins = re.findall(r"^[\w.-]+(?:\[[\w,]+\])?==", text, re.M)
        assert len(pins) > 20 and text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text and "--index" not in text
    for path in ROOT.glob("**/package-lock.json"):
        if "node_modules" not in path.parts:
            assert "resolved" not in path.read_text(), path
