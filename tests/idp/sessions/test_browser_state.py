"""What an application's page may watch: a state that changes at sign-in and sign-out, for clients that use it and no others."""

from __future__ import annotations

import hashlib
from http.cookies import SimpleCookie

import httpx
import pytest
from starlette.responses import Response

from kit.secrets import b64url
from kit.web.cookies import CookieJar
from tests.idp.signout.test_page import csp, leave
from tests.site import CALLBACK, PASSWORD, Party, Site, answer_of, new_party, register, test_client

OTHER = "3503024507519003"


def state_cookie(party: Party) -> str:
    return next((cookie.value or "" for cookie in party.browser.http.cookies.jar if cookie.name == "gapura-t"), "")


async def answer(party: Party) -> dict[str, str]:
    """Return the authorization response of a silent request."""
    return answer_of((await party.start(prompt="none")).headers["location"])


def fits(session_state: str, client: str, origin: str, state: str) -> bool:
    """Judge as the iframe does. Session Management 1.0 §3.2."""
    given, _, salt = session_state.rpartition(".")
    return given == b64url(hashlib.sha256(f"{client} {origin} {state} {salt}".encode()).digest())


async def test_session_state_fits_client_origin_and_the_browsers_state_and_no_other(site: Site) -> None:
    party = await new_party(site, session_management=True)
    await party.tokens()
    told = (await answer(party))["session_state"]
    assert " " not in told
    assert fits(told, "rp-test", "https://rp.example", state_cookie(party))
    assert not fits(told, "rp-other", "https://rp.example", state_cookie(party))
    assert not fits(told, "rp-test", "https://evil.example", state_cookie(party))
    assert (await answer(party))["session_state"] != told, "a salt of its own each time"


async def test_the_state_changes_at_sign_out_and_at_sign_in(site: Site) -> None:
    party = await new_party(site, session_management=True)
    await party.tokens()
    first = state_cookie(party)
    assert first
    await party.start(prompt="login")
    await party.browser.sign_in(OTHER, PASSWORD)
    second = state_cookie(party)
    assert second not in ("", first), "somebody else signed in"
    await leave(party)
    assert state_cookie(party) == ""
    await party.tokens()
    assert state_cookie(party) not in ("", first, second)


async def test_an_application_that_signs_the_person_out_changes_the_state_too(site: Site) -> None:
    party = await new_party(site, session_management=True, post_logout_redirect_uris=("https://rp.example/bye",))
    hint = (await party.tokens())["id_token"]
    assert state_cookie(party)
    await party.browser.go(f"/logout?id_token_hint={hint}&post_logout_redirect_uri=https://rp.example/bye")
    assert state_cookie(party) == ""


async def test_a_client_that_does_not_use_it_gets_neither_state_nor_cookie(site: Site) -> None:
    party = await new_party(site)
    await party.tokens()
    assert "session_state" not in await answer(party)
    assert state_cookie(party) == ""
    assert "gapura-t" not in (await leave(party)).headers.get("set-cookie", "")


async def test_an_error_tells_nothing_of_the_state(site: Site) -> None:
    party = await new_party(site, session_management=True)
    assert "session_state" not in await answer(party)


@pytest.mark.parametrize(("secure", "samesite"), [(True, "none"), (False, "lax")])
def test_the_cookie_is_readable_by_script_and_sent_from_other_sites_only_over_https(secure: bool, samesite: str) -> None:
    jar, response = CookieJar(secure), Response()
    jar.set_readable(response, "gapura-t", "state")
    (cookie,) = SimpleCookie(response.headers["set-cookie"]).values()
    assert cookie.key == ("__Host-gapura-t" if secure else "gapura-t")
    assert (cookie["samesite"], bool(cookie["secure"]), bool(cookie["httponly"]), cookie["path"]) == (samesite, secure, False, "/")


async def framed(site: Site) -> httpx.Response:
    return await site.http().get("/check_session")


async def test_the_iframe_may_be_framed_by_the_clients_that_use_it_and_by_nobody_else(site: Site) -> None:
    assert csp(await framed(site))["frame-ancestors"] == "'none'"
    await register(site, test_client(client_id="rp-quiet", redirect_uris=("https://quiet.example/cb",)))
    await register(
        site, test_client(session_management=True, redirect_uris=(CALLBACK, "https://rp.example/cb2", "http://localhost:7000/cb"))
    )
    page = await framed(site)
    assert csp(page)["frame-ancestors"] == "http://localhost:7000 https://rp.example"
    await register(site, test_client(session_management=True, enabled=False))
    assert csp(await framed(site))["frame-ancestors"] == "'none'"


async def test_the_iframes_script_is_a_file_of_ours_and_nothing_is_inline(site: Site) -> None:
    await register(site, test_client(session_management=True))
    page = await framed(site)
    assert page.status_code == 200
    policy = csp(page)
    assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
    assert "x-frame-options" not in page.headers
    assert page.text.count("<script") == 1 and 'data-cookie="gapura-t"' in page.text
    script = await site.http().get(page.text.split('src="')[1].split('"')[0])
    assert script.headers["content-type"].startswith("text/javascript")
    assert "postMessage" in script.text
    assert "gapura-b" not in page.headers.get("set-cookie", "")
