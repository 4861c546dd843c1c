"""Signing out from outside: who is signed out silently, who is asked first, and what is gone afterwards."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import httpx
import pytest

from kit.audit import AuditEvent
from tests.forms import words_of
from tests.idp.endpoints.test_jose_cases import forgeries, read
from tests.site import ISSUER, PASSWORD, Party, Site, new_party, register, test_client

AFTER = "https://rp.example/after"
OTHER = "3503115704859009"


async def ask(party: Party, **parameters: str) -> httpx.Response:
    return await party.browser.go("/logout?" + urlencode(parameters))


async def signed_in(party: Party) -> bool:
    """True while the browser's session answers a silent request."""
    location = (await party.start(prompt="none")).headers["location"]
    return "code=" in location


async def test_lo_02_a_genuine_hint_signs_out_silently_also_when_it_expired(site: Site) -> None:
    party = await new_party(site, post_logout_redirect_uris=(AFTER,))
    hint = (await party.tokens())["id_token"]
    site.clock.advance(3000)
    assert await signed_in(party)
    done = await ask(party, id_token_hint=hint, post_logout_redirect_uri=AFTER, state="abc")
    assert (done.status_code, done.headers["location"]) == (303, f"{AFTER}?state=abc")
    assert not await signed_in(party)
    noted = await site.resources.stores.audit.search(event=AuditEvent.SIGNED_OUT)
    assert len(noted) == 1


async def test_lo_02_anything_else_is_asked_first(site: Site) -> None:
    party = await new_party(site, post_logout_redirect_uris=(AFTER,))
    hint = (await party.tokens())["id_token"]
    await register(site, test_client("e-link", client_id="rp-second", post_logout_redirect_uris=(AFTER,)))
    tries = [{"id_token_hint": forged, "post_logout_redirect_uri": AFTER} for forged in forgeries(hint).values() if len(forged) < 15_000]
    tries += [{}, {"id_token_hint": hint, "client_id": "rp-second"}, {"client_id": "rp-test", "post_logout_redirect_uri": AFTER}]
    for parameters in tries:
        page = await ask(party, **parameters)
        assert page.status_code == 200, parameters
        assert "location" not in page.headers
    assert await signed_in(party)
    assert await site.resources.stores.audit.search(event=AuditEvent.SIGNED_OUT) == []
    page = await party.browser.submit(button="keluar") if party.browser.page is page else await _confirm(party)
    assert page.status_code == 200
    assert not await signed_in(party)


async def _confirm(party: Party) -> httpx.Response:
    await ask(party)
    return await party.browser.submit(button="keluar")


@pytest.mark.parametrize(
    "uri", [AFTER + "/x", AFTER + "?a=b", "https://rp.example.evil.example/after", "//evil.example", "javascript:alert(1)"]
)
async def test_lo_02_nobody_is_sent_to_an_address_that_is_not_registered(site: Site, uri: str) -> None:
    party = await new_party(site, post_logout_redirect_uris=(AFTER,))
    hint = (await party.tokens())["id_token"]
    done = await ask(party, id_token_hint=hint, post_logout_redirect_uri=uri)
    assert (done.status_code, "location" in done.headers) == (200, False)
    assert not await signed_in(party), "the hint still counts"


async def test_lo_02_a_confirmation_needs_our_own_form(site: Site) -> None:
    party = await new_party(site)
    await party.tokens()
    await ask(party)
    for csrf in ("", "x" * 43):
        refused = await party.browser.http.post("/logout", data={"keluar": "ya", "csrf": csrf}, headers={"origin": ISSUER})
        assert refused.status_code == 403
    assert await signed_in(party)
    await _confirm(party)
    assert not await signed_in(party)


async def test_lo_02_an_applications_post_comes_back_with_its_cookies(site: Site) -> None:
    party = await new_party(site, post_logout_redirect_uris=(AFTER,))
    hint = (await party.tokens())["id_token"]
    cross = {"origin": "https://rp.example", "sec-fetch-site": "cross-site"}
    sent = await site.http().post("/logout", data={"id_token_hint": hint, "post_logout_redirect_uri": AFTER}, headers=cross)
    assert sent.status_code == 303
    assert hint not in sent.headers["location"]
    done = await party.browser.go(sent.headers["location"])
    assert done.headers["location"] == AFTER
    assert not await signed_in(party)


