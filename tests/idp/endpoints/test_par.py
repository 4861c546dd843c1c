"""Pushed authorization requests, from outside: what is refused, what is left behind, and the same request that is answered. RFC 9126."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kit.expiring import Put, StoreUnavailable
from tests.forms import Browser, words_of
from tests.idp.authorization.pushing import PLAIN, a_pusher, told
from tests.idp.client_auth.assertions import signed
from tests.idp.proofs.proofs import HERS, OTHER, thumbprint
from tests.site import ISSUER, PASSWORD, SITI, TEST_SECRET, Site, answer_of, open_site, register, test_client

UNKNOWN = "request_uri is unknown, expired, already used, or another client's"


def refused_on_a_page(response: httpx.Response) -> bool:
    """True when the person is told that the reference is no good; nothing went anywhere."""
    assert response.status_code == 400, (response.status_code, response.headers.get("location"))
    assert UNKNOWN.replace("'", "&#39;") in response.text or UNKNOWN in response.text, words_of(response.text)
    return True


async def test_a_pushed_request_is_answered_like_any_other(site: Site) -> None:
    client = await a_pusher(site)
    pushed = await client.push()
    assert told(pushed) == "201"
    assert pushed.json() == {"request_uri": pushed.json()["request_uri"], "expires_in": 60}
    assert pushed.json()["request_uri"].startswith("urn:ietf:params:oauth:request_uri:")
    assert pushed.headers["cache-control"] == "no-store"
    answer = await client.through(await client.open(pushed.json()["request_uri"]))
    assert (answer["state"], answer["iss"]) == ("state-1", ISSUER)
    tokens = (await client.redeem(answer["code"])).json()
    assert tokens["token_type"] == "DPoP"


async def test_pr_01_a_reference_is_never_pushed(site: Site) -> None:
    client = await a_pusher(site)
    reference = await client.reference()
    assert told(await client.push(request_uri=reference)) == "400 invalid_request"
    assert told(await client.push(request_uri="https://rp.example/request.jwt")) == "400 invalid_request"
    assert told(await client.push(request_uri="")) == "400 invalid_request", "not even an empty one"
    assert told(await client.push()) == "201"


async def test_pr_02_who_pushes_proves_who_it_is(site: Site) -> None:
    client = await a_pusher(site)
    assert told(await client.push(bare=True)) == "401 invalid_client"
    other = signed({"iss": "rp-pushes", "sub": "rp-pushes", "aud": ISSUER, "exp": site.clock.now() + 60, "jti": "x"}, OTHER)
    kind = client.assertion()["client_assertion_type"]
    form = {**client.parameters(), "client_assertion_type": kind, "client_assertion": other}
    assert told(await site.http().post("/par", data=form)) == "401 invalid_client"
    await register(site, test_client())
    basic = {**client.parameters(client_id="rp-test")}
    assert told(await site.http().post("/par", data=basic, auth=("rp-test", "wrong"))) == "401 invalid_client"
    assert told(await site.http().post("/par", data=basic, auth=("rp-test", TEST_SECRET))) == "201"
    mixed = {**client.parameters(), **client.assertion()}
    assert told(await site.http().post("/par", data={**mixed, "client_id": "rp-test"})) == "401 invalid_client"


@pytest.mark.parametrize("aud", [[ISSUER], f"{ISSUER}/par", f"{ISSUER}/token"], ids=["array", "the PAR endpoint", "the token endpoint"])
async def test_pr_02_a_fapi_assertion_is_for_the_issuer_alone(site: Site, aud: object) -> None:
    client = await a_pusher(site)
    assert told(await site.http().post("/par", data={**client.parameters(), **client.assertion(aud=aud)})) == "401 invalid_client"
    assert told(await site.http().post("/par", data={**client.parameters(), **client.assertion()})) == "201"


async def test_pr_02_an_assertion_may_be_eight_seconds_ahead_but_not_sixty(site: Site) -> None:
    client = await a_pusher(site)
    now = site.clock.now()
    soon, late = client.assertion(nbf=now + 8), client.assertion(nbf=now + 61, exp=now + 120)
    assert told(await site.http().post("/par", data={**client.parameters(), **soon})) == "201"
    assert told(await site.http().post("/par", data={**client.parameters(), **late})) == "401 invalid_client"


async def test_pr_03_a_reference_is_good_for_the_client_that_pushed_it(site: Site) -> None:
    client = await a_pusher(site)
    other = await a_pusher(site, client_id="rp-other")
    reference = await client.reference()
    assert refused_on_a_page(await other.open(reference, site.browser()))
    assert 'name="sandi"' in (await client.open(reference)).text, "still good for its own"


async def test_pr_04_a_reload_before_the_end_works_and_a_use_after_it_does_not(site: Site) -> None:
    client = await a_pusher(site)
    reference = await client.reference()
    first = await client.open(reference)
    again = await client.open(reference)
    assert 'name="sandi"' in first.text and 'name="sandi"' in again.text
    assert "code" in await client.through(again)
    assert refused_on_a_page(await client.open(reference))
    assert refused_on_a_page(await client.open(reference, site.browser()))


async def test_pr_04_of_two_pages_begun_with_one_reference_one_gets_the_code(site: Site) -> None:
    client = await a_pusher(site)
    reference = await client.reference()
    second = site.browser()
    page = await client.open(reference)
    late = await client.open(reference, second)
    assert "code" in await client.through(page)
    site.clock.advance(120)  # what was pushed is gone, but the page is still open
    late = await second.sign_in(SITI, PASSWORD)
    assert late.status_code == 400, late.headers
    assert "this request was answered already" in late.text


async def test_pr_04_a_store_that_failed_at_the_last_step_costs_nobody_the_answer(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = await a_pusher(site)
    await client.open(await client.reference())
    await client.browser.sign_in(SITI, PASSWORD)
    store = site.resources.expiring
    works = store.put

    async def fails_for_codes(*records: Put) -> bool:
        if any(record.key.startswith("code:") for record in records):
            raise StoreUnavailable("gone")
        return await works(*records)

    with monkeypatch.context() as patch:
        patch.setattr(store, "put", fails_for_codes)
        assert (await client.browser.submit(button="lanjutkan")).status_code == 503
    assert client.browser.page is not None
    page = await client.browser.go(str(client.browser.page.url))
    assert "code" in answer_of(page.headers["location"])


async def test_pr_04_a_reference_is_also_used_when_the_answer_is_no(site: Site) -> None:
    client = await a_pusher(site)
    reference = await client.reference(prompt="none")
    assert answer_of((await client.open(reference)).headers["location"])["error"] == "login_required"
    assert refused_on_a_page(await client.open(reference))


async def test_pr_05_a_reference_lives_as_long_as_its_answer_said(site: Site) -> None:
    client = await a_pusher(site)
    pushed = await client.push()
    site.clock.advance(59)
    assert 'name="sandi"' in (await client.open(pushed.json()["request_uri"])).text
    site.clock.advance(1)
    assert refused_on_a_page(await client.open(pushed.json()["request_uri"], site.browser()))


async def test_pr_05_the_life_of_a_reference_is_a_setting(tmp_path: Path, template_folder: Path) -> None:
    async with open_site(tmp_path, template_folder, **{"idp.pushed_request_seconds": 90}) as site:
        client = await a_pusher(site)
        pushed = await client.push()
        assert pushed.json()["expires_in"] == 90
        site.clock.advance(89)
        assert 'name="sandi"' in (await client.open(pushed.json()["request_uri"])).text


async def test_a_page_that_was_opened_in_time_outlives_the_reference(site: Site) -> None:
    client = await a_pusher(site)
    page = await client.open(await client.reference())
    site.clock.advance(600)
    assert "code" in await client.through(page)


async def test_pr_07_only_post(site: Site) -> None:
    client = await a_pusher(site)
    for method in ("GET", "PUT", "DELETE"):
        response = await site.http().request(method, "/par")
        assert response.status_code == 405
        assert "POST" in response.headers["allow"]
    assert told(await client.push()) == "201"


async def test_pr_07_only_a_small_form(site: Site) -> None:
    client = await a_pusher(site)
    assert told(await client.push(state="x" * 2_000_000)) == "413 invalid_request"
    assert told(await client.push(extra="x" * 33_000)) == "413 invalid_request"
    assert told(await site.http().post("/par", json=client.parameters())) == "415 invalid_request"
    assert told(await site.http().post("/par?client_id=rp-pushes", data={**client.parameters(), **client.assertion()})) == (
        "400 invalid_request"
    )
    twice = "scope=openid&" + str(httpx.QueryParams({**client.parameters(), **client.assertion()}))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert told(await site.http().post("/par", content=twice, headers=headers)) == "400 invalid_request"
    assert told(await client.push()) == "201"


async def test_pr_07_pr_11_a_flood_is_stopped_and_only_its_own(tmp_path: Path, template_folder: Path) -> None:
    async with open_site(tmp_path, template_folder, **{"idp.pushed_per_minute": 10}) as site:
        client, other = await a_pusher(site), await a_pusher(site, client_id="rp-other")
        said = [told(await client.push()) for _ in range(12)]
        assert said == ["201"] * 10 + ["429 slow_down"] * 2
        assert (await client.push()).headers["retry-after"] == "60"
        assert told(await other.push()) == "201"
        site.clock.advance(61)
        assert told(await client.push()) == "201"


async def test_pr_07_a_public_client_is_counted_by_address(site: Site) -> None:
    await register(site, test_client(client_id="rp-public", auth_method="none", secrets=()))
    client = await a_pusher(site)
    form = client.parameters(client_id="rp-public")
    said = [told(await site.http().post("/par", data=form)) for _ in range(61)]
    assert said == ["201"] * 60 + ["429 slow_down"]
    assert told(await site.http("10.0.0.7").post("/par", data=form)) == "201"


async def test_pr_11_what_is_never_used_is_forgotten(site: Site) -> None:
    client = await a_pusher(site)
    for _ in range(5):
        await client.push()
    site.clock.advance(61)
    assert await site.resources.expiring.purge(site.clock.now()) >= 5, "their room is free again"


async def test_pr_10_what_changed_meanwhile_counts(site: Site) -> None:
    client = await a_pusher(site)
    registered = site.house.registry.now.clients["rp-pushes"]
    reference = await client.reference()
    changes = [
        ({"redirect_uris": ("https://rp.example/other",)}, "redirect_uri is not registered"),
        ({"enabled": False}, "client_id is not registered"),
    ]
    for change, said in changes:
        await register(site, replace(registered, **change))
        page = await client.open(reference, site.browser())
        assert page.status_code == 400
        assert said in page.text
    await register(site, replace(registered, scopes=frozenset({"openid"})))
    answer = answer_of((await client.open(reference, site.browser())).headers["location"])
    assert answer["error"] == "invalid_scope"
    await register(site, registered)
    assert 'name="sandi"' in (await client.open(reference, site.browser())).text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/cb"}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "openid unheard-of"}, "invalid_scope"),
        ({"state": "x" * 3000}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"claims": '{"id_token": {"acr": {"essential": true, "value": "unknown"}}}'}, "access_denied"),
        ({"authorization_details": '[{"type": "x"}]'}, "invalid_authorization_details"),
        ({"resource": "https://api.example"}, "invalid_target"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
)
async def test_pr_10_az_10_the_rules_are_those_of_the_authorization_endpoint(
    site: Site, changes: dict[str, str | None], error: str
) -> None:
    client = await a_pusher(site)
    refused = await client.push(**changes)
    assert refused.json()["error"] == error
    assert refused.status_code in (400, 403)
    assert "location" not in refused.headers
    assert told(await client.push()) == "201"


async def test_long_states_and_nonces_are_kept_whole(site: Site) -> None:
    client = await a_pusher(site)
    answer = await client.through(await client.open(await client.reference(state="s" * 384, nonce="n" * 384)))
    assert answer["state"] == "s" * 384
    tokens = (await client.redeem(answer["code"])).json()
    assert client.opened(tokens["id_token"])["nonce"] == "n" * 384
    second = await client.through(await client.open(await client.reference(state=None, nonce=None)))
    assert "state" not in second, "none is invented"


async def test_az_37_only_what_was_pushed_counts(site: Site) -> None:
    client = await a_pusher(site)
    outside = {"state": "outside", "nonce": "outside", "redirect_uri": "https://evil.example/cb", "scope": "openid nik", "prompt": "none"}
    page = await client.open(await client.reference(state=None), **outside)
    answer = await client.through(page)
    assert "state" not in answer
    tokens = (await client.redeem(answer["code"])).json()
    assert tokens["scope"] == "name openid"
    assert client.opened(tokens["id_token"])["nonce"] == "nonce-1"


async def test_a_fapi_client_that_does_not_push_is_refused(site: Site) -> None:
    client = await a_pusher(site)
    page = await client.browser.go(f"/authorize?{httpx.QueryParams(client.parameters())}")
    answer = answer_of(page.headers["location"])
    assert (answer["error"], answer["state"], answer["iss"]) == ("invalid_request", "state-1", ISSUER)
    assert "push" in answer["error_description"]


async def test_any_client_may_push_and_use_plain_requests_too(site: Site) -> None:
    client = await a_pusher(site, PLAIN, require_par=False)
    assert "code" in await client.through(await client.open(await client.reference()))
    page = await client.browser.go(f"/authorize?{httpx.QueryParams(client.parameters())}")
    assert "code" in answer_of(page.headers["location"])


async def test_dp_10_a_code_is_bound_to_the_key_that_was_shown_or_named_when_pushing(site: Site) -> None:
    client = await a_pusher(site)
    shown = (await client.push(headers=client.proof("/par"))).json()["request_uri"]
    named = await client.reference(dpop_jkt=thumbprint())
    both = (await client.push(headers=client.proof("/par"), dpop_jkt=thumbprint())).json()["request_uri"]
    for reference in (shown, named, both):
        code = (await client.through(await client.open(reference)))["code"]
        assert told(await client.redeem(code, OTHER)) == "400 invalid_grant"
        assert (await client.redeem(code, HERS)).json()["token_type"] == "DPoP"


async def test_dp_10_a_key_that_is_named_is_the_one_that_is_shown(site: Site) -> None:
    client = await a_pusher(site)
    refused = await client.push(headers=client.proof("/par", OTHER), dpop_jkt=thumbprint())
    assert told(refused) == "400 invalid_dpop_proof"
    assert told(await client.push(headers=client.proof("/par"), dpop_jkt=thumbprint())) == "201"


async def test_discovery_says_where_requests_are_pushed(site: Site) -> None:
    found = (await site.http().get("/.well-known/openid-configuration")).json()
    assert found["pushed_authorization_request_endpoint"] == f"{ISSUER}/par"
    assert found["require_pushed_authorization_requests"] is False
    assert found["request_parameter_supported"] is found["request_uri_parameter_supported"] is True
    assert found["require_request_uri_registration"] is True
    assert {"ES256", "PS256", "EdDSA", "RS256"} <= set(found["request_object_signing_alg_values_supported"])
    assert "none" not in found["request_object_signing_alg_values_supported"]
    assert found["response_modes_supported"] == ["query", "form_post", "jwt", "query.jwt", "form_post.jwt"]
    assert "ES256" in found["authorization_signing_alg_values_supported"]
    assert found["display_values_supported"] == ["page", "popup", "touch"]
    assert found["claims_locales_supported"] == ["id"]


@pytest.mark.parametrize("no_first", [True, False], ids=["refused first", "granted first"])
async def test_pr_04_a_request_is_answered_once_whatever_the_answer(site: Site, no_first: bool) -> None:
    """Opened in two browsers: after the first answer, a refusal too, the other one gets none."""
    client = await a_pusher(site)
    reference, one, two = await client.reference(), site.browser(), site.browser()
    first, second = await client.open(reference, one), await client.open(reference, two)

    async def decline(browser: Browser) -> httpx.Response:
        await browser.sign_in(SITI, PASSWORD)
        await browser.submit(button="tidak")
        return await browser.submit(button="tidak-jadi")

    if no_first:
        declined = await decline(one)
        assert answer_of(declined.headers["location"])["error"] == "access_denied"
        await two.sign_in(SITI, PASSWORD)
        late = await two.submit(button="lanjutkan")
    else:
        assert "code" in await client.through(first, one)
        assert second.status_code == 200
        late = await two.sign_in(SITI, PASSWORD)
    assert late.status_code == 400 and "location" not in late.headers


async def test_pr_04_an_error_is_an_answer_too(site: Site) -> None:
    client = await a_pusher(site)
    reference, one = await client.reference(), site.browser()
    page = await client.open(reference, one)
    kept = site.house.registry.now.clients[client.client_id]
    await register(site, replace(kept, scopes=frozenset({"openid"})))
    refused = await client.open(reference)
    assert answer_of(refused.headers["location"])["error"] == "invalid_scope"
    assert (await client.open(reference)).status_code == 400, "and once only"
    await register(site, kept)
    assert page.status_code == 200
    await one.sign_in(SITI, PASSWORD)
    assert (await one.submit(button="lanjutkan")).status_code == 400, "the tab that was open before gets none"
    assert "code" in await client.through(await client.open(await client.reference()))
