"""The rows of the matrix: each obtains a live grant and returns how it is used; what comes of a use is one word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import httpx
from joserfc import jwt

from idp.grants.exchange_checks import ACCESS_TOKEN
from kit.secrets import new_id
from tests.idp.device.kiosk import Kiosk
from tests.idp.gate.conftest import Gate
from tests.idp.matrix import bridge
from tests.idp.matrix.town import AUDIENCE, BEARER, CONNECTOR, EXCHANGE, KEY, KIOSK, OWN_SCOPE, SCOPE, Town
from tests.site import TEST_SECRET, Party, answer_of, challenge

Use = Callable[[], Awaitable[str]]
WORKS = "works"


def outcome(response: httpx.Response) -> str:
    """Return `works`, or the OAuth error of a token response."""
    if response.status_code == 200 and "access_token" in response.json():
        return WORKS
    return str(response.json().get("error", response.status_code))


async def code(town: Town) -> Use:
    codes = [await town.party.code(), await town.party.code()]

    async def use() -> str:
        return outcome(await town.party.redeem(codes.pop()))

    return use


async def refresh(town: Town) -> Use:
    tokens = await town.party.tokens()

    async def use() -> str:
        response = await town.party.refresh(tokens["refresh_token"])
        if response.status_code == 200:
            tokens.update(response.json())
        return outcome(response)

    return use


async def client_credentials(town: Town) -> Use:
    async def use() -> str:
        form = {"grant_type": "client_credentials", "scope": OWN_SCOPE}
        return outcome(await town.site.http().post("/token", data=form, auth=town.party.auth))

    return use


async def token_exchange(town: Town) -> Use:
    """What was exchanged before the change must end with it too: its audience asks about it (TX-06)."""
    given: list[str] = []
    token = (await town.party.tokens())["access_token"]
    await Party(town.site, town.party.browser, AUDIENCE, scope="openid name").tokens()

    async def use() -> str:
        form = {
            "grant_type": EXCHANGE,
            "subject_token": token,
            "subject_token_type": ACCESS_TOKEN,
            "audience": AUDIENCE,
            "scope": "openid name",
        }
        response = await town.site.http().post("/token", data=form, auth=(town.party.client_id, TEST_SECRET))
        if response.status_code == 200:
            given.append(response.json()["access_token"])
            return outcome(response)
        for earlier in given:
            told = await town.site.http().post("/introspect", data={"token": earlier}, auth=(AUDIENCE, TEST_SECRET))
            if told.json() != {"active": False}:
                return "refused, but what was exchanged before goes on"
        return outcome(response)

    return use


async def jwt_bearer(town: Town) -> Use:
    async def use() -> str:
        now, name = town.site.clock.now(), town.party.client_id
        claims = {"iss": name, "sub": f"client:{name}", "aud": town.site.issuer, "iat": now, "exp": now + 60, "jti": new_id()}
        assertion = jwt.encode({"alg": "ES256", "kid": "one"}, claims, KEY, algorithms=["ES256"])
        form = {"grant_type": BEARER, "assertion": assertion, "scope": OWN_SCOPE}
        return outcome(await town.site.http().post("/token", data=form, auth=town.party.auth))

    return use


async def device_poll(town: Town) -> Use:
    kiosks = [Kiosk(town.site, KIOSK), Kiosk(town.site, KIOSK)]
    for kiosk in kiosks:
        assert (await kiosk.ask(SCOPE)).status_code == 200
        await kiosk.approve(town.party.browser)

    async def use() -> str:
        return outcome(await kiosks.pop().poll(wait=5))

    return use


async def seen(town: Town, query: str) -> str:
    """Open an authorization request; return `works` for a code, the error that travelled back, or the page that is shown."""
    page = await town.party.browser.go("/authorize?" + query)
    location = page.headers.get("location", "")
    if location.startswith(town.party.redirect_uri):
        answer = answer_of(location)
        return WORKS if "code" in answer else answer["error"]
    if 'name="sandi"' in page.text:
        return "asked to sign in"
    if "/persetujuan/" in page.url.path:
        return "asked to agree"
    return "asked for the second step" if "/langkah-dua" in page.url.path else f"page {page.status_code}"


async def par_authorize(town: Town) -> Use:
    await town.party.code()
    form = {
        "redirect_uri": town.party.redirect_uri, "response_type": "code", "scope": SCOPE, "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }  # fmt: skip
    pushed = [await town.site.http().post("/par", data=form, auth=town.party.auth) for _ in range(2)]
    references = [answer.json()["request_uri"] for answer in pushed]

    async def use() -> str:
        return await seen(town, str(httpx.QueryParams({"client_id": town.party.client_id, "request_uri": references.pop()})))

    return use


async def prompt_none(town: Town) -> Use:
    await town.party.code()

    async def use() -> str:
        page = await town.party.start(prompt="none")
        location = page.headers.get("location", "")
        if not location.startswith(town.party.redirect_uri):
            return f"page {page.status_code}"
        answer = answer_of(location)
        return WORKS if "code" in answer else answer["error"]

    return use


async def userinfo(town: Town) -> Use:
    token = (await town.party.tokens())["access_token"]

    async def use() -> str:
        response = await town.party.userinfo(token)
        return WORKS if response.status_code == 200 and "name" in response.json() else str(response.json()["error"])

    return use


async def introspection(town: Town) -> Use:
    """Asked by the resource server: another client, whom the token is for."""
    token = (await town.party.tokens())["access_token"]

    async def use() -> str:
        response = await town.party.introspect(token)
        if response.status_code != 200:
            return str(response.json()["error"])
        return WORKS if response.json()["active"] is True else "inactive"

    return use


async def forward_auth(town: Town) -> Use:
    gate = Gate(town.site, CONNECTOR)
    await gate.enter()

    async def use() -> str:
        response = await gate.ask()
        return WORKS if response.status_code == 200 and "x-usaha-nama" in response.headers else f"gate {response.status_code}"

    return use


async def form_bridge(town: Town) -> Use:
    opened = await bridge.open_bridge(town)
    gate = Gate(town.site, CONNECTOR)
    await gate.enter()

    async def use() -> str:
        return await bridge.inside(opened, gate.jar)

    return use


WAYS: Mapping[str, Callable[[Town], Awaitable[Use]]] = {
    "code": code,
    "refresh": refresh,
    "client_credentials": client_credentials,
    "token_exchange": token_exchange,
    "jwt_bearer": jwt_bearer,
    "device_poll": device_poll,
    "par_authorize": par_authorize,
    "prompt_none": prompt_none,
    "userinfo": userinfo,
    "introspection": introspection,
    "forward_auth": forward_auth,
    "form_bridge": form_bridge,
}
REFUSALS: Mapping[str, frozenset[str]] = {
    "code": frozenset({"invalid_grant", "invalid_client"}),
    "refresh": frozenset({"invalid_grant", "invalid_client"}),
    "client_credentials": frozenset({"invalid_client", "invalid_scope"}),
    "token_exchange": frozenset({"invalid_request", "invalid_client", "invalid_target"}),
    "jwt_bearer": frozenset({"invalid_client", "invalid_scope"}),
    "device_poll": frozenset({"invalid_grant", "invalid_client"}),
    "par_authorize": frozenset(
        {"asked to sign in", "asked to agree", "asked for the second step", "invalid_scope", "page 400", "page 403"}
    ),
    "prompt_none": frozenset({"login_required", "consent_required", "interaction_required", "access_denied", "invalid_scope", "page 400"}),
    "userinfo": frozenset({"invalid_token"}),
    "introspection": frozenset({"inactive", "invalid_client"}),
    "forward_auth": frozenset({"gate 401", "gate 403"}),
    "form_bridge": frozenset({"bridge 302"}),
}
