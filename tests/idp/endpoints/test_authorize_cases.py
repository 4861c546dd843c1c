"""The authorization endpoint from outside: what it refuses, and the same request with one thing changed that it answers."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from idp.sessions.models import ACR_TWO_STEPS
from kit.audit import AuditEvent
from tests.forms import words_of
from tests.site import CALLBACK, ISSUER, PASSWORD, SITI, Site, answer_of, authorize_query, challenge, new_party


async def ask(site: Site, **more: str) -> httpx.Response:
    """Send an authorization request from a browser that nobody is signed in at."""
    values = {"client_id": "rp-test", "redirect_uri": CALLBACK, "scope": "openid name", **more}
    query = authorize_query(**values)
    if len(query) < 60_000:
        return await site.http().get("/authorize?" + query)
    return await site.http().post("/authorize", content=query, headers={"content-type": "application/x-www-form-urlencoded"})


def error_of(response: httpx.Response) -> str:
    """Return the error code that travels to the client; fail when the answer does not go to it."""
    assert response.status_code == 303, (response.status_code, response.text[:300])
    location = response.headers["location"]
    assert location.startswith(CALLBACK + "?"), location
    answer = answer_of(location)
    assert "code" not in answer
    assert answer["state"] == "state-1"
    assert answer["iss"] == ISSUER, "RFC 9207"
    return answer["error"]


def goes_on(response: httpx.Response) -> bool:
    """True when the request was accepted: the person is sent to a page of ours."""
    return response.status_code == 303 and response.headers["location"].startswith("/masuk/")


@pytest.mark.parametrize(
    "uri",
    [
        "https://rp.example/cb..;/admin",
        "https://rp.example/cb?code=x&state=y&iss=z",
        "https://rp.example/cb/",
        "https://rp.example/CB",
        "https://rp.example/cb#x",
        "https://rp.example:443/cb",
        "https://rp.example@evil.example/cb",
        "https://rp.example.evil.example/cb",
        "//rp.example/cb",
        "https://rp.example/%63b",
        "",
    ],
)
async def test_az_02_az_04_a_foreign_redirect_uri_stays_on_our_page(site: Site, uri: str) -> None:
    await new_party(site)
    response = await ask(site, redirect_uri=uri)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "redirect_uri" in words_of(response.text)
    assert goes_on(await ask(site))


async def test_az_06_az_07_a_native_client_chooses_its_port_only(site: Site) -> None:
    native = {"native": True, "redirect_uris": ("http://127.0.0.1/cb",), "auth_method": "none", "secrets": ()}
    await new_party(site, **native)
    assert goes_on(await ask(site, redirect_uri="http://127.0.0.1:51004/cb"))
    for uri in (
        "http://127.0.0.1:51004/other",
        "http://localhost.evil.test/cb",
        "http://127.0.0.1.evil.test/cb",
        "http://127.0.0.1@evil.test/cb",
    ):
        refused = await ask(site, redirect_uri=uri)
        assert (refused.status_code, "location" in refused.headers) == (400, False), uri
    await new_party(site, **{**native, "native": False})
    assert (await ask(site, redirect_uri="http://127.0.0.1:51004/cb")).status_code == 400, "a web client has no freedom of port"


async def test_az_08_a_dot_is_no_wildcard(site: Site) -> None:
    await new_party(site, redirect_uris=("https://foo.example.com",))
    assert (await ask(site, redirect_uri="https://fooaexample.com")).status_code == 400
    assert goes_on(await ask(site, redirect_uri="https://foo.example.com"))


@pytest.mark.parametrize("wrong", [{"prompt": "none"}, {"scope": "openid nonsense"}, {"response_type": "token"}, {"code_challenge": ""}])
@pytest.mark.parametrize("foreign", [{"redirect_uri": "https://evil.example/cb"}, {"client_id": "nobody"}])
async def test_az_10_whatever_else_is_wrong_nobody_is_sent_to_a_foreign_address(
    site: Site, wrong: dict[str, str], foreign: dict[str, str]
) -> None:
    await new_party(site)
    response = await ask(site, **wrong, **foreign)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert "evil.example" not in response.headers.get("content-security-policy", "")
    assert (await ask(site, **wrong)).headers["location"].startswith(CALLBACK), "the twin tells its own client"


async def test_az_10_a_client_that_was_switched_off_is_unknown(site: Site) -> None:
    await new_party(site, enabled=False)
    assert (await ask(site, prompt="none")).status_code == 400
    await new_party(site)
    assert error_of(await ask(site, prompt="none")) == "login_required"


async def test_az_13_query_and_body_must_agree(site: Site) -> None:
    await new_party(site)
    query = authorize_query("rp-test", CALLBACK, "openid name")
    refused = await site.http().post("/authorize?" + query, data={"scope": "openid name nik"})
    assert refused.status_code == 400
    assert "location" not in refused.headers
    assert (await site.http().post("/authorize?" + query, data={"scope": "openid name"})).status_code == 303


@pytest.mark.parametrize("name", ["state", "redirect_uri", "client_id", "scope", "code_challenge", "prompt"])
async def test_az_13_a_parameter_is_sent_once(site: Site, name: str) -> None:
    await new_party(site)
    query = authorize_query("rp-test", CALLBACK, "openid name", prompt="login")
    response = await site.http().get(f"/authorize?{query}&{urlencode({name: 'other'})}")
    assert (response.status_code, "location" in response.headers) == (400, False)
    assert goes_on(await site.http().get("/authorize?" + query))


@pytest.mark.parametrize("kind", ["token", "id_token token", "none", "code code", "code id_token", "CODE"])
async def test_az_14_only_the_code_flow(site: Site, kind: str) -> None:
    await new_party(site)
    assert error_of(await ask(site, response_type=kind)) == "unsupported_response_type"
    assert goes_on(await ask(site, response_type="code"))


@pytest.mark.parametrize("mode", ["web_message", "fragment", "jwt", "query.jwt", "form_post"])
async def test_az_15_a_response_mode_the_client_does_not_have(site: Site, mode: str) -> None:
    await new_party(site, response_modes=("query",))
    assert error_of(await ask(site, response_mode=mode)) == "invalid_request"
    assert goes_on(await ask(site, response_mode="query"))


async def test_az_15_an_error_by_form_post_goes_by_form_post(site: Site) -> None:
    await new_party(site, response_modes=("query", "form_post"))
    response = await ask(site, response_mode="form_post", prompt="none")
    assert response.status_code == 200
    assert "login_required" in response.text
    assert ISSUER in response.text, "iss, also in a form"
    assert f"form-action {CALLBACK.rpartition('/')[0]}" in response.headers["content-security-policy"].replace("'self' ", "")


async def test_az_17_a_silent_request_shows_no_page(site: Site) -> None:
    party = await new_party(site)
    assert error_of(await ask(site, prompt="none")) == "login_required"
    await party.start()
    await party.browser.sign_in(SITI, PASSWORD)
    asked = await party.start(prompt="none")
    assert error_of(asked) == "consent_required"
    await party.code()
    assert "code" in answer_of((await party.start(prompt="none")).headers["location"])
    assert error_of(await party.start(prompt="none", acr_values=ACR_TWO_STEPS)) == "interaction_required"
    assert error_of(await party.start(prompt="none", max_age="0")) == "login_required"


@pytest.mark.parametrize("prompt", ["none login", "xyz", "login xyz", "none none consent"])
async def test_az_18_a_prompt_that_is_not_understood(site: Site, prompt: str) -> None:
    await new_party(site)
    assert error_of(await ask(site, prompt=prompt)) == "invalid_request"
    assert goes_on(await ask(site, prompt="login consent"))


async def test_az_19_prompt_login_is_answered_by_signing_in_only(site: Site) -> None:
    party = await new_party(site)
    first = await party.tokens()
    site.clock.advance(100)
    page = await party.start(prompt="login")
    assert 'name="sandi"' in page.text
    resume = page.url.path.replace("/masuk/", "/lanjut/")
    again = await party.browser.go(resume)
    assert 'name="sandi"' in again.text, "the resume address alone authenticates nobody"
    done = await party.browser.sign_in(SITI, PASSWORD)
    fresh = (await party.redeem(answer_of(done.headers["location"])["code"])).json()
    assert auth_time(fresh) == auth_time(first) + 100
    replay = await party.browser.go(resume)
    assert replay.status_code == 200
    assert "location" not in replay.headers, "a finished interaction gives no second code"


def auth_time(tokens: dict[str, str]) -> int:
    body = tokens["id_token"].split(".")[1]
    found: int = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["auth_time"]
    return found


async def test_az_20_max_age_asks_for_a_fresh_sign_in(site: Site) -> None:
    party = await new_party(site)
    first = await party.tokens()
    site.clock.advance(2)
    assert "code" in answer_of((await party.start(max_age="2")).headers["location"]), "just fresh enough"
    for value in ("0", "1"):
        page = await party.start(max_age=value)
        assert 'name="sandi"' in page.text, value
    done = await party.browser.sign_in(SITI, PASSWORD)
    fresh = (await party.redeem(answer_of(done.headers["location"])["code"])).json()
    assert auth_time(fresh) == auth_time(first) + 2
    for value in ("-1", "abc", "1e9", "1.5", "٣"):
        assert error_of(await party.start(max_age=value)) == "invalid_request", value


async def test_az_21_an_assurance_that_was_not_reached_is_never_claimed(site: Site) -> None:
    party = await new_party(site)
    await party.code()
    wanted = {"id_token": {"acr": {"essential": True, "value": ACR_TWO_STEPS}}}
    for request in ({"acr_values": ACR_TWO_STEPS}, {"claims": json.dumps(wanted)}):
        page = await party.start(**request)
        assert "location" not in page.headers, "no code at the lower level"
        assert page.url.path.endswith("/langkah-dua") or page.status_code == 403
    unreachable = {"id_token": {"acr": {"essential": True, "value": "urn:other:aal9"}}}
    assert error_of(await party.start(claims=json.dumps(unreachable))) == "access_denied"
    assert "code" in answer_of((await party.start()).headers["location"])


@pytest.mark.parametrize("public", [True, False])
async def test_az_22_every_client_sends_a_challenge(site: Site, public: bool) -> None:
    await new_party(site, **({"auth_method": "none", "secrets": ()} if public else {}))
    assert error_of(await ask(site, code_challenge="")) == "invalid_request"
    assert error_of(await ask(site, code_challenge="", code_challenge_method="")) == "invalid_request"
    assert goes_on(await ask(site))


@pytest.mark.parametrize("method", ["plain", "", "s256", "S512"])
async def test_az_23_the_method_is_s256(site: Site, method: str) -> None:
    await new_party(site)
    assert error_of(await ask(site, code_challenge_method=method)) == "invalid_request"
    assert goes_on(await ask(site, code_challenge_method="S256"))


@pytest.mark.parametrize("value", ["abcdefghij", "a" * 200, challenge() + "=", challenge()[:-1] + "+", challenge()[:-1] + "é"])
async def test_az_24_a_challenge_is_43_characters_of_base64url(site: Site, value: str) -> None:
    await new_party(site)
    assert error_of(await ask(site, code_challenge=value)) == "invalid_request"
    assert goes_on(await ask(site, code_challenge=challenge()))


async def test_az_24_a_challenge_used_over_and_over_is_noted_once(site: Site) -> None:
    await new_party(site)
    for _ in range(25):
        assert goes_on(await ask(site))
    noted = await site.resources.stores.audit.search(event=AuditEvent.CHALLENGE_REUSED)
    assert [row.entry.actor for row in noted] == ["client:rp-test"]


@pytest.mark.parametrize(
    "scope", [" ".join(f"s{n}" for n in range(10_000)), "openid " + "x" * 40_000, "openid name openid", "openid\tname", "openid  name"]
)
async def test_az_25_a_scope_that_is_no_scope(site: Site, scope: str) -> None:
    await new_party(site)
    assert error_of(await ask(site, scope=scope)) == "invalid_scope"
    assert goes_on(await ask(site, scope="openid name"))


@pytest.mark.parametrize("name", ["state", "nonce", "login_hint"])
async def test_az_27_what_would_come_back_is_small(site: Site, name: str) -> None:
    await new_party(site)
    response = await ask(site, **{name: "a" * 65_536})
    assert response.status_code in (400, 414)
    assert sum(len(key) + len(value) for key, value in response.headers.items()) < 8192
    assert goes_on(await ask(site, **{name: "a" * 300}))


@pytest.mark.parametrize("uri", ["http://169.254.169.254/latest", "https://rp.example/request.jwt", "urn:x"])
async def test_az_31_a_request_uri_is_refused_and_nobody_is_called(site: Site, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **_: called.append(str(a)))
    await new_party(site)
    assert error_of(await ask(site, request_uri=uri)) == "request_uri_not_supported"
    assert error_of(await ask(site, request="e30.e30.")) == "request_not_supported"
    assert called == []
    assert goes_on(await ask(site))


@pytest.mark.parametrize(
    "claims", ["{" + '"a":{' * 1000 + "}" * 1001, "{" + " " * 20_000 + "}", "[]", '{"userinfo":1}', '{"userinfo":{"nik":"x"}}', "x"]
)
async def test_az_33_claims_that_cannot_be_read(site: Site, claims: str) -> None:
    await new_party(site)
    assert error_of(await ask(site, claims=claims)) == "invalid_request"
    assert goes_on(await ask(site, claims='{"userinfo":{"nik":null}}'))


async def test_az_33_a_claim_beyond_the_registration_is_not_released(site: Site) -> None:
    party = await new_party(site, scopes=frozenset({"openid", "name"}))
    party.scope = "openid name"
    wanted = json.dumps({"userinfo": {"nik": {"essential": True}}, "id_token": {"nik": None}})
    tokens = await party.tokens(claims=wanted)
    told = (await party.userinfo(tokens["access_token"])).json()
    assert told["name"] == "Siti Peragawati"
    assert "nik" not in told
    assert SITI not in tokens["id_token"]


async def test_az_34_every_answer_names_the_issuer(site: Site) -> None:
    party = await new_party(site)
    await party.code()
    success = answer_of((await party.start()).headers["location"])
    assert set(success) == {"code", "state", "iss"}
    assert success["iss"] == ISSUER
    assert error_of(await party.start(prompt="none", scope="openid profile nonsense")) == "invalid_scope"


async def test_az_35_a_post_with_a_password_ends_in_303(site: Site) -> None:
    party = await new_party(site)
    await party.start()
    await party.browser.sign_in(SITI, PASSWORD)
    await party.browser.submit(button="lanjutkan")
    redirects = {line.split(" ")[0] for line in party.browser.trail if line.startswith("3")}
    assert redirects == {"303"}


async def test_az_36_az_41_no_page_can_be_framed_or_tells_where_it_was(site: Site) -> None:
    party = await new_party(site)
    pages = [
        await party.start(),
        await ask(site, client_id="nobody"),
        await site.http().get("/logout"),
        await site.http().get("/masuk/none"),
    ]
    await party.start()
    pages.append(await party.browser.sign_in(SITI, PASSWORD))
    pages.append(await party.browser.go("/logout"))
    assert "Bagikan" in words_of(pages[4].text), "the consent page is among them"
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy, page.url
        assert "default-src 'none'" in policy or "default-src 'self'" in policy
        assert page.headers["referrer-policy"] == "no-referrer"
        outside = [part for part in page.text.split('"') if part.startswith(("http://", "https://", "//"))]
        assert not [one for one in outside if urlsplit(one).netloc and f'src="{one}"' in page.text], "nothing of others is loaded"


async def test_az_37_the_stored_request_wins_over_the_form(site: Site) -> None:
    party = await new_party(site)
    await party.start(scope="openid name")
    extra: Any = {"redirect_uri": "https://evil.example/cb", "scope": "openid name nik", "response_type": "token", "client_id": "other"}
    page = await party.browser.submit(akun=SITI, sandi=PASSWORD, **extra)
    page = await party.browser.submit(button="lanjutkan", **extra)
    location = page.headers["location"]
    assert location.startswith(CALLBACK + "?code="), location
    tokens = (await party.redeem(answer_of(location)["code"])).json()
    assert tokens["scope"] == "name openid"
    assert "nik" not in (await party.userinfo(tokens["access_token"])).json()


async def test_az_38_an_interaction_belongs_to_the_browser_that_began_it(site: Site) -> None:
    party = await new_party(site)
    page = await party.start()
    stranger = site.browser()
    await stranger.go("/masuk/none")  # has a browser cookie of its own
    refused = await stranger.go(page.url.path)
    assert refused.status_code == 403
    assert 'name="sandi"' not in refused.text
    for path in (page.url.path.replace("/masuk/", "/lanjut/"), page.url.path.replace("/masuk/", "/persetujuan/")):
        assert (await stranger.go(path)).status_code == 403
    assert 'name="sandi"' in (await party.browser.go(page.url.path)).text


async def test_az_40_a_code_put_into_another_session_does_not_fit_its_verifier(site: Site) -> None:
    party = await new_party(site)
    code = await party.code(code_challenge=challenge("the-victims-verifier-0123456789-0123456789-abc"))
    refused = await party.redeem(code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await party.redeem(await party.code())).status_code == 200


async def test_az_25_az_33_a_request_beyond_64_kb_is_not_read(site: Site) -> None:
    await new_party(site)
    for big in ({"scope": "openid " + "x" * 100_000}, {"claims": "{" + " " * 1_000_000 + "}"}):
        refused = await ask(site, **big)
        assert (refused.status_code, "location" in refused.headers) == (400, False)
    assert (await site.http().post("/authorize", data=dict(parse_qsl(authorize_query("rp-test", CALLBACK))))).status_code == 303
