"""A whole Gapura and its bridge with two older systems of each kind: one that will be broken, and one beside it that is well.

What goes out to older systems: pages through the bridge (`form_login`), calls through /panggil (`api_key`, which stands for all kinds of
older APIs: they share one way out), the callback of a CAS proxy ticket, and sign-out messages of CAS and of SAML over SOAP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

from hub.resources import Resources
from idp.applications.models import ConnectorRow
from tests.connectors.form_login.samples import FORM
from tests.connectors.saml.party import keys
from tests.faults.citizens import OLD_PASSWORD
from tests.faults.upstream import Upstream
from tests.forms import forms_of
from tests.peers.bridged import Town as Bridge
from tests.peers.walker import LARAS
from tests.servers import free_port
from tests.site import CALLBACK, PASSWORD, SITI, TEST_SECRET, authorize_query, live_site, test_client

GATE_HOST = "gerbang.localhost"
WELL, ILL = "arsip-daerah", "pajak-daerah"  # the applications of the two that speak CAS


@dataclass
class Town:
    issuer: str
    bridge: str
    hosts: dict[str, str]  # of the bridged systems: well, ill
    service: dict[str, str]  # of CAS: well, ill
    callback: str
    broken: dict[str, Upstream]
    token: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)  # of a person who is inside, by host
    inside: list[str] = field(default_factory=list)  # cookies of each person inside the bridged system that falls ill, in turns
    http: httpx.AsyncClient = field(default_factory=lambda: _plain())

    def be(self, mode: str) -> None:
        for upstream in self.broken.values():
            upstream.be(mode)

    async def enter(self) -> None:
        """Let one person sign in, agree everywhere and be inside everywhere; every older system must be well meanwhile.

        Another one is inside the system that falls ill too: a page that never comes to one person alone is not held against a system.
        """
        async with _plain() as http:
            person = Walk(http)
            await person.go(f"{self.issuer}/authorize?" + authorize_query("rp-test", CALLBACK, "openid name"))
            for which in ("well", "ill"):
                await person.go(f"{self.issuer}/cas/login?{urlencode({'service': self.service[which]})}")
            await person.go(f"{self.issuer}/saml/surat/mulai")
            self.cookies[GATE_HOST] = await self._inside(person, GATE_HOST, f"{self.issuer}/gerbang/periksa", self.issuer)
            for host in self.hosts.values():
                self.cookies[host] = await self._inside(person, host, f"{self.bridge}/beranda.php", self.bridge)
            self.cookies["hub"] = "; ".join(f"{one.name}={one.value}" for one in http.cookies.jar)
        async with _plain() as http:
            other = await self._inside(Walk(http, LARAS), self.hosts["ill"], f"{self.bridge}/beranda.php", self.bridge)
        self.inside = [self.cookies.pop(self.hosts["ill"]), other]
        for name in ("baik", "sakit"):
            form = {"grant_type": "client_credentials", "resource": f"{self.issuer}/panggil/{name}"}
            answer = await self.http.post(f"{self.issuer}/token", data=form, auth=("program-sim", TEST_SECRET))
            self.token[name] = answer.json()["access_token"]
        for answer in (await self.bridged("well"), await self.bridged("ill"), await self.called("sakit")):
            assert answer.status_code == 200, answer.text[:300]

    async def _inside(self, person: Walk, host: str, ask: str, entrance: str) -> str:
        """Return the cookies of a browser that has entered the application at this host."""
        told = {"Host": host} if entrance == self.bridge else {"X-Gapura-Host": host}
        page = await self.get(ask, **told, **{"X-Gapura-Method": "GET", "X-Gapura-Uri": "/"})
        kept = dict(page.cookies)
        start = page.headers.get("location") or page.headers["x-gapura-start"]
        back = urlsplit((await person.go(start)).headers["location"])
        mark = "; ".join(f"{name}={value}" for name, value in kept.items())
        arrived = await self.get(f"{entrance}{back.path}?{back.query}", **told, Cookie=mark)
        kept |= dict(arrived.cookies)
        self.http.cookies.clear()
        return "; ".join(f"{name}={value}" for name, value in kept.items())

    async def get(self, url: str, **headers: str) -> httpx.Response:
        return await self.http.get(url, headers=headers)

    async def gate(self) -> str:
        told = {"X-Gapura-Host": GATE_HOST, "X-Gapura-Method": "GET", "X-Gapura-Uri": "/jadwal", "Cookie": self.cookies[GATE_HOST]}
        page = await self.get(f"{self.issuer}/gerbang/periksa", **told)
        return _right(page, page.status_code == 200 and page.headers.get("x-pasien-nik") == SITI)

    async def authorize(self) -> str:
        url = f"{self.issuer}/authorize?" + authorize_query("rp-test", CALLBACK, "openid name")
        page = await self.get(url, Cookie=self.cookies["hub"])
        return _right(page, "code=" in page.headers.get("location", ""))

    async def cas(self, which: str = "well") -> tuple[httpx.Response, str]:
        page = await self.get(f"{self.issuer}/cas/login?{urlencode({'service': self.service[which]})}", Cookie=self.cookies["hub"])
        return page, parse_qs(urlsplit(page.headers.get("location", "")).query).get("ticket", [""])[0]

    async def cas_sign_on(self) -> str:
        page, ticket = await self.cas()
        if not ticket:
            return _right(page, False)
        answer = await self.get(f"{self.issuer}/cas/p3/serviceValidate?{urlencode({'service': self.service['well'], 'ticket': ticket})}")
        return _right(answer, "authenticationSuccess" in answer.text)

    async def proxied(self) -> str:
        """A validation that names a callback which does not answer: it is right without a proxy-granting ticket."""
        _, ticket = await self.cas("ill")
        query = urlencode({"service": self.service["ill"], "ticket": ticket, "pgtUrl": self.callback})
        answer = await self.get(f"{self.issuer}/cas/p3/serviceValidate?{query}")
        return _right(answer, answer.status_code == 200 and "proxyGrantingTicket>" not in answer.text)

    async def bridged(self, which: str) -> httpx.Response:
        host = self.hosts[which]
        self.inside.reverse()
        return await self.get(f"{self.bridge}/beranda.php", Host=host, Cookie=self.cookies[host] if which == "well" else self.inside[0])

    async def bridged_well(self) -> str:
        page = await self.bridged("well")
        return _right(page, "orang=siti" in page.text)

    async def called(self, which: str) -> httpx.Response:
        return await self.get(f"{self.issuer}/panggil/{which}/x", Authorization=f"Bearer {self.token[which]}")

    async def called_well(self) -> str:
        page = await self.called("baik")
        return _right(page, page.status_code == 200)

    async def signs_out(self) -> dict[str, str]:
        """Sign in anew, open the archive, the taxes and the letters, sign out; return what the page says of each."""
        async with _plain() as http:
            person = Walk(http)
            for which in ("well", "ill"):
                await person.go(f"{self.issuer}/cas/login?{urlencode({'service': self.service[which]})}")
            await person.go(f"{self.issuer}/saml/surat/mulai")
            page = await http.get(f"{self.issuer}/keluar")
            page = await person.send(page, "keluar")
        return dict(re.findall(r'<li class="row row-flat"><h3>([^<]+)</h3>\s*<p><span class="tag[^"]*">([^<]+)<', page.text))


def _right(page: httpx.Response, right: bool) -> str:
    return "ok" if right else str(page.status_code)


def _plain() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=400, max_keepalive_connections=100)
    return httpx.AsyncClient(timeout=60, limits=limits, verify=False, trust_env=False)


@dataclass
class Walk:
    """A person's browser on our own host: answers what is asked, and stops where it is sent to another one."""

    http: httpx.AsyncClient
    account: str = SITI

    async def go(self, url: str) -> httpx.Response:
        page = await self.http.get(url)
        home = urlsplit(url).netloc
        for _ in range(14):
            if page.status_code in (301, 302, 303) and "location" in page.headers:
                target = urljoin(str(page.url), page.headers["location"])
                if urlsplit(target).netloc != home:
                    return page
                page = await self.http.get(target)
            elif 'name="sandi"' in page.text:
                page = await self.send(page, akun=self.account, sandi=PASSWORD)
            elif "/persetujuan/" in page.url.path:
                page = await self.send(page, "lanjutkan")
            else:
                return page
        raise AssertionError(f"round and round: {page.url}")

    async def send(self, page: httpx.Response, button: str = "", **values: str) -> httpx.Response:
        form = next(
            one
            for one in forms_of(page.text)
            if one.method == "post"
            and set(values) <= set(one.fields)
            and (not button or any(button in f"{n} {v} {w}".lower() for n, v, w in one.buttons))
        )
        data = {**form.fields, **values, **{name: value for name, value, words in form.buttons if name and button in words.lower()}}
        origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
        headers = {"content-type": "application/x-www-form-urlencoded", "origin": origin, "sec-fetch-site": "same-origin"}
        return await self.http.post(urljoin(str(page.url), form.action), content=urlencode(data), headers=headers)


