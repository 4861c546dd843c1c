"""Encrypting for a client what only it may read: JWE in compact form. RFC 7516, RFC 7518 §4, §5.

We only ever encrypt. The algorithms are the client's registered ones, from our own short list; nothing is compressed, because the length
of a compressed text tells about its content.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.keys.algorithms import CONTENT_ENCRYPTION, KEY_ENCRYPTION, RSA_BITS

CURVES = ("P-256", "P-384", "P-521", "X25519")


class NoRecipientKey(Exception):
    """The client has published no key for the encryption it is registered with: nothing can be sent, and never in the clear."""


def seal(payload: bytes | str, recipient_jwks: Mapping[str, Any], alg: str, enc: str, *, cty: str = "JWT") -> str:
    """Return the payload encrypted for the one who published the key set; raise NoRecipientKey.

    `cty` is JWT when the payload is a signed token (RFC 7519 §5.2), and empty when it is plain JSON.
    """
    if alg not in KEY_ENCRYPTION or enc not in CONTENT_ENCRYPTION:
        raise NoRecipientKey(f"{alg} with {enc} is not offered")
    key = _key_for(alg, recipient_jwks.get("keys", ()))
    header = {"alg": alg, "enc": enc, "typ": "JWT"}
    if cty:
        header["cty"] = cty
    if key.kid:
        header["kid"] = key.kid
    return jwe.encrypt_compact(header, payload, key, algorithms=[alg, enc])


def _key_for(alg: str, keys: Sequence[Mapping[str, Any]]) -> ECKey | OKPKey | RSAKey:
    """Return the first key that is meant for this: those marked for encryption before those without a mark, never one for signing."""
    fitting = [key for key in keys if isinstance(key, Mapping) and _may_be(alg, key)]
    for key in sorted(fitting, key=lambda one: (one.get("use") != "enc", one.get("alg") != alg)):
        found = _imported(alg, key)
        if found is not None:
            return found
    raise NoRecipientKey(f"no key of the client fits {alg}")


def _may_be(alg: str, key: Mapping[str, Any]) -> bool:
    return key.get("use", "enc") == "enc" and key.get("alg", alg) == alg and "d" not in key


def _imported(alg: str, key: Mapping[str, Any]) -> ECKey | OKPKey | RSAKey | None:
    """Return the key when it is whole and strong enough."""
    try:
        if alg == "RSA-OAEP-256":
            rsa = RSAKey.import_key(dict(key)) if key.get("kty") == "RSA" else None
            return rsa if rsa is not None and rsa.public_key.key_size >= RSA_BITS else None
        if key.get("crv") not in CURVES:
            return None
        return ECKey.import_key(dict(key)) if key.get("kty") == "EC" else OKPKey.import_key(dict(key))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
