"""Tokens bound to a key, through the whole house: asked for, refreshed, used, looked at. RFC 9449 §5 to §10."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.idp.proofs.proofs import HERS, OTHER, Key, ath, proof, thumbprint
from tests.site import ISSUER, SITI, VERIFIER, Party, Site, new_party


@dataclass
class Prover:
    """A client's back channel that sends proofs, and keeps the nonce it was given last."""

    party: Party
    key: Key = field(default_factory=lambda: HERS)
    nonce: str | None = None
    form: dict[str, str] = field(default_factory=dict)

    async def token(self, proofs: list[str] | None = None, *, path: str = "/token", **form: str) -> httpx.Response:
        """Post with a right proof, or with these; take the nonce of the answer."""
        site, public = self.party.site, not self.party.secret
        sent = [self.proof()] if proofs is None else proofs
        headers = [("dpop", one) for one in sent]
        auth = None if public else self.party.auth
        data = {**({"client_id": self.party.client_id} if public else {}), **form}
        answer = await site.http().post(path, data=data, auth=auth, headers=headers)
        self.nonce = answer.headers.get("dpop-nonce", self.nonce)
        return answer

    def proof(self, **changes: Any) -> str:
        key = changes.pop("key", self.key)
        claims = {"htu": f"{ISSUER}/token", "nonce": self.nonce, **changes}
        return proof(key, now=self.party.site.clock.now(), **claims)

    async def begin(self) -> None:
        """Get a nonce, as every client does that has none yet."""
        refused = await self.token(grant_type="client_credentials")
        assert refused.json()["error"] == "use_dpop_nonce"

    async def redeem(self, proofs: list[str] | None = None, **more: str) -> httpx.Response:
        code = more.pop("code", None) or await self.party.code(**more)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.party.redirect_uri, "code_verifier": VERIFIER}
        return await self.token(proofs, **form)

    async def refresh(self, token: str, proofs: list[str] | None = None) -> httpx.Response:
        return await self.token(proofs, grant_type="refresh_token", refresh_token=token)

    async def userinfo(self, token: str, *, scheme: str = "DPoP", proofs: list[str] | None = None, **changes: Any) -> httpx.Response:
        values = {"htm": "GET", "htu": f"{ISSUER}/userinfo", "ath": ath(token), **changes}
        sent = [self.proof(**values)] if proofs is None else proofs
        headers = [("authorization", f"{scheme} {token}"), *(("dpop", one) for one in sent)]
        return await self.party.site.http().get("/userinfo", headers=headers)


async def a_prover(site: Site, **changes: Any) -> Prover:
    prover = Prover(await new_party(site, **changes))
    if changes.get("auth_method") == "none":
        prover.party.secret = ""
    await prover.begin()
    return prover


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", "")


async def test_a_client_that_proves_a_key_gets_tokens_bound_to_it(site: Site) -> None:
    prover = await a_prover(site)
    answer = await prover.redeem()
    tokens = answer.json()
    assert (answer.status_code, tokens["token_type"]) == (200, "DPoP")
    used = await prover.userinfo(tokens["access_token"])
    assert (used.status_code, bool(used.json()["sub"])) == (200, True)
    seen = (await prover.party.introspect(tokens["access_token"])).json()
    assert (seen["token_type"], seen["cnf"]) == ("DPoP", {"jkt": thumbprint()})


async def test_a_client_that_proves_nothing_gets_bearer_tokens_as_before(site: Site) -> None:
    party = await new_party(site)
    tokens = await party.tokens()
    assert tokens["token_type"] == "Bearer"
    answer = await party.userinfo(tokens["access_token"])
    assert (answer.status_code, "dpop-nonce" in answer.headers) == (200, False)
    seen = (await party.introspect(tokens["access_token"])).json()
    assert (seen["token_type"], "cnf" in seen) == ("Bearer", False)


async def test_dp_11_a_nonce_is_asked_for_at_both_endpoints(site: Site) -> None:
    prover = Prover(await new_party(site))
    refused = await prover.token(grant_type="client_credentials")
    assert (told(refused), bool(refused.headers["dpop-nonce"])) == ((400, "use_dpop_nonce"), True)
    tokens = (await prover.redeem()).json()
    assert tokens["token_type"] == "DPoP"
    without = await prover.userinfo(tokens["access_token"], nonce=None)
    assert told(without) == (401, "use_dpop_nonce")
    assert without.headers["www-authenticate"].startswith('DPoP realm="gapura", error="use_dpop_nonce", algs=')
    again = await prover.userinfo(tokens["access_token"], nonce=without.headers["dpop-nonce"])
    assert (again.status_code, bool(again.headers["dpop-nonce"])) == (200, True)


