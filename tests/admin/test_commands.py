"""The command line does what console and API do, by the same actions, as JSON too; secrets are printed once."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub import cli
from hub.commands import SUB_APPS
from tests.site import CHEAP, SITI, template

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, template_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a caller of `gapura …` on a copy of the seeded regency: exit code, and the JSON it printed or its text."""
    data = tmp_path / "data"
    shutil.copytree(asyncio.run(template(template_folder)), data)
    values = {"environment": "demo", "storage.data_dir": data, **CHEAP}
    for key, value in values.items():
        monkeypatch.setenv(f"GAPURA_{key.replace('.', '__').upper()}", str(value))

    def call(area: str, *arguments: str) -> tuple[int, Any]:
        found = CliRunner().invoke(SUB_APPS[area], list(arguments))
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        try:
            return found.exit_code, json.loads(found.stdout)
        except ValueError:
            return found.exit_code, found.output

    return call


def test_every_area_is_mounted_under_gapura() -> None:
    cli.mount_commands()
    assert {group.name for group in cli.app.registered_groups} >= {"people", "clients", "connectors", "agencies", "keys", "audit"}


def test_an_application_is_registered_disabled_and_found_in_the_audit(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "antrean.json"
    file.write_text(
        json.dumps(
            {
                "id": "antrean-uji",
                "name": {"id": "Antrean Uji"},
                "agency": "DINKES",
                "home_url": "https://antrean.example.id/",
                "notice": {"purposes": [{"title": {"id": "Mengambil nomor"}, "claims": ["name"]}]},
                "client": {"redirect_uris": ["https://antrean.example.id/cb"], "scopes": ["openid", "name"]},
            }
        )
    )
    code, made = run("clients", "register", str(file), "--json")
    assert code == 0 and made["client_secret"].startswith("gapura_sk_")
    assert made["client_secret"] not in json.dumps(run("clients", "show", "antrean-uji", "--json")[1])
    code, _ = run("clients", "disable", "antrean-uji", "--reason", "Perbaikan mendadak", "--confirm", "bukan namanya")
    assert code == 1
    code, off = run("clients", "disable", "antrean-uji", "--reason", "Perbaikan mendadak", "--confirm", "Antrean Uji", "--json")
    assert (code, off["enabled"]) == (0, False)
    _, rows = run("audit", "list", "--subject", "application:antrean-uji", "--json")
    assert [row["event"] for row in rows[:1]] == ["application.disabled"] and rows[0]["actor"] == "cli"


def test_what_a_test_person_would_send_is_shown_for_an_application_and_for_an_older_one(run: Run) -> None:
    """The demonstration's older application has no connector in these files: it is answered for as the other is."""
    code, shown = run("clients", "try", "usaha-kecil", "--as", "siti", "--json")
    assert (code, shown["outcome"], shown["headers"]) == (0, "issued", [])
    code, shown = run("clients", "try", "rsud-daftar", "--as", "siti", "--json")
    assert (code, shown["outcome"]) == (0, "issued")


def test_an_older_application_is_put_behind_the_gate_from_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "lama.json"
    file.write_text(json.dumps({"id": "lama-uji", "name": {"id": "Lama Uji"}, "agency": "DINKES"}))
    code, text = run("connectors", "register", str(file))
    assert code == 1 and "gapura:" in text, "refused by the action, with the field"


def test_a_file_with_an_unknown_field_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text(json.dumps({"id": "x", "name": {"id": "X"}, "agency": "DINKES", "is_superadmin": True}))
    code, text = run("clients", "register", str(file))
    assert code == 1 and "is_superadmin" in text


def test_people_are_found_by_exact_key_and_shown_masked(run: Run) -> None:
    code, found = run("people", "find", SITI, "--reason", "counter", "--json")
    assert code == 0 and found[0]["masked"]["nik"] == "3503••••••••9001" and SITI not in json.dumps(found)
    code, _ = run("people", "find", "Siti", "--reason", "counter")
    assert code == 1
    _, locked = run("people", "lock", found[0]["id"], "--reason", "Laporan HP hilang", "--json")
    assert locked["status"] == "locked"


def test_a_citizen_is_made_and_given_a_new_password(run: Run) -> None:
    code, made = run(
        "people", "create", "--name", "Tini Ujiwati", "--email", "tini@example.id", "--reason", "Datang ke loket dengan KTP", "--json"
    )
    assert code == 0 and len(made["password"]) == 19
    code, again = run("people", "reset-password", made["person"], "--reason", "Lupa kata sandi", "--json")
    assert code == 0 and again["password"] != made["password"]
    code, text = run("people", "create", "--name", "Tini Ujiwati", "--reason", "Datang ke loket dengan KTP")
    assert code == 1 and "Give a NIK that was checked" in text
    _, rows = run("audit", "list", "--subject", f"person:{made['person']}", "--json")
    assert {row["reason"] for row in rows if row["event"] == "person.password_changed"} >= {"Lupa kata sandi"}


def test_a_role_is_given_and_listed(run: Run) -> None:
    _, found = run("people", "find", SITI, "--reason", "role", "--json")
    code, _ = run("people", "grant-role", found[0]["id"], "regency_operator", "--reason", "Pegawai baru", "--json")
    _, roles = run("people", "roles", found[0]["id"], "--json")
    assert code == 0 and "regency_operator" in {role["role"] for role in roles}


def test_keys_rotate_and_chains_verify(run: Run) -> None:
    _, before = run("keys", "list", "--json")
    code, text = run("keys", "rotate", "--reason", "Pergantian berkala")
    assert code == 1 and "at_once" in text, "the next keys were published a moment ago"
    code, after = run("keys", "rotate", "--reason", "Pergantian berkala", "--at-once", "--json")
    signing = {key["kid"] for key in before if key["state"] == "active"}
    assert code == 0 and signing == {key["kid"] for key in after if key["state"] == "retiring"}
    code, back = run("keys", "roll-back", "ES256", "--reason", "Aplikasi lama gagal", "--json")
    assert code == 0 and {key["kid"] for key in back if key["alg"] == "ES256" and key["state"] == "active"} <= signing
    lost = next(key["kid"] for key in back if key["alg"] == "RS256" and key["state"] == "active")
    code, left = run("keys", "remove", lost, "--confirm", lost, "--reason", "Kunci bocor", "--json")
    assert code == 0 and {key["kid"]: key["state"] for key in left}[lost] == "removed"
    assert len({key["alg"] for key in left if key["state"] == "active"}) == 5
    code, chains = run("audit", "verify", "--json")
    assert code == 0 and all(chain["intact"] for chain in chains)


def test_the_key_of_personal_data_is_rotated_and_everything_sealed_anew(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.storage.sql.data_keys.SETTLE", 0)
    code, _ = run("keys", "rotate-data", "--reason", "x", "--json")
    assert code == 1, "a reason of one letter is none"
    code, done = run("keys", "rotate-data", "--reason", "Pergantian tahunan", "--json")
    assert code == 0 and done["resealed"] > 10
    _, found = run("people", "find", SITI, "--reason", "role", "--json")
    assert len(found) == 1
    _, trail = run("audit", "list", "--event", "key.data_key_rotated", "--json")
    assert [line["reason"] for line in trail] == ["Pergantian tahunan"]


def test_lists_are_tables_without_json(run: Run) -> None:
    code, text = run("agencies", "list", "kesehatan")
    assert code == 0 and text.splitlines()[0].startswith("code") and "DINKES" in text
