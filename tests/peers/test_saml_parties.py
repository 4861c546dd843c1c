"""Service providers of others sign on through Gapura and out again, with the lines of docs/connectors/saml.md."""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from connectors.apps.saml import logout
from connectors.apps.saml.metadata import entity_id, import_metadata
from connectors.apps.saml.settings import SamlSettings
from hub.resources import open_resources
from hub.settings import load
from idp.applications.models import ConnectorRow
from tests.connectors.saml.party import query
from tests.peers.chromium_walk import browser_page
from tests.peers.programs import older_application
from tests.peers.saml_parties import Carrier, Place, mellon, shibboleth, simplesamlphp
from tests.peers.walker import LARAS, received
from tests.servers import free_port
from tests.site import PASSWORD, SITI, Live, live_site, wait_ready

DIMAS = "3503110605099005"
GAPURAWAN = "3503021901769004"
ROWS = [
    {"claim": "name", "field": "cn", "transform": "trim"},
    {"claim": "nik", "field": "employeeNumber"},
    {"claim": "email", "field": "mail", "transform": "lower"},
]
METADATA = {
    "mellon": "/mellon/metadata",
    "shibboleth": "/Shibboleth.sso/Metadata",
    "simplesamlphp": "/simplesamlphp/module.php/saml/sp/metadata.php/gapura",
}


@dataclass
class Town:
    live: Live
    places: dict[str, Place]
    settings: dict[str, SamlSettings]

    def url(self, name: str, path: str = "/dalam/") -> str:
        return self.places[name].url + path


async def _connect(live: Live, found: dict[str, SamlSettings]) -> None:
    async with open_resources(load(**live.values)) as resources:
        for name, own in found.items():
            values = {**own.model_dump(mode="json"), "attributes": ROWS, "requests_signed": True}
            await resources.stores.registry.save_connector(ConnectorRow(name, "arsip-daerah", "saml", values))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Town]:
    """Gapura first, then the service providers with its metadata, then theirs at Gapura: the order of the page."""
    folder = tmp_path_factory.mktemp("saml")
    ports = {name: free_port() for name in METADATA}
    with ExitStack() as stack:
        live = stack.enter_context(
            live_site(folder, template_folder, **{"outbound.allow": [f"localhost:{port}" for port in ports.values()]})
        )
        places = {name: Place(live, folder / name, port) for name, port in ports.items()}
        older = stack.enter_context(older_application())
        stack.enter_context(mellon(places["mellon"], older))
        stack.enter_context(shibboleth(places["shibboleth"], older))
        stack.enter_context(simplesamlphp(places["simplesamlphp"]))
        found = {}
        for name, path in METADATA.items():
            answer = httpx.get(places[name].url + path, trust_env=False)
            assert answer.status_code == 200, answer.text
            found[name] = import_metadata(answer.content, int(time.time()))
        live.stop()
        asyncio.run(_connect(live, found))
        live.start()
        wait_ready(live.issuer)
        yield Town(live, places, found)


def until(fact: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.1)


PARTIES = tuple(METADATA)
LEAVING = {"mellon": "/mellon/logout?ReturnTo={home}", "shibboleth": "/Shibboleth.sso/Logout?return={home}", "simplesamlphp": "/keluar/"}


@pytest.mark.parametrize("name", PARTIES)
def test_its_metadata_says_all_that_is_needed(town: Town, name: str) -> None:
    found = town.settings[name]
    assert found.entity_id.startswith(town.places[name].url) and found.signing_certificates and found.slo
    assert found.encryption_certificate, "what it gets in these tests is encrypted"


@pytest.mark.parametrize("name", PARTIES)
def test_a_person_signs_on_with_what_was_agreed_to(town: Town, name: str) -> None:
    with Carrier(SITI) as siti:
        got = received(siti.go(town.url(name)).text)["headers"]
        assert got["x-nama"] == ["Siti Peragawati"] and got["x-nik"] == [SITI]
        assert "x-surel" not in got, "optional, and she did not tick it"
        assert len(got["x-pengguna"][0]) >= 20 and SITI not in got["x-pengguna"][0]
        assert siti.http.get(town.url(name)).status_code == 200 and siti.passwords == 1


@pytest.mark.parametrize("name", PARTIES)
def test_it_gets_the_address_of_who_shared_it(town: Town, name: str) -> None:
    with Carrier(DIMAS) as dimas:
        got = received(dimas.go(town.url(name), tick=("salinan-arsip.2",)).text)["headers"]
        assert got["x-surel"] == ["dimas@example.id"]