async def test_dp_11_a_nonce_wears_out_and_the_answer_brings_the_next(site: Site) -> None:
    prover = await a_prover(site)
    old = prover.nonce
    site.clock.advance(601)
    assert told(await prover.token(grant_type="client_credentials")) == (400, "use_dpop_nonce")
    assert prover.nonce != old
    assert (await prover.token(grant_type="client_credentials")).json()["token_type"] == "DPoP"


async def test_the_code_outlives_a_refused_proof(site: Site) -> None:
    prover = await a_prover(site)
    code = await prover.party.code()
    assert told(await prover.redeem([prover.proof(htm="GET")], code=code)) == (400, "invalid_dpop_proof")
    assert told(await prover.redeem([], code=code)) == (200, ""), "a client that need not prove a key may go without"


async def test_dp_01_two_proofs_at_the_token_endpoint(site: Site) -> None:
    prover = await a_prover(site)
    two = await prover.token([prover.proof(), prover.proof()], grant_type="client_credentials")
    assert (told(two), two.json()["error_description"]) == ((400, "invalid_dpop_proof"), "send one DPoP header")
    assert told(await prover.token(grant_type="client_credentials")) == (200, "")


async def test_dp_06_one_proof_at_the_token_endpoint_twice(site: Site) -> None:
    prover = await a_prover(site)
    made = [prover.proof()]
    assert told(await prover.token(made, grant_type="client_credentials")) == (200, "")
    assert told(await prover.token(made, grant_type="client_credentials")) == (400, "invalid_dpop_proof")


async def test_a_client_that_must_prove_a_key(site: Site) -> None:
    prover = await a_prover(site, dpop_bound=True)
    assert told(await prover.token([], grant_type="client_credentials")) == (400, "invalid_dpop_proof")
    assert told(await prover.token(grant_type="client_credentials")) == (200, "")


async def test_dp_07_a_bound_token_is_no_bearer_token(site: Site) -> None:
    prover = await a_prover(site)
    token = (await prover.redeem()).json()["access_token"]
    for proofs in ([], None):
        plain = await prover.userinfo(token, scheme="Bearer", proofs=proofs)
        assert told(plain) == (401, "invalid_token")
        assert plain.headers["www-authenticate"].startswith('DPoP realm="gapura", error="invalid_token", algs=')
    both = [("authorization", f"Bearer {token}"), ("authorization", f"DPoP {token}"), ("dpop", prover.proof())]
    assert told(await site.http().get("/userinfo", headers=both)) == (401, "invalid_token")
    assert told(await site.http().get("/userinfo", headers=both[1::-1])) == (401, "invalid_token")
    assert (await prover.userinfo(token)).status_code == 200


async def test_dp_07_a_bearer_token_does_not_become_a_bound_one(site: Site) -> None:
    prover = await a_prover(site)
    token = (await prover.redeem([])).json()["access_token"]
    refused = await prover.userinfo(token)
    assert told(refused) == (401, "invalid_token")
    assert refused.headers["www-authenticate"].startswith('Bearer realm="gapura", error="invalid_token", resource_metadata=')
    assert (await prover.userinfo(token, scheme="Bearer", proofs=[])).status_code == 200


@pytest.mark.parametrize("scheme", ["dpop", "DPOP", "DpOp"])
async def test_the_scheme_is_read_in_any_case(site: Site, scheme: str) -> None:
    prover = await a_prover(site)
    assert (await prover.userinfo((await prover.redeem()).json()["access_token"], scheme=scheme)).status_code == 200


async def test_dp_08_the_proof_at_a_resource_is_of_the_same_key_for_this_token(site: Site) -> None:
    prover = await a_prover(site)
    token = (await prover.redeem()).json()["access_token"]
    assert told(await prover.userinfo(token, key=OTHER)) == (401, "invalid_token")
    for wrong in ({"ath": None}, {"ath": ath("another")}, {"htm": "POST"}, {"htu": f"{ISSUER}/token"}, {"iat": site.clock.now() - 3600}):
        assert told(await prover.userinfo(token, **wrong)) == (401, "invalid_dpop_proof"), wrong
    assert told(await prover.userinfo(token, proofs=[])) == (401, "invalid_dpop_proof")
    made = [prover.proof(htm="GET", htu=f"{ISSUER}/userinfo?x=1", ath=ath(token))]
    assert (await prover.userinfo(token, proofs=made)).status_code == 200
    assert told(await prover.userinfo(token, proofs=made)) == (401, "invalid_dpop_proof"), "once"


async def test_an_unknown_token_with_a_proof_gets_the_challenge_of_its_scheme(site: Site) -> None:
    prover = await a_prover(site)
    unknown = await prover.userinfo("x" * 43)
    assert (told(unknown), unknown.headers["www-authenticate"][:4]) == ((401, "invalid_token"), "DPoP")


