"""A DPoP proof counts once, for one request, made just now with the key that it shows. RFC 9449 §4.3, §11."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, strategies
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from starlette.requests import Request

from hub.storage.expiring.memory import MemoryStore
from idp.client_auth.signatures import FAPI_ALGORITHMS
from idp.errors import InvalidDpopProof, OAuthError, UseDpopNonce
from idp.proofs.dpop import OLDEST, SKEW, DpopProofs
from idp.proofs.nonces import Nonces
from idp.proofs.proof import normal
from kit.clock import FixedClock
from kit.secrets import b64url
from tests.idp.client_auth.assertions import by_hand
from tests.idp.proofs.proofs import HERS, OTHER, TOKEN, ath, claims, proof, thumbprint
from tests.idp.samples import ISSUER, NOW

RSA = RSAKey.generate_key(2048, auto_kid=False)
ED = OKPKey.generate_key("Ed25519", auto_kid=False)
P521 = ECKey.generate_key("P-521", auto_kid=False)


def a_request(*proofs: str, method: str = "POST", path: str = "/token") -> Request:
    headers = [(b"dpop", one.encode("latin-1")) for one in proofs]
    return Request({"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers})


class Desk:
    """The judge of proofs on a memory store; by default it asks for no nonce, so that a test sees the other rules."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.store = MemoryStore(self.clock)
        self.nonces = Nonces(b"n" * 32, self.clock)
        self.proofs = DpopProofs(self.store, self.nonces, self.clock, (ISSUER,))

    async def of(self, *proofs: str, needs_nonce: bool = False, method: str = "POST", path: str = "/token", **more: Any) -> str:
        return await self.proofs.thumbprint(a_request(*proofs, method=method, path=path), needs_nonce=needs_nonce, **more)

    async def refused(self, *proofs: str, **more: Any) -> str:
        """Return why; fail when it is accepted."""
        with pytest.raises(OAuthError) as told:
            await self.of(*proofs, **more)
        return told.value.description


@pytest.mark.parametrize(
    ("key", "alg"),
    [(HERS, "ES256"), (P521, "ES512"), (RSA, "PS256"), (ED, "EdDSA"), (ED, "Ed25519")],
    ids=["ES256", "ES512", "PS256", "EdDSA", "Ed25519"],
)
async def test_a_right_proof_of_each_algorithm_gives_the_thumbprint_of_its_key(key: Any, alg: str) -> None:
    assert await Desk().of(proof(key, alg)) == key.thumbprint()


async def test_dp_01_one_header() -> None:
    desk = Desk()
    assert await desk.refused(proof(), proof()) == "send one DPoP header"
    assert await desk.refused() == "send one DPoP header"
    both = proof()
    assert await desk.refused(f"{both}, {both}") == "the DPoP proof is not a JWT that is understood"
    assert await desk.of(proof()) == thumbprint()


@pytest.mark.parametrize(
    "text", ["", "x", "a.b", "a.b.c", "..", "é.é.é", "e30.W10.", "W10.e30.", "bnVsbA.e30.x", "x" * 9000, "e30.e30.e30.e30"]
)
async def test_dp_01_it_is_a_jwt(text: str) -> None:
    assert await Desk().refused(text) == "the DPoP proof is not a JWT that is understood"


@pytest.mark.parametrize("name", ["jti", "htm", "htu", "iat"])
async def test_dp_01_no_claim_is_missing(name: str) -> None:
    words = "jti, htm, htu and iat are required"
    for value in (None, "", 1.5, True, [], {}, 7 if name != "iat" else "7"):
        assert await Desk().refused(proof(**{name: value})) == words


async def test_claims_that_nobody_knows_are_ignored() -> None:
    assert await Desk().of(proof(client="rp-a", sub=["x"])) == thumbprint()


@pytest.mark.parametrize("typ", ["JWT", "dpop", "DPOP+JWT", "application/dpop+jwt", "at+jwt", None])
async def test_dp_02_the_type_is_that_of_a_proof(typ: str | None) -> None:
    assert await Desk().refused(proof(header={"typ": typ})) == "typ must be dpop+jwt"


