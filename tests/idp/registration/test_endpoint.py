"""`/register` and the management of one's own registration, through the whole house. RFC 7591, RFC 7592."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest

from admin.actions.drafts import RegistrationDraft
from admin.operator import LOCAL
from idp.applications.models import Client
from kit.secrets import b64url_decode, digest
from tests.idp.registration.samples import JWKS
from tests.site import CALLBACK, Party, Site, authorize_query

OPEN: dict[str, Any] = {
    "title": "Uji",
    "application": "usaha-kecil",
    "redirect_hosts": ("rp.example",),
    "scopes": ("openid", "name", "offline_access"),
    "auth_methods": ("client_secret_basic", "client_secret_post", "private_key_jwt", "none"),
    "quota": 5,
}
METADATA: dict[str, Any] = {"redirect_uris": [CALLBACK], "client_name": "Loket Bersama"}


async def open_registration(site: Site, **changes: Any) -> str:
    draft = RegistrationDraft(**{**OPEN, **changes})
    _, secret = await site.house.admin.actions.registrations.create(LOCAL, draft)
    return secret


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def post(site: Site, token: str, **changes: Any) -> httpx.Response:
    body = {name: value for name, value in {**METADATA, **changes}.items() if value is not None}
    return await site.http().post("/register", json=body, headers=bearer(token))


async def registered(site: Site, token: str, **changes: Any) -> dict[str, Any]:
    answer = await post(site, token, **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()  # type: ignore[no-any-return]


async def at(site: Site, made: dict[str, Any], method: str, *, token: str = "", json: Any = None) -> httpx.Response:
    uri = made["registration_client_uri"].removeprefix(site.issuer)
    headers = bearer(token or made["registration_access_token"])
    return await site.http().request(method, uri, headers=headers, **({"json": json} if json is not None else {}))


def changed(made: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return what a client sends to replace its metadata: what it was told, without what only we say."""
    ours = ("registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at")
    return {name: value for name, value in {**made, **changes}.items() if name not in ours and value is not None}


def kept(site: Site, client_id: str) -> Client:
    return site.house.registry.now.clients[client_id]


@pytest.mark.parametrize("headers", [{}, bearer("gapura_ia_invented"), {"authorization": "Basic YTpi"}, {"authorization": "Bearer "}])
async def test_dc_01_registration_is_closed_to_whoever_has_no_token_of_an_operator(site: Site, headers: dict[str, str]) -> None:
    answer = await site.http().post("/register", json=METADATA, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await post(site, await open_registration(site))).status_code == 201


async def test_dc_01_discovery_names_the_endpoint_only_while_something_can_be_registered(site: Site) -> None:
    async def named() -> str | None:
        return (await site.http().get("/.well-known/openid-configuration")).json().get("registration_endpoint")

    assert await named() is None
    token = await open_registration(site, quota=1, days=1)
    assert await named() == f"{site.issuer}/register"
    site.clock.advance(86400)
    assert await named() is None
    assert (await post(site, token)).status_code == 401
    token = await open_registration(site, quota=1)
    assert await named() is not None
    await registered(site, token)
    assert await named() is None, "the quota is used up"


async def test_oidcc_server_registration_answers_201_with_the_defaults_of_openid_connect(site: Site) -> None:
    answer = await post(site, await open_registration(site))
    made = answer.json()
    assert answer.status_code == 201 and answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert made["registration_client_uri"] == f"{site.issuer}/register/{made['client_id']}"
    assert made["registration_access_token"].startswith("gapura_rg_") and made["client_secret"].startswith("gapura_sk_")
    assert made["client_secret_expires_at"] == site.clock.now() + 365 * 86400 and made["client_id_issued_at"] == site.clock.now()
    assert (made["token_endpoint_auth_method"], made["id_token_signed_response_alg"]) == ("client_secret_basic", "RS256")
    assert (made["response_types"], made["grant_types"], made["application_type"]) == (["code"], ["authorization_code"], "web")
    client = kept(site, made["client_id"])
    assert client.secrets[0].digest == digest(made["client_secret"]) and client.registration_digest == digest(
        made["registration_access_token"]
    )
    assert client.scopes == {"openid", "name", "offline_access"} and client.application == "usaha-kecil"
    assert not client.pkce_optional and client.profile == "baseline"


