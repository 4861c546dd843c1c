"""oidcc-dynamic, module by module, beyond what the tests of registration itself prove: flows of clients that registered themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from kit.secrets import new_id
from tests.idp.registration.test_endpoint import open_registration, registered
from tests.site import CALLBACK, PASSWORD, SITI, VERIFIER, Site, answer_of, authorize_query

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWKS_URI, REQUEST_URI = "https://rp.example/jwks.json", "https://rp.example/request.jwt"


def key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "alg": "ES256", "use": "sig"})


@dataclass
class Relying:
    """A client that registered itself with private_key_jwt, and the host where it publishes things."""

    site: Site
    signer: Any = field(default_factory=lambda: key("one"))
    published: dict[str, bytes] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    made: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.browser = self.site.browser()
        self.site.resources.outbound._transport = httpx.MockTransport(self.answer)  # the client's own server, which stands elsewhere

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.fetched.append(str(request.url))
        found = self.published.get(str(request.url))
        return httpx.Response(200, content=found) if found is not None else httpx.Response(404)

    async def register(self, **metadata: Any) -> dict[str, Any]:
        token = await open_registration(self.site)
        keys = {"jwks": {"keys": [self.signer.as_dict(private=False)]}} if "jwks_uri" not in metadata else {}
        self.made = await registered(
            self.site, token, token_endpoint_auth_method="private_key_jwt", redirect_uris=[CALLBACK], **{**keys, **metadata}
        )
        return self.made

    def publish_keys(self) -> None:
        self.published[JWKS_URI] = json.dumps({"keys": [self.signer.as_dict(private=False)]}).encode()

    async def code(self, **more: str) -> str:
        page = await self.browser.go("/authorize?" + authorize_query(self.made["client_id"], CALLBACK, **more))
        for _ in range(5):
            location = page.headers.get("location", "")
            if location.startswith(CALLBACK):
                return answer_of(location)["code"]
            assert page.status_code == 200, page.text[:300]
            page = await self.browser.sign_in(SITI, PASSWORD) if 'name="sandi"' in page.text else await self.browser.submit(button="setuju")
        raise AssertionError(self.browser.trail)

    async def token(self, audience: str = "", **form: str) -> httpx.Response:
        now, name = self.site.clock.now(), self.made["client_id"]
        claims = {"iss": name, "sub": name, "aud": audience or self.site.issuer, "iat": now, "exp": now + 60, "jti": new_id()}
        assertion = jwt.encode({"alg": "ES256", "kid": self.signer.as_dict()["kid"]}, claims, self.signer, algorithms=["ES256"])
        return await self.site.http().post("/token", data={**form, "client_assertion_type": ASSERTION, "client_assertion": assertion})

    async def redeem(self, code: str, audience: str = "") -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        return await self.token(audience, **form)

    async def flow(self, **more: str) -> dict[str, Any]:
        response = await self.redeem(await self.code(**more))
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def verified(self, token: str) -> Any:
        keys = KeySet.import_key_set((await self.site.http().get("/jwks")).json())
        return jwt.decode(token, keys, algorithms=["RS256"])


@pytest.fixture
def relying(site: Site) -> Relying:
    return Relying(site)


async def test_oidcc_server_with_private_key_jwt(relying: Relying) -> None:
    made = await relying.register()
    assert made["client_id"] and made["registration_access_token"]
    assert made["registration_client_uri"].startswith(relying.site.issuer)
    assert "client_secret" not in made
    claims = (await relying.verified((await relying.flow())["id_token"])).claims
    assert (claims["aud"], claims["nonce"]) == (made["client_id"], "nonce-1")


async def test_oidcc_idtoken_rs256(relying: Relying) -> None:
    made = await relying.register(id_token_signed_response_alg="RS256")
    assert made["id_token_signed_response_alg"] == "RS256"
    assert (await relying.verified((await relying.flow())["id_token"])).header["alg"] == "RS256"


async def test_oidcc_userinfo_rs256(relying: Relying) -> None:
    await relying.register(userinfo_signed_response_alg="RS256")
    published = (await relying.site.http().get("/.well-known/openid-configuration")).json()
    assert "RS256" in published["userinfo_signing_alg_values_supported"]
    tokens = await relying.flow()
    told = await relying.site.http().get("/userinfo", headers={"authorization": f"Bearer {tokens['access_token']}"})
    assert told.headers["content-type"].startswith("application/jwt")
    signed = await relying.verified(told.text)
    assert (signed.header["alg"], signed.claims["iss"], signed.claims["aud"]) == ("RS256", relying.site.issuer, relying.made["client_id"])
    assert "nonce" not in signed.claims
    assert signed.claims["sub"] == (await relying.verified(tokens["id_token"])).claims["sub"]


async def test_oidcc_discovery_endpoint_verification_names_registration(relying: Relying) -> None:
    await relying.register()
    published = (await relying.site.http().get("/.well-known/openid-configuration")).json()
    assert published["registration_endpoint"] == f"{relying.site.issuer}/register"
    assert published["request_uri_parameter_supported"] is True
    assert published["response_types_supported"] == ["code"], "the code flow only"


async def test_oidcc_registration_jwks_uri(relying: Relying) -> None:
    relying.publish_keys()
    await relying.register(jwks_uri=JWKS_URI)
    await relying.flow()
    assert JWKS_URI in relying.fetched


async def test_oidcc_refresh_token_rp_key_rotation(relying: Relying) -> None:
    relying.publish_keys()
    await relying.register(jwks_uri=JWKS_URI, grant_types=["authorization_code", "refresh_token"])
    refresh_token = (await relying.flow(scope="openid offline_access", prompt="consent"))["refresh_token"]
    relying.site.clock.advance(60)
    former, relying.signer = relying.signer, key("two")
    relying.publish_keys()
    fresh = await relying.token(grant_type="refresh_token", refresh_token=refresh_token)
    assert fresh.status_code == 200, fresh.text
    assert (await relying.verified(fresh.json()["id_token"])).claims["aud"] == relying.made["client_id"]
    relying.signer = former
    relying.site.clock.advance(3600)
    refused = await relying.token(grant_type="refresh_token", refresh_token=fresh.json()["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client"), "the key that was taken away"


async def test_oidcc_server_rotate_keys(relying: Relying) -> None:
    await relying.register()
    former = (await relying.flow())["id_token"]
    await relying.site.house.keys.rotate("RS256", actor="cli", at_once=True)
    fresh = (await relying.flow())["id_token"]
    kids = [(await relying.verified(token)).header["kid"] for token in (former, fresh)]
    assert kids[0] != kids[1], "signed with another key; both verify with what is published"


RSA = RSAKey.generate_key(2048, {"kid": "rsa", "alg": "RS256", "use": "sig"})


async def test_oidcc_request_uri_signed_rs256(relying: Relying) -> None:
    both = {"keys": [relying.signer.as_dict(private=False), RSA.as_dict(private=False)]}
    await relying.register(request_uris=[REQUEST_URI], request_object_signing_alg="RS256", jwks=both)
    name, now = relying.made["client_id"], relying.site.clock.now()
    asked = dict(part.split("=", 1) for part in authorize_query(name, "-").split("&")) | {
        "redirect_uri": CALLBACK, "nonce": "nonce-inside", "iss": name, "aud": relying.site.issuer, "exp": now + 60
    }  # fmt: skip
    relying.published[REQUEST_URI] = jwt.encode({"alg": "RS256", "kid": "rsa"}, asked, RSA, algorithms=["RS256"]).encode()
    tokens = await relying.flow(request_uri=REQUEST_URI, nonce="", state="")
    assert (await relying.verified(tokens["id_token"])).claims["nonce"] == "nonce-inside"
    assert relying.fetched == [REQUEST_URI]
    page = await relying.browser.go("/authorize?" + authorize_query(name, CALLBACK, request_uri=REQUEST_URI + "x"))
    assert answer_of(page.headers["location"])["error"] in ("request_uri_not_supported", "invalid_request_uri")


async def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(relying: Relying) -> None:
    await relying.register()
    assert (await relying.redeem(await relying.code(), relying.site.issuer)).status_code == 200
    assert (await relying.redeem(await relying.code(), f"{relying.site.issuer}/token")).status_code == 200


async def test_oidcc_third_party_init_login_is_kept_and_returned(relying: Relying) -> None:
    made = await relying.register(initiate_login_uri="https://rp.example/masuk")
    assert made["initiate_login_uri"] == "https://rp.example/masuk"
    path = made["registration_client_uri"].removeprefix(relying.site.issuer)
    headers = {"authorization": f"Bearer {made['registration_access_token']}"}
    assert (await relying.site.http().get(path, headers=headers)).json()["initiate_login_uri"] == "https://rp.example/masuk"