@pytest.mark.parametrize("extra", [{"crit": ["x"], "x": 1}, {"jku": "https://x.example"}, {"x5u": "https://x.example"}, {"x5c": ["MIIB"]}])
async def test_jw_04_jw_06_a_header_brings_no_other_key_and_no_rule(extra: dict[str, Any]) -> None:
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": HERS.as_dict(private=False), **extra}
    made = by_hand(header, orjson.dumps(claims()), b"x" * 64)
    assert await Desk().refused(made) == "the DPoP proof is not a JWT that is understood"


async def test_jw_01_an_algorithm_that_proves_nothing() -> None:
    words = "alg must be one of ES256 ES512 PS256 EdDSA Ed25519"
    assert await Desk().refused(proof(RSA, "RS256")) == words
    secret = OctKey.generate_key(256, auto_kid=False)
    assert await Desk().refused(proof(secret, "HS256", header={"jwk": {"kty": "oct", "k": b64url(b"k" * 32)}})) == words
    for alg in ("none", "None", "nOnE", "", None):
        header = {"alg": alg, "typ": "dpop+jwt", "jwk": HERS.as_dict(private=False)}
        assert await Desk().refused(by_hand(header, orjson.dumps(claims()))) == words


async def test_a_fapi_client_proves_with_its_own_algorithms() -> None:
    assert (await Desk().refused(proof(P521, "ES512"), algorithms=FAPI_ALGORITHMS)).startswith("alg must be one of ES256 PS256")
    assert await Desk().of(proof(), algorithms=FAPI_ALGORITHMS) == thumbprint()


@pytest.mark.parametrize("key", [HERS, RSA, ED], ids=["EC", "RSA", "OKP"])
async def test_the_key_it_shows_is_public(key: Any) -> None:
    alg = {"EC": "ES256", "RSA": "PS256", "OKP": "EdDSA"}[key.key_type]
    assert await Desk().refused(proof(key, alg, header={"jwk": key.as_dict(private=True)})) == "jwk must be a public key"
    assert await Desk().of(proof(key, alg)) == key.thumbprint()


@pytest.mark.parametrize("jwk", [None, "x", [], 7])
async def test_a_proof_without_a_key(jwk: Any) -> None:
    made = by_hand({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}, orjson.dumps(claims()), b"x" * 64)
    assert await Desk().refused(made) == "jwk must be a public key"


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "EC"},
        {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"},
        {"kty": ["EC"]},
        {"kty": "OKP", "crv": "X25519", "x": "A"},
    ],
)
async def test_a_proof_with_a_broken_key(jwk: Any) -> None:
    made = by_hand({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk}, orjson.dumps(claims()), b"x" * 64)
    assert await Desk().refused(made) == "the signature does not verify with jwk"


async def test_the_signature_is_made_with_that_key() -> None:
    words = "the signature does not verify with jwk"
    assert await Desk().refused(proof(OTHER, header={"jwk": HERS.as_dict(private=False)})) == words
    head, _, _ = proof().rpartition(".")
    for forged in (bytes(64), b"", b"x" * 64):
        assert await Desk().refused(f"{head}.{b64url(forged)}") == words
    other_body = b64url(orjson.dumps(claims(htm="GET")))
    first, _, last = proof().split(".")
    assert await Desk().refused(f"{first}.{other_body}.{last}") == words
    assert await Desk().refused(proof(ED, "EdDSA", header={"jwk": HERS.as_dict(private=False)})) == words
    assert await Desk().of(proof()) == thumbprint()