async def test_a_registered_client_signs_somebody_in_with_rs256(site: Site) -> None:
    made = await registered(site, await open_registration(site))
    party = Party(site, site.browser(), made["client_id"], made["client_secret"], CALLBACK, "openid name")
    tokens = await party.tokens()
    assert orjson.loads(b64url_decode(tokens["id_token"].split(".")[0]))["alg"] == "RS256"
    assert (await party.userinfo(tokens["access_token"])).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error", "member"),
    [
        ({"redirect_uris": ["https://rp.example/cb#f"]}, "invalid_redirect_uri", "redirect_uris"),  # oidcc-redirect-uri-regfrag
        ({"redirect_uris": []}, "invalid_redirect_uri", "redirect_uris"),
        ({"redirect_uris": ["https://evil.example/cb"]}, "invalid_redirect_uri", "redirect_uris"),
        ({"redirect_uris": CALLBACK}, "invalid_client_metadata", "redirect_uris"),
        ({"initiate_login_uri": "http://rp.example/login"}, "invalid_client_metadata", "initiate_login_uri"),
        ({"jwks_uri": "https://169.254.169.254/"}, "invalid_client_metadata", "jwks_uri"),
        ({"backchannel_logout_uri": "https://10.0.0.1/out"}, "invalid_client_metadata", "backchannel_logout_uri"),
        ({"scope": "openid nik"}, "invalid_client_metadata", "scope"),
        ({"response_types": ["code id_token"]}, "invalid_client_metadata", "response_types"),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata", "id_token_signed_response_alg"),
        ({"client_name": "Pajak \u202egpj"}, "invalid_client_metadata", "client_name"),
        ({"client_name": "x" * 2048}, "invalid_client_metadata", "client_name"),
        ({"software_statement": "a.b.c"}, "unapproved_software_statement", "software_statement"),
        ({"id_token_encrypted_response_enc": "A256GCM"}, "invalid_client_metadata", "id_token_encrypted_response_enc"),
        ({"default_max_age": "60"}, "invalid_client_metadata", "default_max_age"),
        ({"require_auth_time": "yes"}, "invalid_client_metadata", "require_auth_time"),
        ({"jwks": "k"}, "invalid_client_metadata", "jwks"),
        ({"application_type": "tv"}, "invalid_client_metadata", "application_type"),
    ],
)
async def test_what_may_not_be_is_refused_by_name_and_costs_no_quota(site: Site, changes: dict[str, Any], error: str, member: str) -> None:
    token = await open_registration(site, quota=1)
    answer = await post(site, token, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.json()["error_description"].startswith(f"{member}: ")
    assert (await post(site, token)).status_code == 201


@pytest.mark.parametrize(
    ("content", "kind", "status", "error"),
    [
        (b"{", "application/json", 400, "invalid_client_metadata"),
        (b"[]", "application/json", 400, "invalid_client_metadata"),
        (
            b'{"redirect_uris":["https://rp.example/cb"],"redirect_uris":["https://evil.example/"]}',
            "application/json",
            400,
            "invalid_client_metadata",
        ),
        (b'{"default_max_age":NaN}', "application/json", 400, "invalid_client_metadata"),
        (b'{"jwks":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "application/json", 400, "invalid_client_metadata"),
        (b"redirect_uris=a", "application/x-www-form-urlencoded", 415, "invalid_request"),
        (b'{"a":"' + b"x" * 70_000 + b'"}', "application/json", 413, "invalid_request"),
    ],
    ids=["broken", "list", "twice", "nan", "deep", "form", "large"],
)
async def test_what_is_no_small_json_object_is_refused(site: Site, content: bytes, kind: str, status: int, error: str) -> None:
    token = await open_registration(site)
    answer = await site.http().post("/register", content=content, headers={**bearer(token), "content-type": kind})
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_dc_07_privileged_and_unknown_members_change_nothing(site: Site) -> None:
    privileged = {
        "client_id": "usaha-kecil", "client_secret": "chosen", "enabled": False, "application": "e-office", "software_id": "e-office",
        "agency": "DINKES", "profile": "fapi2_security", "pkce_optional": True, "skip_consent": True, "service_account": True,
        "resources": ["https://api.example/"], "exchange_from": ["usaha-kecil"], "audience": "usaha-kecil", "registered_by": "operator",
        "sector": "DINKES", "logo": "data:image/png;base64,AA==", "to_approve": [], "access_token_format": "jwt", "x": {"y": 1},
    }  # fmt: skip
    made = await registered(site, await open_registration(site), **privileged)
    client = kept(site, made["client_id"])
    assert made["client_id"] != "usaha-kecil" and client.secrets[0].digest != digest("chosen")
    assert (client.application, client.profile, client.enabled, client.pkce_optional) == ("usaha-kecil", "baseline", True, False)
    assert (client.resources, client.exchange_from, client.audience, client.sector) == (frozenset(), frozenset(), "", "rp.example")
    assert client.registered_by != "operator" and client.logo == "" and client.access_token_format == "opaque"
    answer = await at(
        site, made, "PUT", json=changed(made, **{k: v for k, v in privileged.items() if k not in ("client_id", "client_secret")})
    )
    assert answer.status_code == 200
    assert kept(site, made["client_id"]) == client


async def test_dc_08_a_registration_token_is_good_for_its_own_client_alone(site: Site) -> None:
    token = await open_registration(site)
    mine, other = await registered(site, token), await registered(site, token)
    for method in ("GET", "PUT", "DELETE"):
        json = changed(mine) if method == "PUT" else None
        refused = await at(site, mine, method, token=other["registration_access_token"], json=json)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token"), method
        refused = await at(site, mine, method, token=token, json=json)
        assert refused.status_code == 401, f"{method} with the initial token"
    assert (await at(site, mine, "GET")).status_code == 200
    absent = {**mine, "registration_client_uri": f"{site.issuer}/register/nobody"}
    assert (await at(site, absent, "GET")).status_code == 401
    static = {**mine, "registration_client_uri": f"{site.issuer}/register/usaha-kecil"}
    assert (await at(site, static, "GET")).status_code == 401


async def test_dc_08_no_disabled_client_manages_or_opens_itself(site: Site) -> None:
    made = await registered(site, await open_registration(site))
    actions = site.house.admin.actions.registrations
    await actions.switch(LOCAL, made["client_id"], False, reason="Disalahgunakan")
    for method in ("GET", "PUT", "DELETE"):
        answer = await at(site, made, method, json=changed(made) if method == "PUT" else None)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token"), method
    assert not kept(site, made["client_id"]).enabled
    await actions.switch(LOCAL, made["client_id"], True, reason="Sudah diperiksa")
    assert (await at(site, made, "GET")).status_code == 200


async def test_the_client_reads_what_is_kept_without_the_secret(site: Site) -> None:
    made = await registered(
        site, await open_registration(site), initiate_login_uri="https://rp.example/login", policy_uri="https://rp.example/p", request_uris=["https://rp.example/r"]
    )  # fmt: skip
    answer = await at(site, made, "GET")
    assert answer.status_code == 200
    assert answer.json() == {name: value for name, value in made.items() if name != "client_secret"}
    assert answer.json()["initiate_login_uri"] == "https://rp.example/login", "oidcc-3rd_party-init-login"


async def test_an_update_replaces_everything_and_leaves_out_means_default(site: Site) -> None:
    made = await registered(
        site, await open_registration(site), policy_uri="https://rp.example/p", grant_types=["authorization_code", "refresh_token"]
    )
    answer = await at(site, made, "PUT", json={"client_id": made["client_id"], "redirect_uris": ["https://rp.example/new"]})
    assert answer.status_code == 200, answer.text
    now = answer.json()
    assert now["redirect_uris"] == ["https://rp.example/new"] and now["grant_types"] == ["authorization_code"]
    assert "policy_uri" not in now and "client_secret" not in now, "a secret that is good stays"
    assert now["registration_access_token"] == made["registration_access_token"]
    assert kept(site, made["client_id"]).redirect_uris == ("https://rp.example/new",)


@pytest.mark.parametrize(
    ("changes", "member"),
    [
        ({"client_id": "another"}, "client_id"),
        ({"client_id": None}, "client_id"),
        ({"client_secret": "wrong"}, "client_secret"),
        ({"registration_access_token": "x"}, "registration_access_token"),
        ({"registration_client_uri": "x"}, "registration_client_uri"),
        ({"client_id_issued_at": 1}, "client_id_issued_at"),
    ],
)
async def test_an_update_says_who_it_is_for_and_nothing_that_only_we_say(site: Site, changes: dict[str, Any], member: str) -> None:
    made = await registered(site, await open_registration(site))
    body = {name: value for name, value in {**changed(made), **changes}.items() if value is not None}
    answer = await at(site, made, "PUT", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client_metadata")
    assert answer.json()["error_description"].startswith(f"{member}: ")
    assert (await at(site, made, "PUT", json=changed(made))).status_code == 200


async def test_dc_09_an_update_is_judged_on_the_new_state(site: Site) -> None:
    token = await open_registration(site, grant_types=("authorization_code", "client_credentials"))
    public = await registered(site, token, token_endpoint_auth_method="none")
    assert "client_secret" not in public
    weak = {"token_endpoint_auth_method": "private_key_jwt"}  # confidential by name, with no key to prove it
    refused = await at(site, public, "PUT", json=changed(public, **weak))
    assert (refused.status_code, refused.json()["error_description"][:5]) == (400, "jwks:")
    refused = await at(site, public, "PUT", json=changed(public, grant_types=["authorization_code", "client_credentials"]))
    assert refused.json()["error_description"].startswith("grant_types: ")
    strong = await at(site, public, "PUT", json=changed(public, **weak, jwks=JWKS))
    assert strong.status_code == 200 and not kept(site, public["client_id"]).public
    secret = await at(site, public, "PUT", json=changed(public, token_endpoint_auth_method="client_secret_basic"))
    assert secret.json()["client_secret"].startswith("gapura_sk_"), "who needs a secret now gets one"


async def test_a_policy_holds_for_updates_too_even_when_its_token_is_revoked(site: Site) -> None:
    made = await registered(site, await open_registration(site))
    actions = site.house.admin.actions.registrations
    tokens = await actions.tokens(LOCAL)
    await actions.revoke(LOCAL, tokens[0].id, reason="Uji coba selesai")
    refused = await at(site, made, "PUT", json=changed(made, scope="openid nik"))
    assert (refused.status_code, refused.json()["error_description"][:6]) == (400, "scope:")
    assert (await at(site, made, "PUT", json=changed(made, scope="openid"))).status_code == 200
    assert kept(site, made["client_id"]).scopes == {"openid"}


async def test_a_client_that_removes_itself_is_gone_with_all_it_held(site: Site) -> None:
    token = await open_registration(site)
    made, neighbour = [await registered(site, token, grant_types=["authorization_code", "refresh_token"]) for _ in range(2)]
    party = Party(site, site.browser(), made["client_id"], made["client_secret"], CALLBACK, "openid name offline_access")
    tokens = await party.tokens(prompt="consent")
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200
    gone = await at(site, made, "DELETE")
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_client"
    assert (await party.start()).status_code == 400, "the authorization endpoint knows it no more"
    assert (await at(site, made, "GET")).status_code == 401
    other = Party(site, site.browser(), neighbour["client_id"], neighbour["client_secret"], CALLBACK, "openid name")
    assert (await other.tokens())["access_token"], "its neighbour in the same application goes on"


async def test_dc_13_a_quota_is_spent_once_each(site: Site) -> None:
    token = await open_registration(site, quota=2)
    answers = [await post(site, token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 401]


async def test_every_step_stands_in_the_audit(site: Site) -> None:
    made = await registered(site, await open_registration(site))
    await at(site, made, "PUT", json=changed(made, client_name="Loket Baru"))
    await at(site, made, "DELETE")
    rows = await site.resources.stores.audit.search(subject=f"client:{made['client_id']}")
    assert [row.entry.event.value for row in rows] == ["client.removed", "client.changed", "client.registered"]
    assert rows[1].entry.after == {"client_name": "Loket Baru"} and rows[2].entry.actor.startswith("registration:")
    text = str(rows)
    assert made["client_secret"] not in text and made["registration_access_token"] not in text and "digest" not in text
    opened = await site.resources.stores.audit.search(event="registration.token_created")
    assert opened[0].entry.after["quota"] == 5


async def test_oidcc_redirect_uri_query_is_compared_whole(site: Site) -> None:
    made = await registered(site, await open_registration(site), redirect_uris=[f"{CALLBACK}?foo=bar"])
    for uri, status in ((f"{CALLBACK}?foo=bar", 200), (f"{CALLBACK}?foo=baz", 400), (f"{CALLBACK}?foo=bar&a=b", 400), (CALLBACK, 400)):
        page = await site.browser().go("/authorize?" + authorize_query(made["client_id"], uri))
        assert page.status_code == status, uri
    assert "SSO-AUTH-012" in page.text


async def test_oidcc_ensure_redirect_uri_in_authorization_request(site: Site) -> None:
    made = await registered(site, await open_registration(site), redirect_uris=[CALLBACK, f"{CALLBACK}2"])
    page = await site.browser().go("/authorize?" + authorize_query(made["client_id"], ""))
    assert page.status_code == 400 and "location" not in page.headers


async def test_oidcc_refresh_token_of_a_registered_client(site: Site) -> None:
    token = await open_registration(site)
    made = await registered(site, token, grant_types=["authorization_code", "refresh_token"])
    second = await registered(site, token, grant_types=["authorization_code", "refresh_token"])
    party = Party(site, site.browser(), made["client_id"], made["client_secret"], CALLBACK, "openid name offline_access")
    tokens = await party.tokens(prompt="consent")
    other = Party(site, site.browser(), second["client_id"], second["client_secret"], CALLBACK)
    assert (await other.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200


async def test_pr_10_a_client_that_removed_itself_is_no_place_to_be_sent_to(site: Site) -> None:
    bye = "https://rp.example/bye"
    made = await registered(site, await open_registration(site), post_logout_redirect_uris=[bye])
    party = Party(site, site.browser(), made["client_id"], made["client_secret"], CALLBACK, "openid name")
    query = httpx.QueryParams({"id_token_hint": (await party.tokens())["id_token"], "post_logout_redirect_uri": bye})
    stranger = site.http()
    assert (await stranger.get(f"/logout?{query}")).headers["location"] == bye
    assert (await at(site, made, "DELETE")).status_code == 204
    assert (await stranger.get(f"/logout?{query}")).status_code == 200


@pytest.mark.parametrize("times", [1, 3], ids=["once", "each time"])
async def test_dc_09_a_removal_is_not_lost_to_a_change_at_the_same_moment(site: Site, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """A change of another worker comes just before the removal is written: it is tried again, and never answered as if it were done."""
    made = await registered(site, await open_registration(site))
    store = type(site.resources.stores.registrations)
    change, came = store.change, []

    async def overtaken(self: Any, client: Client, **more: Any) -> bool:
        if not client.enabled and len(came) < times:
            came.append(f"Loket {len(came)}")
            assert (await at(site, made, "PUT", json=changed(made, client_name=came[-1]))).status_code == 200
        return await change(self, client, **more)

    monkeypatch.setattr(store, "change", overtaken)
    answer = await at(site, made, "DELETE")
    client = kept(site, made["client_id"])
    if times == 1:
        assert (answer.status_code, client.enabled, client.registration_digest) == (204, False, "")
        assert (await at(site, made, "GET")).status_code == 401
    else:
        assert (answer.status_code, answer.json()["error"], client.enabled) == (503, "temporarily_unavailable", True)
        assert (await at(site, made, "DELETE")).status_code == 204
