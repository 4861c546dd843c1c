"""Every code of docs/errors.md is raised here once, from outside, and travels under its wire code (UX ER-2, §5.4)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from idp import errors
from tests.conformance.fapi import Fapi, Key, fapi_client
from tests.conformance.suite import furnish
from tests.idp.consent.test_minors import guarded
from tests.idp.device.kiosk import Kiosk, a_kiosk
from tests.idp.grants.test_token_exchange import a_town
from tests.idp.registration.test_endpoint import open_registration, post
from tests.site import CALLBACK, PASSWORD, SITI, Site, answer_of, authorize_query, new_party, register

Trigger = Callable[[Site], Awaitable[httpx.Response]]


def front(**parameters: str) -> Trigger:
    """Send an authorization request that is right but for these parameters."""

    async def trigger(site: Site) -> httpx.Response:
        await new_party(site)
        values = {"client_id": "rp-test", "redirect_uri": CALLBACK, "scope": "openid name", **parameters}
        return await site.http().get("/authorize?" + authorize_query(**values))

    return trigger


def client(parameters: Mapping[str, str] | None = None, **changes: Any) -> Trigger:
    """The same with something changed in the client's registration."""

    async def trigger(site: Site) -> httpx.Response:
        await new_party(site, **changes)
        return await site.http().get("/authorize?" + authorize_query("rp-test", CALLBACK, "openid name", **(parameters or {})))

    return trigger


def token(form: Mapping[str, str], **changes: Any) -> Trigger:
    """Send a token request."""

    async def trigger(site: Site) -> httpx.Response:
        party = await new_party(site, **changes)
        return await site.http().post("/token", data=dict(form), auth=party.auth)

    return trigger


async def declined(site: Site) -> httpx.Response:
    party = await new_party(site)
    await party.start()
    await party.browser.sign_in(SITI, PASSWORD)
    await party.browser.submit(button="tidak")
    return await party.browser.submit(button="tidak-jadi")


async def no_consent_yet(site: Site) -> httpx.Response:
    party = await new_party(site)
    await party.start()
    await party.browser.sign_in(SITI, PASSWORD)
    return await party.start(prompt="none")


async def under_eighteen(site: Site) -> httpx.Response:
    party = await guarded(site, birthdate="2009-05-06")
    await party.start()
    await party.browser.sign_in(SITI, PASSWORD)
    return await party.start(prompt="none")


async def no_second_step(site: Site) -> httpx.Response:
    party = await new_party(site)
    await party.code()
    return await party.start(prompt="none", acr_values="urn:gapura:aal2")


async def fetched_too_often(site: Site) -> httpx.Response:
    address = "https://rp.example/request.jwt"
    site.resources.outbound._transport = httpx.MockTransport(lambda _: httpx.Response(500))  # the client's own server
    trigger = client({"request_uri": address}, request_uris=(address,), jwks={"keys": []})
    for _ in range(60):
        await trigger(site)
    return await trigger(site)


async def wrong_secret(site: Site) -> httpx.Response:
    await new_party(site)
    return await site.http().post("/token", data={"grant_type": "client_credentials"}, auth=("rp-test", "wrong"))


async def the_fapi_client(site: Site) -> Fapi:
    await furnish(site)
    await register(site, fapi_client("suite-1", "security"))
    return Fapi(site, site.browser(), "security")


async def no_proof(site: Site) -> httpx.Response:
    fapi = await the_fapi_client(site)
    return await fapi.redeem("a-code-a-code-a-code-a-code", key=None)


async def no_nonce(site: Site) -> httpx.Response:
    fapi = await the_fapi_client(site)
    form = {"grant_type": "authorization_code", "code": "a-code-a-code-a-code-a-code", **fapi.assertion()}
    proof = Key().proof(site, "POST", fapi.url("/token"))
    return await site.http().post("/token", data=form, headers={"DPoP": proof})


async def a_kiosk_that_asked(site: Site) -> Kiosk:
    kiosk = await a_kiosk(site)
    await kiosk.ask()
    return kiosk


async def pending(site: Site) -> httpx.Response:
    return await (await a_kiosk_that_asked(site)).poll()


async def too_fast(site: Site) -> httpx.Response:
    kiosk = await a_kiosk_that_asked(site)
    await kiosk.poll()
    return await kiosk.poll(wait=0)


async def device_code_over(site: Site) -> httpx.Response:
    return await (await a_kiosk_that_asked(site)).poll(wait=3600)


async def not_consented(site: Site) -> httpx.Response:
    return await (await a_town(site, agreed=False)).exchange(scope="openid name")


async def no_key_to_seal_for(site: Site) -> httpx.Response:
    party = await new_party(site, id_token_encryption=("RSA-OAEP-256", "A256GCM"))
    return await party.redeem(await party.code())


async def dead_token(site: Site) -> httpx.Response:
    return await site.http().get("/userinfo", headers={"authorization": "Bearer a-token-that-nobody-ever-issued"})


async def without_openid(site: Site) -> httpx.Response:
    party = await new_party(site)
    made = await site.http().post("/token", data={"grant_type": "client_credentials"}, auth=party.auth)
    return await party.userinfo(made.json()["access_token"])


async def too_weak(site: Site) -> httpx.Response:
    party = await new_party(site)
    token = (await party.tokens())["access_token"]
    service = site.house.registry.now.services["pendampingan-usaha"]
    await site.resources.stores.registry.save_service(replace(service, authentication_level="aal2"))
    await site.house.reload()
    return await party.userinfo(token)


async def not_a_form(site: Site) -> httpx.Response:
    return await site.http().post("/token", json={"grant_type": "client_credentials"})


async def too_large(site: Site) -> httpx.Response:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return await site.http().post("/token", content="a=" + "x" * 200_000, headers=headers)


