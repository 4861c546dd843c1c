"""Access tokens at the edges: headers that are none, bodies without end, guesses, smaller refreshes, resource servers, JWTs."""

from __future__ import annotations

import json

import httpx
import pytest

from idp.keys.signer import MAX_TOKEN
from idp.proofs.dpop import ALGORITHMS
from idp.tokens.guessing import MOST
from tests.journeys.test_canary import captured_log
from tests.site import ISSUER, SITI, Party, Site, new_party, register, test_client

BODY = {"content-type": "application/x-www-form-urlencoded"}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic x", "DPoP", "DPoP ", "x"])
async def test_a_header_that_is_no_bearer_header(site: Site, header: str) -> None:
    assert (await site.http().get("/userinfo", headers={"authorization": header})).json()["error"] == "invalid_request"


async def test_no_token_gets_the_bare_challenge_and_a_wrong_one_says_so(site: Site) -> None:
    nothing = await site.http().get("/userinfo")
    assert (nothing.status_code, nothing.json()) == (401, {})
    about = f'resource_metadata="{ISSUER}/.well-known/oauth-protected-resource/userinfo"'
    dpop = f'DPoP realm="gapura", algs="{" ".join(ALGORITHMS)}", {about}'
    assert nothing.headers.get_list("www-authenticate") == [f'Bearer realm="gapura", {about}', dpop]
    wrong = await site.http().get("/userinfo", headers=bearer("x" * 43))
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]
    assert wrong.headers["cache-control"] == "no-store"


async def test_a_body_without_end_is_refused_not_a_failure(site: Site) -> None:
    answer = await site.http().post("/userinfo", content=b"x" * 20_000, headers=BODY)
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")


async def test_a_refresh_for_less_reads_less(site: Site) -> None:
    party = await new_party(site)
    tokens = await party.tokens()
    narrow = (await party.refresh(tokens["refresh_token"], scope="openid name")).json()
    assert set((await party.userinfo(narrow["access_token"])).json()) == {"sub", "name"}
    whole = (await party.refresh(narrow["refresh_token"])).json()
    assert (await party.userinfo(whole["access_token"])).json()["nik"] == SITI, "the grant itself did not shrink"


