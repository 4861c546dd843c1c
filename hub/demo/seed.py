"""The demonstration regency in the stores: agencies, applications, services, notices, people, clients, connectors. Idempotent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp

from consent.notice import build, parse, purposes_from
from hub.resources import Resources
from hub.wiring import House
from idp.applications.models import Agency, Application, Client, ClientSecret, ConnectorRow, Service
from idp.people.models import Credential, Identifier, IdentifierKind, Person, Role, RoleGrant, Status
from idp.tokens.claims import claims_of_scopes
from kit.secrets import digest, keyed, new_id

DATA = Path(__file__).parent / "data"
STATUS = {"active": Status.ACTIVE, "closed_deceased": Status.CLOSED}
NOTHING = {"id": "", "en": ""}


def read(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text())


def agency_of(row: Mapping[str, Any]) -> Agency:
    return Agency(
        code=row["code"],
        name={"id": row["name"], "en": row["name_en"]},
        short_name=row["short_name"],
        kind=row["kind"],
        parent=row["parent"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        phone=row["phone"] or "",
        phone_display=row["phone_display"] or "",
        hours=row["counter_hours_text"] or NOTHING,
        line=row["line"],
        search=tuple(row["search"]),
    )


def application_of(row: Mapping[str, Any], audience: str, now: int) -> Application:
    """Return the application. Where it stands is not known here: `places` of `seed` says it for those that really run."""
    return Application(
        id=row["id"],
        name={"id": row["name"], "en": row["name"]},
        agency=row["agency"],
        channel=row["channel"],
        home_url=None,
        initiate_login_uri=None,
        audience=audience,
        updated_at=now,
    )


def service_of(row: Mapping[str, Any], order: int) -> Service:
    return Service(
        slug=row["slug"],
        name=row["name"],
        line=row["line"],
        agency=row["agency"],
        group=row["group"],
        order=order,
        audience=row["audience"],
        channel=row["channel"],
        application=row["application"],
        start_url=row["start_url"] if row["channel"] == "link" else None,
        phone=row["phone"],
        synonyms=tuple(row["synonyms"]),
        requirements=tuple(row["requirements"]),
        duration={key: row["duration"][key] for key in ("id", "en")} if row["duration"] else NOTHING,
        fee={key: row["fee"][key] for key in ("id", "en")} if row["fee"] else NOTHING,
        hours={key: row["hours"][key] for key in ("id", "en")} if row["hours"] else NOTHING,
        offline=row["offline"] or NOTHING,
        identity_level=row["assurance"]["identity"],
        authentication_level=row["assurance"]["authentication"],
    )


def claims_of(persona: Mapping[str, Any]) -> dict[str, Any]:
    """Return a persona's attributes under their claim names, in the form tokens carry them."""
    address, staff = persona["address"], persona["staff"] or {}
    claims: dict[str, Any] = {
        "name": persona["name"],
        "nik": persona["nik"],
        "no_kk": persona["no_kk"],
        "gender": persona["gender"],
        "birthdate": persona["birthdate"],
        "birthplace": persona["birthplace"],
        "phone_number": persona["phone_number"],
        "phone_number_verified": persona["phone_verified"],
        "email": persona["email"],
        "email_verified": persona["email_verified"],
        "education": persona["education"],
        "bpjs_number": persona["bpjs_number"],
        "disability": persona["disability"],
        "kecamatan": address["kecamatan"],
        "address": {
            "street_address": f"{address['street']} RT {address['rt']} RW {address['rw']}",
            "locality": address["village"],
            "district": address["kecamatan"],
            "region": address["province"],
            "country": "ID",
            "formatted": f"{address['street']} RT {address['rt']} RW {address['rw']}, {address['village']}, "
            f"{address['kecamatan']}, {address['regency']}, {address['province']}",
        },
        "nip": staff.get("nip"),
        "unit_code": staff.get("agency"),
        "position": staff.get("position"),
        "rank": staff.get("rank"),
        "work_email": staff.get("work_email"),
    }
    return {name: value for name, value in claims.items() if value not in (None, "")}


def person_of(persona: Mapping[str, Any], now: int) -> Person:
    """Return the account of a persona; its id is its short name, so that previews and tests find it."""
    roles = [
        RoleGrant(Role(role["role"]), None if role["role"].startswith("regency_") else role["agency"], _end_of(role["valid_until"]))
        for role in persona["roles"]
        if role["role"] in set(Role)
    ]
    return Person(
        id=f"demo-{persona['id']}",
        status=STATUS[persona["account"]["status"]],
        level=persona["account"]["level"],
        language=persona["account"]["language"],
        claims=claims_of(persona),
        roles=tuple(roles),
        created_at=now,
        updated_at=now,
    )


def personas(now: int = 0) -> dict[str, Person]:
    """Return the test people by short name: the only ones that previews may use."""
    return {persona["id"]: person_of(persona, now) for persona in read("personas")["personas"]}


def identifiers_of(persona: Mapping[str, Any]) -> list[Identifier]:
    found = [
        Identifier(IdentifierKind.NIK, persona["nik"], persona["nik_verified"]),
        Identifier(IdentifierKind.PHONE, persona["phone_number"], persona["phone_verified"]),
    ]
    if persona["email"]:
        found.append(Identifier(IdentifierKind.EMAIL, persona["email"], persona["email_verified"]))
    if (persona["staff"] or {}).get("nip"):
        found.append(Identifier(IdentifierKind.NIP, persona["staff"]["nip"], True))
    return found


def _end_of(date: str | None) -> int | None:
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()) + 86400 if date else None


def demo_secret(master: bytes, client_id: str) -> str:
    """Return the client secret of a demonstration client: known to the demo's own parties, different in every data folder."""
    return keyed(master, "demo-client", client_id)


async def seed(resources: Resources, house: House, places: Mapping[str, str] | None = None) -> None:
    """Fill the stores; `places` maps applications that really run to their origin (http://localhost:…)."""
    now = resources.clock.now()
    await seed_registry(resources, now, places or {})
    await house.reload()
    await seed_people(resources, house, now)


async def seed_registry(resources: Resources, now: int, places: Mapping[str, str]) -> None:
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
            await _seed_entry(resources, row, origin, now)
    if not existing:
        for order, row in enumerate(data["services"]):
            await stores.registry.save_service(service_of(row, order))
        await seed_notices(resources, data, now)


async def _seed_entry(resources: Resources, row: Mapping[str, Any], origin: str, now: int) -> None:
    """Keep the client or connector of an application that really runs."""
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
    elif row["channel"] == "forward_auth":
        system = next(one for one in read("legacy-systems")["systems"] if one["id"] == row["legacy_system"])
        settings = {"base_url": origin, "headers": system["attribute_map"], "strip": ["X-Pasien-Id"], "start_path": "/"}
        await resources.stores.registry.save_connector(ConnectorRow(row["id"], row["id"], "forward_auth", settings))


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
    for persona in data["personas"]:
        person = person_of(persona, now)
        if await resources.stores.people.get(person.id) is not None:
            continue
        await resources.stores.people.create(person, identifiers_of(persona))
        hashed = await house.hasher.hash(password)
        await resources.stores.credentials.put(Credential(new_id(), person.id, "password", hashed, created_at=now))
        if any(role["role"] != "citizen" for role in persona["roles"]):
            secret = pyotp.random_base32(32)
            await resources.stores.credentials.put(Credential(new_id(), person.id, "totp", secret, created_at=now))
