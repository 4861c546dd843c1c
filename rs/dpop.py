"""A DPoP proof: whoever shows the token holds its key, now, for this very request. RFC 9449 §4.3, §7."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from rs.errors import Refused
from rs.jws import Key, NotSigned, header_of, opened

LIFE = 60  # seconds that a proof is good for, before and after
ALGORITHMS = ("ES256", "ES512", "PS256", "EdDSA", "Ed25519")
REMEMBERED = 100_000
DEFAULT_PORTS = {"https": 443, "http": 80}
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})


class Seen:
    """The proofs used in the last minutes, in this process. Several processes need one memory: give `ResourceServer` their own `seen`."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, int] = OrderedDict()

    async def __call__(self, proof_id: str, now: int) -> bool:
        """Return True for the first use of this id."""
        while self._until and (next(iter(self._until.values())) <= now or len(self._until) >= REMEMBERED):
            self._until.popitem(last=False)
        if proof_id in self._until:
            return False
        self._until[proof_id] = now + 2 * LIFE + 1
        return True


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof whose own key signed it, beside the request it came with. `url` is ours, from configuration, never from a Host header."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    thumbprint: str
    method: str
    url: str
    token: str
    bound_to: str
    now: int


def method_is_this_one(proof: Proof) -> None:
    if proof.claims.get("htm") != proof.method:
        raise bad("htm is another method")


def url_is_this_one(proof: Proof) -> None:
    """RFC 9449 §4.3 (9)."""
    url = proof.claims.get("htu")
    if not isinstance(url, str) or not normal(url) or normal(url) != normal(proof.url):
        raise bad("htu is another address")


def was_made_just_now(proof: Proof) -> None:
    made = proof.claims.get("iat")
    if type(made) is not int or abs(proof.now - made) > LIFE:
        raise bad("iat is not of now")


def has_an_id(proof: Proof) -> None:
    jti = proof.claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 256:
        raise bad("jti is missing")


def token_is_this_one(proof: Proof) -> None:
    """RFC 9449 §4.3 (11)."""
    if not same(str(proof.claims.get("ath", "")), sha256(proof.token.encode())):
        raise bad("ath is another token's")


def key_is_the_bound_one(proof: Proof) -> None:
    """RFC 9449 §7.1."""
    if not same(proof.thumbprint, proof.bound_to):
        raise Refused("invalid_token", "the token is bound to another key", scheme="DPoP", more=OFFER)


RULES: tuple[Callable[[Proof], None], ...] = (
    method_is_this_one,
    url_is_this_one,
    was_made_just_now,
    has_an_id,
    token_is_this_one,
    key_is_the_bound_one,
)
OFFER = {"algs": " ".join(ALGORITHMS)}


def opened_proof(text: str) -> tuple[Mapping[str, Any], Mapping[str, Any], str]:
    """Return header, claims and key thumbprint of a proof signed by the key it brings along; raise Refused."""
    try:
        header = header_of(text)
        jwk = header.get("jwk")
        if header.get("typ") != "dpop+jwt" or header.get("alg") not in ALGORITHMS or not isinstance(jwk, dict) or PRIVATE & set(jwk):
            raise bad("the proof's header is not one of a DPoP proof")
        key: Key = JWKRegistry.import_key(jwk)  # type: ignore[assignment] # `opened` accepts no other kind
        return header, opened(text, key, str(header["alg"])), key.thumbprint()
    except (NotSigned, JoseError, ValueError, AttributeError, TypeError) as error:
        raise bad("the proof is not signed by its key") from error


def bad(reason: str) -> Refused:
    return Refused("invalid_dpop_proof", reason, scheme="DPoP", more=OFFER)


def normal(url: str) -> str:
    """Return the URL without query and fragment, scheme and host in small letters, without the port that goes without saying.

    RFC 9449 §4.3(9), RFC 3986 §6.2.2.1, §6.2.3. Empty when it is no absolute URL.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in DEFAULT_PORTS or not host or "@" in parts.netloc:
        return ""
    shown = f"[{host}]" if ":" in host else host
    place = shown if port in (None, DEFAULT_PORTS[scheme]) else f"{shown}:{port}"
    return f"{scheme}://{place}{parts.path or '/'}"


def sha256(raw: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode()


def same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
