"""The FAPI 2.0 plans' relying party: private_key_jwt, pushed requests, DPoP with nonces; signed requests and JARM where asked."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from kit.secrets import new_id
from tests.conformance.suite import CALLBACK, SCOPES, Suite, furnish, suite_client
from tests.forms import Browser
from tests.site import VERIFIER, Site, challenge, open_site, register

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FIRST, OTHER = "suite-1", "suite-2"
KEYS = {name: ECKey.generate_key("P-256", {"kid": f"key-of-{name}", "alg": "ES256", "use": "sig"}) for name in (FIRST, OTHER)}
CALLBACKS = {FIRST: CALLBACK, OTHER: f"{CALLBACK}?dummy1=lorem&dummy2=ipsum"}
WAYS = ("security", "signed", "jarm")
JARM_MODES = frozenset({"query", "form_post", "jwt", "query.jwt", "form_post.jwt"})
DEFAULT = object()


def fapi_client(name: str, way: str) -> Any:
    profile = "fapi2_security" if way == "security" else "fapi2_message_signing"
    return suite_client(
        name,
        auth_method="private_key_jwt",
        secrets=(),
        jwks={"keys": [KEYS[name].as_dict(private=False)]},
        redirect_uris=(CALLBACKS[name],),
        id_token_alg="ES256",
        pkce_optional=False,
        profile=profile,
        require_par=True,
        dpop_bound=True,
        request_object_alg="" if way == "security" else "ES256",
        response_modes=JARM_MODES,
        scopes=SCOPES,
    )


def without(claims: dict[str, Any]) -> dict[str, Any]:
    """Return the claims that are to be sent: None leaves one out."""
    return {name: value for name, value in claims.items() if value is not None}


@dataclass
class Key:
    """A DPoP key, and the nonce that was last heard with it."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    nonce: str = ""

    @property
    def thumbprint(self) -> str:
        return str(self.key.thumbprint())

    def proof(self, site: Site, method: str, url: str, token: str = "", header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a proof with something changed; `alg` in `header` also chooses how it is signed."""
        said = without(
            {
                "jti": new_id(),
                "htm": method,
                "htu": url,
                "iat": site.clock.now(),
                "nonce": self.nonce or None,
                "ath": half(token) if token else None,
                **claims,
            }
        )
        full = without({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False), **(header or {})})
        return jwt.encode(full, said, self.key, algorithms=["ES256"])


def half(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Fapi:
    """One client of a FAPI plan. Every method sends what is right; its arguments change one thing."""

    site: Site
    browser: Browser
    way: str
    client_id: str = FIRST
    dpop: Key = field(default_factory=Key)

    def second(self) -> Fapi:
        return Fapi(self.site, self.browser, self.way, OTHER)

    @property
    def redirect_uri(self) -> str:
        return CALLBACKS[self.client_id]

    def url(self, path: str) -> str:
        return self.site.issuer + path

    def assertion(self, *, alg: str = "ES256", key: Any = None, **claims: Any) -> dict[str, str]:
        now = self.site.clock.now()
        said = {"iss": self.client_id, "sub": self.client_id, "aud": self.site.issuer, "iat": now, "exp": now + 60, "jti": new_id()}
        signer = key or KEYS[self.client_id]
        header = {"alg": alg, "kid": f"key-of-{self.client_id}"}
        return {
            "client_assertion_type": ASSERTION,
            "client_assertion": jwt.encode(header, without(said | claims), signer, algorithms=[alg]),
        }

    def request(self, **parameters: Any) -> dict[str, Any]:
        """Return the parameters of a request; None leaves one out."""
        values = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid",
            "state": "state-of-fapi",
            "nonce": "nonce-of-fapi",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            "response_mode": "jwt" if self.way == "jarm" else None,
            **parameters,
        }
        return without(values)

    def signed(
        self, parameters: dict[str, Any], *, alg: str = "ES256", key: Any = None, about: dict[str, Any] | None = None
    ) -> dict[str, str]:
        """Return the request object that stands for these parameters; `about` changes its claims about itself."""
        now = self.site.clock.now()
        said = {"iss": self.client_id, "aud": self.site.issuer, "iat": now, "nbf": now, "exp": now + 300, **(about or {}), **parameters}
        header = {"alg": alg, "kid": f"key-of-{self.client_id}", "typ": "oauth-authz-req+jwt"}
        token = jwt.encode(header, without(said), key or KEYS[self.client_id], algorithms=[alg])
        return {"client_id": self.client_id, "request": token}

    async def post(self, path: str, form: dict[str, Any], *, key: Key | None = None, **proof: Any) -> httpx.Response:
        """Send a form, with a DPoP proof if a key is given; once more when a nonce is wanted."""
        for _ in range(2):
            headers = {"DPoP": key.proof(self.site, "POST", self.url(path), **proof)} if key else {}
            response = await self.site.http().post(path, data=form, headers=headers)
            if key is None or "DPoP-Nonce" not in response.headers:
                return response
            key.nonce = response.headers["DPoP-Nonce"]
            if response.json().get("error") != "use_dpop_nonce":
                return response
            if "client_assertion" in form:
                form = {**form, **self.assertion()}
        return response

    async def push(
        self,
        *,
        key: Key | None = None,
        assertion: dict[str, str] | None = None,
        about: dict[str, Any] | None = None,
        more: dict[str, str] | None = None,
        **parameters: Any,
    ) -> httpx.Response:
        """Push a request, in the way of the plan: as parameters or as a signed object."""
        asked = self.request(**parameters)
        form = asked if self.way == "security" else self.signed(asked, about=about)
        return await self.post("/par", {**form, **(more or {}), **(assertion if assertion is not None else self.assertion())}, key=key)

    async def reference(self, **more: Any) -> str:
        pushed = await self.push(**more)
        assert pushed.status_code == 201, pushed.text
        assert 5 <= pushed.json()["expires_in"] <= 90
        return str(pushed.json()["request_uri"])

    async def open(self, reference: str, **outside: str) -> httpx.Response:
        query = {"client_id": self.client_id, "request_uri": reference, **outside}
        return await self.browser.go("/authorize?" + urlencode(query))

    async def walk(self, page: httpx.Response) -> dict[str, Any]:
        """Answer what is asked on our pages; return what came to the redirect URI, its signature checked where it is signed."""
        suite = Suite(self.site, self.browser)
        for _ in range(6):
            answer = await self.answer_in(page)
            if answer is not None:
                return answer
            page = await suite.next_page(page)
        raise AssertionError(f"no answer after six pages: {self.browser.trail}")

    async def answer_in(self, page: httpx.Response) -> dict[str, Any] | None:
        location = page.headers.get("location", "")
        if not location.startswith(CALLBACK):
            return None
        found = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items() if not name.startswith("dummy")}
        if self.client_id == OTHER:
            assert "dummy1=lorem&dummy2=ipsum" in location, "the registered query stays"
        if self.way != "jarm":
            return found
        assert set(found) == {"response"}
        keys = KeySet.import_key_set((await self.site.http().get("/jwks")).json())
        claims = dict(jwt.decode(found["response"], keys, algorithms=["ES256"]).claims)
        assert (claims["iss"], claims["aud"]) == (self.site.issuer, self.client_id)
        assert claims["exp"] > self.site.clock.now()
        return {name: value for name, value in claims.items() if name not in ("aud", "exp", "iat")}

    async def code(self, *, key: Key | None = None, **parameters: Any) -> str:
        answer = await self.walk(await self.open(await self.reference(key=key, **parameters)))
        assert "code" in answer, answer
        assert answer["iss"] == self.site.issuer
        return str(answer["code"])

    async def redeem(
        self, code: str, *, key: Any = DEFAULT, assertion: dict[str, str] | None = None, proof: dict[str, Any] | None = None, **form: Any
    ) -> httpx.Response:
        said = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri, "code_verifier": VERIFIER, **form}
        proven = assertion if assertion is not None else self.assertion()
        return await self.post("/token", without({**said, **proven}), key=self.dpop if key is DEFAULT else key, **(proof or {}))

    async def tokens(self, **parameters: Any) -> dict[str, Any]:
        response = await self.redeem(await self.code(**parameters))
        assert response.status_code == 200, response.text
        body = response.json()
        assert body["token_type"] == "DPoP"
        return dict(body)

    async def claims(self, tokens: dict[str, Any]) -> dict[str, Any]:
        keys = KeySet.import_key_set((await self.site.http().get("/jwks")).json())
        claims = dict(jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims)
        assert (claims["iss"], claims["aud"]) == (self.site.issuer, self.client_id)
        return claims

    async def refresh(self, token: str, *, key: Any = DEFAULT, assertion: dict[str, str] | None = None) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token, **(assertion if assertion is not None else self.assertion())}
        return await self.post("/token", form, key=self.dpop if key is DEFAULT else key)

    async def resource(
        self,
        token: str,
        *,
        key: Key | None = None,
        scheme: str = "DPoP",
        method: str = "GET",
        proof: str | None = None,
        headers: dict[str, str] | None = None,
        **changes: Any,
    ) -> httpx.Response:
        """Call userinfo. `proof` replaces the whole proof (empty: none), `changes` some of its claims."""
        used = key or self.dpop
        for _ in range(2):
            made = used.proof(self.site, method, self.url("/userinfo"), token, **changes) if proof is None else proof
            sent = {"Authorization": f"{scheme} {token}", **({"DPoP": made} if made else {}), **(headers or {})}
            response = await self.site.http().request(method, "/userinfo", headers=sent)
            wanted = "use_dpop_nonce" in response.headers.get("www-authenticate", "")
            used.nonce = response.headers.get("DPoP-Nonce", used.nonce)
            if not wanted or proof is not None:
                return response
        return response


@asynccontextmanager
async def open_town(folder: Path, template_folder: Path, way: str) -> AsyncIterator[Site]:
    """Open a site with both clients of a plan, held to the profile of that way."""
    async with open_site(folder, template_folder) as site:
        await furnish(site)
        await register_both(site, way)
        yield site


async def register_both(site: Site, way: str) -> None:
    for name in (FIRST, OTHER):
        await register(site, fapi_client(name, way))


def error_of(response: httpx.Response) -> str:
    """Return the OAuth error of an answer that gives nothing."""
    assert response.status_code >= 400, response.text
    body: dict[str, Any] = json.loads(response.text)
    assert not body.keys() & {"access_token", "request_uri"}
    return str(body["error"])
