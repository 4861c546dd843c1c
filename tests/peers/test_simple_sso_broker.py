"""A broker in plain PHP signs people in at a Gapura as it runs, knowing nothing but the protocol of php-simple-sso."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from connectors.contract import random_key
from tests.forms import words_of
from tests.peers.chromium_walk import Walk, browser_page
from tests.peers.older_php import HERE, connected, php, row_of
from tests.peers.walker import Walker
from tests.servers import free_port
from tests.site import SITI, live_site

LOST = {"error": "There is no saved session data associated with the broker session id."}
DIMAS = "3503110605099005"


@dataclass
class Tax:
    issuer: str
    plain: str  # the broker as agencies have it
    safe: str  # the broker with the lines for `verify`
    business: str  # another one, whose data rest on consent


PAGE = Path(__file__).parents[2] / "docs/connectors/simple_sso.md"
APPLICATIONS = {"pajak": "pajak-daerah", "pajak_aman": "pajak-daerah", "usaha": "usaha-kecil"}


def lines_for_verify() -> str:
    """Return what the page tells a technician to add to a broker."""
    found = re.search(r"^```php\n(<\?php // sso_verifikasi\.php.*?)^```$", PAGE.read_text(), re.S | re.M)
    assert found
    return found[1]


def connector(name: str, origin: str, verify: bool) -> Any:
    fields = [{"claim": "name", "field": "name", "transform": "upper_ascii"}, {"claim": "nik", "field": "nik"}]
    return row_of(
        name,
        APPLICATIONS[name],
        "simple_sso",
        base_url=origin,
        broker=name,
        return_urls=[f"{origin}/sso/kembali"],
        fields=fields,
        verify=verify,
    )


@pytest.fixture(scope="module")
def tax(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Tax]:
    folder = tmp_path_factory.mktemp("simple-sso")
    ports = {name: free_port() for name in APPLICATIONS}
    secrets = {name: random_key() for name in ports}

    (folder / "sso_verifikasi.php").write_text(lines_for_verify())

    async def fill(resources: Any) -> None:
        for name, port in ports.items():
            row = connector(name, f"http://localhost:{port}", verify=name == "pajak_aman")
            await connected(row, {"secret": secrets[name]})(resources)

    with live_site(folder, template_folder, fill=fill) as live:

        def broker(name: str) -> Any:
            here = f"http://localhost:{ports[name]}"
            known = {
                "SSO_VERIFY": str(folder / "sso_verifikasi.php"),
                "SSO_SERVER": f"{live.issuer}/simple-sso",
                "SSO_BROKER": name,
                "SSO_SECRET": secrets[name],
                "SSO_HERE": here,
            }
            return php(folder / name, ports[name], str(HERE / "broker.php"), **known)

        with broker("pajak") as plain, broker("pajak_aman") as safe, broker("usaha") as business:
            yield Tax(live.issuer, plain, safe, business)


@pytest.mark.parametrize("which", ["plain", "safe"])
def test_a_person_signs_in_through_the_broker_and_is_known_there(tax: Tax, which: str) -> None:
    here = getattr(tax, which)
    with Walker(SITI) as siti:
        page = siti.go(f"{here}/masuk")
        assert str(page.url) == f"{here}/pbb"
        told = page.json()["data"]
        assert (told["name"], told["nik"]) == ("SITI PERAGAWATI", SITI)
        assert set(told) == {"id", "name", "nik"}
        assert SITI not in told["id"]
        assert siti.passwords == 1
        again = siti.go(f"{here}/masuk")
        assert again.json()["data"] == told
        assert siti.passwords == 1


@pytest.mark.parametrize("which", ["plain", "safe"])
def test_sign_out_at_gapura_ends_it_at_the_broker(tax: Tax, which: str) -> None:
    here = getattr(tax, which)
    with Walker(SITI) as siti:
        siti.go(f"{here}/masuk")
        assert "data" in siti.http.get(f"{here}/siapa").json()
        siti.send(siti.http.get(f"{tax.issuer}/keluar"), "keluar")
        assert siti.http.get(f"{here}/siapa").json() == LOST
        page = siti.http.get(f"{here}/pbb")
        assert 'name="sandi"' in page.text, "the broker attaches again, and that is signing in"


def test_sign_out_at_the_broker_ends_it_there_and_says_where_everything_ends(tax: Tax) -> None:
    with Walker(SITI) as siti:
        siti.go(f"{tax.plain}/masuk")
        told = siti.http.get(f"{tax.plain}/keluar").json()
        assert told["success"] == "User has been successfully logged out."
        assert siti.http.get(f"{tax.plain}/siapa").json() == LOST
        leaving = siti.http.get(told["sign_out_everywhere"])
        assert leaving.status_code == 200
        siti.send(leaving, "keluar")
        assert 'name="sandi"' in siti.http.get(f"{tax.plain}/masuk").text


def test_a_password_that_a_broker_collects_signs_nobody_in(tax: Tax) -> None:
    with Walker(SITI) as siti:
        assert siti.http.get(f"{tax.plain}/sandi").json() == LOST
        assert siti.http.get(f"{tax.plain}/siapa").json() == LOST


def test_a_withdrawn_permission_ends_it_at_the_next_question(tax: Tax) -> None:
    with Walker(DIMAS) as dimas:
        assert dimas.go(f"{tax.business}/masuk").json()["data"]["nik"] == DIMAS
        dimas.withdraw(tax.issuer, "usaha")
        assert dimas.http.get(f"{tax.business}/siapa").json() == LOST


def attach_link(broker: str, walker: Walker) -> str:
    """Come to the broker as a new browser and return the link that it would be sent on to."""
    asked = walker.http.get(f"{broker}/masuk", follow_redirects=False)
    assert asked.status_code == 307
    return asked.headers["location"]


def test_a_link_that_somebody_else_sent_loses_its_token_at_her_own_next_visit(tax: Tax) -> None:
    with Walker(SITI) as siti, Walker(DIMAS) as thief:
        siti.go(f"{tax.plain}/masuk")
        link = attach_link(tax.plain, thief)
        siti.http.get(link, follow_redirects=False)
        page = siti.go(link)  # she follows it to its end: her browser arrives at the broker, which asks about her own token
        assert page.json()["data"]["name"] == "SITI PERAGAWATI"
        assert thief.http.get(f"{tax.plain}/siapa").json() == LOST


def test_with_verify_such_a_link_gives_the_sender_nothing_at_any_moment(tax: Tax) -> None:
    with Walker(SITI) as siti, Walker(DIMAS) as thief:
        siti.go(f"{tax.safe}/masuk")
        link = attach_link(tax.safe, thief)
        arrived = siti.http.get(link, follow_redirects=False)
        while "sso_verify" not in arrived.headers["location"]:
            arrived = siti.http.get(arrived.headers["location"], follow_redirects=False)
        assert thief.http.get(f"{tax.safe}/siapa").json() == {"error": "User not authenticated. Session ID: not verified"}
        back = arrived.headers["location"]
        assert back.startswith(f"{tax.safe}/sso/kembali?sso_verify=")
        siti.http.get(back)
        assert "data" not in thief.http.get(f"{tax.safe}/siapa").json()


def test_a_token_that_one_browser_attached_is_refused_to_another(tax: Tax) -> None:
    with Walker(SITI) as siti, Walker(DIMAS) as dimas:
        link = attach_link(tax.plain, siti)
        siti.go(link)
        refused = dimas.go(link)
        assert refused.status_code == 400
        assert urlsplit(str(refused.url)).netloc == urlsplit(tax.issuer).netloc
        assert siti.http.get(f"{tax.plain}/siapa").json()["data"]["name"] == "SITI PERAGAWATI"


@pytest.mark.parametrize(
    "change", [{"return_url": "https://evil.example/"}, {"checksum": "0" * 64}, {"callback": "jQuery1"}, {"broker": "lain"}]
)
def test_an_attach_that_is_not_the_brokers_own_stops_at_a_page(tax: Tax, change: dict[str, str]) -> None:
    with Walker(SITI) as siti:
        link = urlsplit(attach_link(tax.plain, siti))
        query = {name: values[0] for name, values in parse_qs(link.query).items()} | change
        page = httpx.get(link._replace(query=urlencode(query)).geturl(), trust_env=False)
        assert page.status_code in (400, 404)
        assert "location" not in page.headers
        assert 'href="https://evil' not in page.text
        assert "<h1" in page.text, words_of(page.text)


@pytest.mark.parametrize("script", [True, False])
def test_in_a_real_browser(tax: Tax, script: bool) -> None:
    """`/pbb` asks, is told of no session, attaches, and comes back to itself."""
    with browser_page(script) as page:
        walk = Walk(page, SITI)
        assert "SITI PERAGAWATI" in walk.open(f"{tax.safe}/pbb")
        assert walk.passwords == 1
