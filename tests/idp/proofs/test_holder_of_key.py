"""What the FAPI profile asks of tokens: bound to a key or a certificate, always. FAPI 2.0 Security Profile §5.3.2.1."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from idp.applications.models import Client
from kit.secrets import new_id
from tests.idp.client_auth.assertions import EC, signed
from tests.idp.proofs.authority import CA, Pair, issued
from tests.idp.proofs.proofs import HERS, OTHER, Key, ath, proof, thumbprint
from tests.site import ISSUER, VERIFIER, Party, Site, answer_of, challenge, new_party, open_site

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SUBJECT = "CN=rp-a,O=Kabupaten Trenggalek,C=ID"


@pytest.fixture
async def fronted(tmp_path: Path, template_folder: Path) -> AsyncIterator[Site]:
    """A whole Gapura behind a proxy at 127.0.0.1, which hands certificates on as RFC 9440 says."""
    (tmp_path / "ca.pem").write_text(CA.pem)
    settings = {
        "server.trusted_proxies": ["127.0.0.1/32"],
        "server.client_cert_header": "Client-Cert",
        "server.tls_client_ca": str(tmp_path / "ca.pem"),
        "server.mtls_base_url": "https://mtls.gapura.example",
    }
    async with open_site(tmp_path, template_folder, **settings) as opened:
        yield opened


@dataclass
class Fapi:
    """A client of the FAPI profile: pushes its request, proves itself by assertion or certificate, binds its tokens."""

    site: Site
    party: Party
    client: Client
    key: Key | None = None
    certificate: Pair | None = None
    nonce: str | None = None

    def proven(self) -> dict[str, str]:
        if self.client.auth_method != "private_key_jwt":
            return {"client_id": self.client.client_id}
        now, name = self.site.clock.now(), self.client.client_id
        claims = {"iss": name, "sub": name, "aud": ISSUER, "exp": now + 60, "iat": now, "nbf": now, "jti": new_id()}
        return {"client_id": name, "client_assertion": signed(claims), "client_assertion_type": ASSERTION}

    def headers(self, **claims: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        if self.key is not None:
            found["dpop"] = proof(self.key, now=self.site.clock.now(), nonce=self.nonce, **claims)
        if self.certificate is not None:
            found["client-cert"] = rfc_9440(self.certificate)
        return found

    async def post(self, path: str, **form: str) -> httpx.Response:
        headers = self.headers(htu=ISSUER + path)
        answer = await self.site.http().post(path, data={**self.proven(), **form}, headers=headers)
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        return answer

    async def code(self, **more: str) -> str:
        request = {
            "response_type": "code",
            "redirect_uri": self.party.redirect_uri,
            "scope": "openid name",
            "code_challenge": challenge(),
            "code_challenge_method": "S256",
            **more,
        }
        pushed = await self.post("/par", **request)
        assert pushed.status_code == 201, pushed.text
        uri = pushed.json()["request_uri"]
        page = await self.party.browser.go(f"/authorize?client_id={self.client.client_id}&request_uri={uri}")
        if page.status_code == 200 and 'name="sandi"' in page.text:
            page = await self.party.browser.sign_in("3503115203889001", "pagi cerah di pantai prigi")
        if page.status_code == 200:
            page = await self.party.browser.submit(button="lanjutkan")
        return answer_of(page.headers["location"])["code"]

    async def redeem(self, code: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.party.redirect_uri, "code_verifier": VERIFIER}
        return await self.post("/token", **form)

    async def refresh(self, token: str) -> httpx.Response:
        return await self.post("/token", grant_type="refresh_token", refresh_token=token)

    async def userinfo(self, token: str) -> httpx.Response:
        scheme = "DPoP" if self.key is not None else "Bearer"
        headers = self.headers(htm="GET", htu=f"{ISSUER}/userinfo", ath=ath(token))
        return await self.site.http().get("/userinfo", headers={"authorization": f"{scheme} {token}", **headers})


def rfc_9440(pair: Pair) -> str:
    return f":{b64encode(pair.shown.der).decode()}:"


async def fapi(site: Site, key: Key | None = None, certificate: Pair | None = None, **changes: Any) -> Fapi:
    values = {"auth_method": "private_key_jwt", "jwks": {"keys": [EC.as_dict(private=False)]}, "secrets": (), "profile": "fapi2_security"}
    party = await new_party(site, **{**values, **changes})
    return Fapi(site, party, site.house.registry.now.clients["rp-test"], key, certificate)


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", "")


async def described(site: Site) -> dict[str, Any]:
    return (await site.http().get("/.well-known/oauth-protected-resource/userinfo")).json()  # type: ignore[no-any-return]


async def test_a_fapi_client_proves_a_key_or_gets_nothing(site: Site) -> None:
    client = await fapi(site)
    code = await client.code()
    assert told(await client.redeem(code)) == (400, "invalid_dpop_proof"), "no holder of a key"
    client.key = HERS
    assert told(await client.redeem(code)) == (400, "use_dpop_nonce")
    tokens = await client.redeem(code)
    assert (told(tokens), tokens.json()["token_type"]) == ((200, ""), "DPoP")
    assert (await client.userinfo(tokens.json()["access_token"])).json()["name"]


async def test_dp_10_under_fapi_the_code_is_bound_when_it_is_asked_for(site: Site) -> None:
    client = await fapi(site, HERS)
    code = await client.code()
    client.key = OTHER
    assert told(await client.redeem(code)) == (400, "invalid_grant")
    client.key = HERS
    assert told(await client.redeem(code)) == (200, "")


async def test_dp_10_under_fapi_a_thumbprint_alone_binds_the_code(site: Site) -> None:
    client = await fapi(site)
    code = await client.code(dpop_jkt=thumbprint())
    client.key = OTHER
    await client.post("/token", grant_type="none")
    assert told(await client.redeem(code))[0] == 400
    client.key = HERS
    first = await client.redeem(code)
    tokens = first if first.status_code == 200 else await client.redeem(code)
    assert told(tokens) == (200, "")


async def test_dp_10_under_fapi_the_refresh_token_is_bound_too(site: Site) -> None:
    client = await fapi(site, HERS)
    await client.refresh("x")
    first = (await client.redeem(await client.code())).json()
    client.key = OTHER
    assert told(await client.refresh(first["refresh_token"])) == (400, "invalid_grant")
    client.key = None
    assert told(await client.refresh(first["refresh_token"])) == (
        400,
        "invalid_dpop_proof",
    )
    client.key = HERS
    assert told(await client.refresh(first["refresh_token"])) == (200, "")


async def test_under_fapi_a_certificate_binds_as_well_as_a_key(fronted: Site) -> None:
    client = await fapi(fronted, certificate=issued(), tls_bound=True)
    answer = await client.redeem(await client.code())
    tokens = answer.json()
    assert (told(answer), tokens["token_type"]) == ((200, ""), "Bearer")
    seen = await client.post("/introspect", token=tokens["access_token"])
    assert seen.json()["cnf"] == {"x5t#S256": client.certificate.shown.thumbprint if client.certificate else ""}
    assert (await client.userinfo(tokens["access_token"])).json()["name"]
    for other in (replace(client, certificate=issued()), replace(client, certificate=None)):
        assert told(await other.userinfo(tokens["access_token"])) == (401, "invalid_token")
    renewed = replace(client, certificate=issued())
    refreshed = await renewed.refresh(tokens["refresh_token"])
    assert told(refreshed) == (200, ""), "a renewed certificate is no other client"
    assert (await renewed.userinfo(refreshed.json()["access_token"])).status_code == 200


async def test_a_client_bound_to_its_certificate_comes_with_it(fronted: Site) -> None:
    client = await fapi(fronted, certificate=issued(), tls_bound=True)
    code = await client.code()
    certificate, client.certificate = client.certificate, None
    assert told(await client.redeem(code)) == (400, "invalid_request")
    client.key = HERS
    assert told(await client.redeem(code)) == (400, "invalid_dpop_proof"), "a key is not what it registered"
    client.key, client.certificate = None, certificate
    assert told(await client.redeem(code)) == (200, "")


async def test_a_fapi_client_that_proves_itself_by_certificate_is_bound_to_it(fronted: Site) -> None:
    client = await fapi(fronted, certificate=issued(), auth_method="tls_client_auth", tls_subject=SUBJECT, jwks=None)
    tokens = (await client.redeem(await client.code())).json()
    assert tokens["token_type"] == "Bearer"
    assert (await client.userinfo(tokens["access_token"])).json()["name"]
    thief = replace(client, certificate=issued("rp-b"))
    assert told(await thief.userinfo(tokens["access_token"])) == (401, "invalid_token")
    assert told(await thief.post("/token", grant_type="client_credentials")) == (401, "invalid_client")


async def test_tk_31_a_certificate_from_anywhere_else_is_none(fronted: Site) -> None:
    client = await fapi(fronted, certificate=issued(), auth_method="tls_client_auth", tls_subject=SUBJECT, jwks=None)
    stranger = fronted.http("203.0.113.9")
    data = {"client_id": "rp-test", "grant_type": "client_credentials"}
    assert client.certificate is not None
    head = {"client-cert": rfc_9440(client.certificate), "x-ssl-client-verify": "SUCCESS", "x-forwarded-for": "127.0.0.1"}
    assert told(await stranger.post("/token", data=data, headers=head)) == (401, "invalid_client")
    assert told(await client.post("/token", grant_type="client_credentials", scope="layanan:imunisasi-anak")) == (200, "")


async def test_the_address_for_certificates_is_published_and_its_proofs_are_judged_by_it(fronted: Site) -> None:
    metadata = (await fronted.http().get("/.well-known/openid-configuration")).json()
    assert metadata["mtls_endpoint_aliases"]["token_endpoint"] == "https://mtls.gapura.example/token"
    assert metadata["tls_client_certificate_bound_access_tokens"] is True
    assert (await described(fronted))["tls_client_certificate_bound_access_tokens"] is True
    assert {"tls_client_auth", "self_signed_tls_client_auth"} <= set(metadata["token_endpoint_auth_methods_supported"])
    party = await new_party(fronted)
    sent = {"dpop": proof(htu="https://mtls.gapura.example/token", now=fronted.clock.now())}
    answer = await fronted.http().post("/token", data={"grant_type": "client_credentials"}, auth=party.auth, headers=sent)
    assert told(answer) == (400, "use_dpop_nonce"), "the address itself was right"


async def test_where_no_certificate_can_come_in_none_is_spoken_of(site: Site) -> None:
    plain = (await site.http().get("/.well-known/openid-configuration")).json()
    assert "mtls_endpoint_aliases" not in plain
    assert plain["tls_client_certificate_bound_access_tokens"] is False
    assert (await described(site))["tls_client_certificate_bound_access_tokens"] is False
    assert not [one for one in plain["token_endpoint_auth_methods_supported"] if "tls" in one]
    assert plain["dpop_signing_alg_values_supported"] == ["ES256", "ES512", "PS256", "EdDSA", "Ed25519"]
