"""The older systems of the demonstration as connectors: which settings each has, as an operator would have entered them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.demo.rows import read
from idp.applications.models import ConnectorRow

# What the data calls a transform and a connector does itself: codes of units are the older system's, an address is one line anyway.
OWN_WORK = {"lookup": "none", "one_line": "none"}
Row = Mapping[str, Any]


def system_of(application: str) -> Row:
    """Return what the data says of the older system behind an application."""
    found: Row = next(one for one in read("legacy-systems")["systems"] if one["id"] == application)
    return found


def fields_of(system: Row) -> list[dict[str, str]]:
    return [{**row, "transform": OWN_WORK.get(row["transform"], row["transform"])} for row in system["attribute_map"]]


def header_settings(system: Row, origin: str) -> dict[str, Any]:
    return {"base_url": origin, "headers": system["attribute_map"], "strip": ["X-Pasien-Id"], "start_path": "/"}


def ticket_settings(system: Row, origin: str) -> dict[str, Any]:
    places = {"arrive_url": f"{origin}/sso/masuk", "begin_url": f"{origin}/masuk", "sign_out_url": f"{origin}/sso/keluar"}
    return {"base_url": origin, **places, "fields": fields_of(system)}


def cas_settings(system: Row, origin: str) -> dict[str, Any]:
    return {"services": [f"{origin}/j_spring_cas_security_check"], "attributes": fields_of(system), "start_url": f"{origin}/masuk"}


def saml_settings(system: Row, origin: str) -> dict[str, Any]:
    codes = ", ".join(f"{ours}={theirs}" for ours, theirs in system["unit_codes"].items())
    rows = [{**row, **({"codes": codes} if row["claim"] == "unit_code" else {})} for row in fields_of(system)]
    return {
        "entity_id": f"{origin}/saml/metadata",
        "acs": [{"url": f"{origin}/saml/acs", "default": True}],
        "slo": [{"url": f"{origin}/saml/slo", "binding": "soap"}],
        "attributes": rows,
        "start_url": f"{origin}/masuk",
    }


def broker_settings(system: Row, origin: str) -> dict[str, Any]:
    own = {"broker": system["connector"]["broker"], "return_urls": [f"{origin}/sso/kembali"], "verify": True}
    return {"base_url": origin, **own, "start_url": f"{origin}/masuk", "fields": fields_of(system)}


def form_settings(system: Row, origin: str) -> dict[str, Any]:
    known = system["connector"]
    return {
        "base_url": origin,
        "form": known["form"],
        "session_cookie": known["session_cookie"],
        "sign_out_path": "/logout.php",
        "fields": fields_of(system),
        "start_path": "/beranda.php",
        "static_paths": ["/aset/"],
    }


SETTINGS = {
    "forward_auth": header_settings,
    "ticket": ticket_settings,
    "cas": cas_settings,
    "saml": saml_settings,
    "simple_sso": broker_settings,
    "form_login": form_settings,
}
SECRETS = {"ticket": "key", "simple_sso": "secret"}  # kind -> the secret that Gapura and the older system share


def connector_of(application: str, origin: str, more: Row) -> ConnectorRow:
    """Return the connector of an application that runs at `origin`; `more` are settings known only when it starts."""
    system = system_of(application)
    kind = system["connector"]["kind"]
    return ConnectorRow(application, application, kind, {**SETTINGS[kind](system, origin), **more})


def older_accounts(application: str) -> dict[str, str]:
    """Return the user name there of each persona with an account of her own: one that several people share is linked by hand."""
    accounts = system_of(application)["accounts"]
    return {one["persona"]: one["username"] for one in accounts if one["persona"] and one["role"] != "operator"}
