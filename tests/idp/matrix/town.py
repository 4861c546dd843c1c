"""Where the matrix is walked: one application with a client, a kiosk, a connector, and an agreement that lasts 30 seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from admin.operator import Operator
from idp.people.models import IdentifierKind, Role
from tests.admin.operators import working
from tests.conformance.suite import APPLICATION, furnish
from tests.idp.gate.conftest import PROXY, connect
from tests.site import CALLBACK, SITI, Party, Site, open_site, register, test_client

CONSENT_SECONDS = 30
CLIENT, KIOSK, AUDIENCE, CONNECTOR = "rp-matrix", "rp-kiosk", "rp-audience", "usaha-lama"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KEY = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})
SCOPE = "openid name email"
OWN_SCOPE = f"layanan:{APPLICATION}"
SCOPES = frozenset({"openid", "profile", "name", "email", OWN_SCOPE})


@dataclass
class Town:
    """`person` is the id of who uses the ways in; `operator` may do everything in the console."""

    site: Site
    person: str
    operator: Operator
    party: Party

    def client(self, name: str = CLIENT, **changes: Any) -> Any:
        """Return the client as the matrix registers it, with something changed."""
        sorts: dict[str, dict[str, Any]] = {
            CLIENT: {
                "grant_types": frozenset({"authorization_code", "refresh_token", "client_credentials", EXCHANGE, BEARER}),
                "jwks": {"keys": [KEY.as_dict(private=False)]},
            },
            KIOSK: {"auth_method": "none", "secrets": (), "redirect_uris": (), "grant_types": frozenset({DEVICE})},
        }
        return test_client(APPLICATION, **{"client_id": name, "scopes": SCOPES, **sorts[name], **changes})


@asynccontextmanager
async def open_matrix(folder: Path, template_folder: Path) -> AsyncIterator[Town]:
    async with open_site(folder, template_folder, **{"gate.trusted_proxies": [f"{PROXY}/32"]}) as site:
        await furnish(site, consent_seconds=CONSENT_SECONDS)
        await connect(site, CONNECTOR, APPLICATION, headers=[{"claim": "name", "field": "X-Usaha-Nama", "transform": "trim"}])
        found = await site.resources.stores.people.find(IdentifierKind.NIK, SITI)
        operator = await working(site, Role.SUPER_ADMIN)
        party = Party(site, site.browser(), CLIENT, redirect_uri=CALLBACK, scope=SCOPE)
        town = Town(site, found[0][0].id, operator, party)
        for name in (CLIENT, KIOSK):
            await register(site, town.client(name))
        audience = {"client_id": AUDIENCE, "exchange_from": frozenset({CLIENT}), "grant_types": frozenset({"authorization_code", EXCHANGE})}
        await register(site, test_client("e-link", **audience))
        yield town
