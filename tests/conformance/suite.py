"""The conformance suite's relying party: its client, its person's browser, and the checks it makes of every flow.

It sends what the Foundation's plans send: no code challenge unless a module is about it, and every answer is checked the same way.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet

from consent.notice import build, purposes_from
from hub.demo.rows import read
from idp.applications.models import Application, ClientSecret
from kit.secrets import digest
from tests.forms import Browser, words_of
from tests.site import PASSWORD, SITI, VERIFIER, Site, challenge, register, test_client

APPLICATION = "uji-kesesuaian"
CLIENT, SECOND = "suite-1", "suite-2"
SECRETS = {name: f"secret-of-{name}-secret-of-{name}-secret" for name in (CLIENT, SECOND)}
CALLBACK = "https://suite.example/test/a/gapura/callback"
AFTER = "https://suite.example/test/a/gapura/post_logout_redirect"
CLAIMS = ("name", "gender", "birthdate", "email", "phone_number", "address")
SCOPES = frozenset({"openid", "profile", "email", "phone", "address", "offline_access"})
OF_SCOPE = {
    "profile": {"name", "gender", "birthdate"},
    "email": {"email", "email_verified"},
    "phone": {"phone_number", "phone_number_verified"},
    "address": {"address"},
}
OF_PROTOCOL = {"iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "at_hash", "sid", "nonce"}
BY_MODE = {"query": {}, "form_post": {"response_mode": "form_post"}}


async def furnish(site: Site, *, consent_seconds: int | None = None) -> None:
    """Keep an application whose one service asks for every standard claim, and the suite's two clients.

    `consent_seconds` is how long an agreement lasts; None: as long as the text stands.
    """
    registry, data = site.resources.stores.registry, read("services")
    words = {"id": "Uji kesesuaian", "en": "Conformance test"}
    agency = site.house.registry.now.applications["usaha-kecil"].agency
    application = Application(APPLICATION, words, agency, "online_oidc", "https://suite.example/", None)
    await registry.save_application(application, based_on=None)
    nothing = {"id": "", "en": ""}
    await registry.save_service(replace(site.house.registry.now.services["pendampingan-usaha"], **service_values(words, agency)))
    why = {"id": "Menguji jawaban.", "en": "Testing the answer."}
    labels = {claim["claim"]: claim["label"] for claim in data["claims"]} | {name: words for name in CLAIMS if name == "email"}
    rows = [{"claim": name, "required": True, "basis": "consent", "purpose": why} for name in CLAIMS]
    purposes = purposes_from(APPLICATION, words, rows, labels=labels, categories={}, retention=nothing, valid_for=None)
    purposes = tuple(replace(purpose, valid_for=consent_seconds) for purpose in purposes)
    notice = build(
        service=APPLICATION, service_name=words, application=APPLICATION, controller=agency, controller_name=words, purposes=purposes,
        valid_from=site.clock.now(), if_refused=nothing,
    )  # fmt: skip
    await site.resources.stores.notices.publish(notice)
    for name in (CLIENT, SECOND):
        await site.resources.stores.registry.save_client(suite_client(name))
    await site.house.reload()


def service_values(words: dict[str, str], agency: str) -> dict[str, Any]:
    return {"slug": APPLICATION, "name": words, "agency": agency, "application": APPLICATION, "order": 99, "identity_level": "none"}


def suite_client(name: str = CLIENT, **changes: Any) -> Any:
    """Return a client as the basic plan wants it: client_secret_basic, RS256, no PKCE."""
    secret = SECRETS[name]
    values: dict[str, Any] = {
        "client_id": name,
        "redirect_uris": (CALLBACK,),
        "post_logout_redirect_uris": (AFTER,),
        "scopes": SCOPES,
        "secrets": (ClientSecret(digest(secret), secret[:6], 0),),
        "grant_types": frozenset({"authorization_code", "refresh_token"}),
        "id_token_alg": "RS256",
        "pkce_optional": True,
        **changes,
    }
    return test_client(APPLICATION, **values)


@dataclass
class Flow:
    """One finished flow: what came back at the redirect URI, the token response, and the ID token's checked claims."""

    answer: dict[str, str]
    tokens: dict[str, Any]
    claims: dict[str, Any]


