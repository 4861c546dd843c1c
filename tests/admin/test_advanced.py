"""The advanced settings of a client: page, API and action keep them, and judge them by the rules of registration."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from admin.actions import client_fields
from admin.actions.drafts import AdvancedDraft, ClientDraft
from admin.errors import Invalid
from admin.operator import LOCAL
from admin.routes import API
from idp.applications.models import Client
from idp.people.models import Role
from tests.admin.operators import account, at_console, csrf
from tests.admin.test_applications import draft
from tests.idp.registration.samples import JWKS
from tests.site import ISSUER, Site

SAME_SITE = {"origin": ISSUER, "sec-fetch-site": "same-origin"}
BASE: dict[str, Any] = {"redirect_uris": ("https://antrean.example.id/cb",), "scopes": ("openid", "name")}
FAPI: dict[str, Any] = {"profile": "fapi2_security", "auth_method": "private_key_jwt", "jwks": JWKS, "dpop_bound": True}
FULL: dict[str, Any] = {
    **BASE,
    "auth_method": "private_key_jwt",
    "profile": "fapi2_message_signing",
    "require_par": True,
    "dpop_bound": True,
    "jwks_uri": "https://antrean.example.id/jwks",
    "token_auth_alg": "PS256",
    "request_object_alg": "ES256",
    "request_uris": ("https://antrean.example.id/request",),
    "userinfo_alg": "ES256",
    "authorization_alg": "PS256",
    "introspection_alg": "EdDSA",
    "id_token_encryption": "ECDH-ES A256GCM",
    "more_grants": ("client_credentials",),
    "resources": ("https://api.example.id/antrean",),
    "default_max_age": 3600,
    "require_auth_time": True,
    "third_party_login_uri": "https://antrean.example.id/mulai",
    "policy_uri": "https://antrean.example.id/kebijakan",
}


async def an_application(site: Site, **client: Any) -> Client:
    made = await site.house.admin.actions.applications.register(LOCAL, draft(client=ClientDraft(**{**BASE, **client})))
    return await site.house.admin.actions.clients.get(LOCAL, made.client_id)


def form_of(page: str, action: str) -> dict[str, Any]:
    """Return what a browser would send for the form as it stands, unchanged."""
    body = page.split(f'action="{action}"')[1].split("</form>")[0]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", body):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if attributes.get("type") == "checkbox" and " checked" not in tag:
            continue
        found.setdefault(attributes["name"], []).append(unescape(attributes.get("value", "")))
    for name, text in re.findall(r'<textarea id="[^"]*" name="([^"]*)"[^>]*>\n?(.*?)</textarea>', body, re.S):
        found[name] = [unescape(text)]
    for name, inside in re.findall(r'<select id="[^"]*" name="([^"]*)"[^>]*>(.*?)</select>', body, re.S):
        chosen = re.findall(r'<option value="([^"]*)" selected>', inside) or re.findall(r'<option value="([^"]*)"', inside)[:1]
        found[name] = [unescape(chosen[0])]
    return found


def test_draft_form_and_audit_forget_no_field() -> None:
    known = set(client_fields.built(AdvancedDraft())) - {"initiate_login_uri"} | {"third_party_login_uri", "jwks", "more_grants"}
    assert known == set(AdvancedDraft.model_fields)
    assert set(client_fields.shown(Client("c", "a", "none", (), frozenset()))) == known - {"jwks"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"profile": "fapi2_security"}, "auth_method"),
        ({**FAPI, "dpop_bound": False}, "dpop_bound"),
        ({**FAPI, "id_token_alg": "RS256"}, "id_token_alg"),
        ({"pkce_optional": True, "auth_method": "none"}, "pkce_optional"),
        ({"jwks": JWKS, "jwks_uri": "https://antrean.example.id/jwks"}, "jwks_uri"),
        ({"jwks_uri": "https://10.0.0.1/jwks"}, "jwks_uri"),
        ({"tls_subject": "CN=antrean"}, "tls_subject"),
        ({"more_grants": ("password",)}, "more_grants"),
        ({"more_grants": ("client_credentials",), "auth_method": "none"}, "more_grants"),
        ({"resources": ("antrean",)}, "resources"),
        ({"exchange_from": ("tidak-ada",)}, "exchange_from"),
        ({"id_token_encryption": "RSA1_5 A128CBC-HS256", "jwks": JWKS}, "id_token_encryption"),
        ({"userinfo_alg": "none"}, "userinfo_alg"),
        ({"request_object_alg": "RS256"}, "jwks"),
        ({"third_party_login_uri": "http://antrean.example.id/"}, "third_party_login_uri"),
        ({"policy_uri": "javascript:alert(1)"}, "policy_uri"),
    ],
)  # fmt: skip
async def test_dc_09_an_operators_client_is_judged_by_the_same_rules(site: Site, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.applications.register(LOCAL, draft(client=ClientDraft(**{**BASE, **changes})))
    assert [(one.field, one.code) for one in refused.value.problems] == [(f"client.{field}", "unfit")]
    assert "antrean-uji" not in site.house.registry.now.applications, "nothing is kept"
    client = await an_application(site)
    with pytest.raises(Invalid) as refused:
        await site.house.admin.actions.clients.change(LOCAL, client.client_id, ClientDraft(**{**BASE, **changes}), based_on=2)
    assert [(one.field, one.code) for one in refused.value.problems] == [(field, "unfit")]


async def test_every_advanced_setting_reaches_the_client_and_the_audit(site: Site) -> None:
    client = await an_application(site)
    kept = await site.house.admin.actions.clients.change(LOCAL, client.client_id, ClientDraft(**FULL), based_on=2)
    assert (kept.profile, kept.require_par, kept.dpop_bound, kept.jwks_uri) == ("fapi2_message_signing", True, True, FULL["jwks_uri"])
    assert (kept.id_token_encryption, kept.userinfo_encryption) == (("ECDH-ES", "A256GCM"), None)
    assert kept.grant_types == {"authorization_code", "client_credentials"} and kept.resources == {"https://api.example.id/antrean"}
    assert (kept.default_max_age, kept.require_auth_time, kept.secrets) == (3600, True, ())
    row = (await site.resources.stores.audit.search(subject="client:antrean-uji"))[0].entry
    assert row.after["profile"] == "fapi2_message_signing" and row.before["profile"] == "baseline"


async def test_the_page_saves_what_it_shows_and_changes_nothing_else(site: Site) -> None:
    browser = await at_console(site, await account(site, Role.SUPER_ADMIN))
    for client in (FULL, {**BASE, "auth_method": "private_key_jwt", "jwks": JWKS, "exchange_from": ("usaha-kecil",)}):
        if "antrean-uji" in site.house.registry.now.applications:
            await site.house.admin.actions.clients.change(LOCAL, "antrean-uji", ClientDraft(**{**client, "exchange_from": ()}), based_on=3)
        else:
            await an_application(site, **client)
        before = site.house.registry.now.clients["antrean-uji"]
        page = (await browser.http.get("/admin/aplikasi/antrean-uji/pengaturan")).text
        form = form_of(page, "/admin/aplikasi/antrean-uji/sambungan") | {"csrf": [csrf(site)], "default_max_age": ["60"]}
        saved = await browser.http.post("/admin/aplikasi/antrean-uji/sambungan", data=form, headers=SAME_SITE)
        assert saved.status_code == 303, re.findall(r'class="msg"[^>]*>([^<]*)', saved.text)
        after = site.house.registry.now.clients["antrean-uji"]
        assert after.default_max_age == 60
        names = [name for name in Client.__slots__ if name != "default_max_age"]
        assert {n: getattr(after, n) for n in names} == {n: getattr(before, n) for n in names}


async def test_a_key_set_that_is_no_json_is_said_beside_its_field(site: Site) -> None:
    await an_application(site)
    browser = await at_console(site, await account(site, Role.SUPER_ADMIN))
    page = (await browser.http.get("/admin/aplikasi/antrean-uji/pengaturan")).text
    form = form_of(page, "/admin/aplikasi/antrean-uji/sambungan") | {"csrf": [csrf(site)], "jwks": ["{"]}
    refused = await browser.http.post("/admin/aplikasi/antrean-uji/sambungan", data=form, headers=SAME_SITE)
    assert refused.status_code == 422 and 'id="jwks-msg"' in refused.text
    form["jwks"] = [json.dumps(JWKS)]
    assert (await browser.http.post("/admin/aplikasi/antrean-uji/sambungan", data=form, headers=SAME_SITE)).status_code == 303


async def test_the_api_takes_and_shows_them(site: Site) -> None:
    client = await an_application(site)
    browser = await at_console(site, await account(site, Role.SUPER_ADMIN))
    one = f"{API}/clients/{client.client_id}"
    tag = (await browser.http.get(one)).headers["etag"]
    answer = await browser.http.put(one, json=FULL, headers={**SAME_SITE, "if-match": tag})
    assert answer.status_code == 200, answer.text
    advanced = answer.json()["advanced"]
    assert advanced["profile"] == "fapi2_message_signing" and advanced["more_grants"] == ["client_credentials"]
    assert advanced["id_token_encryption"] == "ECDH-ES A256GCM"