async def test_a_short_rsa_key_proves_nothing() -> None:
    pem = rsa.generate_private_key(65537, 1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.warns(match="size"):
        short = RSAKey.import_key(pem)
        made = proof(short, "PS256")
    assert await Desk().refused(made) == "the signature does not verify with jwk"


@pytest.mark.parametrize("method", ["GET", "post", "PUT", "POST "])
async def test_dp_04_another_method(method: str) -> None:
    assert await Desk().refused(proof(htm=method)) == "htm is not the method of this request"


@pytest.mark.parametrize(
    "url",
    [
        "https://other.example/token", f"{ISSUER}/userinfo", f"{ISSUER}/token/", f"{ISSUER}/Token", "http://gapura.example/token",
        "https://gapura.example:8443/token", "https://x@gapura.example/token", "gapura.example/token", "/token", "https:///token",
        "https://gapura.example:x/token", "https://[::1/token", "wss://gapura.example/token",
    ],
)  # fmt: skip
async def test_dp_04_another_address(url: str) -> None:
    assert await Desk().refused(proof(htu=url)) == "htu is not the address of this request"


@pytest.mark.parametrize(
    "url",
    [TOKEN, f"{TOKEN}?a=b", f"{TOKEN}#x", f"{TOKEN}?a=b#x", "HTTPS://Gapura.EXAMPLE/token", "https://gapura.example:443/token"],
)
async def test_dp_04_the_same_address_written_otherwise(url: str) -> None:
    assert await Desk().of(proof(htu=url)) == thumbprint()


def test_an_address_is_compared_by_what_it_means() -> None:
    assert normal("https://Example.ORG") == normal("https://example.org:443/") == "https://example.org/"
    assert normal("http://[::1]:8000/token?x") == "http://[::1]:8000/token"
    assert normal("http://example.org:443/") == "http://example.org:443/"
    assert normal("") == normal("mailto:a@example.org") == ""


async def test_its_time_is_now() -> None:
    for iat in (NOW, NOW - 10, NOW + 10, NOW - OLDEST):
        assert await Desk().of(proof(iat=iat)) == thumbprint(), iat
    for iat in (NOW + SKEW + 1, NOW - OLDEST - 1, NOW - 3600, NOW + 3600, 0, -1, 2**63):
        assert await Desk().refused(proof(iat=iat)) == "iat is too far from now", iat


async def test_an_end_and_a_beginning_hold_when_they_are_given() -> None:
    assert await Desk().of(proof(exp=NOW + 60, nbf=NOW - 60)) == thumbprint()
    assert await Desk().of(proof(nbf=NOW + 8)) == thumbprint()
    for times in ({"exp": NOW - 60}, {"nbf": NOW + 60}, {"exp": "soon"}, {"nbf": 1.5}, {"exp": None, "nbf": True}):
        assert await Desk().refused(proof(**times)) == "exp or nbf does not fit the present"


async def test_dp_08_the_hash_of_the_token() -> None:
    at_userinfo = {"htm": "GET", "htu": f"{ISSUER}/userinfo"}
    ask = {"method": "GET", "path": "/userinfo", "token": "t" * 43}
    assert await Desk().of(proof(**at_userinfo, ath=ath("t" * 43)), **ask) == thumbprint()
    for wrong in (None, "", ath("u" * 43), "t" * 43, 7):
        assert await Desk().refused(proof(**at_userinfo, ath=wrong), **ask) == "ath is not the hash of the access token"


async def test_dp_06_a_proof_counts_once() -> None:
    desk, made = Desk(), proof()
    answers = await asyncio.gather(*(desk.of(made) for _ in range(50)), return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, str)] == [thumbprint()]
    assert all(str(answer) == "the DPoP proof was used before" for answer in answers if isinstance(answer, InvalidDpopProof))
    assert await desk.of(proof()) == thumbprint()


async def test_dp_06_another_node_knows_it_too() -> None:
    here, there, made = Desk(), Desk(), proof()
    there.proofs = DpopProofs(here.store, there.nonces, there.clock, (ISSUER,))
    assert await here.of(made) == thumbprint()
    assert await there.refused(made) == "the DPoP proof was used before"


async def test_dp_06_what_was_used_is_known_for_longer_than_it_is_good() -> None:
    desk, made = Desk(), proof(iat=NOW + SKEW)  # of a clock that is ahead
    assert await desk.of(made) == thumbprint()
    desk.clock.advance(OLDEST + SKEW)
    assert await desk.refused(made) == "the DPoP proof was used before", "its last good second"
    desk.clock.advance(1)
    assert await desk.refused(made) == "iat is too far from now"


