"""Back-channel and front-channel logout, module by module: every application of the session is told, then the person goes back."""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.conformance.suite import AFTER, Suite, furnish
from tests.idp.signout.receivers import receivers
from tests.site import Site, open_site

EVENT = "http://schemas.openid.net/event/backchannel-logout"
FRAME = "https://suite.example/test/a/gapura/frontchannel_logout"


@pytest.mark.parametrize("way", ["backchannel", "frontchannel"])
async def test_oidcc_logout_discovery_endpoint_verification(site: Site, way: str) -> None:
    published = (await site.http().get("/.well-known/openid-configuration")).json()
    assert published[f"{way}_logout_supported"] is True
    assert published[f"{way}_logout_session_supported"] is True
    assert published["end_session_endpoint"] == f"{site.issuer}/logout"


async def test_oidcc_session_management_discovery_endpoint_verification(site: Site) -> None:
    published = (await site.http().get("/.well-known/openid-configuration")).json()
    assert published["check_session_iframe"] == f"{site.issuer}/check_session"
    assert published["end_session_endpoint"] == f"{site.issuer}/logout"
    assert (await site.http().get("/check_session")).status_code == 200


async def told(suite: Suite) -> str:
    answer = suite.answer_in(await suite.ask(prompt="none")) or {}
    return answer.get("error", "")


async def test_oidcc_backchannel_rp_initiated_logout(tmp_path: Path, template_folder: Path) -> None:
    async with (
        receivers("well") as (application,),
        open_site(tmp_path, template_folder, **{"outbound.allow": [application.address]}) as site,
    ):
        await furnish(site)
        suite = Suite(site, site.browser())
        await suite.change(backchannel_logout_uri=application.uri)
        flow = await suite.flow()
        query = urlencode({"id_token_hint": flow.tokens["id_token"], "post_logout_redirect_uri": AFTER, "state": "s-1"})
        done = await suite.browser.go("/logout?" + query)
        for _ in range(100):
            if application.tokens:
                break
            await site.house.signout.deliverer.run()
            await asyncio.sleep(0.01)
        (token,) = application.tokens
        keys = KeySet.import_key_set((await site.http().get("/jwks")).json())
        claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
        assert (claims["iss"], claims["aud"]) == (site.issuer, suite.client_id)
        assert (claims["sub"], claims["sid"]) == (flow.claims["sub"], flow.claims["sid"])
        assert claims["events"] == {EVENT: {}} and claims["jti"] and claims["iat"] <= site.clock.now()
        assert "nonce" not in claims
        assert (done.status_code, done.headers["location"]) == (303, f"{AFTER}?state=s-1")
        assert await told(suite) == "login_required"


async def test_oidcc_frontchannel_rp_initiated_logout(plain_suite: Suite) -> None:
    await plain_suite.change(frontchannel_logout_uri=FRAME)
    flow = await plain_suite.flow()
    query = urlencode({"id_token_hint": flow.tokens["id_token"], "post_logout_redirect_uri": AFTER, "state": "s-1"})
    page = await plain_suite.browser.go("/logout?" + query)
    assert page.status_code == 200
    (frame,) = (html.unescape(found) for found in re.findall(r'<iframe[^>]* src="([^"]+)"', page.text))
    assert frame.startswith(FRAME + "?")
    assert parse_qs(urlsplit(frame).query) == {"iss": [plain_suite.site.issuer], "sid": [flow.claims["sid"]]}
    assert "frame-src https://suite.example" in page.headers["content-security-policy"]
    (onward,) = (html.unescape(found) for found in re.findall(r'http-equiv="refresh" content="\d+;url=([^"]+)"', page.text))
    assert onward == f"{AFTER}?state=s-1", "and then back to the application"
    assert await told(plain_suite) == "login_required"
