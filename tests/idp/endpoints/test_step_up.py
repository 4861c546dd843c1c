"""A resource that needs a stronger or newer sign-in says so, and the authorization endpoint heeds it. RFC 9470."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from idp.errors import InsufficientUserAuthentication, OAuthError
from idp.sessions.models import ACR_PASSWORD, ACR_TWO_STEPS
from idp.tokens.models import AccessToken
from idp.tokens.use_checks import RULES, Shown
from tests.idp.samples import NOW, a_service
from tests.site import CODE, PASSWORD, SITI, Site, answer_of, new_party

TOKEN = AccessToken(
    client_id="rp-a",
    application="aplikasi-a",
    service="layanan-satu",
    grant="grant-1",
    person="person-1",
    subject="subject-1",
    scopes=frozenset({"openid"}),
    audience="rp-a",
    issued_at=NOW,
    expires_at=NOW + 600,
    jti="jti-1",
    auth_time=NOW - 100,
    acr=ACR_PASSWORD,
)
TWO = replace(TOKEN, acr=ACR_TWO_STEPS)
NEEDS_TWO = a_service(authentication_level="aal2")


def judged(**facts: Any) -> str:
    """Return what the first rule that refuses says; empty when all are satisfied."""
    shown = replace(Shown(TOKEN, True, a_service(), NOW, 86400), **facts)
    for rule in RULES:
        try:
            rule(shown)
        except OAuthError as error:
            return f"{error.status} {error.code}: {error.description}"
    return ""


def test_a_right_one_passes_every_rule() -> None:
    assert judged() == ""
    assert judged(service=None) == ""
    assert judged(token=TWO, service=NEEDS_TWO) == ""


def test_tk_22_a_client_that_lost_the_scopes() -> None:
    assert judged(client_has_scopes=False) == "401 invalid_token: the client is not registered any more for what was granted"


def test_ui_01_a_token_without_openid() -> None:
    assert judged(token=replace(TOKEN, scopes=frozenset({"name"}))) == "403 insufficient_scope: the token lacks the scope openid"


def test_tx_06_a_token_from_an_exchange_tells_its_bearer_nothing() -> None:
    assert judged(token=replace(TOKEN, actor='{"sub":"client:rp-b"}')).startswith("403 insufficient_scope")


def test_jw_08_a_token_for_another_resource() -> None:
    assert judged(is_for_us=False) == "401 invalid_token: the token is for another resource"


def test_az_21_a_token_of_one_step_where_two_are_needed() -> None:
    assert judged(service=NEEDS_TWO) == "401 insufficient_user_authentication: this service needs a sign-in with two steps"


def test_a_second_step_of_long_ago() -> None:
    assert judged(token=replace(TWO, auth_time=NOW - 86400), service=NEEDS_TWO) == ""
    old = replace(TWO, auth_time=NOW - 86401)
    assert judged(token=old, service=NEEDS_TWO) == "401 insufficient_user_authentication: the sign-in is too long ago"
    assert judged(token=old) == "", "only where two steps are needed"


def test_the_error_says_what_would_do() -> None:
    with pytest.raises(InsufficientUserAuthentication) as caught:
        for rule in RULES:
            rule(Shown(TOKEN, True, NEEDS_TWO, NOW, 86400, "DPoP"))
    assert (caught.value.acr_values, caught.value.max_age, caught.value.scheme) == (ACR_TWO_STEPS, 86400, "DPoP")


async def test_az_21_userinfo_asks_for_two_steps_and_authorize_heeds_it(site: Site) -> None:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    assert (await party.userinfo(token)).status_code == 200
    service = site.house.registry.now.services["pendampingan-usaha"]
    await site.resources.stores.registry.save_service(replace(service, authentication_level="aal2"))
    await site.house.reload()
    refused = await party.userinfo(token)
    assert (refused.status_code, refused.json()["error"]) == (401, "insufficient_user_authentication")
    challenge = refused.headers["www-authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert f'acr_values="{ACR_TWO_STEPS}"' in challenge and 'max_age="86400"' in challenge
    assert f'resource_metadata="{site.issuer}/.well-known/oauth-protected-resource/userinfo"' in challenge

    await site.resources.stores.registry.save_service(service)
    await site.house.reload()
    page = await party.start(acr_values=ACR_TWO_STEPS, max_age="86400")
    assert 'name="kode"' in page.text, "the ordinary level of the service would have asked nothing"
    answer = await party.browser.submit(kode=CODE)
    stronger = (await party.redeem(answer_of(answer.headers["location"])["code"])).json()
    told = (await party.introspect(stronger["access_token"])).json()
    assert (told["acr"], told["auth_time"]) == (ACR_TWO_STEPS, site.clock.now())
    await site.resources.stores.registry.save_service(replace(service, authentication_level="aal2"))
    await site.house.reload()
    assert (await party.userinfo(stronger["access_token"])).status_code == 200


async def test_max_age_of_a_challenge_is_heeded(site: Site) -> None:
    party = await new_party(site)
    await party.tokens()
    site.clock.advance(100)
    page = await party.start(max_age="99")
    assert 'name="sandi"' in page.text
    await party.browser.sign_in(SITI, PASSWORD)
    assert (await party.start(max_age="99")).headers.get("location", "").startswith(party.redirect_uri)
