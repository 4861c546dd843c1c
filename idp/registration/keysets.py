"""A client's own key set, as it is handed in: public keys only, strong enough, told apart. RFC 7517; RFC 8725 §3.5."""

from __future__ import annotations

from collections.abc import Mapping

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from kit.secrets import b64url_decode

MAX_KEYS = 20
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
KINDS = ("EC", "RSA", "OKP")
MIN_RSA_BITS = 2048


def trouble_of(jwks: Mapping[str, object]) -> str:
    """Return what is wrong with the key set, for a developer; empty when nothing is."""
    keys = jwks.get("keys")
    if not isinstance(keys, list | tuple) or not 1 <= len(keys) <= MAX_KEYS:
        return f"must hold between 1 and {MAX_KEYS} keys"
    ids = []
    for key in keys:
        if not isinstance(key, Mapping) or key.get("kty") not in KINDS:
            return "every key must be EC, RSA or OKP"
        if PRIVATE & set(key):
            return "must not hold a private part; make a new key, this one is known now"
        try:
            if key["kty"] == "RSA" and int.from_bytes(b64url_decode(str(key["n"])), "big").bit_length() < MIN_RSA_BITS:
                return f"an RSA key has fewer than {MIN_RSA_BITS} bits"
            JWKRegistry.import_key(dict(key))
        except (JoseError, ValueError, KeyError, TypeError):
            return "a key cannot be read"
        ids.append(key.get("kid"))
    named = [kid for kid in ids if kid is not None]
    if len(set(map(str, named))) != len(named) or (len(keys) > 1 and len(named) != len(keys)):
        return "every key needs a kid of its own"
    return ""