def rows(hosts: dict[str, str], service: dict[str, str], broken: dict[str, int], well: int, api: int) -> list[ConnectorRow]:
    form = {"form": FORM, "session_cookie": "PHPSESSID"}
    operations = {"operations": [{"path": "/x"}], "services": [{"name": "satu", "open": True}]}
    callback = f"https://localhost:{broken['cas']}/pgt"
    letters = {
        "entity_id": "https://surat.example.id",
        "acs": [{"url": "https://surat.example.id/acs"}],
        "slo": [{"url": f"https://localhost:{broken['saml']}/soap", "binding": "soap"}],
        "signing_certificates": [keys("sp")[1]],
    }
    ill = {"services": [service["ill"]], "proxy": True, "proxy_callbacks": [callback]}
    return [
        ConnectorRow("gerbang", "rsud-daftar", "forward_auth", {"base_url": f"http://{GATE_HOST}", "headers": [
            {"claim": "nik", "field": "X-Pasien-Nik"}]}),
        ConnectorRow("aduan", "aduan-warga", "form_login", {**form, "base_url": f"http://{hosts['ill']}", "upstream": f"http://127.0.0.1:{broken['form']}"}),
        ConnectorRow("usaha", "usaha-kecil", "form_login", {**form, "base_url": f"http://{hosts['well']}", "upstream": f"http://127.0.0.1:{well}"}),
        ConnectorRow("baik", "e-link", "api_key", {**operations, "base_url": f"http://127.0.0.1:{api}"}),
        ConnectorRow("sakit", "e-link", "api_key", {**operations, "base_url": f"http://127.0.0.1:{broken['api']}"}),
        ConnectorRow("arsip", WELL, "cas", {"services": [service["well"]]}),
        ConnectorRow("pajak", ILL, "cas", ill),
        ConnectorRow("surat", "sampah", "saml", letters),
    ]  # fmt: skip


