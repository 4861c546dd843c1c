"""oidcc-basic and oidcc-formpost-basic, module by module: what each requires of a provider of the code flow."""

from __future__ import annotations

import base64
import json

import pytest

from tests.conformance.suite import CALLBACK, CLIENT, OF_SCOPE, PKCE, SECOND, SECRETS, Suite
from tests.forms import words_of
from tests.site import SITI, challenge

LONG = "s" * 128


async def test_oidcc_server(suite: Suite) -> None:
    flow = await suite.flow()
    assert suite.pages == ["sign-in", "consent"]
    assert flow.claims["acr"]
    await suite.flow()
    assert suite.pages == ["sign-in", "consent"], "neither is asked twice"


async def test_oidcc_response_type_missing(suite: Suite) -> None:
    page = await suite.ask(response_type="")
    assert suite.error_in(page) == "invalid_request"
    assert (suite.answer_in(page) or {})["state"] == "state-of-the-suite"
    await suite.flow()


async def test_oidcc_idtoken_signature_is_rs256_for_a_client_that_chose_nothing(suite: Suite) -> None:
    flow = await suite.flow()
    header = json.loads(_decoded(flow.tokens["id_token"].split(".")[0]))
    assert header["alg"] == "RS256"


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_oidcc_idtoken_unsigned_is_not_offered(suite: Suite) -> None:
    published = (await suite.site.http().get("/.well-known/openid-configuration")).json()
    for name, values in published.items():
        if name.endswith("_alg_values_supported"):
            assert "none" not in values, name


async def test_oidcc_userinfo_get(suite: Suite) -> None:
    flow = await suite.flow(scope="openid profile email")
    told = await suite.userinfo(flow.tokens["access_token"])
    assert told["sub"] == flow.claims["sub"]
    assert isinstance(told["email_verified"], bool) and isinstance(told["name"], str)


async def test_oidcc_userinfo_post_header(suite: Suite) -> None:
    flow = await suite.flow(scope="openid profile")
    assert (await suite.userinfo(flow.tokens["access_token"], "POST"))["name"] == "Siti Peragawati"


async def test_oidcc_userinfo_post_body_is_refused_by_name(suite: Suite) -> None:
    token = (await suite.flow()).tokens["access_token"]
    refused = await suite.site.http().post("/userinfo", data={"access_token": token})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert "sub" in await suite.userinfo(token), "the same token in the header is good"


async def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(suite: Suite) -> None:
    assert "nonce" not in (await suite.flow(nonce="")).claims


@pytest.mark.parametrize("scope", ["profile", "email", "address", "phone"])
async def test_oidcc_scope(suite: Suite, scope: str) -> None:
    flow = await suite.flow(scope=f"openid {scope}")
    told = await suite.userinfo(flow.tokens["access_token"])
    assert told.keys() - {"sub"} == OF_SCOPE[scope], "all of this scope, and nothing of the others"
    assert isinstance(told.get("address", {}), dict)


async def test_oidcc_scope_all(suite: Suite) -> None:
    flow = await suite.flow(scope="openid profile email address phone")
    told = await suite.userinfo(flow.tokens["access_token"])
    assert told.keys() - {"sub"} == set().union(*OF_SCOPE.values())


async def test_oidcc_alternate_happy_flow_order_plays_no_part(suite: Suite) -> None:
    query = suite.query(scope="email phone openid").split("&")
    answer = await suite.walk(await suite.browser.go("/authorize?" + "&".join(reversed(query))))
    flow = await suite.finish(answer)
    assert (await suite.userinfo(flow.tokens["access_token"])).keys() - {"sub"} == OF_SCOPE["email"] | OF_SCOPE["phone"]


@pytest.mark.parametrize("display", ["page", "popup"])
async def test_oidcc_display(suite: Suite, display: str) -> None:
    await suite.flow(display=display)


