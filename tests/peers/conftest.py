"""One Gapura and the programs of others around it, for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hub.demo.seed import demo_secret, seed
from hub.resources import Resources
from hub.wiring import build_house
from idp.applications.models import ConnectorRow
from tests.peers.programs import apache, nginx, node, older_application
from tests.servers import free_port
from tests.site import Live, live_site

QUEUE_SCOPE = "openid layanan:antrean-puskesmas name nik birthdate bpjs_number phone_number"


@dataclass
class Town:
    """Where everything stands."""

    live: Live
    older: int  # the older application itself, behind nginx
    ports: dict[str, int]

    @property
    def issuer(self) -> str:
        return self.live.issuer

    def url(self, name: str) -> str:
        return f"http://localhost:{self.ports[name]}/"


def older_business(origin: str) -> ConnectorRow:
    """An older application whose data all rest on consent: a second door of usaha-kecil."""
    headers = [
        {"claim": "name", "field": "X-Usaha-Nama", "transform": "trim"},
        {"claim": "nik", "field": "X-Usaha-Nik", "transform": "none"},
    ]
    return ConnectorRow("usaha-lama", "usaha-kecil", "forward_auth", {"base_url": origin, "headers": headers})


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("peers")
    ports = {name: free_port() for name in ("usaha-kecil", "e-link", "rsud-daftar", "usaha-lama")}
    origins = {name: f"http://localhost:{port}" for name, port in ports.items()}
    keys: dict[str, bytes] = {}
    gates: dict[str, dict[str, object]] = {}

    async def fill(resources: Resources) -> None:
        await seed(resources, await build_house(resources), {name: origins[name] for name in ("usaha-kecil", "e-link", "rsud-daftar")})
        await resources.stores.registry.save_connector(older_business(origins["usaha-lama"]))
        (business,) = [one for one in await resources.stores.registry.clients() if one.client_id == "usaha-kecil"]
        told_at = f"{origins['usaha-kecil']}/kembali?logout=backchannel"  # where mod_auth_openidc takes logout tokens
        await resources.stores.registry.save_client(replace(business, backchannel_logout_uri=told_at))
        gates.update({row.id: dict(row.settings) for row in await resources.stores.registry.connectors()})
        hendra = await resources.stores.people.get("demo-hendra")
        assert hendra is not None
        insured = {**hendra.claims, "bpjs_number": "0000000009013"}  # of those who have one, all others are in another test
        await resources.stores.people.set_claims(hendra.id, insured, hendra.level)
        keys["master"] = resources.master_key

    settings = {"gate.trusted_proxies": ["127.0.0.1/32"], "outbound.allow": [f"localhost:{ports['usaha-kecil']}"]}
    with ExitStack() as stack:
        live = stack.enter_context(live_site(folder, template_folder, fill=fill, **settings))
        older = stack.enter_context(older_application())
        secrets = {name: demo_secret(keys["master"], name) for name in ("usaha-kecil", "e-link")}
        for name in ("rsud-daftar", "usaha-lama"):
            stack.enter_context(nginx(folder / f"nginx-{name}", ports[name], live.issuer, gates[name], older))
        stack.enter_context(apache(folder / "apache", ports["usaha-kecil"], live.issuer, older, secrets["usaha-kecil"]))
        stack.enter_context(node(folder / "node", ports["e-link"], live.issuer, "e-link", secrets["e-link"], QUEUE_SCOPE))
        yield Town(live, older, ports)
