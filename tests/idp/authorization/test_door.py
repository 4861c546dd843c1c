"""How the OpenID door answers: held to the hint, to silence, and to what the client is by the time the person is done."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from idp.errors import AccessDenied, ConsentRequired, InteractionRequired, LoginRequired
from tests.forms import words_of
from tests.idp.grants.test_token_exchange import person_of
from tests.idp.signout.test_ends import read as read_claims
from tests.site import CALLBACK, ISSUER, PASSWORD, SITI, Party, Site, answer_of, challenge, new_party, register, test_client

OTHER = "3503021901769004"


def form(**more: str) -> dict[str, str]:
    return {
        "client_id": "rp-test",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": "openid name",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
        **more,
    }


async def by_post(party: Party, **more: str) -> httpx.Response:
    """Send the request as another site's form does: the first answer comes to a request without our cookies."""
    first = await party.site.http().post("/authorize", data=form(**more))
    assert first.status_code == 303
    assert first.headers["location"].startswith("/lanjut/"), "kept, and asked to come again with the cookies"
    return await party.browser.go(first.headers["location"])


def told(response: httpx.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text[:300]
    assert response.headers["location"].startswith(CALLBACK)
    answer = answer_of(response.headers["location"])
    assert (answer["iss"], answer["state"]) == (ISSUER, "state-1")
    return answer


async def test_a_request_by_post_is_answered_like_one_by_get(site: Site) -> None:
    party = await new_party(site)
    party.scope = "openid name"
    page = await by_post(party)
    assert 'name="sandi"' in page.text
    page = await party.browser.sign_in(SITI, PASSWORD)
    page = await party.browser.submit(button="lanjutkan")
    assert (await party.redeem(told(page)["code"])).status_code == 200
    assert "code" in told(await by_post(party)), "and the second time at once"


async def test_az_17_a_silent_request_by_post_shows_no_page(site: Site) -> None:
    party = await new_party(site)
    assert told(await by_post(party, prompt="none"))["error"] == "login_required"
    await party.start(scope="openid name")
    await party.browser.sign_in(SITI, PASSWORD)
    assert told(await by_post(party, prompt="none"))["error"] == "consent_required"
    await party.code(scope="openid name")
    assert "code" in told(await by_post(party, prompt="none"))


async def hint_of(site: Site, account: str) -> str:
    """Return an ID token of somebody's who then left their own browser."""
    return str((await Party(site, site.browser(), scope="openid name").tokens(account=account))["id_token"])


@pytest.mark.parametrize("way", ["get", "post"])
async def test_the_hint_names_who_must_be_there(site: Site, way: str) -> None:
    party = await new_party(site)
    party.scope = "openid name"
    mine = (await party.tokens())["id_token"]
    foreign = await hint_of(site, OTHER)

    async def ask(**more: str) -> httpx.Response:
        return await (party.start(**more) if way == "get" else by_post(party, **more))

    assert "code" in told(await ask(prompt="none", id_token_hint=mine))
    assert "code" in told(await ask(id_token_hint=mine))
    assert told(await ask(prompt="none", id_token_hint=foreign))["error"] == "login_required"


async def test_a_hint_that_expired_still_names_somebody(site: Site) -> None:
    party = await new_party(site)
    hint = (await party.tokens())["id_token"]
    site.clock.advance(3000)
    assert "code" in told(await party.start(prompt="none", id_token_hint=hint))


async def test_whoever_signs_in_instead_of_the_hinted_person_is_not_passed_off_as_them(site: Site) -> None:
    party = await new_party(site)
    party.scope = "openid name"
    foreign = await hint_of(site, OTHER)
    await party.code()
    page = await party.start(id_token_hint=foreign)
    assert 'name="sandi"' in page.text, "the expected person may sign in here"
    page = await party.browser.sign_in(SITI, PASSWORD)
    assert told(page)["error"] == "login_required"
    await party.start(id_token_hint=foreign)
    page = await party.browser.sign_in(OTHER, PASSWORD)
    assert "code" in told(page)


async def test_a_hint_that_is_not_ours_or_not_this_clients_is_refused(site: Site) -> None:
    party = await new_party(site)
    mine = await party.tokens()
    await register(site, test_client("e-link", client_id="rp-other"))
    other = Party(site, site.browser(), "rp-other", scope="openid name")
    foreign = (await other.tokens())["id_token"]
    for hint in (foreign, "x.y.z", mine["access_token"], mine["id_token"][:-8] + "AAAAAAAA"):
        assert told(await party.start(prompt="none", id_token_hint=hint))["error"] == "invalid_request"


@pytest.mark.parametrize("change", [{"redirect_uris": ("https://rp.example/new",)}, {"enabled": False}], ids=["redirect", "disabled"])
async def test_a_client_that_changed_meanwhile_gets_no_answer_at_the_old_address(site: Site, change: dict[str, object]) -> None:
    party = await new_party(site)
    party.scope = "openid name"
    await party.start()
    page = await party.browser.sign_in(SITI, PASSWORD)
    assert "Bagikan data Anda" in words_of(page.text)
    await register(site, replace(test_client(), **change))  # type: ignore[arg-type]
    page = await party.browser.submit(button="lanjutkan")
    assert (page.status_code, "location" in page.headers) == (400, False)
    assert CALLBACK not in page.text
    await register(site, test_client())
    assert "code" in told(await party.start())


async def test_form_post_carries_the_answer_in_a_form_that_works_without_script(site: Site) -> None:
    party = await new_party(site)
    party.scope = "openid name"
    await party.code()
    page = await party.start(response_mode="form_post")
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "https://rp.example" in page.headers["content-security-policy"]
    from tests.forms import forms_of

    (answer,) = [one for one in forms_of(page.text) if one.action == CALLBACK]
    assert answer.method == "post"
    assert set(answer.fields) == {"code", "state", "iss"}
    assert (answer.fields["iss"], answer.fields["state"]) == (ISSUER, "state-1")
    assert answer.buttons, "a button for whoever has no script"
    assert (await party.redeem(answer.fields["code"])).status_code == 200


async def test_a_state_comes_back_as_it_was_sent(site: Site) -> None:
    party = await new_party(site)
    await party.code()
    for state in ("a b+c&d=e#f%20", '"><script>', "s" * 2048):
        assert answer_of((await party.start(state=state)).headers["location"])["state"] == state
    assert "state" not in answer_of((await party.start(state="")).headers["location"])


async def test_a_nonce_and_what_was_asked_for_come_in_the_id_token_and_nothing_else(site: Site) -> None:
    party = await new_party(site)
    wanted = '{"id_token": {"name": null, "nik": null}, "userinfo": {"kecamatan": null}}'
    tokens = await party.tokens(scope="openid name", claims=wanted, nonce="n" * 384)
    claims = site.house.keys.signer.verify(tokens["id_token"])
    assert (claims["nonce"], claims["name"], claims["nik"]) == ("n" * 384, "Siti Peragawati", SITI)
    assert "kecamatan" not in claims
    plain = site.house.keys.signer.verify((await party.tokens(scope="openid name", nonce=""))["id_token"])
    assert set(plain) == {"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "at_hash", "sid"}


def test_each_refusal_has_the_word_of_the_protocol() -> None:
    from idp.authorization.door import ERROR_OF
    from idp.interaction.models import REASONS

    assert set(ERROR_OF) <= set(REASONS)
    assert ERROR_OF["declined"] is AccessDenied
    assert ERROR_OF["login_required"] is LoginRequired
    assert ERROR_OF["consent_required"] is ConsentRequired
    assert ERROR_OF["no_second_step"] is InteractionRequired


@pytest.mark.parametrize("way", ["get", "post"])
async def test_a_sub_asked_for_by_its_value_names_who_must_be_there(site: Site, way: str) -> None:
    """OIDC Core §3.1.2.2, §5.5.1: no positive answer about anybody else, silent or not, essential or not."""
    party = await new_party(site)
    party.scope = "openid name"
    mine = read_claims((await party.tokens())["id_token"])["sub"]
    foreign = read_claims(await hint_of(site, OTHER))["sub"]

    async def ask(sub: str, **more: str) -> httpx.Response:
        asked = json.dumps({"id_token": {"sub": {"value": sub}}})
        return await (party.start(claims=asked, **more) if way == "get" else by_post(party, claims=asked, **more))

    assert "code" in told(await ask(mine)) and "code" in told(await ask(mine, prompt="none"))
    assert told(await ask(foreign, prompt="none"))["error"] == "login_required"
    if way == "get":
        assert 'name="sandi"' in (await ask(foreign)).text, "the expected person may sign in here"
        assert told(await party.browser.sign_in(SITI, PASSWORD))["error"] == "login_required"
        await ask(foreign)
        assert "code" in told(await party.browser.sign_in(OTHER, PASSWORD))


async def test_a_sub_by_value_and_a_hint_name_the_same_person(site: Site) -> None:
    party = await new_party(site)
    party.scope = "openid name"
    mine = (await party.tokens())["id_token"]
    foreign = read_claims(await hint_of(site, OTHER))["sub"]
    asked = json.dumps({"id_token": {"sub": {"value": foreign}}})
    assert told(await party.start(prompt="none", id_token_hint=mine, claims=asked))["error"] == "invalid_request"
    same = json.dumps({"id_token": {"sub": {"value": read_claims(mine)["sub"]}}})
    assert "code" in told(await party.start(prompt="none", id_token_hint=mine, claims=same))


async def test_two_agencies_cannot_compare_the_sid_of_one_session(site: Site) -> None:
    """As with the pairwise sub (OIDC Core §8.1): the same in a sector, another one in every other, and never the session's own."""
    party = await new_party(site)
    await register(site, test_client(client_id="rp-near"))
    await register(site, test_client("e-link", client_id="rp-far"))
    await register(site, test_client(client_id="rp-sector", sector="https://rp.example/sector"))

    async def claims(client_id: str) -> dict[str, Any]:
        return read_claims((await Party(site, party.browser, client_id, scope="openid name").tokens())["id_token"])

    first, near, far, sector = [await claims(name) for name in ("rp-test", "rp-near", "rp-far", "rp-sector")]
    assert (first["sub"], first["sid"]) == (near["sub"], near["sid"])
    assert len({one["sid"] for one in (first, far, sector)}) == len({one["sub"] for one in (first, far, sector)}) == 3
    again = await claims("rp-test")
    assert again["sid"] == first["sid"], "it names the session, and stays"
    rows = await site.resources.stores.session_log.of_person(await person_of(site), site.clock.now())
    assert rows and not {row.sid for row in rows} & {one["sid"] for one in (first, far, sector)}