async def test_lo_04_a_hint_of_another_person_signs_nobody_out_silently(site: Site) -> None:
    party = await new_party(site, post_logout_redirect_uris=(AFTER,))
    other = Party(site, site.browser(), scope="openid name")
    foreign = (await other.tokens(account=OTHER))["id_token"]
    own = (await party.tokens())["id_token"]
    page = await ask(party, id_token_hint=foreign, post_logout_redirect_uri=AFTER)
    assert (page.status_code, "location" in page.headers) == (200, False)
    assert await signed_in(party)
    assert (await ask(party, id_token_hint=own, post_logout_redirect_uri=AFTER)).status_code == 303
    assert not await signed_in(party)


async def test_lo_04_a_hint_of_an_older_session_of_the_same_person_asks(site: Site) -> None:
    party = await new_party(site)
    older = (await party.tokens())["id_token"]
    await _confirm(party)
    await party.tokens()
    assert (await ask(party, id_token_hint=older)).status_code == 200
    assert await signed_in(party)


async def test_lo_05_the_next_person_at_the_same_browser_meets_nothing_of_the_last(site: Site) -> None:
    party = await new_party(site)
    mine = await party.tokens()
    before = session_cookie(party)
    await _confirm(party)
    assert session_cookie(party) == ""
    other = Party(site, party.browser, scope="openid name")
    theirs = await other.tokens(account=OTHER)
    assert session_cookie(party) not in ("", before)
    subjects = [read(tokens["id_token"].split(".")[1])["sub"] for tokens in (mine, theirs)]
    assert subjects[0] != subjects[1]
    party.browser.http.cookies.set(cookie_name(party), before, domain="localhost")
    page = await party.browser.go("/beranda")
    assert "Siti" not in words_of(page.text), "the old cookie is worth nothing"


def cookie_name(party: Party) -> str:
    return next((cookie.name for cookie in party.browser.http.cookies.jar if cookie.name.endswith("gapura-s")), "gapura-s")


def session_cookie(party: Party) -> str:
    return next((cookie.value or "" for cookie in party.browser.http.cookies.jar if cookie.name.endswith("gapura-s")), "")


async def test_lo_05_a_second_sign_in_without_signing_out_ends_the_first(site: Site) -> None:
    party = await new_party(site)
    mine = await party.tokens()
    other = Party(site, party.browser, scope="openid name")
    page = await other.start(prompt="login")
    assert 'name="sandi"' in page.text
    await party.browser.sign_in(OTHER, PASSWORD)
    assert (await party.userinfo(mine["access_token"])).status_code == 401, "the session of the person before is over"


async def test_lo_09_nothing_of_a_session_outlives_it(site: Site) -> None:
    party = await new_party(site)
    tokens = await party.tokens()
    code = await party.code()
    more = (await party.refresh(tokens["refresh_token"])).json()
    await _confirm(party)
    for token in (tokens["access_token"], more["access_token"]):
        assert (await party.userinfo(token)).status_code == 401
    assert (await party.refresh(more["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await party.redeem(code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("state", ["client disabled", "application disabled", "agency suspended"])
@pytest.mark.parametrize("there", [True, False], ids=["signed in", "nobody signed in"])
async def test_pr_10_nobody_is_sent_to_an_application_that_is_switched_off(site: Site, state: str, there: bool) -> None:
    party = await new_party(site, post_logout_redirect_uris=(AFTER,))
    hint = (await party.tokens())["id_token"]
    visitor = party if there else Party(site, site.browser())
    snapshot, registry = site.house.registry.now, site.resources.stores.registry
    client = snapshot.clients["rp-test"]
    application = snapshot.applications[client.application]
    agency = snapshot.agencies[application.agency]
    if state == "client disabled":
        await registry.save_client(replace(client, enabled=False))
    elif state == "application disabled":
        await registry.save_application(replace(application, enabled=False), based_on=application.revision)
    else:
        await registry.save_agency(replace(agency, suspended=True))
    await site.house.reload()
    page = await ask(visitor, id_token_hint=hint, post_logout_redirect_uri=AFTER)
    assert page.status_code == 200 and "location" not in page.headers
    if there:
        left = await party.browser.submit(button="keluar")
        assert left.status_code == 200 and "location" not in left.headers and AFTER not in left.text
    if state == "client disabled":
        await registry.save_client(client)
        await site.house.reload()
        back = await ask(visitor, id_token_hint=hint, post_logout_redirect_uri=AFTER)
        assert (back.status_code, back.headers["location"]) == (303, AFTER), "the twin: switched on again"
