"""What the pages of docs/connectors tell a technician to type, typed: curl and PHP against a real Gapura and stand-ins of the APIs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.demo.fakes import oss
from hub.demo.fakes.esign import Esign
from hub.demo.fakes.serve import serving
from hub.resources import Resources
from idp.applications.models import ConnectorRow
from kit.expiring import Put
from tests.idp.calls.town import APPLICATION, Fakes
from tests.peers.programs import program
from tests.servers import missing
from tests.site import TEST_SECRET, Live, live_site, test_client

DOCS = Path(__file__).parents[2] / "docs"
KEY = "k" * 43
PAGES = {  # page -> (connector in its examples, what its curl prints)
    "hmac_headers": ("bpjs", '{"poli":[{"kode":"INT","nama":"PENYAKIT DALAM"}]}'),
    "two_tokens": ("siasn", '"nama":"RINI UJIASTUTI"'),
    "api_key": ("splp", '[{"kode":"35.03.11","nama":"Trenggalek"}]'),
    "basic": ("esign", '{"version":"2.2"}'),
    "oauth_client": ("satusehat", '"resourceType":"CapabilityStatement"'),
    "soap_wsse": ("register", '{"wilayah":[{"nama":"Panggul"},{"nama":"Munjungan"},{"nama":"Trenggalek"}]}'),
    "sha1_webhook": ("oss", '{"responreceiveNIB":{"kode":200,"keterangan":"Sukses"}}'),
}


def block(page: Path, language: str) -> str:
    """Return the one block of that language on a page."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.S | re.M)
    return str(found)


def page_of(kind: str) -> Path:
    return DOCS / f"connectors/{kind}.md"


def settings_of(kind: str, at: dict[str, str]) -> dict[str, Any]:
    """Return the settings that the page prints, with the stand-in's address in place of the real one."""
    text = re.sub(r"https://[a-z0-9.-]+(:\d+)?(?=/[a-z])(?!/id/nik)", at[PAGES[kind][0]], block(page_of(kind), "json"))
    found: dict[str, Any] = json.loads(text.replace(f"{at[PAGES[kind][0]]}/id/nik", "https://fhir.kemkes.go.id/id/nik"))
    return found


@dataclass
class Older:
    live: Live
    fakes: Fakes

    def typed(self, command: list[str], **more: str) -> str:
        environment = {**os.environ, "GAPURA": self.live.issuer, "CLIENT": "program-sim", "SECRET": TEST_SECRET, "KEY": KEY, **more}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Older]:
    fakes, esign = Fakes(), Esign()
    with ExitStack() as stack:
        fakes.start(stack)
        addresses = {
            **{name: fakes.at[name] for name in ("bpjs", "siasn", "splp", "satusehat")},
            "register": fakes.at["soap"],
            "oss": fakes.at["licensing"],
            "esign": stack.enter_context(serving(esign.app())),
        }
        secrets = {
            "bpjs": {"secret": fakes.bpjs.secret, "user_key": fakes.bpjs.user_key, "key.simrs": KEY},
            "siasn": {"consumer_secret": fakes.siasn.consumer_secret, "sso_password": fakes.siasn.password},
            "splp": {"key.data": fakes.splp.keys["data"], "key.lapor": fakes.splp.keys["lapor"]},
            "esign": {"password": esign.password},
            "satusehat": {"client_secret": fakes.satusehat.client_secret},
            "register": {"password": fakes.soap.password, "key.desa": KEY},
            "oss": {"password": "kata-sandi-oss", "forward_key": fakes.licensing.key},
        }

        async def fill(resources: Resources) -> None:
            now = int(time.time())
            for kind, (name, _) in PAGES.items():
                row = ConnectorRow(name, APPLICATION, kind, settings_of(kind, addresses))
                await resources.stores.registry.save_connector(row)
                for secret, value in secrets[name].items():
                    await resources.stores.connector_secrets.add(name, secret, value, now=now, former_until=0)
            issuer = resources.settings.issuer
            client = test_client(
                APPLICATION,
                client_id="program-sim",
                grant_types=frozenset({"client_credentials"}),
                resources=frozenset(f"{issuer}/panggil/{name}" for name, _ in PAGES.values()),
            )
            await resources.stores.registry.save_client(client)
            await resources.expiring.put(Put("calls:began", str(now - 3600).encode(), 86_400))  # it runs since an hour

        allowed = [address.removeprefix("http://") for address in addresses.values()]
        folder = tmp_path_factory.mktemp("older")
        with live_site(folder, template_folder, fill=fill, workers=2, **{"outbound.allow": allowed}) as live:
            yield Older(live, fakes)


def tools(*names: str) -> None:
    for name in names:
        if shutil.which(name) is None:
            missing(name)


@pytest.mark.parametrize("kind", PAGES)
def test_the_command_of_each_page_works_as_it_is_printed(older: Older, kind: str) -> None:
    tools("curl", "jq", "sha1sum")
    printed = older.typed(["bash", "-euo", "pipefail", "-c", block(page_of(kind), "sh")], NAME="oss-trenggalek", PASSWORD="kata-sandi-oss")
    assert PAGES[kind][1] in printed


def test_the_command_of_the_how_to_works_as_it_is_printed(older: Older) -> None:
    tools("curl", "jq")
    printed = older.typed(["bash", "-euo", "pipefail", "-c", block(DOCS / "how-to/call-an-older-api.md", "sh")])
    assert json.loads(printed)[0]["nama"] == "Trenggalek"


def php(older: Older, kind: str, folder: Path, extension: str) -> str:
    binary = program("php")
    if extension not in subprocess.run([binary, "-m"], capture_output=True, text=True).stdout.lower().split():
        missing(f"php-{extension}")
    script = folder / "older.php"
    script.write_text(block(page_of(kind), "php"))
    return older.typed([binary, "-d", "display_errors=stderr", str(script)])


def test_hm_01_an_older_php_program_signs_its_calls_as_the_page_says(older: Older, tmp_path: Path) -> None:
    assert php(older, "hmac_headers", tmp_path, "curl") == "200 PENYAKIT DALAM\n"


def test_the_soap_client_of_php_calls_through_us(older: Older, tmp_path: Path) -> None:
    assert php(older, "soap_wsse", tmp_path, "soap") == "Panggul\nMunjungan\nTrenggalek\n"


def test_oss_calls_a_real_house(older: Older) -> None:
    answer = oss.call(f"{older.live.issuer}/panggil/oss", "oss-trenggalek", "kata-sandi-oss", "9876543210123", time.time())
    assert answer.json()["responreceiveNIB"]["kode"] == 200
    assert any(one["dataNIB"]["nib"] == "9876543210123" for one in older.fakes.licensing.told.values())


def test_pv_01_nothing_of_it_stands_in_the_log_of_the_server(older: Older) -> None:
    text = (older.live.folder / "server.log").read_text()
    assert "older_api_called" in text
    assert not any(hidden in text for hidden in (KEY, "198504172010012901", "RINI", older.fakes.bpjs.secret, older.fakes.splp.keys["data"]))