@contextmanager
def opened(folder: Path, template_folder: Path, **more: Any) -> Iterator[Town]:
    """Run it all, everybody well."""
    ports = {name: free_port() for name in ("form", "api", "cas", "saml", "out", "bridge")}
    hosts = {"well": "usaha.localhost", "ill": "aduan.localhost"}
    with ExitStack() as stack:
        form_system, well = Upstream(free_port()), Upstream(free_port())
        broken = {name: Upstream(ports[name]) for name in ("form", "api", "cas", "saml", "out")}
        for upstream in (form_system, well, *broken.values()):
            stack.callback(upstream.stop)
            upstream.be("healthy")
        service = {"well": f"http://localhost:{well.port}/masuk", "ill": f"http://localhost:{ports['out']}/masuk"}
        made = rows(hosts, service, ports, form_system.port, well.port)

        async def fill(resources: Resources) -> None:
            for row in made:
                await resources.stores.registry.save_connector(row)
            for connector in ("aduan", "usaha"):
                for person in ("siti", "laras"):
                    await resources.stores.vault.put(connector, f"demo-{person}", person, OLD_PASSWORD, resources.clock.now())
            issuer = resources.settings.issuer
            resource = frozenset(f"{issuer}/panggil/{name}" for name in ("baik", "sakit"))
            grants = frozenset({"client_credentials"})
            program = test_client("e-link", client_id="program-sim", grant_types=grants, resources=resource)
            await resources.stores.registry.save_client(program)

        every = (form_system, well, *broken.values())
        allowed = [f"{host}:{one.port}" for one in every for host in ("127.0.0.1", "localhost")]
        overrides: dict[str, Any] = {
            "gate.trusted_proxies": ["127.0.0.1/32"],
            "outbound.allow": allowed,
            **more,
        }
        live = stack.enter_context(live_site(folder, template_folder, fill=fill, clients=(test_client(),), **overrides))
        bridge = Bridge(live, folder, {}, ports["bridge"])
        stack.callback(bridge.stop)
        bridge.start()
        callback = f"https://localhost:{ports['cas']}/pgt"
        yield Town(live.issuer, f"http://127.0.0.1:{ports['bridge']}", hosts, service, callback, broken)
