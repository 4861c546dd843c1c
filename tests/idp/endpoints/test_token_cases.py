"""The token endpoint from outside: what it refuses, what it leaves behind, and the same request with one thing changed that it answers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from idp.people.models import Status
from kit.audit import AuditEvent
from kit.secrets import new_id
from tests.site import CALLBACK, ISSUER, SITI, TEST_SECRET, VERIFIER, Party, Site, new_party, register, test_client

KEY = ECKey.generate_key("P-256", {"kid": "one"})
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
OFFLINE = "openid offline_access name nik kecamatan phone_number"


def refused(response: httpx.Response, code: str, status: int = 400) -> bool:
    """True when it is this very error; fail on any other."""
    assert (response.status_code, response.json().get("error")) == (status, code), response.text
    assert "access_token" not in response.text
    return True


async def second_party(site: Site, first: Party, **changes: Any) -> Party:
    await register(site, test_client("e-link", client_id="rp-second", **changes))
    return Party(site, first.browser, "rp-second")


def assertion(site: Site, *, key: Any = KEY, alg: str = "ES256", **changes: Any) -> dict[str, str]:
    """Return the form fields of a client assertion; a value None leaves a claim out."""
    now = site.clock.now()
    claims = {"iss": "rp-test", "sub": "rp-test", "aud": ISSUER, "iat": now, "exp": now + 60, "jti": new_id(), **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    token = jwt.encode({"alg": alg, "kid": "one"}, claims, key, algorithms=[alg])
    return {"client_assertion_type": ASSERTION, "client_assertion": token}


async def own_name(site: Site, form: dict[str, str], **options: Any) -> httpx.Response:
    return await site.http().post("/token", data={"grant_type": "client_credentials", **form}, **options)


def keyed_client(**changes: Any) -> dict[str, Any]:
    return {"auth_method": "private_key_jwt", "jwks": {"keys": [KEY.as_dict(private=False)]}, **changes}


async def test_tk_03_a_code_lives_sixty_seconds(site: Site) -> None:
    party = await new_party(site)
    late = await party.code()
    site.clock.advance(61)
    refused(await party.redeem(late), "invalid_grant")
    early = await party.code()
    site.clock.advance(59)
    assert (await party.redeem(early)).status_code == 200


async def test_tk_04_a_code_is_for_its_own_client(site: Site) -> None:
    party = await new_party(site)
    thief = await second_party(site, party)
    code = await party.code()
    refused(await thief.redeem(code), "invalid_grant")
    assert (await party.redeem(code)).status_code == 200, "the try of another client spends nothing"


async def test_tk_04_a_code_used_twice_takes_back_what_it_gave(site: Site) -> None:
    party = await new_party(site)
    code = await party.code()
    tokens = (await party.redeem(code)).json()
    assert (await party.userinfo(tokens["access_token"])).status_code == 200
    refused(await party.redeem(code), "invalid_grant")
    assert (await party.userinfo(tokens["access_token"])).status_code == 401
    refused(await party.refresh(tokens["refresh_token"]), "invalid_grant")
    noted = await site.resources.stores.audit.search(event=AuditEvent.CODE_REPLAYED)
    assert [row.entry.actor for row in noted] == ["client:rp-test"]


async def test_tk_04_the_redirect_uri_is_the_one_of_the_request(site: Site) -> None:
    other = "https://rp.example/other"
    party = await new_party(site, redirect_uris=(CALLBACK, other))
    code = await party.code()
    refused(await party.redeem(code, redirect_uri=other), "invalid_grant")
    refused(await party.redeem(code, redirect_uri=""), "invalid_grant")
    assert (await party.redeem(code)).status_code == 200


@pytest.mark.parametrize("verifier", ["", "a" * 43, VERIFIER[:-1], VERIFIER + "x", VERIFIER.upper(), "short"])
async def test_tk_06_the_verifier_fits(site: Site, verifier: str) -> None:
    party = await new_party(site)
    code = await party.code()
    refused(await party.redeem(code, code_verifier=verifier), "invalid_grant")
    assert (await party.redeem(code)).status_code == 200


async def test_tk_07_one_way_of_authentication(site: Site) -> None:
    party = await new_party(site)
    refused(await own_name(site, {"client_id": "rp-test", "client_secret": TEST_SECRET}, auth=party.auth), "invalid_request")
    assert (await own_name(site, {"client_id": "rp-test"}, auth=party.auth)).status_code == 200


async def test_tk_08_header_and_body_name_one_client(site: Site) -> None:
    party = await new_party(site)
    await second_party(site, party)
    refused(await own_name(site, {"client_id": "rp-second"}, auth=party.auth), "invalid_request")
    assert (await own_name(site, {"client_id": "rp-test"}, auth=party.auth)).status_code == 200


async def test_tk_09_only_the_registered_method_counts(site: Site) -> None:
    await new_party(site, **keyed_client())
    old = {"client_id": "rp-test", "client_secret": TEST_SECRET}
    refused(await own_name(site, old), "invalid_client", 401)
    refused(await own_name(site, {}, auth=("rp-test", TEST_SECRET)), "invalid_client", 401)
    bare = assertion(site)["client_assertion"].split(".")
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    unsigned = {"client_assertion_type": ASSERTION, "client_assertion": f"{head}.{bare[1]}."}
    refused(await own_name(site, {**old, **unsigned}), "invalid_client", 401)
    refused(await own_name(site, unsigned), "invalid_client", 401)
    refused(await own_name(site, {"client_id": "rp-test"}), "invalid_client", 401)
    assert (await own_name(site, assertion(site))).status_code == 200


async def test_tk_11_an_assertion_is_made_for_us_alone(site: Site) -> None:
    await new_party(site, **keyed_client())
    for audience in ([ISSUER], [ISSUER, "https://other.example"], "https://other.example", ISSUER + "/", "", None):
        refused(await own_name(site, assertion(site, aud=audience)), "invalid_client", 401)
    assert (await own_name(site, assertion(site, aud=ISSUER))).status_code == 200


async def test_tk_12_an_assertion_works_once(site: Site) -> None:
    await new_party(site, **keyed_client())
    once = assertion(site)
    assert (await own_name(site, once)).status_code == 200
    refused(await own_name(site, once), "invalid_client", 401)
    many = assertion(site)
    http = site.http()
    answers = await asyncio.gather(*(http.post("/token", data={"grant_type": "client_credentials", **many}) for _ in range(100)))
    assert sorted(answer.status_code for answer in answers).count(200) == 1


async def test_tk_13_an_assertion_lives_five_minutes_at_most(site: Site) -> None:
    await new_party(site, **keyed_client())
    now = site.clock.now()
    for end in (now + 10 * 365 * 86400, now + 400, now - 60, str(now + 60), -1, None, 1e9):
        refused(await own_name(site, assertion(site, exp=end)), "invalid_client", 401)
    refused(await own_name(site, assertion(site, jti="x" * 10_000)), "invalid_client", 401)
    refused(await own_name(site, assertion(site, jti=None)), "invalid_client", 401)
    assert (await own_name(site, assertion(site, exp=now + 290))).status_code == 200


async def test_tk_14_a_public_key_is_no_secret(site: Site) -> None:
    await new_party(site, **keyed_client())
    jwk = json.dumps(KEY.as_dict(private=False)).encode()
    for secret in (KEY.as_pem(private=False), KEY.as_der(private=False), jwk):
        made = assertion(site)
        head = _part(b'{"alg":"HS256","kid":"one"}') + "." + made["client_assertion"].split(".")[1]
        mac = hmac.new(secret, head.encode(), hashlib.sha256).digest()
        refused(await own_name(site, {**made, "client_assertion": f"{head}.{_part(mac)}"}), "invalid_client", 401)
    assert (await own_name(site, assertion(site))).status_code == 200


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def test_tk_16_a_refresh_token_is_for_its_own_client(site: Site) -> None:
    party = await new_party(site)
    thief = await second_party(site, party)
    token = (await party.tokens())["refresh_token"]
    refused(await thief.refresh(token), "invalid_grant")
    refused(await site.http().post("/token", data={"grant_type": "refresh_token", "refresh_token": token}), "invalid_client", 401)
    refused(
        await site.http().post("/token", data={"grant_type": "refresh_token", "refresh_token": token, "client_id": "rp-test"}),
        "invalid_client",
        401,
    )
    assert (await party.refresh(token)).status_code == 200, "still good for its owner"


async def test_tk_17_a_refresh_token_used_again_ends_its_family(site: Site) -> None:
    party = await new_party(site)
    first = await party.tokens()
    second = (await party.refresh(first["refresh_token"])).json()
    again = (await party.refresh(first["refresh_token"])).json()
    assert again["refresh_token"] == second["refresh_token"], "a lost answer may be asked for again, for ten seconds"
    site.clock.advance(11)
    refused(await party.refresh(first["refresh_token"]), "invalid_grant")
    refused(await party.refresh(second["refresh_token"]), "invalid_grant")
    for tokens in (first, second, again):
        assert (await party.userinfo(tokens["access_token"])).status_code == 401
    noted = await site.resources.stores.audit.search(event=AuditEvent.REFRESH_REUSED)
    assert [row.entry.actor for row in noted] == ["client:rp-test"]


async def test_tk_17_the_window_is_for_the_same_proof_only(site: Site) -> None:
    from idp.applications.models import ClientSecret
    from kit.secrets import digest

    other = "another-secret-another-secret-another-secret"
    secrets = (ClientSecret(digest(TEST_SECRET), TEST_SECRET[:8], 0), ClientSecret(digest(other), other[:8], 0))
    party = await new_party(site, secrets=secrets)
    first = await party.tokens()
    second = (await party.refresh(first["refresh_token"])).json()
    party.secret = other
    refused(await party.refresh(first["refresh_token"]), "invalid_grant")
    refused(await party.refresh(second["refresh_token"]), "invalid_grant")
    assert len(await site.resources.stores.audit.search(event=AuditEvent.REFRESH_REUSED)) == 1


async def test_tk_20_a_refresh_never_gets_more(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens(scope="openid name"))["refresh_token"]
    refused(await party.refresh(token, scope="openid name nik"), "invalid_scope")
    refused(await party.refresh(token, resource="https://api.example"), "invalid_target")
    less = await party.refresh(token, scope="openid")
    assert less.status_code == 200
    assert "name" not in (await party.userinfo(less.json()["access_token"])).json()


async def close_account(site: Site, party: Party) -> None:
    await site.house.people.set_status(await person(site), Status.DISABLED, actor="cli", reason="uji")


async def lock_account(site: Site, party: Party) -> None:
    await site.house.people.set_status(await person(site), Status.LOCKED, actor="cli", reason="uji")


async def switch_client_off(site: Site, party: Party) -> None:
    await register(site, test_client(enabled=False))


async def take_a_scope(site: Site, party: Party) -> None:
    await register(site, test_client(scopes=frozenset({"openid", "offline_access", "name"})))


async def suspend_agency(site: Site, party: Party) -> None:
    agency = site.house.registry.now.agencies[site.house.registry.now.applications["usaha-kecil"].agency]
    await site.resources.stores.registry.save_agency(replace(agency, suspended=True))
    await site.house.reload()


async def switch_application_off(site: Site, party: Party) -> None:
    application = site.house.registry.now.applications["usaha-kecil"]
    await site.resources.stores.registry.save_application(replace(application, enabled=False), based_on=application.revision)
    await site.house.reload()


async def raise_the_level(site: Site, party: Party) -> None:
    service = site.house.registry.now.services["pendampingan-usaha"]
    await site.resources.stores.registry.save_service(replace(service, authentication_level="aal2"))
    await site.house.reload()


async def wait_for_the_end(site: Site, party: Party) -> None:
    site.clock.advance(31 * 86400)


async def person(site: Site) -> str:
    from idp.people.models import IdentifierKind

    found = await site.resources.stores.people.find(IdentifierKind.NIK, SITI)
    return found[0][0].id


STATES = {
    "person_disabled": (close_account, "invalid_grant"),
    "person_locked": (lock_account, "invalid_grant"),
    "client_disabled": (switch_client_off, "invalid_client"),
    "scope_removed": (take_a_scope, "invalid_grant"),
    "agency_suspended": (suspend_agency, "invalid_client"),
    "application_disabled": (switch_application_off, "invalid_client"),
    "acr_too_low": (raise_the_level, "invalid_grant"),
    "time_over": (wait_for_the_end, "invalid_grant"),
}


@pytest.mark.parametrize("state", STATES)
async def test_tk_22_a_refresh_sees_what_changed(site: Site, state: str) -> None:
    change, code = STATES[state]
    party = await new_party(site)
    tokens = await party.tokens(scope=OFFLINE)
    fresh = (await party.refresh(tokens["refresh_token"])).json()
    assert "access_token" in fresh, "it works before the change"
    await change(site, party)
    refused(await party.refresh(fresh["refresh_token"]), code, 401 if code == "invalid_client" else 400)


async def test_tk_22_without_offline_access_the_session_carries_the_refresh(site: Site) -> None:
    party = await new_party(site)
    online = await party.tokens()
    offline = await party.tokens(scope=OFFLINE, prompt="consent")
    await party.browser.go("/logout")
    await party.browser.submit(button="keluar")
    refused(await party.refresh(online["refresh_token"]), "invalid_grant")
    assert (await party.refresh(offline["refresh_token"])).status_code == 200


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"])
async def test_tk_23_the_password_grant_does_not_exist(site: Site, method: str) -> None:
    more = {"none": {"secrets": ()}, "private_key_jwt": keyed_client()}.get(method, {})
    await new_party(site, **{"auth_method": method, "grant_types": frozenset({"password", "authorization_code"}), **more})
    proof: dict[str, str] = {"client_id": "rp-test"}
    options: dict[str, Any] = {}
    if method == "client_secret_basic":
        options["auth"] = ("rp-test", TEST_SECRET)
    elif method == "client_secret_post":
        proof["client_secret"] = TEST_SECRET
    elif method == "private_key_jwt":
        proof |= assertion(site)
    form = {**proof, "grant_type": "password", "username": SITI, "password": "x"}
    refused(await site.http().post("/token", data=form, **options), "unsupported_grant_type")
    if method == "private_key_jwt":
        proof |= assertion(site)
    twin = await site.http().post("/token", data={**proof, "grant_type": "authorization_code", "code": "x" * 43}, **options)
    refused(twin, "invalid_grant")


async def test_tk_24_a_client_has_the_grants_it_registered(site: Site) -> None:
    party = await new_party(site, grant_types=frozenset({"authorization_code"}))
    refused(await own_name(site, {}, auth=party.auth), "unauthorized_client")
    tokens = await party.tokens()
    assert "refresh_token" not in tokens
    refused(await party.refresh("x" * 22 + "." + "y" * 43), "unauthorized_client")
    await new_party(site)
    assert (await own_name(site, {}, auth=party.auth)).status_code == 200


async def test_tk_25_a_form_is_a_form(site: Site) -> None:
    party = await new_party(site)
    http, form = site.http(), {"grant_type": "client_credentials"}
    assert (await http.get("/token", params=form, auth=party.auth)).status_code == 405
    assert (await http.post("/token", json=form, auth=party.auth)).status_code == 415
    assert (await http.post("/token", files={"grant_type": (None, b"client_credentials")}, auth=party.auth)).status_code == 415
    wide = {"content-type": "application/x-www-form-urlencoded; charset=utf-16"}
    assert (await http.post("/token", content="grant_type=client_credentials", headers=wide, auth=party.auth)).status_code == 415
    plain = {"content-type": "application/x-www-form-urlencoded"}
    twice = await http.post("/token", content="grant_type=client_credentials&code=a&code=b", headers=plain, auth=party.auth)
    refused(twice, "invalid_request")
    refused(await http.post("/token?grant_type=client_credentials", data=form, auth=party.auth), "invalid_request")
    refused(await http.post("/token", content="grant_type=%ff", headers=plain, auth=party.auth), "invalid_request")
    assert (await http.post("/token", content="grant_type=client_credentials", headers=plain, auth=party.auth)).status_code == 200


@pytest.mark.parametrize("spread", [False, True])
async def test_tk_26_guesses_are_slowed_and_the_real_client_works_on(site: Site, spread: bool) -> None:
    party = await new_party(site)
    answers = []
    guesser = site.http("198.51.100.7")
    for number in range(105):
        http = site.http(f"198.51.{number}.9") if spread else guesser
        answers.append(await http.post("/token", data={"grant_type": "client_credentials"}, auth=("rp-test", "wrong")))
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert answers[-1].headers["retry-after"]
    assert (await own_name(site, {}, auth=party.auth)).status_code == 200


async def test_tk_27_an_unknown_client_looks_like_a_wrong_secret(site: Site) -> None:
    await new_party(site)
    unknown = await own_name(site, {}, auth=("nobody-knows-it", "wrong"))
    wrong = await own_name(site, {}, auth=("rp-test", "wrong"))
    refused(unknown, "invalid_client", 401)
    assert unknown.content == wrong.content
    assert {name: unknown.headers[name] for name in unknown.headers if name != "x-request-id"} == {
        name: wrong.headers[name] for name in wrong.headers if name != "x-request-id"
    }


async def test_tk_28_no_token_response_is_stored(site: Site) -> None:
    party = await new_party(site)
    code = await party.code()
    for response in (await party.redeem(code), await own_name(site, {}, auth=party.auth), await party.redeem("x" * 43)):
        assert response.headers["cache-control"] == "no-store"


async def test_tk_30_an_application_in_its_own_name_is_never_a_person(site: Site) -> None:
    party = await new_party(site)
    subject = (await party.userinfo((await party.tokens())["access_token"])).json()["sub"]
    await register(site, test_client(client_id=subject))
    token = (await own_name(site, {}, auth=(subject, TEST_SECRET))).json()["access_token"]
    told = await site.http().post("/introspect", data={"token": token}, auth=(subject, TEST_SECRET))
    assert told.json()["sub"] == f"client:{subject}"
    assert (await party.userinfo(token)).status_code == 403
    for scope in ("openid", "nik", "offline_access"):
        refused(await own_name(site, {"scope": scope}, auth=party.auth), "invalid_scope")


async def test_tk_31_headers_about_certificates_mean_nothing(site: Site) -> None:
    party = await new_party(site)
    forged = {"x-client-cert": "MIIB", "x-ssl-client-verify": "SUCCESS", "x-ssl-client-s-dn": "CN=rp-test"}
    refused(await own_name(site, {"client_id": "rp-test"}, headers=forged), "invalid_client", 401)
    assert (await own_name(site, {}, headers=forged, auth=party.auth)).status_code == 200
