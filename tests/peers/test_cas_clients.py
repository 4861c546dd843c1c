"""CAS clients of others with the lines of docs/connectors/cas.md: Apache with mod_auth_cas, and PHP with phpCAS, over TLS."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.resources import Resources
from idp.applications.models import ConnectorRow
from tests.peers.cas_town import Town, apache, php
from tests.peers.programs import older_application
from tests.peers.test_client_certificates import Papers
from tests.peers.walker import Walker, received
from tests.servers import free_port
from tests.site import SITI, live_site

ROWS = [
    {"claim": "name", "field": "cn", "transform": "trim"},
    {"claim": "nik", "field": "employeeNumber"},
    {"claim": "email", "field": "mail"},
]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Town]:
    papers = Papers(tmp_path_factory.mktemp("papers"))
    papers.self_signed("ca", "/C=ID/O=Otoritas Uji/CN=Otoritas", ca=True)
    papers.issued("server", "/CN=localhost", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    ports = {name: free_port() for name in ("apache", "php", "inside")}
    apache_origin, php_origin = f"http://localhost:{ports['apache']}/", f"https://localhost:{ports['php']}/"
    proxy = {"proxy": True, "proxy_callbacks": [php_origin + "perantara.php"]}
    settings = {"services": [apache_origin, php_origin], "attributes": ROWS, **proxy}

    async def fill(resources: Resources) -> None:
        await resources.stores.registry.save_connector(ConnectorRow("arsip", "arsip-daerah", "cas", settings))

    own = {
        "server.tls_certificate": papers.path("server.pem"),
        "server.tls_key": papers.path("server.key"),
        "outbound.ca_file": papers.path("ca.pem"),
        "outbound.allow": [f"localhost:{ports[name]}" for name in ("apache", "php")],
    }
    with ExitStack() as stack:
        live = stack.enter_context(live_site(tmp_path_factory.mktemp("cas"), template_folder, fill=fill, **own))
        made = Town(live, papers, ports)
        stack.enter_context(apache(made, stack.enter_context(older_application())))
        stack.enter_context(php(made))
        yield made


def seen(page: httpx.Response) -> dict[str, Any]:
    """Return what the PHP page says it was told."""
    found = re.search(r"<pre>(.*)</pre>", page.text, re.S)
    assert found, (page.status_code, str(page.url), page.text[:400])
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


def soon(done: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def test_one_password_opens_both_and_both_are_told_the_same(town: Town) -> None:
    with town.walker() as siti:
        forged = siti.go(town.url("apache", "berkas?no=1"))
        got = received(forged.text)
        assert got["path"] == "/berkas?no=1", "the ticket does not reach the application"
        headers = got["headers"]
        assert headers["cas-cn"] == ["Siti Peragawati"] and headers["cas-employeenumber"] == [SITI]
        assert "cas-mail" not in headers, "optional, and not ticked"
        told = seen(siti.go(town.url("php", "index.php?hal=2")))
        assert told["attributes"]["cn"] == "Siti Peragawati" and told["attributes"]["isFromNewLogin"] == "false"
        assert [told["user"]] == headers["cas-user"] and SITI not in told["user"]
        assert siti.passwords == 1 and len(siti.notices) == 1


def test_a_browsers_own_headers_do_not_reach_the_application_behind_apache(town: Town) -> None:
    with town.walker() as siti:
        siti.go(town.url("apache"))
        headers = received(siti.http.get(town.url("apache"), headers={"CAS-User": "admin", "CAS-cn": "Admin"}).text)["headers"]
        assert headers["cas-cn"] == ["Siti Peragawati"] and headers["cas-user"] != ["admin"]


def test_ca_07_gateway_of_phpcas_lets_a_guest_in_as_a_guest_and_knows_who_is_signed_in(town: Town) -> None:
    with town.walker() as siti:
        assert siti.http.get(town.url("php", "terbuka.php")).text == "tamu"
    with town.walker() as siti:
        siti.go(town.url("apache"))
        assert seen(siti.http.get(town.url("php", "terbuka.php")))["attributes"]["cn"] == "Siti Peragawati"
        assert siti.passwords == 1


def test_ca_07_gateway_of_apache_shows_no_page_of_ours_and_knows_who_is_signed_in(town: Town) -> None:
    with town.walker() as siti:
        page = siti.http.get(town.url("apache", "terbuka/a"))
        assert [one.url.path for one in page.history] == ["/terbuka/a", "/cas/login"]
        assert (page.status_code, str(page.url)) == (500, town.url("apache", "terbuka/a")), "back without a ticket; Apache has no guests"
    with town.walker() as siti:
        siti.go(town.url("php", "index.php"))
        assert received(siti.http.get(town.url("apache", "terbuka/a")).text)["headers"]["cas-cn"] == ["Siti Peragawati"]
        assert siti.passwords == 1


def test_ca_07_phpcas_renew_asks_for_the_password_again(town: Town) -> None:
    with town.walker() as siti:
        siti.go(town.url("apache"))
        told = seen(siti.go(town.url("php", "baru.php")))
        assert told["attributes"]["isFromNewLogin"] == "true"
        assert siti.passwords == 2


def is_in(person: Walker, url: str) -> bool:
    """True while the application lets the person in by its own session, without asking us."""
    return person.http.get(url, follow_redirects=False).status_code == 200


@pytest.mark.parametrize(("name", "path"), [("apache", "berkas"), ("php", "index.php")])
def test_lo_06_signing_out_ends_the_applications_own_session(town: Town, name: str, path: str) -> None:
    url = town.url(name, path)
    with town.walker() as siti, town.walker() as elsewhere:
        siti.go(url)
        elsewhere.go(url)
        assert is_in(siti, url) and is_in(elsewhere, url)
        page = siti.send(siti.http.get(f"{town.live.issuer}/keluar"), "Keluar")
        assert "Anda sudah keluar dari Gapura" in page.text
        assert soon(lambda: not is_in(siti, url))
        assert is_in(elsewhere, url), "another session of hers goes on"


def test_phpcas_signs_out_by_our_page_and_comes_back(town: Town) -> None:
    url = town.url("php", "index.php")
    with town.walker() as siti:
        siti.go(url)
        page = siti.http.get(town.url("php", "keluar.php"))
        assert str(page.url).startswith(town.live.issuer), "asked first: a link could have led here"
        page = siti.send(siti.http.get(town.url("php", "keluar.php")), "Keluar")
        assert str(page.url).startswith((town.url("php"), town.live.issuer))
        assert 'name="sandi"' in siti.http.get(url).text


def test_phpcas_asks_another_service_in_the_persons_name(town: Town) -> None:
    with town.walker() as siti:
        told = seen(siti.go(town.url("php", "perantara.php")))
        assert told["attributes"]["cn"] == "Siti Peragawati" and told["attributes"]["isFromNewLogin"] == "false"
        assert told["user"] == seen(siti.go(town.url("php", "index.php")))["user"]
        siti.send(siti.http.get(f"{town.live.issuer}/keluar"), "Keluar")
        page = siti.http.get(town.url("php", "perantara.php"))
        assert page.status_code == 500 and "Siti" not in page.text, "its own session goes on, and gets no proxy ticket any more"
