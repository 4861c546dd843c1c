"""What is measured of the older systems: the work of one round of each kind, and by what a right answer is known.

Every mode is one line of `MODES`. All but `ldap` are lines that wrk sends; the directory has a driver of its own in bench.ldap.
"""

from __future__ import annotations

import asyncio
import base64
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from urllib.parse import parse_qs, quote, quote_plus, urlencode, urlsplit

import httpx
import uvloop
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench import ldap, seed
from bench.formdriver import Browser
from bench.load import Row, run_wrk
from connectors.apps.cas.tickets import granted_from, new_ticket
from connectors.apps.forward_auth.kind import ForwardAuth
from connectors.apps.forward_auth.settings import ForwardAuthSettings
from connectors.apps.saml.message import written
from connectors.apps.saml.own import make_signing
from hub.resources import Resources
from idp.applications.models import ConnectorRow
from idp.handoff.desk import HouseDesk, Lending
from kit.secrets import new_id

ANSWERS = {"akun": seed.ACCOUNT, "sandi": seed.PASSWORD}
SERVICE, ACS, ENTITY = "https://app.bench.example/", "https://sp.bench.example/acs", "https://sp.bench.example/metadata"
NAMED = [{"claim": "name", "field": "cn"}, {"claim": "email", "field": "mail"}]
MOST_A_SECOND = 12_000  # more than any handler answers here
MOST_SIGN_ONS = 1_500
PAUSE_MS, PACED_CONNECTIONS = 1, 13  # about 5,000 a second through nginx
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@dataclass(frozen=True)
class Place:
    """The running programs, and Gapura's files opened a second time from here."""

    issuer: str
    folder: Path
    proxy: str  # nginx with the gate before an application
    resources: Resources
    lending: Lending
    seconds: int
    directory: tuple[int, str, str] = (0, "", "")  # port of `gapura ldap`, and the name and password the person binds with


@dataclass(frozen=True)
class Work:
    """Requests of one round, and what stands in every right answer: its body, its Location, or the header `seen_in`."""

    url: str
    lines: Sequence[str]
    mark: str
    headers: Mapping[str, str] = field(default_factory=dict)
    seen_in: str = "location"

    def run(self, folder: Path, seconds: int, pause_ms: int = 0) -> Row:
        path = folder / "work"
        path.write_text("\n".join(self.lines) + "\n")
        told = "\n".join(f"{name}: {value}" for name, value in self.headers.items())
        variables = {"WORK": str(path), "MARK": self.mark, "HEADERS": told, "SEEN_IN": self.seen_in, "PAUSE_MS": str(pause_ms)}
        return run_wrk(self.url, "connectors.lua", variables, seconds=seconds, connections=PACED_CONNECTIONS if pause_ms else 16)


@dataclass(frozen=True)
class Mode:
    title: str
    least: int  # a second, on a core
    goal: float  # of the rate of the empty handler
    turn: Callable[[Place], Awaitable[Callable[[], Row]]]  # prepares one round and returns what measures it
    p99_ms: float = 0  # at most, at a rate a little above `least`; 0: no goal
    paced: Callable[[Place], Awaitable[Callable[[], Row]]] | None = None  # the same at that rate


def line(path: str, *, method: str = "GET", content_type: str = "", body: str = "") -> str:
    return "\t".join((method, path, content_type, body))


def connectors(proxy: str) -> list[ConnectorRow]:
    certificate = own_key()[own_key().index("-----BEGIN CERTIFICATE") :]
    cas = {"services": [SERVICE], "attributes": NAMED, "sign_out": False}
    saml = {"entity_id": ENTITY, "acs": [{"url": ACS}], "signing_certificates": [certificate], "attributes": NAMED}
    return [
        ConnectorRow("bench-cas", "bench", "cas", cas),
        ConnectorRow("bench-saml", "bench", "saml", saml),
        ConnectorRow("bench-gate", "bench", "forward_auth", gate_settings(proxy)),
    ]


@cache
def own_key() -> str:
    """Return key and certificate of the service provider, made once."""
    return make_signing(ENTITY, int(time.time()))


def gate_settings(proxy: str) -> dict[str, object]:
    headers = [{"claim": "name", "field": "X-Bench-Nama"}, {"claim": "email", "field": "X-Bench-Surel"}]
    return {"base_url": proxy, "headers": headers, "subject_header": "X-Bench-Id"}


async def _inside(place: Place) -> str:
    """Sign in at the application behind the gate; return the cookies of that browser there."""

    def walk() -> str:
        browser = Browser()
        ticket = browser.walk(f"{place.proxy}/", ANSWERS, f"{place.proxy}/_gapura/kembali")
        assert browser.http.get(ticket).status_code == 303
        return browser.cookie_header(f"{place.proxy}/")

    return await asyncio.to_thread(walk)


