"""An older application in plain PHP, made of the files of docs/connectors/ticket.md, signs in by ticket at a Gapura as it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.apps.ticket.formats import make_signing_key, public_pem
from connectors.contract import random_key
from tests.connectors.ticket.page import install
from tests.peers.chromium_walk import Walk, browser_page
from tests.peers.older_php import connected, php, row_of
from tests.peers.visitor import Visitor
from tests.peers.walker import Walker
from tests.servers import free_port
from tests.site import live_site

DIMAS = "3503110605099005"
RINI, RINI_NIP = "3503115704859009", "198504172010012901"
PAGE = """<?php // the application's own page, behind the check of the page in the documentation
require __DIR__ . '/periksa.php';
header('Content-Type: application/json');
echo json_encode($_SESSION + array('id' => session_id(), 'query' => $_GET));
"""
FIELDS = [{"claim": "nip", "field": "nip_baru", "transform": "digits"}, {"claim": "name", "field": "nama", "transform": "trim"}]
FORMATS = {"simpeg": "jwt_hs256", "simpeg-rs": "jwt_rs256", "simpeg-hmac": "hmac_query", "simpeg-aes": "aes_wrapped"}
BUSINESS = {"usaha": "jwt_hs256"}  # an application whose data rest on consent


@dataclass
class Office:
    issuer: str
    addresses: dict[str, str]

    def home(self, name: str = "simpeg") -> str:
        return f"{self.addresses[name]}/index.php"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("ticket")
    written_as = FORMATS | BUSINESS
    ports = {name: free_port() for name in written_as}
    at = {name: f"http://localhost:{port}" for name, port in ports.items()}
    secrets = {name: make_signing_key() if written == "jwt_rs256" else random_key() for name, written in written_as.items()}

    async def fill(resources: Any) -> None:
        for name, written in written_as.items():
            pages = {"arrive_url": f"{at[name]}/masuk.php", "begin_url": f"{at[name]}/mulai.php", "sign_out_url": f"{at[name]}/keluar.php"}
            application = "usaha-kecil" if name in BUSINESS else "simpeg"
            fields = [*FIELDS, {"claim": "nik", "field": "nik"}] if name in BUSINESS else FIELDS
            row = row_of(name, application, "ticket", base_url=at[name], format=written, fields=fields, **pages)
            await connected(row, {"signing" if written == "jwt_rs256" else "key": secrets[name]})(resources)

    with ExitStack() as stack:
        allowed = {"outbound.allow": [f"localhost:{port}" for port in ports.values()]}
        live = stack.enter_context(live_site(folder, template_folder, fill=fill, **allowed))
        for name, written in written_as.items():
            here = folder / name
            key = public_pem(secrets[name]) if written == "jwt_rs256" else secrets[name]
            start = f"{live.issuer}/tiket/{name}/masuk"
            install(here, issuer=live.issuer, start=start, audience=at[name], keys=[key], written=written)
            (here / "index.php").write_text(PAGE)
            stack.enter_context(php(here, ports[name]))
        yield Office(live.issuer, at)


def arrive(walker: Walker, url: str) -> httpx.Response:
    """Go on through sign-in and notice to the page whose one button brings the ticket, and press it."""
    return walker.send(walker.go(url), "Lanjutkan")


@pytest.mark.parametrize("name", FORMATS)
def test_a_person_signs_in_and_arrives_where_she_wanted_to_go(office: Office, name: str) -> None:
    with Walker(RINI) as rini:
        page = arrive(rini, office.home(name) + "?tahun=2026")
        assert str(page.url) == office.home(name) + "?tahun=2026"
        told = page.json()
        assert (told["nip"], told["nama"], told["query"]) == (RINI_NIP, "Rini Ujiastuti", {"tahun": "2026"})
        assert rini.passwords == 1


def test_sign_out_at_gapura_ends_the_session_of_the_application(office: Office) -> None:
    with Walker(RINI) as rini:
        first = arrive(rini, office.home()).json()["id"]
        assert rini.http.get(office.home()).json()["id"] == first
        rini.send(rini.http.get(f"{office.issuer}/keluar"), "keluar")
        end = time.monotonic() + 10  # told from server to server, beside the page that she sees
        while 'name="sandi"' not in (page := rini.http.get(office.home())).text and time.monotonic() < end:
            time.sleep(0.05)
        assert 'name="sandi"' in page.text


def test_cn_05_a_withdrawn_permission_ends_the_session_of_the_application_and_gives_no_ticket(office: Office) -> None:
    home = office.home("usaha")
    with Walker(DIMAS) as dimas:
        first = arrive(dimas, home).json()["id"]
        assert dimas.http.get(home).json()["id"] == first
        dimas.withdraw(office.issuer, "usaha")
        end = time.monotonic() + 10
        while str((page := dimas.http.get(home)).url) == home and time.monotonic() < end:
            time.sleep(0.05)
        assert "/persetujuan/" in page.url.path, "she is signed in at Gapura, and asked anew"


def ticket_for(office: Office, visitor: Visitor) -> dict[str, str]:
    """Walk to the application's door and return what would be posted there."""
    posted = visitor.visit(office.home(), f"{office.addresses['simpeg']}/masuk.php")["posted"]
    assert isinstance(posted, dict)
    return posted


def test_ti_03_a_ticket_opens_once_and_only_in_the_browser_that_began(office: Office) -> None:
    door = f"{office.addresses['simpeg']}/masuk.php"
    with Visitor(RINI) as rini, httpx.Client(trust_env=False) as stranger:
        fields = ticket_for(office, rini)
        rini.http.headers["origin"] = "null"
        assert rini.http.post(door, data=fields).status_code == 303
        assert rini.http.post(door, data=fields).status_code == 403
        assert rini.http.get(office.home()).json()["nip"] == RINI_NIP, "the session that it opened goes on"
        second = ticket_for(office, rini_again := Visitor(RINI))
        assert stranger.post(door, data=second).status_code == 403
        stranger.get(f"{office.addresses['simpeg']}/mulai.php")
        assert stranger.post(door, data=second).status_code == 403
        rini_again.http.close()


def test_ti_03_the_ticket_stands_in_no_address(office: Office) -> None:
    with Walker(RINI) as rini:
        page = arrive(rini, office.home())
        for response in (*page.history, page):
            assert "ticket=" not in str(response.url)
            assert RINI not in str(response.url)
            assert RINI_NIP not in str(response.url)


def test_an_id_planted_before_sign_in_is_worth_nothing_afterwards(office: Office) -> None:
    with Walker(RINI) as rini:
        rini.http.cookies.set("PHPSESSID", "ditanam000000000000000000000", domain="localhost.local", path="/")
        assert arrive(rini, office.home()).json()["id"] != "ditanam000000000000000000000"


@pytest.mark.parametrize("script", [True, False])
def test_in_a_real_browser(office: Office, script: bool) -> None:
    with browser_page(script) as page:
        walk = Walk(page, RINI)
        if script:
            assert RINI_NIP in walk.open(office.home())
            return
        with pytest.raises(AssertionError):
            walk.open(office.home())  # without script there is one button more
        page.get_by_role("button", name="Lanjutkan").click()
        page.wait_for_url(office.home())
        assert RINI_NIP in page.content()
