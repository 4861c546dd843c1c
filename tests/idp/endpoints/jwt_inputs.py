"""Every place where the provider takes a signed token from outside: how a genuine one is made there, and whether one counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
from joserfc import jws

from idp.client_auth.signatures import Roomy
from idp.grants.exchange_checks import ACCESS_TOKEN
from idp.grants.jwt_bearer import NAME as JWT_BEARER
from idp.grants.token_exchange import NAME as TOKEN_EXCHANGE
from kit.secrets import b64url_decode, new_id
from tests.idp.authorization.pushing import PLAIN, Pusher, a_pusher
from tests.idp.client_auth.assertions import EC, signed
from tests.idp.proofs.proofs import HERS, ath, proof
from tests.site import ISSUER, TEST_SECRET, Party, Site, new_party, register, test_client

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
PUBLIC = {"keys": [EC.as_dict(private=False)]}
TIMES = ("exp", "iat", "nbf")
REQUEST, PROOF = frozenset({"oauth-authz-req+jwt"}), frozenset({"dpop+jwt"})
GRANTS = frozenset({"authorization_code", "refresh_token", "client_credentials", JWT_BEARER, TOKEN_EXCHANGE})


@dataclass
class Input:
    """`make` returns a fresh genuine token, with other claims on request where a client signs it; `sent` hands one in.

    `good` tells from the answer whether it counted, and fails on an answer that is neither yes nor a proper refusal.
    `key` signs what clients sign; `embeds` is true where the header rightly brings the key along.
    """

    make: Callable[..., Awaitable[str]]
    sent: Callable[[str], Awaitable[httpx.Response]]
    good: Callable[[httpx.Response], bool]
    key: Any = None
    embeds: bool = False
    times: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()  # what its `typ` may be besides JWT

    async def counts(self, token: str) -> bool:
        return self.good(await self.sent(token))


def answered(code: str, status: int) -> Callable[[httpx.Response], bool]:
    """True for 2xx; otherwise it must be this very error."""

    def good(response: httpx.Response) -> bool:
        if response.status_code in (200, 201):
            return True
        assert (response.status_code, response.json()["error"]) == (status, code), response.text
        return False

    return good


def resigned(token: str, key: Any, name: str, value: str) -> str:
    """Return the token with one claim replaced by raw JSON, signed properly: for values that no library would write."""
    header, body = (orjson.loads(b64url_decode(part)) for part in token.split(".")[:2])
    text = orjson.dumps({**body, name: "REPLACED"}).replace(b'"REPLACED"', value.encode())
    return jws.serialize_compact(header, text, key, registry=Roomy(algorithms=["ES256"]))


def retyped(token: str, key: Any, typ: str) -> str:
    """Return the token with another `typ`, signed properly."""
    header, body = (orjson.loads(b64url_decode(part)) for part in token.split(".")[:2])
    return jws.serialize_compact({**header, "typ": typ}, orjson.dumps(body), key, registry=Roomy(algorithms=["ES256"]))


async def client_assertion(site: Site, path: str = "/token") -> Input:
    client = await a_pusher(site, PLAIN, require_par=False, grant_types=GRANTS)

    async def make(**changes: Any) -> str:
        return client.assertion(**changes)["client_assertion"]

    async def sent(token: str) -> httpx.Response:
        form = client.parameters() if path == "/par" else {"grant_type": "client_credentials"}
        return await site.http().post(path, data={**form, "client_assertion_type": ASSERTION, "client_assertion": token})

    return Input(make, sent, answered("invalid_client", 401), EC, times=TIMES, types=frozenset({"client-authentication+jwt"}))


async def assertion_when_pushing(site: Site) -> Input:
    return await client_assertion(site, "/par")


async def jwt_bearer(site: Site) -> Input:
    await register(site, test_client(jwks=PUBLIC, grant_types=GRANTS))

    async def make(**changes: Any) -> str:
        now = site.clock.now()
        body = {"iss": "rp-test", "sub": "client:rp-test", "aud": ISSUER, "exp": now + 60, "iat": now, "jti": new_id(), **changes}
        return signed(body, EC)

    async def sent(token: str) -> httpx.Response:
        return await site.http().post("/token", data={"grant_type": JWT_BEARER, "assertion": token}, auth=("rp-test", TEST_SECRET))

    return Input(make, sent, answered("invalid_grant", 400), EC, times=TIMES)


async def request_object(site: Site) -> Input:
    client = await a_pusher(site, PLAIN, require_par=False)

    async def sent(token: str) -> httpx.Response:
        return await site.browser().go("/authorize?" + urlencode({"client_id": client.client_id, "request": token}))

    def good(response: httpx.Response) -> bool:
        if response.status_code == 200:
            assert 'name="sandi"' in response.text
            return True
        assert response.status_code == 400 and "SSO-AUTH" in response.text, response.text[:300]
        return False

    return Input(_object_of(client), sent, good, EC, times=TIMES, types=REQUEST)


async def pushed_object(site: Site) -> Input:
    client = await a_pusher(site, PLAIN, require_par=False)

    async def sent(token: str) -> httpx.Response:
        return await client.push({"client_id": client.client_id, "request": token})

    return Input(_object_of(client), sent, answered("invalid_request_object", 400), EC, times=TIMES, types=REQUEST)


def _object_of(client: Pusher) -> Callable[..., Awaitable[str]]:
    async def make(**changes: Any) -> str:
        return client.object(**changes)

    return make


async def hint_when_asking(site: Site) -> Input:
    party = await new_party(site)

    async def make() -> str:
        return str((await party.tokens())["id_token"])

    async def sent(token: str) -> httpx.Response:
        return await party.start(prompt="none", id_token_hint=token)

    def good(response: httpx.Response) -> bool:
        location = response.headers["location"]
        assert "code=" in location or "error=invalid_request" in location, location
        return "code=" in location

    return Input(make, sent, good)


async def hint_when_leaving(site: Site) -> Input:
    party = await new_party(site, post_logout_redirect_uris=("https://rp.example/after",))

    async def make() -> str:
        return str((await party.tokens())["id_token"])

    async def sent(token: str) -> httpx.Response:
        query = {"id_token_hint": token, "post_logout_redirect_uri": "https://rp.example/after"}
        return await party.browser.go("/logout?" + urlencode(query))

    def good(response: httpx.Response) -> bool:
        assert response.status_code in (200, 303), response.status_code
        return response.status_code == 303

    return Input(make, sent, good)


async def proof_for_tokens(site: Site) -> Input:
    party = await new_party(site, dpop_bound=True)

    async def make(**changes: Any) -> str:
        return await _proof(party, **changes)

    async def sent(token: str) -> httpx.Response:
        return await _in_own_name(party, {"dpop": token})

    return Input(make, sent, answered("invalid_dpop_proof", 400), HERS, embeds=True, times=("iat",), types=PROOF)


async def proof_for_userinfo(site: Site) -> Input:
    party = await new_party(site, dpop_bound=True)
    bound = await _bound_token(party)

    async def make(**changes: Any) -> str:
        return await _proof(party, htm="GET", htu=f"{ISSUER}/userinfo", ath=ath(bound), **changes)

    async def sent(token: str) -> httpx.Response:
        return await site.http().get("/userinfo", headers={"authorization": f"DPoP {bound}", "dpop": token})

    return Input(make, sent, answered("invalid_dpop_proof", 401), HERS, embeds=True, times=("iat",), types=PROOF)


async def _in_own_name(party: Party, headers: dict[str, str]) -> httpx.Response:
    return await party.site.http().post("/token", data={"grant_type": "client_credentials"}, auth=party.auth, headers=headers)


async def _proof(party: Party, **claims: Any) -> str:
    """Return a proof with the nonce that is asked for now."""
    now, about = party.site.clock.now(), {"htu": f"{ISSUER}/token", **claims}
    answer = await _in_own_name(party, {"dpop": proof(HERS, now=now, htu=f"{ISSUER}/token")})
    return proof(HERS, now=now, nonce=answer.headers["dpop-nonce"], **about)


async def _bound_token(party: Party) -> str:
    code = await party.code()
    http = party.site.http()
    http.headers["dpop"] = await _proof(party)
    answer = await party.redeem(code, http)
    assert answer.json()["token_type"] == "DPoP", answer.text
    return str(answer.json()["access_token"])


async def token_at_userinfo(site: Site) -> Input:
    party = await new_party(site, access_token_format="jwt")
    return Input(_access_of(party), party.userinfo, answered("invalid_token", 401))


async def token_at_introspection(site: Site) -> Input:
    party = await new_party(site, access_token_format="jwt")
    return Input(_access_of(party), party.introspect, lambda response: bool(response.json()["active"]))


async def subject_token(site: Site) -> Input:
    party = await new_party(site, access_token_format="jwt", grant_types=GRANTS)
    queue = test_client("e-link", client_id="rp-queue", exchange_from=frozenset({"rp-test"}), grant_types=GRANTS)
    await register(site, queue)
    await Party(site, party.browser, "rp-queue", scope="openid name").tokens()

    async def sent(token: str) -> httpx.Response:
        form = {"grant_type": TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": ACCESS_TOKEN, "audience": "rp-queue"}
        return await site.http().post("/token", data={**form, "scope": "openid name"}, auth=party.auth)

    return Input(_access_of(party), sent, answered("invalid_request", 400))


def _access_of(party: Party) -> Callable[[], Awaitable[str]]:
    async def make() -> str:
        return str((await party.tokens())["access_token"])

    return make


INPUTS: dict[str, Callable[[Site], Awaitable[Input]]] = {
    "client_assertion": client_assertion,
    "client_assertion at /par": assertion_when_pushing,
    "jwt-bearer assertion": jwt_bearer,
    "request object": request_object,
    "pushed request object": pushed_object,
    "id_token_hint": hint_when_asking,
    "id_token_hint at /logout": hint_when_leaving,
    "DPoP proof": proof_for_tokens,
    "DPoP proof at /userinfo": proof_for_userinfo,
    "access token": token_at_userinfo,
    "introspected token": token_at_introspection,
    "subject_token": subject_token,
}
