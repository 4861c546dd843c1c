"""DPoP: with each request a client proves that it holds the key its tokens are bound to. RFC 9449.

A proof is read once, judged by one ordered table of rules (§4.3), and then its id is spent: of any number of uses one counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from starlette.requests import Request

from idp.client_auth.signatures import fits, payload_of
from idp.errors import InvalidDpopProof, UseDpopNonce
from idp.proofs.nonces import Nonces
from idp.proofs.proof import Proof, normal, read
from kit.clock import Clock
from kit.expiring import ExpiringStore, Put
from kit.secrets import b64url, digest, same

SKEW = 10  # seconds that a client's clock may be ahead
OLDEST = 300
MAX_ID = 256
ALGORITHMS = ("ES256", "ES512", "PS256", "EdDSA", "Ed25519")  # never RS256, never a shared secret, never none
ALLOWED_HEADERS = frozenset({"alg", "jwk", "kid", "typ"})
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class Use:
    """A proof beside the request it came with. `urls` are the addresses by which that request may have reached us."""

    proof: Proof
    method: str
    urls: frozenset[str]
    now: int
    nonce_fits: bool = True
    token: str = field(default="", repr=False)  # the access token sent along, if this is a resource
    algorithms: Sequence[str] = ALGORITHMS

    @property
    def claims(self) -> Mapping[str, Any]:
        return self.proof.claims or {}

    @property
    def header(self) -> Mapping[str, Any]:
        return self.proof.header or {}


def there_is_one(use: Use) -> None:
    """§4.3(1); DP-01."""
    if use.proof.count != 1:
        raise InvalidDpopProof("send one DPoP header")


def it_is_a_jwt(use: Use) -> None:
    """§4.3(2); DP-01. A header that names other keys or critical extensions is none of ours (JW-04, JW-06)."""
    if use.proof.header is None or use.proof.claims is None or not set(use.proof.header) <= ALLOWED_HEADERS:
        raise InvalidDpopProof("the DPoP proof is not a JWT that is understood")


def it_has_every_claim(use: Use) -> None:
    """§4.2, §4.3(3); DP-01."""
    texts = [use.claims.get(name) for name in ("jti", "htm", "htu")]
    if not all(isinstance(text, str) and text for text in texts) or type(use.claims.get("iat")) is not int:
        raise InvalidDpopProof("jti, htm, htu and iat are required")


def id_is_small(use: Use) -> None:
    """It is remembered, so it must not fill the memory."""
    if len(str(use.claims.get("jti", ""))) > MAX_ID:
        raise InvalidDpopProof("jti is too long")


def type_is_dpop(use: Use) -> None:
    """§4.3(4); DP-02."""
    if use.header.get("typ") != "dpop+jwt":
        raise InvalidDpopProof("typ must be dpop+jwt")


def algorithm_is_accepted(use: Use) -> None:
    """§4.3(5)."""
    if use.header.get("alg") not in use.algorithms:
        raise InvalidDpopProof(f"alg must be one of {' '.join(use.algorithms)}")


def key_is_public(use: Use) -> None:
    """§4.3(7): whoever shows the private key has lost it."""
    jwk = use.header.get("jwk")
    if not isinstance(jwk, dict) or PRIVATE_MEMBERS & set(jwk):
        raise InvalidDpopProof("jwk must be a public key")


def signature_verifies(use: Use) -> None:
    """§4.3(6): by the key of its own header, of the kind and size that the algorithm wants."""
    key, alg = use.proof.key, str(use.header.get("alg"))
    if key is not None and fits(key, alg):
        try:
            payload_of(use.proof.text, key, alg)
        except (JoseError, ValueError):
            pass
        else:
            return
    raise InvalidDpopProof("the signature does not verify with jwk")


def method_is_this_one(use: Use) -> None:
    """§4.3(8); DP-04."""
    if use.claims.get("htm") != use.method:
        raise InvalidDpopProof("htm is not the method of this request")


def url_is_this_one(use: Use) -> None:
    """§4.3(9); DP-04."""
    if normal(str(use.claims.get("htu", ""))) not in use.urls:
        raise InvalidDpopProof("htu is not the address of this request")


def it_was_made_just_now(use: Use) -> None:
    """§4.3(11), §11.1."""
    if not use.now - OLDEST <= use.claims.get("iat", use.now) <= use.now + SKEW:
        raise InvalidDpopProof("iat is too far from now")


def times_of_its_own_fit(use: Use) -> None:
    """RFC 7519 §4.1.4, §4.1.5: a proof need not say when it ends or begins, but if it does, that holds."""
    ends, begins = use.claims.get("exp", use.now + 1), use.claims.get("nbf", use.now)
    if type(ends) is not int or type(begins) is not int or ends <= use.now - SKEW or begins > use.now + SKEW:
        raise InvalidDpopProof("exp or nbf does not fit the present")


def token_is_this_one(use: Use) -> None:
    """§4.3(12); DP-08."""
    if use.token and not same(str(use.claims.get("ath", "")), b64url(hashlib.sha256(use.token.encode()).digest())):
        raise InvalidDpopProof("ath is not the hash of the access token")


def nonce_is_ours(use: Use) -> None:
    """§4.3(10), §8, §9; DP-11. Last, so that a client is asked to repeat only what is right otherwise."""
    if not use.nonce_fits:
        raise UseDpopNonce("repeat the request with the nonce of the DPoP-Nonce header")


RULES: tuple[Callable[[Use], None], ...] = (
    there_is_one,
    it_is_a_jwt,
    it_has_every_claim,
    id_is_small,
    type_is_dpop,
    algorithm_is_accepted,
    key_is_public,
    signature_verifies,
    method_is_this_one,
    url_is_this_one,
    it_was_made_just_now,
    times_of_its_own_fit,
    token_is_this_one,
    nonce_is_ours,
)


@dataclass(frozen=True)
class DpopProofs:
    """`bases` are the addresses under which we are reached: the issuer, and the one for client certificates if there is one."""

    store: ExpiringStore
    nonces: Nonces
    clock: Clock
    bases: Sequence[str]
    rules: Sequence[Callable[[Use], None]] = RULES

    @staticmethod
    def sent(request: Request) -> bool:
        return "dpop" in request.headers

    async def thumbprint(
        self, request: Request, *, token: str = "", needs_nonce: bool = True, algorithms: Sequence[str] = ALGORITHMS
    ) -> str:
        """Return the thumbprint (RFC 7638) of the key that the request proves to hold, and spend the proof.

        Raise InvalidDpopProof or UseDpopNonce. `token` is the access token sent along, at a resource.
        """
        proof = read(request.headers.getlist("dpop"))
        nonce = (proof.claims or {}).get("nonce")
        nonce_fits = self.nonces.accepts(nonce) if isinstance(nonce, str) else nonce is None and not needs_nonce
        urls = frozenset(normal(base + request.scope["path"]) for base in self.bases)
        use = Use(proof, request.method, urls, self.clock.now(), nonce_fits, token, algorithms)
        for rule in self.rules:
            rule(use)
        if proof.key is None:
            raise InvalidDpopProof("jwk must be a public key")
        found = proof.key.thumbprint()
        # alive for longer than the proof is good: its iat may be ahead by the skew (DP-06)
        spent = Put(f"dpop:{digest(found + use.claims['jti'])}", b"1", OLDEST + SKEW + 1)
        if not await self.store.put_if_absent(spent):
            raise InvalidDpopProof("the DPoP proof was used before")
        return found
