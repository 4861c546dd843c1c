"""`gapura plan`, `apply`, `export`, `try`, `probe` and `connectors revisions|restore|own|secret`, as CI and a technician run them."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from connectors.contract import random_key
from hub import cli
from tests.admin.connectors import SETTINGS
from tests.admin.test_change_set import KEY, file_of
from tests.site import CHEAP, template

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def data(tmp_path: Path, template_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(asyncio.run(template(template_folder)), folder)
    for key, value in {"environment": "demo", "storage.data_dir": folder, **CHEAP}.items():
        monkeypatch.setenv(f"GAPURA_{key.replace('.', '__').upper()}", str(value))
    monkeypatch.setenv(KEY, random_key())
    return folder


@pytest.fixture
def run(data: Path) -> Run:
    if "plan" not in {command.name for command in cli.app.registered_commands}:
        cli.mount_commands()

    def call(*arguments: str) -> tuple[int, Any]:
        found = CliRunner().invoke(cli.app, list(arguments))
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        try:
            return found.exit_code, json.loads(found.stdout)
        except ValueError:
            return found.exit_code, found.output

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "konektor"
    made.mkdir()
    put(made)
    return made


def put(folder: Path, **more: Any) -> None:
    for name, text in file_of(**more).items():
        (folder / name).write_text(text)


def content(data: Path) -> str:
    """Return a digest of every row of every table: what a plan must leave as it was."""
    with sqlite3.connect(data / "gapura.db") as database:
        return hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()


def test_pb_7_a_plan_ends_with_2_for_changes_and_0_for_none_and_leaves_every_row_alone(run: Run, folder: Path, data: Path) -> None:
    before = content(data)
    code, plan = run("plan", str(folder), "--json")
    assert (code, [item["action"] for item in plan["items"]]) == (2, ["new"])
    assert content(data) == before
    code, done = run("apply", str(folder), "--reason", "Konektor baru", "--json")
    assert code == 0 and done["published"] == [{"connector": "simpeg-uji", "revision": 1, "new_application": True}]
    assert content(data) != before
    code, plan = run("plan", str(folder), "--json")
    assert (code, [item["action"] for item in plan["items"]]) == (0, ["same"])
    put(folder, settings={**SETTINGS, "lifetime": 30})
    code, text = run("plan", str(folder))
    assert code == 2 and "settings.lifetime" in text and "A proof of sign-in is good for a shorter time." in text


def test_pb_7_a_plan_has_no_handle_that_writes(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a plan that went astray and applied writes nothing: the database refuses."""
    from admin.actions.change_set import ChangeSets

    async def astray(self: ChangeSets, operator: Any, files: Any) -> Any:
        return (await self.apply(operator, files, reason="Konektor baru"))[0]

    monkeypatch.setattr(ChangeSets, "plan", astray)
    with pytest.raises(Exception, match=r"readonly|read-only"):
        run("plan", str(folder))


def test_pb_8_a_plan_that_cannot_be_made_ends_with_1_and_names_file_and_field(run: Run, folder: Path) -> None:
    (folder / "rusak.yaml").write_text("kind: [\n")
    code, text = run("plan", str(folder))
    assert code == 1 and "rusak.yaml: line" in text


