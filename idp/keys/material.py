"""Keys as objects that sign and verify, made from what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import base64_to_int

from idp.keys.algorithms import Key
from idp.store import SigningKeyRow

KINDS: Mapping[str, type[ECKey] | type[OKPKey] | type[RSAKey]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}


def public_of(row: SigningKeyRow) -> Key:
    """Return the public half, which verifies."""
    return KINDS[str(row.public["kty"])].import_key(dict(row.public))


def opened(private: Mapping[str, Any]) -> Key:
    """Return the private key.

    The primes of an RSA key are not tested again: that takes 150 ms, and the sealing already proves that we made it.
    """
    if private["kty"] != "RSA":
        return KINDS[private["kty"]].import_key(dict(private))
    number = {name: base64_to_int(private[name]) for name in ("n", "e", "d", "p", "q", "dp", "dq", "qi")}
    numbers = RSAPrivateNumbers(
        p=number["p"],
        q=number["q"],
        d=number["d"],
        dmp1=number["dp"],
        dmq1=number["dq"],
        iqmp=number["qi"],
        public_numbers=RSAPublicNumbers(number["e"], number["n"]),
    )
    return RSAKey.import_key(numbers.private_key(unsafe_skip_rsa_key_validation=True))
