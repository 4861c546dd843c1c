"""The older systems of the demonstration over ASGI, each with the connector that is seeded for it, and a Gapura made of its kind alone."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from starlette.types import ASGIApp

from connectors.apps.saml.kind import Saml
from connectors.apps.saml.own import make_signing
from connectors.contract import Connector, Identity, Secret, random_key
from connectors.front_door import Entry, HandOff, Received
from connectors.registry import FRONT_DOORS, build
from hub.demo.child import VARIABLE
from hub.demo.connecting import SECRETS, connector_of
from hub.demo.systems.__main__ import app_of
from hub.demo.telling import systems
from tests.connectors.desk import FakeDesk

ISSUER = "http://localhost:8000"
PORTS = {"simpeg": 8105, "arsip-daerah": 8106, "e-office": 8107, "pajak-daerah": 8108, "aduan-warga": 8110}
ORIGINS = {name: f"http://localhost:{port}" for name, port in PORTS.items()}
CLAIMS = {
    "name": "Rini Ujiastuti",
    "nik": "3503115704859009",
    "nip": "198504172010012901",
    "unit_code": "DUKCAPIL",
    "position": "Petugas Loket",
    "work_email": "rini.dukcapil@example.id",
}


@dataclass
class House:
    """One older system and the desk of its connector. The time is real: these programs have no other."""

    name: str
    app: ASGIApp
    connector: Connector
    desk: FakeDesk
    asked: list[str] = field(default_factory=list)

    def http(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ORIGINS[self.name])

    def who(self, **changes: Any) -> Identity:
        now = int(time.time())
        claims = {**CLAIMS, **changes}
        return Identity("berpasangan", self.name, self.name, claims, "urn:gapura:aal1", ("pwd",), now - 60, now)

    async def received(self, endpoint: str, url: str, **more: Any) -> Any:
        """Let the kind answer a request for this address of Gapura."""
        self.asked.append(url)
        parts, kind = httpx.URL(url), FRONT_DOORS[self.connector.kind]
        came = Received(endpoint, "GET", parts.path, parts.query.decode(), tuple(parts.params.multi_items()), **more)
        self.desk.now = int(time.time())
        return await kind.receive(came, self.desk)

    async def handed(self, endpoint: str, url: str, who: Identity | None = None, **more: Any) -> HandOff:
        """Let the kind take what the browser brought there, and hand the person over."""
        entry = await self.received(endpoint, url, **more)
        assert isinstance(entry, Entry)
        found = await FRONT_DOORS[self.connector.kind].hand_off(self.connector, who or self.who(), entry.state, self.desk)
        assert found is not None
        return found


def house(name: str) -> House:
    """Return the system, told exactly what the demonstration tells it."""
    row = connector_of(name, ORIGINS[name], {})
    secret, signing, now = random_key(), make_signing(ORIGINS[name], int(time.time())), int(time.time())
    certificate = signing[signing.index("-----BEGIN CERTIFICATE") :]
    if row.kind == "saml":
        row = replace(row, settings={**row.settings, "signing_certificates": [certificate]})
    if row.kind == "form_login":
        row = replace(row, settings={**row.settings, "upstream": "http://127.0.0.1:8110"})
    shared = {name: {SECRETS[row.kind]: (Secret(secret),)}} if row.kind in SECRETS else {}
    everything = {one: shared.get(one, {use: (Secret("-"),) for use in SECRETS.values()}) for one in PORTS}
    child = systems(ISSUER, dict.fromkeys(PORTS, 0), ORIGINS, everything, signing.removesuffix(certificate))
    connector = build(kind=row.kind, connector_id=row.id, application=row.application, settings=row.settings, secrets=shared.get(name, {}))
    own = {"signing": (Secret(Saml().make_own("signing", ISSUER, now)),)} if row.kind == "saml" else {}
    return House(name, app_of(name, told_to(child.environment, name)), connector, FakeDesk(ISSUER, now, own, (connector,)))


def told_to(environment: dict[str, str], name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(environment[VARIABLE])["systems"][name]
    return found