async def test_ui_07_whoever_tries_tokens_is_slowed_and_the_others_are_not(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    guesser = site.http("203.0.113.5")
    with captured_log() as log:
        for n in range(MOST):
            assert (await guesser.get("/userinfo", headers=bearer(f"{n:043}"))).status_code == 401
        for n in range(3):
            slowed = await guesser.get("/userinfo", headers=bearer(f"{n:043}"))
            assert (slowed.status_code, slowed.json()["error"], slowed.headers["retry-after"]) == (429, "slow_down", "60")
    assert log.getvalue().count("token_guessing") == 1, "operators hear of it, once"
    assert "203.0.113.0/24" in log.getvalue()
    assert (await guesser.get("/userinfo", headers=bearer(token))).status_code == 200, "a good token is never counted"
    assert (await site.http().get("/userinfo", headers=bearer("x" * 43))).status_code == 401
    site.clock.advance(60)
    assert (await guesser.get("/userinfo", headers=bearer("x" * 43))).status_code == 401


async def test_ui_07_introspection_counts_too(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    for n in range(MOST):
        assert (await party.introspect(f"{n:043}")).json() == {"active": False}
    assert (await party.introspect("x" * 43)).status_code == 429
    assert (await party.introspect(token)).json()["active"] is True


async def other_party(site: Site) -> Party:
    await register(site, test_client("e-link", client_id="rp-other"))
    return Party(site, site.browser(), "rp-other", scope="openid name")


async def test_introspection_tells_its_own_client_and_its_audience(site: Site) -> None:
    party, other = await new_party(site), await other_party(site)
    token = (await party.tokens())["access_token"]
    told = (await party.introspect(token)).json()
    assert (told["active"], told["client_id"], told["token_type"]) == (True, "rp-test", "Bearer")
    assert told["exp"] - told["iat"] == 600
    assert (await other.introspect(token)).json() == {"active": False}
    await register(site, test_client(audience="rp-other"))
    for_other = (await party.tokens())["access_token"]
    assert (await other.introspect(for_other)).json()["aud"] == "rp-other", "a resource server sees what is meant for it"
    assert SITI not in (await party.introspect(token)).text


async def test_introspection_needs_a_client_that_can_prove_itself(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    nobody = await site.http().post("/introspect", data={"token": token})
    assert (nobody.status_code, nobody.json()["error"]) == (401, "invalid_client")
    await register(site, test_client(client_id="rp-public", auth_method="none", secrets=()))
    public = await site.http().post("/introspect", data={"token": token, "client_id": "rp-public"})
    assert (public.status_code, public.json()["error"]) == (401, "invalid_client")
    empty = await site.http().post("/introspect", data={"x": "1"}, auth=party.auth)
    assert (empty.status_code, empty.json()["error"]) == (400, "invalid_request")


async def test_a_jwt_access_token_is_withdrawn_like_any_other(site: Site) -> None:
    party = await new_party(site, access_token_format="jwt", audience="https://api.example")
    tokens = await party.tokens()
    assert tokens["expires_in"] == 300
    claims = site.house.keys.signer.verify(tokens["access_token"], "at+jwt")
    assert (claims["aud"], claims["client_id"], claims["exp"] - claims["iat"]) == ("https://api.example", "rp-test", 300)
    assert not {"name", "nik", "phone_number"} & set(claims)
    assert (await party.userinfo(tokens["access_token"])).json()["nik"] == SITI
    await site.http().post("/revoke", data={"token": tokens["access_token"]}, auth=party.auth)
    assert (await party.userinfo(tokens["access_token"])).status_code == 401


async def test_lg_22_a_refresh_token_ends_with_a_session_that_nobody_uses(site: Site) -> None:
    """Use of the session counts, use of the token does not; offline access needs no session."""
    party = await new_party(site)
    tokens = await party.tokens()
    idle = site.house.settings.idp.session_idle_seconds
    site.clock.advance(idle - 10)
    tokens = (await party.refresh(tokens["refresh_token"])).json()
    site.clock.advance(11)
    refused = await party.refresh(tokens["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")


async def test_a_jwt_that_carries_much_works_and_one_that_would_be_too_large_is_refused_when_it_is_made(site: Site) -> None:
    """RFC 9396 §9.1: what a token may hold is bounded by what we and our services read (kit of both sides: 16 KiB)."""
    types = frozenset({"izin_usaha"})
    party = await new_party(site, authorization_details_types=types, access_token_format="jwt")

    async def own(value: str) -> httpx.Response:
        details = [{"type": "izin_usaha", "actions": ["read"], "catatan": value} for _ in range(10)]
        form = {"grant_type": "client_credentials", "authorization_details": json.dumps(details, ensure_ascii=False)}
        return await site.http().post("/token", data=form, auth=party.auth)

    token = (await own("x" * 300)).json()["access_token"]
    assert 4096 < len(token) <= MAX_TOKEN
    assert (await party.introspect(token)).json()["active"] is True
    await site.http().post("/revoke", data={"token": token}, auth=party.auth)
    assert (await party.introspect(token)).json() == {"active": False}
    refused = await own("\N{MATHEMATICAL BOLD CAPITAL A}" * 300)  # four bytes each
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_authorization_details")


@pytest.mark.parametrize("name", ["resource", "client_secret", "client_assertion", "authorization_details", "scope", "client_id"])
async def test_tk_25_a_parameter_without_a_value_counts_as_omitted(site: Site, name: str) -> None:
    """RFC 6749 §3.2; given twice it is refused all the same."""
    party = await new_party(site)
    http, form = site.http(), {"grant_type": "client_credentials", name: ""}
    assert (await http.post("/token", data=form, auth=party.auth)).status_code == 200
    for twice in (f"{name}=&{name}=", f"{name}=a&{name}="):
        content = f"grant_type=client_credentials&{twice}"
        answer = await http.post("/token", content=content, headers=BODY, auth=party.auth)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await http.post("/token", data={"grant_type": ""}, auth=party.auth)).json()["error"] == "invalid_request"
