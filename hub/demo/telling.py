"""What each program of the demonstration is told: what it needs, and none of Gapura's settings."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from connectors.contract import Secret
from hub.demo.child import VARIABLE, WORDS
from hub.demo.connecting import SECRETS, system_of
from hub.demo.processes import Child
from hub.demo.rows import read
from hub.demo.seed import demo_secret
from hub.settings import PREFIX

SYSTEMS = ("simpeg", "arsip-daerah", "e-office", "pajak-daerah", "aduan-warga")
WAYS = {
    "ticket": "tiket bertanda tangan, sekali pakai (JWT)",
    "cas": "tiket CAS 3.0, ditukar ke Gapura",
    "saml": "jawaban SAML 2.0 bertanda tangan",
    "simple_sso": "broker php-simple-sso, ditanya di tiap halaman",
    "form_login": "formulir masuk lama, diisi oleh jembatan Gapura",
}
KNOWN = ("id", "username", "display_name", "status", "password_hash", "nip")  # of an account in the data


def parties(issuer: str, origins: dict[str, str], master_key: bytes) -> dict[str, dict[str, Any]]:
    """Return what the two applications that use OpenID Connect are told."""
    services, agencies = read("services")["services"], {row["code"]: row["short_name"] for row in read("agencies")["agencies"]}
    names = {row["id"]: (row["name"], agencies[row["agency"]]) for row in read("services")["applications"]}
    found = {}
    for application in ("usaha-kecil", "e-link"):
        own = [row for row in services if row["application"] == application]
        found[application] = {
            "name": names[application][0],
            "agency": names[application][1],
            "application": application,
            "services": [
                {
                    "slug": row["slug"],
                    "label": row["name"]["id"],
                    "scope": " ".join(["openid", f"layanan:{row['slug']}", *(claim["claim"] for claim in row["claims"])]),
                }
                for row in own
            ],
            "issuer": issuer,
            "origin": origins[application],
            "secret": demo_secret(master_key, application),
        }
    return found


def program(module: str, told: Mapping[str, Any], descriptors: tuple[int, ...]) -> Child:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return Child((sys.executable, "-m", f"hub.demo.{module}"), {**clean, VARIABLE: json.dumps(told)}, descriptors)


def applications(issuer: str, descriptors: Mapping[str, int], origins: dict[str, str], upstream: str, key: bytes) -> list[Child]:
    """Return the two applications that use OpenID Connect, and the registration of the hospital behind its gate."""
    rows = [{"header": row["field"], "label": WORDS[row["claim"]]} for row in system_of("rsud-daftar")["attribute_map"]]
    host = origins["rsud-daftar"].split("://", 1)[1]
    told: dict[str, tuple[str, dict[str, Any]]] = {name: ("party", own) for name, own in parties(issuer, origins, key).items()}
    told["older"] = ("older", {"rows": rows, "issuer": issuer})
    told["rsud-daftar"] = ("proxy", {"issuer": issuer, "host": host, "upstream": upstream})
    return [program(module, {**own, "socket": descriptors[name]}, (descriptors[name],)) for name, (module, own) in told.items()]


def systems(
    issuer: str,
    descriptors: Mapping[str, int],
    origins: Mapping[str, str],
    secrets: Mapping[str, Mapping[str, tuple[Secret, ...]]],
    saml_key: str,
) -> Child:
    """Return the one process of the five older systems. `secrets` are those of their connectors, newest first."""
    niks = {one["id"]: one["nik"] for one in read("personas")["personas"]}
    told = {}
    for name in SYSTEMS:
        system = system_of(name)
        kind = system["connector"]["kind"]
        own = {
            "socket": descriptors[name],
            "front": _front(name, system, issuer, origins[name]),
            "accounts": [
                {**{key: one[key] for key in KNOWN if key in one}, "nik": niks.get(one["persona"], "")} for one in system["accounts"]
            ],
            "unit_codes": system["unit_codes"],
        }
        if kind in SECRETS:
            own["keys"] = [one.value for one in secrets[name][SECRETS[kind]]]
        if kind == "saml":
            own["key"] = saml_key
        told[name] = own
    return program("systems", {"systems": told}, tuple(descriptors[name] for name in SYSTEMS))


def _front(name: str, system: Mapping[str, Any], issuer: str, origin: str) -> dict[str, Any]:
    agencies = {row["code"]: row["short_name"] for row in read("agencies")["agencies"]}
    return {
        "id": name,
        "name": system["name"],
        "owner": agencies[system["owner"]],
        "since": system["since"],
        "platform": system["platform"]["language"],
        "way": WAYS[system["connector"]["kind"]],
        "issuer": issuer,
        "origin": origin,
        "rows": [{"field": row["field"], "label": WORDS[row["claim"]]} for row in system["attribute_map"]],
    }