@dataclass
class Suite:
    """The relying party of one module. `mode` is how it wants its answers: query or form_post."""

    site: Site
    browser: Browser
    mode: str = "query"
    client_id: str = CLIENT
    pages: list[str] = field(default_factory=list)  # what the person was shown on the way

    def as_client(self, name: str) -> Suite:
        return replace(self, client_id=name)

    async def change(self, **changes: Any) -> None:
        """Register the client anew with something changed."""
        await register(self.site, suite_client(self.client_id, **changes))

    def query(self, **parameters: str) -> str:
        values = {
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "state-of-the-suite",
            "nonce": "nonce-of-the-suite",
            **BY_MODE[self.mode],
            **parameters,
        }
        return urlencode({name: value for name, value in values.items() if value != ""})

    async def ask(self, **parameters: str) -> httpx.Response:
        """Open the authorization request in the person's browser; the answer is the first page, or the redirect."""
        return await self.browser.go("/authorize?" + self.query(**parameters))

    async def walk(self, page: httpx.Response) -> dict[str, str]:
        """Answer whatever is asked on our pages, and return what came to the redirect URI."""
        for _ in range(6):
            answer = self.answer_in(page)
            if answer is not None:
                return answer
            page = await self.next_page(page)
        raise AssertionError(f"no answer after six pages: {self.browser.trail}")

    async def next_page(self, page: httpx.Response) -> httpx.Response:
        """Sign in, or agree, whichever this page asks for."""
        assert page.status_code == 200, (page.status_code, words_of(page.text)[:600])
        if 'name="sandi"' in page.text:
            self.pages.append("sign-in")
            return await self.browser.sign_in(SITI, PASSWORD)
        self.pages.append("consent")
        return await self.browser.submit(button="setuju")

    def answer_in(self, page: httpx.Response) -> dict[str, str] | None:
        """Return the parameters at the redirect URI, if this response carries them, in the mode that was asked for."""
        if self.mode == "query":
            location = page.headers.get("location", "")
            if not location.startswith(CALLBACK):
                return None
            assert "#" not in location and page.status_code == 303
            return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        if f'action="{CALLBACK}"' not in page.text:
            return None
        assert "location" not in page.headers and page.headers["cache-control"] == "no-store"
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        return {html.unescape(name): html.unescape(value) for name, value in found}

    def error_in(self, page: httpx.Response) -> str:
        """Return the error that came to the redirect URI, its state and issuer checked."""
        answer = self.answer_in(page)
        assert answer is not None, (page.status_code, page.text[:300])
        assert "code" not in answer and answer["iss"] == self.site.issuer
        return answer["error"]

    async def redeem(self, code: str, **form: str) -> httpx.Response:
        data = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **form}
        return await self.site.http().post("/token", data=data, auth=(self.client_id, SECRETS[self.client_id]))

    async def refresh(self, token: str, **form: str) -> httpx.Response:
        data = {"grant_type": "refresh_token", "refresh_token": token, **form}
        return await self.site.http().post("/token", data=data, auth=(self.client_id, SECRETS[self.client_id]))

    async def userinfo(self, token: str, method: str = "GET") -> dict[str, Any]:
        response = await self.site.http().request(method, "/userinfo", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("application/json")
        return dict(response.json())

    async def flow(self, **parameters: str) -> Flow:
        """Run a whole flow, and make the checks that every module makes."""
        return await self.finish(await self.walk(await self.ask(**parameters)), **parameters)

    async def finish(self, answer: dict[str, str], **parameters: str) -> Flow:
        assert "error" not in answer, answer
        assert answer.get("state", "") == parameters.get("state", "state-of-the-suite")
        assert answer["iss"] == self.site.issuer, "RFC 9207"
        assert len(answer["code"]) >= 22, "at least 128 bits"
        verifier = {"code_verifier": VERIFIER} if "code_challenge" in parameters else {}
        response = await self.redeem(answer["code"], **verifier)
        assert response.status_code == 200, response.text
        tokens = response.json()
        assert tokens["token_type"] == "Bearer" and tokens["expires_in"] > 0 and tokens["access_token"]
        claims = await self.checked(tokens["id_token"], tokens["access_token"])
        assert claims.get("nonce", "") == parameters.get("nonce", "nonce-of-the-suite")
        if "claims" not in parameters:
            assert claims.keys() <= OF_PROTOCOL, "nobody asked for more in the ID token"
        assert (await self.userinfo(tokens["access_token"]))["sub"] == claims["sub"]
        return Flow(answer, tokens, claims)

    async def checked(self, id_token: str, access_token: str, alg: str = "RS256") -> dict[str, Any]:
        """Return the ID token's claims, verified with the published keys as any relying party would."""
        keys = KeySet.import_key_set((await self.site.http().get("/jwks")).json())
        token = jwt.decode(id_token, keys, algorithms=[alg])
        assert token.header["kid"]
        claims, now = token.claims, self.site.clock.now()
        assert (claims["iss"], claims["aud"]) == (self.site.issuer, self.client_id)
        assert claims["iat"] <= now < claims["exp"] and claims["sub"]
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
        return dict(claims)


PKCE = {"code_challenge": challenge(), "code_challenge_method": "S256"}
