"""oidcc-rp-initiated-logout, module by module: where a person is sent after signing out, and where never."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.conformance.suite import AFTER, Suite
from tests.forms import words_of

STATE = "state-of-logout"


@pytest.fixture
async def hint(plain_suite: Suite) -> str:
    """A person is signed in; the ID token of that flow."""
    return str((await plain_suite.flow()).tokens["id_token"])


async def leave(suite: Suite, **parameters: str) -> httpx.Response:
    return await suite.browser.go("/logout?" + urlencode(parameters))


async def is_signed_in(suite: Suite) -> bool:
    answer = suite.answer_in(await suite.ask(prompt="none"))
    assert answer is not None
    assert "code" in answer or answer["error"] == "login_required"
    return "code" in answer


async def stays_here(suite: Suite, page: httpx.Response) -> None:
    """The person is asked or told on our own page, and sent nowhere."""
    assert (page.status_code, "location" in page.headers) == (200, False)
    assert f'href="{AFTER}' not in page.text
    assert f"url={AFTER}" not in page.text


async def confirmed(suite: Suite) -> httpx.Response:
    """The person says yes on the page that is shown."""
    assert await is_signed_in_still(suite)
    return await suite.browser.submit(button="keluar")


async def is_signed_in_still(suite: Suite) -> bool:
    assert suite.browser.page is not None
    return "Keluar" in words_of(suite.browser.page.text) and 'name="keluar"' in suite.browser.page.text


async def test_oidcc_rp_initiated_logout_discovery_endpoint_verification(plain_suite: Suite) -> None:
    published = (await plain_suite.site.http().get("/.well-known/openid-configuration")).json()
    assert published["end_session_endpoint"] == f"{plain_suite.site.issuer}/logout"


async def test_oidcc_rp_initiated_logout(plain_suite: Suite, hint: str) -> None:
    assert await is_signed_in(plain_suite)
    done = await leave(plain_suite, id_token_hint=hint, post_logout_redirect_uri=AFTER, state=STATE)
    assert (done.status_code, done.headers["location"]) == (303, f"{AFTER}?state={STATE}")
    assert not await is_signed_in(plain_suite)


async def test_oidcc_rp_initiated_logout_no_state(plain_suite: Suite, hint: str) -> None:
    done = await leave(plain_suite, id_token_hint=hint, post_logout_redirect_uri=AFTER)
    assert done.headers["location"] == AFTER, "no state is invented"
    assert not await is_signed_in(plain_suite)


@pytest.mark.parametrize("sent", ["no-params", "no-post-logout-redirect-uri", "only-state"])
async def test_oidcc_rp_initiated_logout_ends_on_our_page(plain_suite: Suite, hint: str, sent: str) -> None:
    parameters = {"no-params": {}, "no-post-logout-redirect-uri": {"id_token_hint": hint, "state": STATE}, "only-state": {"state": STATE}}
    page = await leave(plain_suite, **parameters[sent])
    await stays_here(plain_suite, page)
    if await is_signed_in_still(plain_suite):
        assert sent != "no-post-logout-redirect-uri", "a genuine hint asks nothing"
        page = await confirmed(plain_suite)
    await stays_here(plain_suite, page)
    assert "Anda sudah keluar" in words_of(page.text)
    assert not await is_signed_in(plain_suite)


@pytest.mark.parametrize("uri", [AFTER + "x", AFTER + "?foo=bar"], ids=["bad", "query-added"])
async def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(plain_suite: Suite, hint: str, uri: str) -> None:
    await stays_here(plain_suite, await leave(plain_suite, id_token_hint=hint, post_logout_redirect_uri=uri, state=STATE))
    answer = await leave(plain_suite, id_token_hint=hint, post_logout_redirect_uri=AFTER, state=STATE)
    assert answer.headers["location"].startswith(AFTER), "the registered address works"


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def modified(hint: str) -> str:
    """The same claims without a signature."""
    return f"{_part({'alg': 'none'})}.{hint.split('.')[1]}."


def signed_by_another(hint: str) -> str:
    header, body, _ = hint.split(".")
    kid = json.loads(base64.urlsafe_b64decode(header + "=="))["kid"]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return jwt.encode({"alg": "RS256", "kid": kid}, claims, RSAKey.generate_key(2048), algorithms=["RS256"])


@pytest.mark.parametrize("how", [modified, signed_by_another], ids=["modified", "bad"])
async def test_oidcc_rp_initiated_logout_forged_id_token_hint(plain_suite: Suite, hint: str, how: object) -> None:
    forged = how(hint)  # type: ignore[operator] # one of the two functions above
    await stays_here(plain_suite, await leave(plain_suite, id_token_hint=forged, post_logout_redirect_uri=AFTER, state=STATE))
    assert await is_signed_in(plain_suite), "nobody is signed out without being asked"
    done = await leave(plain_suite, id_token_hint=hint, post_logout_redirect_uri=AFTER, state=STATE)
    assert done.headers["location"].startswith(AFTER)


async def test_oidcc_rp_initiated_logout_no_id_token_hint(plain_suite: Suite, hint: str) -> None:
    for more in ({}, {"client_id": plain_suite.client_id}):
        page = await leave(plain_suite, post_logout_redirect_uri=AFTER, state=STATE, **more)
        assert (page.status_code, "location" in page.headers) == (200, False)
    await stays_here(plain_suite, await confirmed(plain_suite))  # not obeyed after the confirmation either
    assert not await is_signed_in(plain_suite)