async def gate(place: Place, pause_ms: int = 0) -> Callable[[], Row]:
    """The check alone, as nginx asks it, over connections that stay."""
    host = place.proxy.removeprefix("http://")
    told = {"X-Gapura-Host": host, "X-Gapura-Method": "GET", "X-Gapura-Uri": "/jadwal?hari=senin", "Cookie": await _inside(place)}
    work = Work(place.issuer, [line("/gerbang/periksa")], seed.ACCOUNT, told, "x-bench-surel")
    return lambda: work.run(place.folder, place.seconds, pause_ms)


async def behind_nginx(place: Place, pause_ms: int = 0) -> Callable[[], Row]:
    """Whole requests to the application, each of which nginx asks about; its page says which address it was told."""
    work = Work(place.proxy, [line("/jadwal?hari=senin")], seed.ACCOUNT, {"Cookie": await _inside(place)})
    return lambda: work.run(place.folder, place.seconds, pause_ms)


async def cas(place: Place) -> Callable[[], Row]:
    """A validation of a ticket each. The tickets are copies of one that a person brought, under the same guards, and live longer."""
    desk: HouseDesk = place.lending.desk("cas")
    login = f"{place.issuer}/cas/login?{urlencode({'service': SERVICE})}"
    url = await asyncio.to_thread(Browser().walk, login, ANSWERS, SERVICE)
    kept = await desk.look(parse_qs(urlsplit(url).query)["ticket"][0])
    if kept is None:
        raise RuntimeError("the ticket was not kept")
    assert granted_from(kept.value).attributes  # or the work would be smaller than in life
    names = [new_ticket("ST") for _ in range(MOST_A_SECOND * place.seconds)]
    for start in range(0, len(names), 500):
        await asyncio.gather(*(desk.keep(name, kept.value, 600, kept) for name in names[start : start + 500]))
    paths = (f"/cas/p3/serviceValidate?{urlencode({'service': SERVICE, 'ticket': name})}" for name in names)
    work = Work(place.issuer, [line(path) for path in paths], "<cas:mail>")
    return lambda: work.run(place.folder, place.seconds)


async def saml(place: Place) -> Callable[[], Row]:
    """A signed request each, in a browser that is signed in and agreed; each answer is a signed assertion in a form."""
    browser = Browser()

    def prepare() -> list[str]:
        key = load_pem_private_key(own_key().encode(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        found = [_asked(place.issuer, key, place.resources.clock.now()) for _ in range(MOST_SIGN_ONS * place.seconds)]
        signed_in = f"{place.issuer}/cas/login?{urlencode({'service': SERVICE})}"
        browser.walk(signed_in, ANSWERS, SERVICE)
        page = httpx.get(place.issuer + found.pop(), headers={"Cookie": browser.cookie_header(place.issuer)})
        response = base64.b64decode(page.text.partition('name="SAMLResponse" value="')[2].partition('"')[0])
        assert seed.ACCOUNT.encode() in response and b"<ds:SignatureValue>" in response, page.text[:600]
        return found

    paths = await asyncio.to_thread(prepare)
    cookies = {"Cookie": browser.cookie_header(place.issuer)}
    work = Work(place.issuer, [line(path) for path in paths], 'name="SAMLResponse"', cookies)
    return lambda: work.run(place.folder, place.seconds)


def _asked(issuer: str, key: rsa.RSAPrivateKey, now: int) -> str:
    about = f'ID="_{new_id()}" Version="2.0" IssueInstant="{written(now)}" Destination="{issuer}/saml/sso"'
    spaces = 'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
    text = f"<samlp:AuthnRequest {spaces} {about}><saml:Issuer>{ENTITY}</saml:Issuer></samlp:AuthnRequest>"
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = base64.b64encode(machine.compress(text.encode()) + machine.flush()).decode()
    covered = f"SAMLRequest={quote_plus(packed)}&RelayState=ke-beranda&SigAlg={quote(RSA_SHA256, safe='')}"
    signature = key.sign(covered.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"/saml/sso?{covered}&Signature={quote_plus(base64.b64encode(signature).decode())}"


async def bind(place: Place) -> Callable[[], Row]:
    """A bind with an application password each, on connections that stay; none is remembered by its connection."""
    port, name, password = place.directory
    turn = ldap.bind(name, password)
    return lambda: uvloop.run(ldap.load_of(port, place.folder / "ldap.pem", turn, place.seconds))


MODES: dict[str, Mode] = {
    "gate": Mode("forward-auth check", 5_000, 0.6, gate, 10, partial(gate, pause_ms=PAUSE_MS)),
    "nginx": Mode("request through nginx, one check each", 5_000, 0.6, behind_nginx, 10, partial(behind_nginx, pause_ms=PAUSE_MS)),
    "saml": Mode("SAML sign-on on a live session", 300, 0.05, saml),
    "cas": Mode("CAS ticket validated", 2_000, 0.3, cas),
    "ldap": Mode("LDAP bind, application password", 1_000, 0.15, bind),
}


def proxy_configuration(proxy: str, issuer: str, application: int) -> str:
    """Return what the console writes out for the application behind the gate."""
    own = ForwardAuthSettings.model_validate({**gate_settings(proxy), "upstream": f"http://127.0.0.1:{application}"})
    return ForwardAuth().proxy_configuration(own, issuer)
