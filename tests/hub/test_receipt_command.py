"""`gapura consent receipt verify`, and the ten lines of docs/consent.md: a receipt is checked on a computer without any network."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.portal.walks import agreed, citizen
from tests.servers import missing
from tests.site import Site

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "hub.cli", "consent", "receipt", "verify")


@pytest.fixture(scope="module")
def alone() -> tuple[str, ...]:
    """Return what starts a program in a network of its own, with nothing in it; proven by a server of ours that cannot be reached."""
    if shutil.which("unshare") is None:
        missing("unshare")
    with socket.create_server(("127.0.0.1", 0)) as server:
        reach = (sys.executable, "-c", f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5)")
        assert subprocess.run(reach, check=False, timeout=30).returncode == 0
        for way in (("unshare", "--net"), ("unshare", "--map-root-user", "--net")):  # root may; others in a namespace of theirs
            if subprocess.run((*way, "true"), check=False, capture_output=True, timeout=30).returncode == 0:
                assert subprocess.run((*way, *reach), check=False, capture_output=True, timeout=30).returncode != 0
                return way
    missing("unshare --net")
    return ()


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, cwd=ROOT)


async def kept(site: Site, folder: Path) -> tuple[dict[str, Any], str, str]:
    """Return a receipt, and the paths of its file and of the keys."""
    record = (await agreed(site, "pendampingan-usaha"))["dampingi"].record_id
    answer = await (await citizen(site)).go(f"/izin/{record}/tanda-terima?bentuk=json")
    (folder / "receipt.json").write_bytes(answer.content)
    (folder / "keys.json").write_bytes((await site.http().get("/periksa/kunci.json")).content)
    return answer.json(), str(folder / "receipt.json"), str(folder / "keys.json")


def forged(file: dict[str, Any]) -> dict[str, str]:
    """Return receipts that are not genuine, by the reason that is given."""
    changed = json.loads(json.dumps(file))
    changed["receipt"]["event"]["event_type"] = "withdrawn"
    head, body, signature = file["jws"].split(".")
    return {
        "changed": json.dumps(changed),
        "not_signed": json.dumps({**file, "jws": f"{head}.{body[:-4]}AAAA.{signature}"}),
        "unreadable": json.dumps({"receipt": file["receipt"]}),
    }


async def test_a_receipt_is_verified_by_command_without_network_or_settings(site: Site, tmp_path: Path, alone: tuple[str, ...]) -> None:
    file, receipt, keys = await kept(site, tmp_path)
    said = run(*alone, *COMMAND, receipt, "--keys", keys)
    assert (said.returncode, said.stdout.splitlines()[0]) == (0, "genuine"), said.stderr
    for words in (file["receipt"]["receipt_id"], "KOMIDAG", "Help for small businesses", "kecamatan, name, nik, phone_number"):
        assert words in said.stdout
    (tmp_path / "forged.json").write_text(forged(file)["changed"])
    answer = run(*alone, *COMMAND, str(tmp_path / "forged.json"), "--keys", keys, "--json")
    assert (answer.returncode, json.loads(answer.stdout)) == (1, {"genuine": False, "reason": "changed", "receipt": None})


async def test_keys_of_somebody_else_and_what_is_no_key_set_are_told_apart(site: Site, tmp_path: Path) -> None:
    _, receipt, _ = await kept(site, tmp_path)
    (tmp_path / "others.json").write_text('{"keys": []}')
    (tmp_path / "none.json").write_text("[]")
    answer = run(*COMMAND, receipt, "--keys", str(tmp_path / "others.json"))
    assert (answer.returncode, "none of these keys" in answer.stdout) == (1, True)
    answer = run(*COMMAND, receipt, "--keys", str(tmp_path / "none.json"))
    assert (answer.returncode, answer.stdout, "no JWK set" in answer.stderr) == (2, "", True)


async def test_the_lines_of_the_document_verify_with_a_library_of_others(site: Site, tmp_path: Path, alone: tuple[str, ...]) -> None:
    found = re.search(r"```python\n(.+?)```", (ROOT / "docs" / "consent.md").read_text().partition("## Receipts")[2], re.S)
    assert found is not None
    assert len(found[1].strip().splitlines()) <= 10
    (tmp_path / "verify.py").write_text(found[1])
    file, receipt, keys = await kept(site, tmp_path)
    verify = (*alone, sys.executable, "-W", "ignore::ResourceWarning", str(tmp_path / "verify.py"))
    said = run(*verify, receipt, keys)
    assert (said.returncode, said.stdout.split()[:2]) == (0, ["genuine:", file["receipt"]["receipt_id"]]), said.stderr
    for reason, text in forged(file).items():
        (tmp_path / "forged.json").write_text(text)
        answer = run(*verify, str(tmp_path / "forged.json"), keys)
        assert (answer.returncode, answer.stdout) == (1, ""), reason