@pytest.mark.parametrize("name", PARTIES)
def test_a_sign_out_there_ends_the_session_here(town: Town, name: str) -> None:
    with Carrier(SITI) as siti:
        siti.go(town.url(name))
        page = siti.on(siti.http.get(town.url(name, LEAVING[name].format(home=town.url(name, "/")))))
        assert str(page.url).startswith(town.url(name, "/")), (page.url, page.text[:500])
        assert 'name="sandi"' in siti.http.get(f"{town.live.issuer}/izin").text
        assert 'name="sandi"' in siti.on_to_sign_in(town.url(name)).text


@pytest.mark.parametrize("name", PARTIES)
def test_a_sign_out_here_ends_the_session_there(town: Town, name: str) -> None:
    with Carrier(SITI) as siti:
        siti.go(town.url(name))
        page = siti.send(siti.http.get(f"{town.live.issuer}/keluar"), "keluar")
        for address in re.findall(r'<iframe[^>]* src="([^"]+)"', page.text):  # as a browser loads what it is shown
            siti.http.get(html.unescape(address))
        until(lambda: 'name="sandi"' in siti.on_to_sign_in(town.url(name)).text)


@pytest.mark.parametrize("name", PARTIES)
def test_sm_10_a_sign_out_that_gapura_did_not_sign_ends_nothing_there(town: Town, name: str) -> None:
    """What any page can make her browser load: a request with Gapura's name in it, about her, and without a signature."""
    with Carrier(SITI) as siti:
        got = received(siti.go(town.url(name)).text)["headers"]
        own = town.settings[name]
        place = own.slo_by("redirect")
        assert place is not None
        said = logout.request(f"_any persistent {got['x-pengguna'][0]}", place.url, entity_id(town.live.issuer), own, int(time.time()))
        for text in (said, re.sub("<samlp:SessionIndex>.*?</samlp:SessionIndex>", "", said)):  # of one sign-in, and of all of hers
            siti.http.get(f"{place.url}?{query(text, owner='')}")
            assert received(siti.http.get(town.url(name)).text)["headers"]["x-nik"] == [SITI]


def test_simplesamlphp_takes_the_request_that_is_signed(town: Town) -> None:
    """The very request that Gapura makes, once without its signature and once as it is. The other two are told from server to server."""
    name = "simplesamlphp"
    with Carrier(SITI) as siti:
        siti.go(town.url(name))
        page = siti.send(siti.http.get(f"{town.live.issuer}/keluar"), "keluar")
        addresses = [html.unescape(one) for one in re.findall(r'<iframe[^>]* src="([^"]+)"', page.text)]
        (genuine,) = [one for one in addresses if one.startswith(town.places[name].url)]
        unsigned, _, signature = genuine.partition("&SigAlg=")
        assert "SAMLRequest=" in unsigned and "&Signature=" in signature
        siti.http.get(unsigned)
        assert received(siti.http.get(town.url(name)).text)["headers"]["x-nik"] == [SITI]
        siti.http.get(genuine)
        until(lambda: 'name="sandi"' in siti.on_to_sign_in(town.url(name)).text)


@pytest.mark.parametrize("name", PARTIES)
def test_the_portals_tile_brings_a_person_there(town: Town, name: str) -> None:
    with Carrier(SITI) as siti:
        siti.go(f"{town.live.issuer}/saml/{name}/mulai")
        assert received(siti.http.get(town.url(name)).text)["headers"]["x-nik"] == [SITI]
        assert siti.passwords == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_real_browser_goes_there_and_back(town: Town, script: bool) -> None:
    """What the policy of our pages forbids, such as a form to a foreign address, only a browser notices."""
    with browser_page(script) as page:
        for name in PARTIES:
            page.goto(town.url(name))
            for _ in range(8):
                page.wait_for_load_state()
                if page.url.startswith(town.url(name)):
                    break
                before = page.url
                if page.locator('input[name="sandi"]').count():
                    page.fill('input[name="akun"]', LARAS)
                    page.fill('input[name="sandi"]', PASSWORD)
                    page.locator("form", has=page.locator('input[name="sandi"]')).locator("button").last.click()
                elif page.locator('button[name="jawab"][value="setuju"]').count():
                    page.locator('button[name="jawab"][value="setuju"]').click()
                elif not script and page.locator('input[name="SAMLResponse"]').count():
                    page.locator("form", has=page.locator('input[name="SAMLResponse"]')).locator("button").click()
                page.wait_for_url(lambda now, before=before: now != before)
            assert received(page.content())["headers"]["x-nama"] == ["Laras Tandasari"]
        page.goto(f"{town.live.issuer}/keluar")
        page.locator("form button", has_text=re.compile("keluar", re.I)).last.click()
        page.wait_for_load_state("networkidle")
        if not script:
            return
        for name in PARTIES:
            page.goto(town.url(name))
            page.wait_for_load_state("networkidle")
            assert page.locator('input[name="sandi"]').count(), f"{name}: {page.url}"
