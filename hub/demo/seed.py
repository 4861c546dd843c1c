"""The demonstration regency in the stores: agencies, applications, services, notices, people, clients, connectors. Idempotent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyotp

from connectors.contract import random_key
from consent.notice import build, parse, purposes_from
from hub.bridge.credentials import keep
from hub.demo.connecting import SECRETS, connector_of, older_accounts
from hub.demo.rows import NOTHING, agency_of, application_of, identifiers_of, person_of, read, service_of
from hub.resources import Resources
from hub.wiring import House
from idp.applications.models import Client, ClientSecret
from idp.people.models import Credential
from idp.tokens.claims import claims_of_scopes
from kit.secrets import digest, keyed, new_id

OLDER_PASSWORD = "rahasia"  # of every account in the data's older systems; its notes say so
More = Mapping[str, Mapping[str, Any]]


def demo_secret(master: bytes, client_id: str) -> str:
    """Return the client secret of a demonstration client: known to the demo's own parties, different in every data folder."""
    return keyed(master, "demo-client", client_id)


async def seed(resources: Resources, house: House, places: Mapping[str, str] | None = None, more: More | None = None) -> None:
    """Fill the stores; `places` maps applications that really run to their origin (http://localhost:…), `more` to further settings."""
    now = resources.clock.now()
    connected = {row.id for row in await resources.stores.registry.connectors()}
    await seed_registry(resources, now, places or {}, more or {})
    await house.reload()
    await seed_people(resources, house, now)
    if "aduan-warga" in (places or {}) and "aduan-warga" not in connected:  # later on, what was forgotten stays forgotten
        for persona, username in older_accounts("aduan-warga").items():
            await keep(resources, "aduan-warga", f"demo-{persona}", username, OLDER_PASSWORD)


async def seed_registry(resources: Resources, now: int, places: Mapping[str, str], more: More) -> None:
    stores, data = resources.stores, read("services")
    known = {agency.code for agency in await stores.registry.agencies()}
    for row in read("agencies")["agencies"]:
        if row["code"] not in known:
            await stores.registry.save_agency(agency_of(row))
    staff_only = {row["application"] for row in data["services"] if row["audience"] == "staff"}
    existing = {application.id: application for application in await stores.registry.applications()}
    for row in data["applications"]:
        wanted = application_of(row, "staff" if row["id"] in staff_only else "citizen", now)
        origin = places.get(row["id"])
        if origin is not None:
            start = f"{origin}/masuk" if row["channel"] == "online_oidc" else f"{origin}/"
            wanted = replace(wanted, home_url=f"{origin}/", initiate_login_uri=start)
        before = existing.get(row["id"])
        if before is None:
            await stores.registry.save_application(wanted, based_on=None)
        elif origin is not None and before.home_url != wanted.home_url:
            await stores.registry.save_application(
                replace(before, home_url=wanted.home_url, initiate_login_uri=wanted.initiate_login_uri), based_on=before.revision
            )
        if origin is not None:
            await _seed_entry(resources, row, origin, more.get(row["id"], {}), now)
    if not existing:
        for order, row in enumerate(data["services"]):
            await stores.registry.save_service(service_of(row, order))
        await seed_notices(resources, data, now)


async def _seed_entry(resources: Resources, row: Mapping[str, Any], origin: str, more: Mapping[str, Any], now: int) -> None:
    """Keep the client or connector of an application that really runs, and the secret that a connector shares with it."""
    if row["channel"] == "online_oidc":
        secret = demo_secret(resources.master_key, row["id"])
        await resources.stores.registry.save_client(
            Client(
                client_id=row["id"],
                application=row["id"],
                auth_method="client_secret_basic",
                redirect_uris=(f"{origin}/kembali",),
                post_logout_redirect_uris=(f"{origin}/",),
                scopes=_scopes_of(row["id"]),
                secrets=(ClientSecret(digest(secret), secret[:6], now),),
                grant_types=frozenset({"authorization_code", "refresh_token"}),
            )
        )
        return
    connector = connector_of(row["id"], origin, more)
    await resources.stores.registry.save_connector(connector)
    if connector.kind in SECRETS:
        await resources.stores.connector_secrets.make(connector.id, SECRETS[connector.kind], random_key(), now=now)


def _scopes_of(application: str) -> frozenset[str]:
    found = {"openid", "offline_access"}
    for service in read("services")["services"]:
        if service["application"] == application:
            found.add(f"layanan:{service['slug']}")
            found |= {claim["claim"] for claim in service["claims"]}
    assert claims_of_scopes(frozenset(found))
    return frozenset(found)


async def seed_notices(resources: Resources, data: Mapping[str, Any], now: int) -> None:
    """Publish every text of notices.json, and version 1.0 composed from the service's own rows where there is none."""
    stores = resources.stores
    texts = read("notices")["notices"]
    for row in sorted(texts, key=lambda one: (one["service"], one["version"])):
        await stores.notices.publish(parse(row))
    written = {row["service"] for row in texts}
    labels = {claim["claim"]: claim["label"] for claim in data["claims"]}
    categories = {claim["claim"]: claim["class"] for claim in data["claims"]}
    names = {row["code"]: {"id": row["name"], "en": row["name_en"]} for row in read("agencies")["agencies"]}
    for row in data["services"]:
        if row["slug"] in written or not row["claims"] or row["application"] is None:
            continue
        retention = {key: row["retention"][key] for key in ("id", "en")} if row["retention"] else NOTHING
        purposes = purposes_from(
            row["slug"], row["name"], row["claims"], labels=labels, categories=categories, retention=retention,
            valid_for=row["consent_valid_for"],
        )  # fmt: skip
        await stores.notices.publish(
            build(
                service=row["slug"],
                service_name=row["name"],
                application=row["application"],
                controller=row["agency"],
                controller_name=names[row["agency"]],
                purposes=purposes,
                valid_from=now,
                if_refused=row["offline"] or NOTHING,
            )
        )


async def seed_people(resources: Resources, house: House, now: int) -> None:
    data = read("personas")
    password = data["sign_in"]["password"]
    hashed = ""  # one for all: they share the password, and the first start should not take long
    for persona in data["personas"]:
        person = person_of(persona, now)
        if await resources.stores.people.get(person.id) is not None:
            continue
        hashed = hashed or await house.hasher.hash(password)
        await resources.stores.people.create(person, identifiers_of(persona))
        await resources.stores.credentials.put(Credential(new_id(), person.id, "password", hashed, created_at=now))
        if any(role["role"] != "citizen" for role in persona["roles"]):
            secret = pyotp.random_base32(32)
            await resources.stores.credentials.put(Credential(new_id(), person.id, "totp", secret, created_at=now))
