"""An older system that asks the directory about people of the demonstration, and what they make and agree to."""

from __future__ import annotations

from typing import Any

from connectors.contract import Secret
from hub.resources import Resources
from idp.applications.models import ConnectorRow
from tests.portal.walks import agreed, person_id
from tests.site import SITI, Site

CONNECTOR, APPLICATION, SERVICE = "usaha-ldap", "usaha-kecil", "pendampingan-usaha"
BASE = "ou=usaha,dc=kabupaten,dc=example"
SYSTEM = f"cn=layanan,{BASE}"
SECRET = "sebuah-rahasia-sistem-yang-panjang-sekali-00"
SETTINGS: dict[str, Any] = {
    "base_dn": BASE,
    "uid": "phone_number",
    "attributes": [
        {"claim": "name", "field": "cn"},
        {"claim": "name", "field": "sn"},
        {"claim": "phone_number", "field": "mobile"},
        {"claim": "kecamatan", "field": "l"},
    ],
}


async def add_connector(resources: Resources, **settings: Any) -> None:
    """Keep the connector, and the secret of its system."""
    stores = resources.stores
    await stores.registry.save_connector(ConnectorRow(CONNECTOR, APPLICATION, "ldap", {**SETTINGS, **settings}))
    await stores.connector_secrets.make(CONNECTOR, "bind", SECRET, now=resources.clock.now())


async def directory_site(site: Site, **settings: Any) -> Site:
    await add_connector(site.resources, **settings)
    await site.house.reload()
    assert site.house.registry.now.connectors[CONNECTOR].secrets["bind"] == (Secret(SECRET),)
    return site


async def agree(site: Site, nik: str = SITI) -> str:
    """Let the person agree to the service's text; return her id."""
    await agreed(site, SERVICE, nik=nik)
    return await person_id(site, nik)
