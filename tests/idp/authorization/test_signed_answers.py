"""Authorization responses as one JWT, for every way they travel and for errors too (JARM); and `iss` in those that are not (RFC 9207)."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.idp.authorization.pushing import PLAIN, SECURITY, SIGNING, Pusher, a_pusher
from tests.site import CALLBACK, ISSUER, PASSWORD, SITI, Site


def sent(response: httpx.Response, mode: str) -> dict[str, str]:
    """Return what went to the redirect URI, by redirect or by the form that sends itself."""
    if mode.startswith("form_post"):
        assert f'action="{CALLBACK}"' in response.text
        fields = re.findall(r'name="([a-z_]+)" value="([^"]*)"', response.text)
        return {name: html.unescape(value) for name, value in fields}
    assert response.status_code == 303 and response.headers["location"].startswith(CALLBACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


async def walked(client: Pusher, **changes: str | None) -> httpx.Response:
    """Sign in, agree, and return the answer."""
    await client.open(await client.reference(**changes))
    await client.browser.sign_in(SITI, PASSWORD)
    return await client.browser.submit(button="lanjutkan")


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "form_post.jwt"])
async def test_az_34_a_signed_answer_holds_everything_and_nothing_stands_beside_it(site: Site, mode: str) -> None:
    client = await a_pusher(site)
    answer = sent(await walked(client, response_mode=mode), mode)
    assert set(answer) == {"response"}
    claims = client.opened(answer["response"])
    assert set(claims) == {"iss", "aud", "exp", "code", "state"}
    assert (claims["iss"], claims["aud"], claims["state"]) == (ISSUER, "rp-pushes", "state-1")
    assert site.clock.now() < claims["exp"] <= site.clock.now() + 600
    assert (await client.redeem(claims["code"])).status_code == 200


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "form_post.jwt"])
async def test_az_34_errors_are_signed_too(site: Site, mode: str) -> None:
    client = await a_pusher(site)
    answer = sent(await client.open(await client.reference(response_mode=mode, prompt="none")), mode)
    assert set(answer) == {"response"}
    claims = client.opened(answer["response"])
    assert (claims["error"], claims["state"], claims["iss"], claims["aud"]) == ("login_required", "state-1", ISSUER, "rp-pushes")


async def test_az_34_a_rule_that_refuses_is_told_signed(site: Site) -> None:
    client = await a_pusher(site, PLAIN, require_par=False, response_modes=frozenset({"jwt"}))
    parameters = client.parameters(response_mode="jwt", scope="openid unheard-of")
    page = await client.browser.go(f"/authorize?{httpx.QueryParams(parameters)}")
    assert client.opened(sent(page, "jwt")["response"])["error"] == "invalid_scope"


@pytest.mark.parametrize("mode", ["query", "form_post"])
async def test_az_34_an_answer_that_is_not_signed_names_us(site: Site, mode: str) -> None:
    client = await a_pusher(site)
    answer = sent(await walked(client, response_mode=mode), mode)
    assert set(answer) == {"code", "state", "iss"}
    assert answer["iss"] == ISSUER


async def test_the_algorithm_is_the_one_the_client_registered(site: Site) -> None:
    client = await a_pusher(site, SECURITY, authorization_alg="PS256")
    answer = sent(await walked(client, response_mode="jwt"), "jwt")
    assert client.opened(answer["response"])["code"]
    from idp.keys.signer import header_of

    assert header_of(answer["response"])["alg"] == "PS256"


async def test_message_signing_both_ways(site: Site) -> None:
    client = await a_pusher(site, SIGNING)
    form = {"client_id": client.client_id, "request": client.object(response_mode="jwt")}
    await client.open(await client.reference(form))
    await client.browser.sign_in(SITI, PASSWORD)
    answer = sent(await client.browser.submit(button="lanjutkan"), "jwt")
    code = client.opened(answer["response"])["code"]
    assert (await client.redeem(code)).json()["token_type"] == "DPoP"


async def test_a_person_who_says_no_is_told_signed(site: Site) -> None:
    client = await a_pusher(site)
    await client.open(await client.reference(response_mode="jwt"))
    await client.browser.sign_in(SITI, PASSWORD)
    page = await client.browser.submit(button="tidak")
    assert "Anda memilih tidak membagikan data" in page.text
    answer = sent(await client.browser.submit(button="tidak-jadi"), "jwt")
    assert client.opened(answer["response"])["error"] == "access_denied"