async def test_oidcc_prompt_login(suite: Suite) -> None:
    first = await suite.flow()
    suite.site.clock.advance(3)
    page = await suite.ask(prompt="login")
    assert 'name="sandi"' in page.text, "asked again though signed in"
    second = await suite.finish(await suite.walk(page))
    assert second.claims["auth_time"] == first.claims["auth_time"] + 3
    assert second.claims["sub"] == first.claims["sub"]


async def test_oidcc_prompt_none_not_logged_in(suite: Suite) -> None:
    page = await suite.ask(prompt="none", state=LONG)
    assert suite.error_in(page) == "login_required"
    assert (suite.answer_in(page) or {})["state"] == LONG


async def test_oidcc_prompt_none_logged_in(suite: Suite) -> None:
    first = await suite.flow()
    suite.site.clock.advance(3)
    answer = suite.answer_in(await suite.ask(prompt="none", state=LONG))
    assert answer is not None, "no page is shown"
    second = await suite.finish(answer, state=LONG)
    assert [second.claims[name] for name in ("sub", "auth_time")] == [first.claims[name] for name in ("sub", "auth_time")]


async def test_oidcc_max_age_1(suite: Suite) -> None:
    first = await suite.flow()
    suite.site.clock.advance(2)
    page = await suite.ask(max_age="1")
    assert 'name="sandi"' in page.text
    second = await suite.finish(await suite.walk(page))
    assert second.claims["auth_time"] == suite.site.clock.now() == first.claims["auth_time"] + 2


async def test_oidcc_max_age_10000(suite: Suite) -> None:
    first = await suite.flow()
    suite.site.clock.advance(2)
    answer = suite.answer_in(await suite.ask(max_age="10000"))
    assert answer is not None, "not asked again"
    assert (await suite.finish(answer)).claims["auth_time"] == first.claims["auth_time"]


async def test_oidcc_ensure_request_with_unknown_parameter_succeeds(suite: Suite) -> None:
    await suite.flow(extra="foobar")


async def test_oidcc_id_token_hint(suite: Suite) -> None:
    first = await suite.flow()
    answer = suite.answer_in(await suite.ask(prompt="none", id_token_hint=first.tokens["id_token"]))
    assert answer is not None, "no page is shown"
    assert (await suite.finish(answer)).claims["sub"] == first.claims["sub"]


@pytest.mark.parametrize("hint", ["buffy@localhost", SITI])
async def test_oidcc_login_hint(suite: Suite, hint: str) -> None:
    await suite.flow(login_hint=hint)


@pytest.mark.parametrize(("locales", "language"), [("se", "id"), ("en id", "en"), ("fr-CA en", "en")])
async def test_oidcc_ui_locales(suite: Suite, locales: str, language: str) -> None:
    page = await suite.ask(ui_locales=locales)
    assert f'<html lang="{language}"' in page.text
    await suite.finish(await suite.walk(page))


async def test_oidcc_claims_locales(suite: Suite) -> None:
    await suite.flow(claims_locales="se")


async def test_oidcc_ensure_request_with_acr_values_succeeds(suite: Suite) -> None:
    advertised = (await suite.site.http().get("/.well-known/openid-configuration")).json()["acr_values_supported"]
    assert (await suite.flow(acr_values=" ".join(advertised))).claims["acr"] in advertised
    await suite.flow(acr_values="1 2")


