"""A relying party that pushes its requests: it proves itself by assertion, signs request objects, and holds a DPoP key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from kit.secrets import new_id
from tests.idp.client_auth.assertions import EC, RSA, signed
from tests.idp.proofs.proofs import HERS, proof
from tests.site import CALLBACK, ISSUER, PASSWORD, SITI, VERIFIER, Browser, Site, answer_of, challenge, register, test_client

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PUBLIC = {"keys": [EC.as_dict(private=False), RSA.as_dict(private=False)]}
PLAIN: dict[str, Any] = {}
SECURITY: dict[str, Any] = {"profile": "fapi2_security", "dpop_bound": True}
SIGNING: dict[str, Any] = {"profile": "fapi2_message_signing", "dpop_bound": True}
Key = ECKey | RSAKey


@dataclass
class Pusher:
    """The client `client_id` of one site, with its person's browser."""

    site: Site
    browser: Browser
    client_id: str = "rp-pushes"
    redirect_uri: str = CALLBACK

    def parameters(self, **changes: str | None) -> dict[str, str]:
        """Return a correct authorization request; None takes a parameter away."""
        values: dict[str, str | None] = {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": "openid name",
            "state": "state-1",
            "nonce": "nonce-1",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **changes,
        }
        return {name: value for name, value in values.items() if value is not None}

    def assertion(self, **changes: Any) -> dict[str, str]:
        now = self.site.clock.now()
        claims = {"iss": self.client_id, "sub": self.client_id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": new_id(), **changes}
        return {"client_assertion_type": ASSERTION, "client_assertion": signed(claims, EC)}

    def object(self, key: Key = EC, alg: str = "ES256", header: dict[str, Any] | None = None, **changes: Any) -> str:
        """Return a correct request object; a value None takes a claim away."""
        now = self.site.clock.now()
        about = {"iss": self.client_id, "aud": ISSUER, "exp": now + 300, "nbf": now, "iat": now, "jti": new_id()}
        claims = {name: value for name, value in {**self.parameters(), **about, **changes}.items() if value is not None}
        return signed(claims, key, alg, **(header or {}))

    async def push(
        self, form: dict[str, str] | None = None, *, headers: dict[str, str] | None = None, bare: bool = False, **changes: str | None
    ) -> httpx.Response:
        """Push a request: correct parameters with `changes`, or `form` as it is. `bare`: without proving who pushes."""
        data = {**(form if form is not None else self.parameters(**changes)), **({} if bare else self.assertion())}
        return await self.site.http().post("/par", data=data, headers=headers)

    async def reference(self, form: dict[str, str] | None = None, **changes: str | None) -> str:
        response = await self.push(form, **changes)
        assert response.status_code == 201, response.text
        return str(response.json()["request_uri"])

    async def open(self, reference: str, browser: Browser | None = None, **more: str) -> httpx.Response:
        """Bring the reference by the person's browser."""
        query = httpx.QueryParams({"client_id": self.client_id, "request_uri": reference, **more})
        return await (browser or self.browser).go(f"/authorize?{query}")

    async def through(self, page: httpx.Response, browser: Browser | None = None) -> dict[str, str]:
        """Walk through sign-in and consent as far as they are asked; return what came to the redirect URI."""
        browser = browser or self.browser
        for _ in range(6):
            if page.status_code == 303:
                assert page.headers["location"].startswith(self.redirect_uri), page.headers["location"]
                return answer_of(page.headers["location"])
            assert page.status_code == 200, (page.status_code, page.text[:300])
            asks_who = 'name="sandi"' in page.text
            page = await browser.sign_in(SITI, PASSWORD) if asks_who else await browser.submit(button="lanjutkan")
        raise AssertionError(f"no answer after six pages: {browser.trail}")

    async def code(self, form: dict[str, str] | None = None, **changes: str | None) -> str:
        answer = await self.through(await self.open(await self.reference(form, **changes)))
        assert "code" in answer, answer
        return answer["code"]

    def proof(self, path: str, key: Key = HERS, method: str = "POST", **changes: Any) -> dict[str, str]:
        """Return the header of a DPoP proof for an endpoint, with the nonce that is asked for there."""
        return {"DPoP": proof(key, now=self.site.clock.now(), htm=method, htu=ISSUER + path, **changes)}

    async def redeem(self, code: str, key: Key | None = HERS, **more: str) -> httpx.Response:
        """Redeem a code, with a proof by `key`; a nonce that is asked for is sent."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect_uri, "code_verifier": VERIFIER, **more}
        form = {name: value for name, value in form.items() if value}
        http = self.site.http()
        first = await http.post("/token", data={**form, **self.assertion()}, headers=self.proof("/token", key) if key else None)
        nonce = first.headers.get("dpop-nonce")
        if key is None or first.json().get("error") != "use_dpop_nonce":
            return first
        return await http.post("/token", data={**form, **self.assertion()}, headers=self.proof("/token", key, nonce=nonce))

    def opened(self, response: str) -> dict[str, Any]:
        """Return the claims of a signed answer, checked with our published keys."""
        keys = KeySet.import_key_set(self.site.house.keys.jwks())  # type: ignore[arg-type] # our own document
        return dict(jwt.decode(response, keys, algorithms=["ES256", "RS256", "PS256", "EdDSA"]).claims)


async def a_pusher(site: Site, profile: dict[str, Any] | None = None, **changes: Any) -> Pusher:
    """Register the client under a profile and return it."""
    values = {
        "client_id": "rp-pushes",
        "auth_method": "private_key_jwt",
        "secrets": (),
        "jwks": PUBLIC,
        "require_par": True,
        **(SECURITY if profile is None else profile),
        **changes,
    }
    client = await register(site, test_client(**values))
    return Pusher(site, site.browser(), client.client_id, client.redirect_uris[0])


def told(response: httpx.Response) -> str:
    """Return the error code of a JSON answer, with its status."""
    return f"{response.status_code} {response.json().get('error', '')}".strip()