def test_sk_4_an_unresolved_reference_refuses_plan_and_apply(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.delenv(KEY)
    before = content(data)
    for command in ("plan", "apply"):
        code, text = run(command, str(folder))
        assert code == 1 and text.count("simpeg-uji.yaml: secrets.key") == 1, "told once, by what can be done about it"
    assert content(data) == before


def test_fi_1_export_is_what_apply_takes_and_gives_the_same_bytes(run: Run, folder: Path, tmp_path: Path) -> None:
    run("apply", str(folder), "--reason", "Konektor baru")
    first, second = tmp_path / "a", tmp_path / "b"
    assert run("export", str(first))[0] == 0
    code, done = run("apply", str(first), "--json")
    assert code == 0 and done["published"] == []
    run("export", str(second))
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {p.name: p.read_bytes() for p in second.iterdir()}
    assert run("drift", str(first))[0] == 0
    (first / "simpeg-uji.yaml").unlink()
    assert run("drift", str(first))[0] == 2


def test_tp_5_a_file_and_what_stands_are_tried_from_the_command_line(run: Run, folder: Path) -> None:
    code, seen = run("try", str(folder / "simpeg-uji.yaml"), "--as", "siti", "--json")
    assert (code, seen["outcome"]) == (0, "issued")
    names = {row["name"]: row for row in seen["headers"]}
    assert names["nama"]["value"] == "SITI PERAGAWATI" and "row 1 of fields, upper_ascii" in names["nama"]["origin"]["en"]
    assert names["nama"]["rule"]["id"] == "Mengurus kepegawaian (consent)"
    assert [one["title"] for one in seen["exhibits"]] == ["claims", "ticket"]
    run("apply", str(folder), "--reason", "Konektor baru")
    code, again = run("try", "simpeg-uji", "--as", "siti", "--json")
    assert code == 0 and again["headers"] == seen["headers"]
    code, text = run("try", "simpeg-uji", "--as", "bukan-warga-uji")
    assert code == 2 and "there are: siti, bayu" in " ".join(text.split()), "whoever does not know them is told"


def test_revisions_are_listed_compared_and_restored(run: Run, folder: Path) -> None:
    run("apply", str(folder), "--reason", "Konektor baru")
    put(folder, settings={**SETTINGS, "lifetime": 30})
    run("apply", str(folder))
    _, rows = run("connectors", "revisions", "simpeg-uji", "--json")
    assert [(row["number"], row["current"]) for row in rows] == [(2, True), (1, False)]
    _, changes = run("connectors", "revisions", "simpeg-uji", "--changes-since", "1", "--json")
    assert [one["field"] for one in changes] == ["settings.lifetime"]
    back = ("connectors", "restore", "simpeg-uji", "1", "--reason", "Kembali ke semula", "--based-on")
    code, text = run(*back, "2")
    assert code == 1 and "owned_by_files" in text
    run("connectors", "own", "simpeg-uji", "console", "--reason", "Kembali ke konsol")
    assert run(*back, "2")[0] == 1
    code, done = run(*back, "3", "--json")
    assert (code, done["revision"]) == (0, 4)


def test_a_plan_of_a_new_connector_speaks_of_nothing_that_was_before(run: Run, folder: Path) -> None:
    code, plan = run("plan", str(folder), "--json")
    effects = {(one["field"], one["before"]): one["effect"]["en"] for one in plan["items"][0]["changes"]}
    assert code == 2 and not any("another" in words or "former" in words for words in effects.values()), effects
    assert effects[("secrets.key", "")] == "The first value of the secret."


def test_a_table_shows_moments_as_people_read_them_and_json_as_seconds(run: Run, folder: Path) -> None:
    run("apply", str(folder), "--reason", "Konektor baru")
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", run("connectors", "revisions", "simpeg-uji")[1])
    assert isinstance(run("connectors", "revisions", "simpeg-uji", "--json")[1][0]["at"], int)


def test_sk_3_a_secret_is_printed_once_and_is_in_no_list(run: Run, folder: Path, tmp_path: Path) -> None:
    run("apply", str(folder), "--reason", "Konektor baru")
    code, text = run("connectors", "secret", "simpeg-uji", "key")
    assert code == 1 and "owned_by_files" in text, "the next apply would undo it"
    run("connectors", "own", "simpeg-uji", "console", "--reason", "Kembali ke konsol")
    code, made = run("connectors", "secret", "simpeg-uji", "key", "--json")
    assert code == 0 and len(made["value"]) >= 43
    _, rows = run("connectors", "secret", "simpeg-uji", "--json")
    assert {row["name"]: row["good"] for row in rows} == {"key": 2, "signing": 0}
    agreed = tmp_path / "kunci"
    agreed.write_text("terlalu pendek\n")
    assert run("connectors", "secret", "simpeg-uji", "key", "--from-file", str(agreed))[0] == 1
    for arguments in (
        ("connectors", "show", "simpeg-uji"),
        ("connectors", "revisions", "simpeg-uji", "--json"),
        ("audit", "list", "--json"),
    ):
        assert made["value"] not in json.dumps(run(*arguments)[1])


def test_a_probe_says_which_step_failed_and_ends_with_1(run: Run, folder: Path) -> None:
    nowhere = {**SETTINGS, "base_url": "https://tidak-ada.invalid", "arrive_url": "https://tidak-ada.invalid/sso"}
    put(folder, settings=nowhere)
    run("apply", str(folder), "--reason", "Konektor baru")
    code, report = run("probe", "simpeg-uji", "--json")
    assert code == 1 and report["target"] == "tidak-ada.invalid:443"
    assert [(step["name"], step["state"], step["code"]) for step in report["steps"][:2]] == [
        ("dns", "failed", "no_name"),
        ("tcp", "skipped", ""),
    ]