async def test_dp_10_a_code_asked_for_with_a_key_is_redeemed_with_it(site: Site) -> None:
    prover = await a_prover(site)
    code = await prover.party.code(dpop_jkt=thumbprint())
    assert told(await prover.redeem([prover.proof(key=OTHER)], code=code)) == (400, "invalid_grant")
    assert told(await prover.redeem([], code=code)) == (400, "invalid_grant")
    assert told(await prover.redeem(code=code)) == (200, "")


async def test_dp_10_the_refresh_token_of_a_public_client_is_bound_to_its_key(site: Site) -> None:
    prover = await a_prover(site, auth_method="none", secrets=())
    first = (await prover.redeem()).json()
    assert told(await prover.refresh(first["refresh_token"], [prover.proof(key=OTHER)])) == (400, "invalid_grant")
    assert told(await prover.refresh(first["refresh_token"], [])) == (400, "invalid_grant")
    second = await prover.refresh(first["refresh_token"])
    assert (told(second), second.json()["token_type"]) == ((200, ""), "DPoP")
    assert (await prover.userinfo(second.json()["access_token"])).status_code == 200


async def test_a_confidential_client_may_change_its_key_between_refreshes(site: Site) -> None:
    prover = await a_prover(site)
    first = (await prover.redeem()).json()
    second = (await prover.refresh(first["refresh_token"], [prover.proof(key=OTHER)])).json()
    assert second["token_type"] == "DPoP"
    assert (await prover.userinfo(second["access_token"], key=OTHER)).status_code == 200
    assert told(await prover.userinfo(second["access_token"])) == (401, "invalid_token")
    assert (await prover.refresh(second["refresh_token"], [])).json()["token_type"] == "Bearer"


async def test_an_application_in_its_own_name_is_bound_too(site: Site) -> None:
    prover = await a_prover(site)
    tokens = (await prover.token(grant_type="client_credentials")).json()
    assert tokens["token_type"] == "DPoP"
    assert (await prover.party.introspect(tokens["access_token"])).json()["cnf"] == {"jkt": thumbprint()}


async def test_a_jwt_access_token_says_which_key_it_is_bound_to(site: Site) -> None:
    prover = await a_prover(site, access_token_format="jwt")
    token = (await prover.redeem()).json()["access_token"]
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert claims["cnf"] == {"jkt": thumbprint()}
    assert (await prover.userinfo(token)).status_code == 200
    assert told(await prover.userinfo(token, key=OTHER)) == (401, "invalid_token")


async def test_a_pushed_request_binds_the_code_to_the_key_that_it_proves(site: Site) -> None:
    prover = await a_prover(site)
    request = {
        "response_type": "code", "redirect_uri": prover.party.redirect_uri, "scope": "openid name", "state": "s", "nonce": "n",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
    }  # fmt: skip
    at_par = {"htu": f"{ISSUER}/par", "nonce": None}
    differing = await prover.token([prover.proof(**at_par)], path="/par", **request, dpop_jkt=thumbprint(OTHER))
    assert told(differing) == (400, "invalid_dpop_proof")
    for more in ({}, {"dpop_jkt": thumbprint()}):
        pushed = await prover.token([prover.proof(**at_par)], path="/par", **request, **more)
        assert (pushed.status_code, bool(pushed.headers["dpop-nonce"])) == (201, True)
    named = await prover.token([], path="/par", **request, dpop_jkt=thumbprint())
    assert (named.status_code, "dpop-nonce" in named.headers) == (201, False)


async def test_what_a_person_reads_is_released_through_a_bound_token_only_with_its_key(site: Site) -> None:
    prover = await a_prover(site, scopes=frozenset({"openid", "name", "nik"}))
    prover.party.scope = "openid name nik"
    token = (await prover.redeem()).json()["access_token"]
    stolen = await site.http().get("/userinfo", headers={"authorization": f"DPoP {token}"})
    assert (told(stolen), SITI in stolen.text) == ((401, "invalid_dpop_proof"), False)
    assert (await prover.userinfo(token)).json()["nik"] == SITI


@pytest.mark.parametrize(("spent_with", "again_with"), [(HERS, OTHER), (None, OTHER), (HERS, None)], ids=["another", "one", "none"])
async def test_tk_17_a_repeat_with_another_key_is_no_lost_answer(site: Site, spent_with: Key | None, again_with: Key | None) -> None:
    """Whoever asks again for a lost answer proves what was proved the first time; anything else revokes the family."""
    prover = await a_prover(site)

    async def refresh(token: str, key: Key | None) -> httpx.Response:
        return await prover.refresh(token, [prover.proof(key=key)] if key is not None else [])

    first = (await prover.redeem()).json()["refresh_token"]
    second = (await refresh(first, spent_with)).json()["refresh_token"]
    assert (await refresh(first, spent_with)).json()["refresh_token"] == second, "the twin: the same proof, the same answer"
    assert told(await refresh(first, again_with)) == (400, "invalid_grant")
    assert told(await refresh(second, spent_with)) == (400, "invalid_grant"), "the family is revoked"
