"""A regency whose older APIs are all there: the stand-ins as real servers, a connector to each, and a program that may call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from hub.demo.fakes.bpjs import Bpjs
from hub.demo.fakes.oss import Licensing
from hub.demo.fakes.satusehat import NIK_SYSTEM, SatuSehat
from hub.demo.fakes.serve import serving
from hub.demo.fakes.siasn import Siasn
from hub.demo.fakes.soap_register import NS, SoapRegister
from hub.demo.fakes.splp import Splp
from hub.resources import Resources
from idp.applications.models import ConnectorRow
from idp.people.models import IdentifierKind
from tests.forms import Browser, forms_of
from tests.site import ISSUER, NOW, PASSWORD, SITI, TEST_SECRET, Party, Site, answer_of, open_site, register, test_client

APPLICATION = "e-link"  # its service lets it know name, NIK and card number
CARD = "0000000009001"  # of the persona
PROGRAM = "program-sim"
KEY = "k" * 43
OTHER = "o" * 43
ABOUT_HER = "openid name nik birthdate bpjs_number"


@dataclass
class Fakes:
    """All the stand-ins; `at` says where each listens."""

    bpjs: Bpjs = field(default_factory=Bpjs)
    siasn: Siasn = field(default_factory=Siasn)
    splp: Splp = field(default_factory=Splp)
    satusehat: SatuSehat = field(default_factory=SatuSehat)
    soap: SoapRegister = field(default_factory=SoapRegister)
    licensing: Licensing = field(default_factory=lambda: Licensing("p" * 43))
    at: dict[str, str] = field(default_factory=dict)

    def start(self, stack: ExitStack) -> None:
        self.bpjs.members[CARD] = {"nama": "SITI PERAGAWATI", "noKartu": CARD}
        for name in ("bpjs", "siasn", "splp", "satusehat", "soap", "licensing"):
            self.at[name] = stack.enter_context(serving(getattr(self, name).app()))

    @property
    def allowed(self) -> list[str]:
        return [urlsplit(address).netloc for address in self.at.values()]


@dataclass
class Town:
    site: Site
    fakes: Fakes

    def http(self, address: str = "127.0.0.1") -> httpx.AsyncClient:
        return self.site.http(address)

    async def token(self, connector: str, client: str = PROGRAM, **more: str) -> str:
        """Return a token of the program's own name for one connector."""
        form = {"grant_type": "client_credentials", "resource": f"{ISSUER}/panggil/{connector}", **more}
        response = await self.http().post("/token", data=form, auth=(client, TEST_SECRET))
        assert response.status_code == 200, response.text
        return str(response.json()["access_token"])

    async def call(self, path: str, token: str, method: str = "GET", **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token}", **more.pop("headers", {})}
        return await self.http().request(method, f"/panggil{path}", headers=headers, **more)

    async def hers(self, scope: str = ABOUT_HER) -> str:
        """Return a token of Siti's for the application, after sign-in and consent to all that is asked."""
        return await self.agreed(self.site.browser(), scope)

    async def agreed(self, browser: Browser, scope: str = ABOUT_HER) -> str:
        """Let the person in this browser agree to everything at the application, and return its token."""
        party = Party(self.site, browser, "rp-queue", scope=scope)
        page = await party.start()
        if 'name="sandi"' in page.text:
            page = await browser.sign_in(SITI, PASSWORD)
        while page.status_code == 200:
            boxes = tuple(name for form in forms_of(page.text) for name in form.boxes)
            page = await browser.submit(button="lanjutkan", tick=boxes)
        answer = await party.redeem(answer_of(page.headers["location"])["code"])
        return str(answer.json()["access_token"])

    async def disclosed(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Return channel, client and claims of what was disclosed about Siti through calls."""
        person = (await self.site.resources.stores.people.find(IdentifierKind.NIK, SITI))[0][0].id
        rows = await self.site.resources.stores.disclosures.of_person(person, limit=50)
        return [(one.disclosure.channel, one.disclosure.client, one.disclosure.claims) for one in rows if one.disclosure.channel in KINDS]


KINDS = ("hmac_headers", "two_tokens", "api_key", "basic", "soap_wsse", "oauth_client", "sha1_webhook")


def settings_of(fakes: Fakes) -> Mapping[str, tuple[str, dict[str, Any], dict[str, str]]]:
    """Return id -> (kind, settings, secrets) of a connector to each stand-in."""
    at, siasn = fakes.at, fakes.at["siasn"]
    return {
        "bpjs": (
            "hmac_headers",
            {
                "base_url": f"{at['bpjs']}/vclaim-rest",
                "cons_id": fakes.bpjs.cons_id,
                "operations": [
                    {"path": "/Peserta/nokartu/{kartu}/tglSEP/{tanggal}", "person": {"kartu": "bpjs_number"}},
                    {"path": "/referensi/poli/{nama}", "query": ["limit"]},
                    {"path": "/SEP/2.0/insert", "method": "POST"},
                ],
                "callers": [{"id": "simrs", "paths": ["/referensi/", "/Peserta/"]}, {"id": "antrean", "paths": ["/SEP/"]}],
                "sample": "/referensi/poli/int",
            },
            {"secret": fakes.bpjs.secret, "user_key": fakes.bpjs.user_key, "key.simrs": KEY, "key.antrean": OTHER},
        ),
        "antrean": (
            "hmac_headers",
            {
                "base_url": f"{at['bpjs']}/antreanrs",
                "cons_id": fakes.bpjs.cons_id,
                "operations": [{"path": "/antrean/add", "method": "POST"}],
                "callers": [{"id": "loket"}],
            },
            {"secret": fakes.bpjs.secret, "user_key": fakes.bpjs.user_key, "key.loket": "l" * 43},
        ),
        "siasn": (
            "two_tokens",
            {
                "base_url": f"{siasn}/apisiasn/1.0",
                "apim_url": f"{siasn}/oauth2/token",
                "consumer_key": fakes.siasn.consumer_key,
                "sso": "service_account",
                "sso_url": f"{siasn}/auth/realms/public-siasn/protocol/openid-connect/token",
                "sso_client": "manajemenws",
                "sso_account": fakes.siasn.account,
                "operations": [{"path": "/pns/data-utama/{nip}"}, {"path": "/jabatan/save", "method": "POST"}],
            },
            {"consumer_secret": fakes.siasn.consumer_secret, "sso_password": fakes.siasn.password},
        ),
        "splp": (
            "api_key",
            {
                "base_url": f"{at['splp']}/t/trenggalekkab.go.id",
                "operations": [
                    {"path": "/libur/1.0/daftar"},
                    {"path": "/data/1.0/kecamatan"},
                    {"path": "/lapor/3.0.0/complaints/complaint", "method": "POST"},
                ],
                "services": [
                    {"name": "libur", "prefix": "/libur/", "open": True},
                    {"name": "data", "prefix": "/data/"},
                    {"name": "lapor", "prefix": "/lapor/", "header": "AuthorizationSPLP", "scheme": "Bearer"},
                ],
                "envelope": {"status": "status", "data": "data", "message": "message"},
            },
            {"key.data": fakes.splp.keys["data"], "key.lapor": fakes.splp.keys["lapor"]},
        ),
        "satusehat": (
            "oauth_client",
            {
                "base_url": f"{at['satusehat']}/fhir-r4/v1",
                "token_url": f"{at['satusehat']}/oauth2/v1/accesstoken",
                "client_id": fakes.satusehat.client_id,
                "grant_type_in": "query",
                "operations": [{"path": "/Patient", "person": {"query:identifier": f"{NIK_SYSTEM}|{{nik}}"}}],
            },
            {"client_secret": fakes.satusehat.client_secret},
        ),
        "register": (
            "soap_wsse",
            {
                "base_url": f"{at['soap']}/layanan",
                "namespace": NS,
                "username": fakes.soap.username,
                "operations": [
                    {"path": "/DaftarWilayah", "fields": ["kode"]},
                    {"path": "/CariPenduduk", "fields": ["nik"], "person": {"body:nik": "nik"}},
                ],
                "callers": [{"id": "desa"}],
            },
            {"password": fakes.soap.password, "key.desa": KEY},
        ),
        "oss": (
            "sha1_webhook",
            {
                "base_url": f"{at['licensing']}/oss",
                "username": "oss-trenggalek",
                "operations": [{"path": "/receiveNIB", "method": "POST"}],
            },
            {"password": "kata-sandi-oss", "forward_key": fakes.licensing.key},
        ),
    }


async def furnish(resources: Resources, fakes: Fakes) -> None:
    """Keep a connector to each stand-in, with its secrets."""
    for name, (kind, settings, secrets) in settings_of(fakes).items():
        await resources.stores.registry.save_connector(ConnectorRow(name, APPLICATION, kind, settings))
        for secret, value in secrets.items():
            await resources.stores.connector_secrets.add(name, secret, value, now=NOW, former_until=0)


@asynccontextmanager
async def a_town(folder: Path, template_folder: Path) -> AsyncIterator[Town]:
    """Open the house with everything; its memory of used signatures began long enough ago."""
    fakes = Fakes()
    with ExitStack() as stack:
        fakes.start(stack)
        async with open_site(folder, template_folder, **{"outbound.allow": fakes.allowed}) as site:
            fakes.bpjs.now = fakes.satusehat.now = site.clock.now
            await furnish(site.resources, fakes)
            resources = frozenset(f"{ISSUER}/panggil/{name}" for name in settings_of(fakes))
            grants = frozenset({"client_credentials"})
            await register(site, test_client(APPLICATION, client_id="rp-queue"))
            await register(site, test_client(APPLICATION, client_id=PROGRAM, resources=resources, grant_types=grants))
            await register(site, test_client("simpeg", client_id="program-lain", resources=resources, grant_types=grants))
            site.resources.expiring._records["calls:began"].value = str(NOW - 3600).encode()  # type: ignore[attr-defined]
            yield Town(site, fakes)