async def test_two_keys_may_use_the_same_id_and_long_ones_are_refused() -> None:
    desk = Desk()
    assert await desk.of(proof(jti="one")) == thumbprint()
    assert await desk.of(proof(OTHER, jti="one")) == thumbprint(OTHER)
    assert await desk.refused(proof(jti="x" * 257)) == "jti is too long"
    assert await desk.of(proof(jti="x" * 256)) == thumbprint()


async def test_a_refused_proof_is_not_spent() -> None:
    desk, made = Desk(), proof()
    assert await desk.refused(made, path="/userinfo") == "htu is not the address of this request"
    assert await desk.of(made) == thumbprint()


async def test_dp_11_a_nonce_of_ours_is_asked_for_and_good_for_two_windows() -> None:
    desk = Desk()
    with pytest.raises(UseDpopNonce):
        await desk.of(proof(), needs_nonce=True)
    nonce = desk.nonces.current()
    assert await desk.of(proof(nonce=nonce), needs_nonce=True) == thumbprint()
    desk.clock.advance(300)
    assert desk.nonces.current() != nonce
    assert await desk.of(proof(now=desk.clock.now(), nonce=nonce), needs_nonce=True) == thumbprint()
    desk.clock.advance(300)
    with pytest.raises(UseDpopNonce):
        await desk.of(proof(now=desk.clock.now(), nonce=nonce), needs_nonce=True)


@pytest.mark.parametrize("nonce", ["", "x", 7, [], {}, "é"])
async def test_dp_11_a_nonce_that_is_not_ours_is_refused_even_where_none_is_needed(nonce: Any) -> None:
    for needs in (True, False):
        with pytest.raises(UseDpopNonce):
            await Desk().of(proof(nonce=nonce), needs_nonce=needs)


async def test_dp_11_after_the_memory_of_used_proofs_is_lost_an_old_one_is_worth_nothing() -> None:
    desk = Desk()
    made = proof(nonce=desk.nonces.current(), iat=NOW + SKEW)
    assert await desk.of(made, needs_nonce=True) == thumbprint()
    desk.clock.advance(600)
    lost = DpopProofs(MemoryStore(desk.clock), desk.nonces, desk.clock, (ISSUER,), rules=desk.proofs.rules)
    with pytest.raises(OAuthError):
        await lost.thumbprint(a_request(made))
    other_start = Nonces(b"m" * 32, desk.clock)
    assert not other_start.accepts(desk.nonces.current()), "another deployment's nonce"


ANY_JSON = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers(-(2**63), 2**63 - 1)
    | strategies.floats(allow_nan=False)
    | strategies.text(),
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(strategies.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = strategies.sampled_from(["kty", "crv", "x", "y", "n", "e", "d", "use", "alg", "kid", "key_ops"])
JWK = strategies.dictionaries(KEYS, ANY_JSON | strategies.sampled_from(["EC", "RSA", "OKP", "P-256", "Ed25519", "AQAB", "sig"]), max_size=6)
SIGNED = strategies.fixed_dictionaries(
    {"typ": strategies.just("dpop+jwt"), "alg": strategies.sampled_from(FAPI_ALGORITHMS), "jwk": JWK | ANY_JSON}
)


@given(
    header=SIGNED | ANY_JSON,
    body=strategies.fixed_dictionaries(dict.fromkeys(("jti", "htm", "htu", "iat"), ANY_JSON)) | ANY_JSON,
    change=strategies.sampled_from(["none", "claims"]),
)
def test_whatever_is_sent_is_refused_and_breaks_nothing(header: Any, body: Any, change: str) -> None:
    claimed = claims() if change == "claims" else body
    made = by_hand(header, orjson.dumps(claimed), b"x" * 64)
    with pytest.raises(OAuthError):
        asyncio.run(Desk().of(made, needs_nonce=True))


@given(text=strategies.text(max_size=200))
def test_whatever_is_claimed_as_an_address_is_compared_without_failing(text: str) -> None:
    assert normal(text) == "" or normal(text).startswith(("https://", "http://"))
