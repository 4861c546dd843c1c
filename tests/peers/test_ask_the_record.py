"""What docs/how-to/ask-the-consent-record.md tells to type, typed: curl against a real Gapura."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub.app import create_app
from hub.resources import Resources
from hub.wiring import build_house
from idp.people.models import Credential, Role
from idp.tokens.api_scopes import ASK_PROCESSING, PROCESSING_PATH
from kit.secrets import new_id
from tests.admin.operators import PASSWORD, account, operator_of
from tests.idp.api.hers import a_record, furnish, let_in
from tests.portal.walks import person_id
from tests.site import CODE, TEST_SECRET, Live, Site, live_site, register, test_client

PAGE = Path(__file__).parents[2] / "docs/how-to/ask-the-consent-record.md"
BLOCKS: list[str] = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.S | re.M)


class Typing:
    """A shell in which the page's variables are set; what a block prints."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.live: Live | None = None

    async def fill(self, resources: Resources) -> None:
        house = await build_house(resources)
        issuer = resources.settings.issuer
        site = Site(house, resources, resources.clock, create_app(house), issuer)  # type: ignore[arg-type] # time goes on here
        await furnish(site)
        values: dict[str, Any] = {"scopes": frozenset({ASK_PROCESSING}), "resources": frozenset({f"{issuer}{PROCESSING_PATH}"})}
        client = await register(site, test_client(client_id="program-usaha", **values))
        record, person = await a_record(site), await person_id(site)
        officer = await account(site, Role.AUDITOR)
        kept = await house.hasher.hash(PASSWORD)
        await resources.stores.credentials.put(Credential(new_id(), officer.id, "password", kept, created_at=site.clock.now()))
        _, secret = await house.admin.actions.tokens.create(operator_of(site, officer), title="uji", days=1)
        sub = await resources.stores.people.subject(person, house.registry.now.sector_of(client))
        token = await let_in(site)
        for http in site.clients:
            await http.aclose()
        await house.flush()
        self.known = {
            "TOKEN": token, "RECORD": record, "CLIENT": client.client_id, "SECRET": TEST_SECRET, "SUB": sub, "OPERATOR": secret,
            "PASSWORD": PASSWORD, "CODE": CODE, "PERSON": person, "GAPURA": issuer,
        }  # fmt: skip

    def typed(self, block: str) -> list[str]:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], env={**os.environ, **self.known}, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Typing]:
    typing = Typing()
    folder = tmp_path_factory.mktemp("record")
    with live_site(folder, template_folder, fill=typing.fill, **{"storage.expiring_url": ""}):
        yield typing


def test_the_page_is_typed_from_top_to_bottom(shell: Typing) -> None:
    assert len(BLOCKS) == 4
    lines = shell.typed(BLOCKS[0])
    assert f"{shell.known['RECORD']}\tpendampingan-usaha\tberlaku" in lines and lines[-2] == "given"
    assert lines[-1].startswith("TT-")
    assert shell.typed(BLOCKS[1]) == ["ditarik"]
    assert "consent\tditarik\tfalse" in shell.typed(BLOCKS[2])
    assert shell.typed(BLOCKS[3])[0] == "withdrawn"
