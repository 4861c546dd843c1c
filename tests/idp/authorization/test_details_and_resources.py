"""Rich authorization requests and resource indicators, from the request to what a resource server is told. RFC 9396, RFC 8707."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from kit.audit import AuditEvent
from tests.forms import words_of
from tests.site import PASSWORD, SITI, TEST_SECRET, Party, Site, answer_of, new_party, register, test_client

READ: dict[str, Any] = {"type": "izin_usaha", "actions": ["read"], "identifier": "NIB 0220001112223"}
SIGN: dict[str, Any] = {"type": "izin_usaha", "actions": ["sign"], "locations": ["https://perizinan.example/api"]}
TYPES = frozenset({"izin_usaha"})
A, B = "https://api.example/a", "https://api.example/b"


def text(*items: dict[str, Any]) -> str:
    return json.dumps(list(items))


async def a_party(site: Site) -> Party:
    party = await new_party(site, authorization_details_types=TYPES, resources=frozenset({A, B}))
    party.scope = "openid name"
    return party


async def to_consent(party: Party, **more: str) -> httpx.Response:
    await party.start(**more)
    page = await party.browser.sign_in(SITI, PASSWORD)
    assert page.status_code == 200
    return page


async def test_what_is_asked_is_shown_in_plain_words_and_granted_as_shown(site: Site) -> None:
    party = await a_party(site)
    page = await to_consent(party, authorization_details=text(READ, SIGN))
    said = words_of(page.text)
    for words in ("Izin khusus kali ini", "izin usaha", "membaca", "menandatangani", "NIB 0220001112223", "https://perizinan.example/api"):
        assert words in said, words
    answer = answer_of((await party.browser.submit(button="setuju")).headers["location"])
    tokens = (await party.redeem(answer["code"])).json()
    assert tokens["authorization_details"] == [READ, SIGN]
    found = (await party.introspect(tokens["access_token"])).json()
    assert found["authorization_details"] == [READ, SIGN]
    refreshed = (await party.refresh(tokens["refresh_token"])).json()
    assert refreshed["authorization_details"] == [READ, SIGN]
    noted = await site.resources.stores.audit.search(event=AuditEvent.DETAILS_AGREED)
    assert [one.entry.after["types"] for one in noted] == [["izin_usaha"]]
    assert "NIB" not in str(noted)


async def test_the_page_says_it_in_english_too(site: Site) -> None:
    party = await a_party(site)
    page = await to_consent(party, authorization_details=text(READ), ui_locales="en")
    said = words_of(page.text)
    assert "Special permission, this time" in said and "What it may do" in said and "read" in said


async def test_what_is_asked_is_asked_each_time(site: Site) -> None:
    party = await a_party(site)
    await party.code()
    assert "code" in answer_of((await party.start()).headers["location"]), "data that were agreed to are not asked again"
    page = await party.start(authorization_details=text(READ))
    assert "Izin khusus kali ini" in page.text
    assert "code" in answer_of((await party.browser.submit(button="setuju")).headers["location"])
    assert "Izin khusus kali ini" in (await party.start(authorization_details=text(READ))).text
    silent = await party.start(authorization_details=text(READ), prompt="none")
    assert answer_of(silent.headers["location"])["error"] == "consent_required"


async def test_a_person_may_say_no_to_what_is_asked_and_keeps_what_was_agreed_before(site: Site) -> None:
    party = await a_party(site)
    await party.code()
    page = await party.start(authorization_details=text(READ))
    assert "Izinkan Pendampingan" in page.text and "Untuk apa dan berapa lama" not in page.text
    page = await party.browser.submit(button="tidak")
    assert "tidak mendapat izin khusus itu" in page.text
    answer = answer_of((await party.browser.submit(button="tidak-jadi")).headers["location"])
    assert answer["error"] == "access_denied"
    assert "code" in answer_of((await party.start()).headers["location"])


async def test_a_token_request_may_ask_for_less_and_never_for_more(site: Site) -> None:
    party = await a_party(site)
    await to_consent(party, authorization_details=text(READ, SIGN))
    answer = answer_of((await party.browser.submit(button="setuju")).headers["location"])
    more = await party.redeem(answer["code"], authorization_details=text({**READ, "actions": ["read", "sign"]}))
    assert more.json()["error"] == "invalid_authorization_details"
    less = await party.redeem(answer["code"], authorization_details=text(SIGN))
    assert less.json()["authorization_details"] == [SIGN]
    again = await party.refresh(less.json()["refresh_token"], authorization_details=text(READ))
    assert again.json()["authorization_details"] == [READ]
    beyond = await party.refresh(again.json()["refresh_token"], authorization_details=text({**READ, "actions": ["delete"]}))
    assert beyond.json()["error"] == "invalid_authorization_details"
    assert (await party.refresh(again.json()["refresh_token"])).status_code == 200, "and the token is still good"


async def test_an_application_in_its_own_name_gets_details_of_its_types(site: Site) -> None:
    party = await a_party(site)
    form = {"grant_type": "client_credentials", "authorization_details": text(READ), "resource": B}
    tokens = (await site.http().post("/token", data=form, auth=party.auth)).json()
    assert tokens["authorization_details"] == [READ]
    assert (await party.introspect(tokens["access_token"])).json()["aud"] == B
    wrong = {**form, "authorization_details": text({**READ, "type": "lain"})}
    assert (await site.http().post("/token", data=wrong, auth=party.auth)).json()["error"] == "invalid_authorization_details"


async def test_a_jwt_access_token_says_what_it_is_for(site: Site) -> None:
    party = await new_party(site, authorization_details_types=TYPES, resources=frozenset({A}), access_token_format="jwt")
    party.scope = "openid name"
    await to_consent(party, authorization_details=text(READ), resource=A)
    answer = answer_of((await party.browser.submit(button="setuju")).headers["location"])
    token = (await party.redeem(answer["code"])).json()["access_token"]
    claims = site.house.keys.signer.verify(token, "at+jwt")
    assert (claims["aud"], claims["authorization_details"]) == (A, [READ])


async def test_several_resources_may_be_asked_for_and_one_is_in_a_token(site: Site) -> None:
    party = await a_party(site)
    query = "&".join(f"resource={one}" for one in (A, B))
    code = await party.code()
    assert code
    page = await party.start()
    location = f"{page.request.url}&{query}"
    both = answer_of((await party.browser.go(location)).headers["location"])["code"]
    assert (await party.redeem(both)).json()["error"] == "invalid_target", "name one"
    assert (await party.redeem(both, resource="https://api.example/c")).json()["error"] == "invalid_target"
    tokens = (await party.redeem(both, resource=A)).json()
    assert (await party.introspect(tokens["access_token"])).json()["aud"] == A
    other = (await party.refresh(tokens["refresh_token"], resource=B)).json()
    assert (await party.introspect(other["access_token"])).json()["aud"] == B


async def test_jw_08_a_token_for_a_resource_opens_nothing_at_userinfo(site: Site) -> None:
    party = await a_party(site)
    tokens = await party.tokens(resource=A)
    refused = await party.userinfo(tokens["access_token"])
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
    own = (await party.tokens(resource="rp-test"))["access_token"]
    assert (await party.userinfo(own)).json()["sub"]


async def test_tk_20_a_refresh_stays_within_the_resources_that_were_granted(site: Site) -> None:
    party = await a_party(site)
    tokens = await party.tokens(resource=A)
    assert (await party.introspect(tokens["access_token"])).json()["aud"] == A
    assert (await party.refresh(tokens["refresh_token"], resource=B)).json()["error"] == "invalid_target"
    assert (await party.refresh(tokens["refresh_token"], resource=A)).status_code == 200


async def test_a_resource_that_is_not_the_clients_is_refused_at_once(site: Site) -> None:
    party = await a_party(site)
    page = await party.start(resource="https://api.example/c")
    assert answer_of(page.headers["location"])["error"] == "invalid_target"


@pytest.mark.parametrize("exempt", [True, False])
async def test_az_22_a_client_that_is_exempt_from_pkce_needs_no_verifier_and_may_send_none(site: Site, exempt: bool) -> None:
    party = await new_party(site, pkce_optional=exempt)
    page = await party.start(code_challenge="", code_challenge_method="")
    if not exempt:
        assert answer_of(page.headers["location"])["error"] == "invalid_request"
        return
    await party.browser.sign_in(SITI, PASSWORD)
    code = answer_of((await party.browser.submit(button="lanjutkan")).headers["location"])["code"]
    assert (await party.redeem(code)).json()["error"] == "invalid_grant", "a verifier that nobody announced"
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": party.redirect_uri}
    assert (await site.http().post("/token", data=form, auth=("rp-test", TEST_SECRET))).status_code == 200
    held = await party.code()
    form = {**form, "code": held}
    assert (await site.http().post("/token", data=form, auth=("rp-test", TEST_SECRET))).json()["error"] == "invalid_grant"


async def test_az_20_a_client_may_register_how_old_a_sign_in_may_be(site: Site) -> None:
    party = await new_party(site, default_max_age=600)
    await party.code()
    site.clock.advance(500)
    assert "code" in answer_of((await party.start()).headers["location"])
    site.clock.advance(200)
    assert 'name="sandi"' in (await party.start()).text
    assert "code" in answer_of((await party.start(max_age="3600")).headers["location"]), "what the request says comes first"
    await register(site, test_client())
    assert "code" in answer_of((await party.start()).headers["location"])


async def test_cn_02_cn_09_the_page_shows_a_member_that_is_called_type(site: Site) -> None:
    party = await a_party(site)
    page = await to_consent(party, authorization_details=text({**READ, "batas": {"type": "tanpa-batas-waktu", "nilai": "1"}}))
    said = words_of(page.text)
    assert "batas.type" in said and "tanpa-batas-waktu" in said and "batas.nilai" in said
    refused = await party.start(authorization_details=text({**READ, "kosong": {}}))
    assert answer_of(refused.headers["location"])["error"] == "invalid_authorization_details", "an empty member could not be shown"


async def test_tk_22_a_type_taken_from_the_client_ends_what_was_granted_of_it(site: Site) -> None:
    """At a code, at a refresh and at who introspects; what was granted without a type goes on."""
    party = await a_party(site)

    async def code() -> str:
        await party.start(authorization_details=text(READ))
        return answer_of((await party.browser.submit(button="setuju")).headers["location"])["code"]

    await to_consent(party, authorization_details=text(READ))
    first = answer_of((await party.browser.submit(button="setuju")).headers["location"])["code"]
    tokens, waiting = (await party.redeem(first)).json(), await code()
    plain = (await party.redeem(await party.code())).json()
    assert (await party.introspect(tokens["access_token"])).json()["authorization_details"] == [READ]
    client = site.house.registry.now.clients[party.client_id]
    await register(site, replace(client, authorization_details_types=frozenset({"lain"})))
    assert (await party.introspect(tokens["access_token"])).json() == {"active": False}
    assert (await party.redeem(waiting)).json()["error"] == "invalid_grant"
    assert (await party.refresh(tokens["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.introspect(plain["access_token"])).json()["active"] is True
    assert (await party.refresh(plain["refresh_token"])).status_code == 200
    await register(site, client)
    assert (await party.refresh(tokens["refresh_token"])).status_code == 200, "the twin: registered again"
