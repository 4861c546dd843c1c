"""The rows of the demonstration's data files as the records that the stores keep. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from idp.applications.models import Agency, Application, Service
from idp.people.models import Identifier, IdentifierKind, Person, Role, RoleGrant, Status

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
        guardian_if_minor=bool(row["guardian_if_minor"]),
    )


def claims_of(persona: Mapping[str, Any]) -> dict[str, Any]:
    """Return a persona's attributes under their claim names, in the form tokens carry them."""
    address, staff = persona["address"], persona["staff"] or {}
    claims: dict[str, Any] = {
        "name": persona["name"],
        "nik": persona["nik"],
        "no_kk": persona["no_kk"],
        "nik_verified": persona["nik_verified"],
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