async def too_many(site: Site) -> httpx.Response:
    for _ in range(25):
        answer = await wrong_secret(site)
    return answer


def registration(**metadata: Any) -> Trigger:
    async def trigger(site: Site) -> httpx.Response:
        return await post(site, await open_registration(site), **metadata)

    return trigger


DETAILS = json.dumps([{"type": "not-registered"}])
TRIGGERS: Mapping[str, tuple[str, Trigger]] = {
    "SSO-AUTH-001": ("invalid_request", front(prompt="xyz")),
    "SSO-AUTH-002": ("unauthorized_client", client(grant_types=frozenset({"client_credentials"}))),
    "SSO-AUTH-003": ("access_denied", declined),
    "SSO-AUTH-004": ("unsupported_response_type", front(response_type="token")),
    "SSO-AUTH-005": ("invalid_scope", front(scope="openid nonsense")),
    "SSO-AUTH-006": ("invalid_target", front(resource="https://api.example")),
    "SSO-AUTH-007": ("login_required", front(prompt="none")),
    "SSO-AUTH-008": ("consent_required", no_consent_yet),
    "SSO-AUTH-009": ("interaction_required", no_second_step),
    "SSO-AUTH-010": ("request_not_supported", front(request="e30.e30.")),
    "SSO-AUTH-011": ("request_uri_not_supported", front(request_uri="https://rp.example/x")),
    "SSO-AUTH-012": ("invalid_request", front(redirect_uri="https://rp.example/other")),
    "SSO-AUTH-013": ("invalid_client", front(client_id="nobody")),
    "SSO-AUTH-014": ("registration_not_supported", front(registration="{}")),
    "SSO-AUTH-015": ("temporarily_unavailable", fetched_too_often),
    "SSO-AUTH-016": ("invalid_authorization_details", front(authorization_details=DETAILS)),
    "SSO-AUTH-017": ("invalid_request_object", client({"request": "e30.e30.e30"}, jwks={"keys": []})),
    "SSO-AUTH-018": ("invalid_request_uri", front(request_uri="urn:ietf:params:oauth:request_uri:nobody")),
    "SSO-AUTH-019": ("access_denied", under_eighteen),
    "SSO-TOKEN-001": ("invalid_client", wrong_secret),
    "SSO-TOKEN-002": ("invalid_grant", token({"grant_type": "authorization_code", "code": "x" * 30})),
    "SSO-TOKEN-003": ("unsupported_grant_type", token({"grant_type": "password"})),
    "SSO-TOKEN-004": ("invalid_dpop_proof", no_proof),
    "SSO-TOKEN-005": ("use_dpop_nonce", no_nonce),
    "SSO-TOKEN-006": ("authorization_pending", pending),
    "SSO-TOKEN-007": ("slow_down", too_fast),
    "SSO-TOKEN-008": ("expired_token", device_code_over),
    "SSO-TOKEN-009": ("invalid_target", not_consented),
    "SSO-TOKEN-012": ("invalid_request", no_key_to_seal_for),
    "SSO-API-001": ("invalid_token", dead_token),
    "SSO-API-002": ("insufficient_scope", without_openid),
    "SSO-API-004": ("invalid_request", not_a_form),
    "SSO-API-005": ("invalid_request", too_large),
    "SSO-API-006": ("slow_down", too_many),
    "SSO-API-007": ("insufficient_user_authentication", too_weak),
    "SSO-REG-001": ("invalid_client_metadata", registration(redirect_uris=[CALLBACK], grant_types=["password"])),
    "SSO-REG-002": ("invalid_redirect_uri", registration(redirect_uris=["https://rp.example/cb#x"])),
    "SSO-REG-003": ("unapproved_software_statement", registration(software_statement="e30.e30.")),
}
ELSEWHERE: Mapping[str, str] = {
    "SSO-AUTH-000": "the root of the tree: what failed inside is shown by test_wb_10 in tests/idp/interaction/test_error_pages.py",
    "SSO-API-003": "a wrong method is refused before any endpoint, with 405: test_tk_25 in tests/idp/endpoints/test_token_cases.py",
}


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The catalogue code of every OAuth error that is made during the test."""
    found: list[str] = []
    original = errors.OAuthError.__init__

    def noted(self: errors.OAuthError, *args: Any, **kwargs: Any) -> None:
        found.append(type(self).catalogue)
        original(self, *args, **kwargs)

    monkeypatch.setattr(errors.OAuthError, "__init__", noted)
    yield found


@pytest.mark.parametrize("code", TRIGGERS)
async def test_ux_er_2_the_code_is_raised_and_travels_under_its_name(site: Site, raised: list[str], code: str) -> None:
    wire, trigger = TRIGGERS[code]
    response = await trigger(site)
    assert code in raised
    assert error_in(response) == wire
    if response.status_code == 400 and response.headers["content-type"].startswith("text/html"):
        assert code in response.text, "the person's page names it"


def error_in(response: httpx.Response) -> str:
    """Return the wire code, wherever it stands: at the redirect URI, in JSON, or on the person's page."""
    if response.status_code in (302, 303):
        return answer_of(response.headers["location"])["error"]
    if response.headers["content-type"].startswith("application/json"):
        return str(response.json()["error"])
    return next(name for name in ("invalid_client", "invalid_request_uri", "invalid_request") if f"<code>{name}</code>" in response.text)


def test_ux_er_2_every_code_of_the_catalogue_is_triggered() -> None:
    found, waiting = set(), [errors.OAuthError]
    while waiting:
        one = waiting.pop()
        found.add(one.catalogue)
        waiting += one.__subclasses__()
    assert found == TRIGGERS.keys() | ELSEWHERE.keys()
    assert not TRIGGERS.keys() & ELSEWHERE.keys()
