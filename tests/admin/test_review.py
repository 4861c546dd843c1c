"""What a change means: which ones people are warned of, for every setting of every kind."""

from __future__ import annotations

from typing import Any

import pytest

from admin.actions.dangers import meaning
from admin.actions.review import changes
from admin.actions.settings_problems import mapping_fields
from connectors.about import Meaning, setting
from connectors.builtin import KINDS
from connectors.definition import Definition


def settings_of(kind: str) -> set[str]:
    return set(KINDS[kind].settings_model.model_fields) - set(mapping_fields(KINDS[kind]))


@pytest.mark.parametrize("kind", KINDS)
def test_pb_3_every_setting_of_every_kind_has_its_meaning(kind: str) -> None:  # PB-3
    said = {name: KINDS[kind].about.setting(name) for name in settings_of(kind)}
    assert [name for name, one in said.items() if one is None or one.means is None] == [], "say in its about.py what a change of it means"
    assert all(one is None or not one.safest or one.means is Meaning.GUARD for one in said.values())


CASES: list[tuple[str, str, Any, Any, str]] = [
    ("passport", "redirect_uris", ["https://a.example.id/x"], ["https://a.example.id/x", "https://b.example.id/x"], "wider"),
    ("cas", "proxy", False, True, "wider"),
    ("cas", "proxy", True, False, ""),
    ("cas", "proxy_callbacks", [], ["https://b.example.id/pgt"], "wider"),
    ("cas", "sign_out", True, False, "weaker"),
    ("cas", "sign_out", False, True, ""),
    ("api_key", "scope", "pegawai", "", "weaker"),
    ("api_key", "scope", "", "pegawai", ""),
    ("form_login", "credential", "person", "service", "weaker"),
    ("form_login", "credential", "service", "person", ""),
    ("form_login", "form", {"path": "/masuk"}, {"path": "/lain"}, "wider"),
    ("form_login", "pass_headers", [], ["x-asal"], "wider"),
    ("form_login", "session_seconds", 3600, 7200, "longer"),
    ("form_login", "session_seconds", 3600, 1800, ""),
    ("form_login", "seconds", 5, 9, ""),
    ("oauth_client", "pause_seconds", 60, 90, ""),
    ("hmac_headers", "encrypted", True, False, "weaker"),
    ("ldap", "size_limit", 4, 100, "wider"),
    ("ldap", "size_limit", 4, 1, ""),
    ("ldap", "bind_dn", "cn=a", "cn=b", "wider"),
    ("saml", "entity_id", "https://a.example.id", "https://b.example.id", "wider"),
    ("saml", "key_transport", "rsa-oaep-sha256", "rsa-oaep-mgf1p", "weaker"),
    ("saml", "key_transport", "rsa-oaep-mgf1p", "rsa-oaep-sha256", ""),
    ("soap_wsse", "password", "digest", "text", "weaker"),
    ("ticket", "delivery", "post", "redirect", "weaker"),
    ("ticket", "format", "jwt_rs256", "hmac_query", "weaker"),
    ("ticket", "audience", "simpeg", "", "weaker"),
    ("ticket", "exchange_from", [], ["aplikasi-lain"], "wider"),
    ("forward_auth", "proxy", "nginx", "caddy", ""),
    ("forward_auth", "open_paths", ["/a"], ["/a", "/b"], "wider"),
    ("forward_auth", "open_paths", ["/a", "/b"], ["/a"], ""),
    ("forward_auth", "proof_header", "X-Bukti", "", "weaker"),
    ("simple_sso", "verify", True, False, "weaker"),
]


@pytest.mark.parametrize(("kind", "name", "before", "after", "danger"), CASES, ids=[f"{c[0]}.{c[1]}-{c[3]}" for c in CASES])
def test_pb_3_a_changed_setting_warns_of_what_it_opens(kind: str, name: str, before: Any, after: Any, danger: str) -> None:  # PB-3
    former = Definition(kind=kind, id="satu", application="satu", settings={name: before})
    found = changes(former, former.model_copy(update={"settings": {name: after}}), KINDS)
    assert [(one.field, one.danger) for one in found] == [(f"settings.{name}", danger)]


def test_a_setting_that_nobody_described_counts_as_a_safeguard() -> None:
    assert meaning(None, "a", "b", fresh=False) == meaning(setting("Lain", "Other"), "a", "b", fresh=False) == ("weaker", "weaker")