async def test_oidcc_codereuse(suite: Suite) -> None:
    flow = await suite.flow()
    again = await suite.redeem(flow.answer["code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_oidcc_codereuse_30seconds_takes_back_the_first_token(suite: Suite) -> None:
    flow = await suite.flow()
    suite.site.clock.advance(30)
    await suite.userinfo(flow.tokens["access_token"])
    again = await suite.redeem(flow.answer["code"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    header = {"Authorization": f"Bearer {flow.tokens['access_token']}"}
    assert (await suite.site.http().get("/userinfo", headers=header)).status_code == 401


async def test_oidcc_ensure_registered_redirect_uri_shows_a_page(suite: Suite) -> None:
    page = await suite.ask(redirect_uri=CALLBACK + "x")
    assert (page.status_code, "location" in page.headers) == (400, False)
    assert "SSO-AUTH-012" in page.text and "redirect_uri" in words_of(page.text)
    await suite.flow()


async def test_oidcc_ensure_post_request_succeeds(suite: Suite) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": "https://suite.example", "sec-fetch-site": "cross-site"}
    sent = await suite.browser.http.post("/authorize", content=suite.query(), headers=headers)
    assert sent.status_code == 303
    await suite.finish(await suite.walk(await suite.browser.go(sent.headers["location"])))


async def test_oidcc_server_client_secret_post(suite: Suite) -> None:
    await suite.change(auth_method="client_secret_post")
    code = (await suite.walk(await suite.ask()))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "client_id": CLIENT}
    wrong = await suite.site.http().post("/token", data=form, auth=(CLIENT, SECRETS[CLIENT]))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client"), "only the registered method counts"
    right = await suite.site.http().post("/token", data={**form, "client_secret": SECRETS[CLIENT]})
    assert right.status_code == 200
    await suite.checked(right.json()["id_token"], right.json()["access_token"])


async def test_oidcc_request_uri_unsigned_is_rejected_as_unsupported(suite: Suite) -> None:
    assert suite.error_in(await suite.ask(request_uri="https://suite.example/requesturi/1#abc")) in (
        "request_uri_not_supported",
        "invalid_request_uri",
    )
    await suite.flow()


def unsigned(**claims: str) -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "none"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


async def test_oidcc_unsigned_request_object_is_rejected_not_ignored(suite: Suite) -> None:
    page = await suite.ask(request=unsigned(iss=CLIENT, nonce="inside"))
    assert suite.error_in(page) in ("request_not_supported", "invalid_request_object")
    await suite.flow()


async def test_oidcc_claims_essential(suite: Suite) -> None:
    wanted = json.dumps({"userinfo": {"name": {"essential": True}}})
    flow = await suite.flow(claims=wanted)
    assert (await suite.userinfo(flow.tokens["access_token"]))["name"] == "Siti Peragawati"
    assert "name" not in flow.claims, "asked for at userinfo only"


async def test_oidcc_ensure_request_object_with_redirect_uri(suite: Suite) -> None:
    """Unsigned objects are not offered: the request ends in an error, and never at the address inside."""
    inside = unsigned(iss=CLIENT, redirect_uri="https://suite.example/other")
    page = await suite.ask(request=inside)
    assert "suite.example/other" not in page.headers.get("location", "") and "code=" not in page.headers.get("location", "")
    assert suite.error_in(page) in ("request_not_supported", "invalid_request_object")


async def test_oidcc_refresh_token(suite: Suite) -> None:
    flow = await suite.flow(scope="openid offline_access", prompt="consent")
    second = suite.as_client(SECOND)
    foreign = await second.refresh(flow.tokens["refresh_token"])
    assert (foreign.status_code, foreign.json()["error"]) == (400, "invalid_grant")
    suite.site.clock.advance(2)
    fresh = (await suite.refresh(flow.tokens["refresh_token"])).json()
    claims = await suite.checked(fresh["id_token"], fresh["access_token"])
    assert [claims[name] for name in ("iss", "sub", "aud", "auth_time")] == [
        flow.claims[name] for name in ("iss", "sub", "aud", "auth_time")
    ]
    assert claims["iat"] == flow.claims["iat"] + 2
    assert claims.get("nonce", flow.claims["nonce"]) == flow.claims["nonce"]
    assert (await suite.userinfo(fresh["access_token"]))["sub"] == claims["sub"]


async def test_oidcc_ensure_request_with_valid_pkce_succeeds(suite: Suite) -> None:
    await suite.flow(**PKCE)
    code = (await suite.walk(await suite.ask(**PKCE)))["code"]
    refused = await suite.redeem(code, code_verifier="another-verifier-that-is-long-enough-0123456789")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant"), "who sends a challenge is held to it"
    plain = await suite.ask(code_challenge=challenge(), code_challenge_method="plain")
    assert suite.error_in(plain) == "invalid_request"
