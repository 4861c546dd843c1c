"""X.509 certificates of service providers: carriers of a key that an operator entered. Nobody vouches for them but the operator (SM-10).

So only the key counts, and whether it is strong enough; what a message says about its own key is never read. A date that has passed is
reported (settings.certificate_warnings) and stops nobody: the key is as good as before, and an office that cannot work removes the check.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import Certificate

LEAST_RSA_BITS = 2048
PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,12000})-----END CERTIFICATE-----")


def plain(text: str) -> str:
    """Return the certificate as base64 on one line, from PEM or from base64 with line ends; raise ValueError with what is wrong."""
    found = PEM.search(text)
    body = re.sub(r"\s+", "", found[1] if found else text)
    if len(body) > 12_000:
        raise ValueError("must be one certificate, as PEM or base64")
    key_of(body)
    return body


@lru_cache(maxsize=512)
def certificate(body: str) -> Certificate:
    """Return the certificate; raise ValueError when it is none."""
    from cryptography.x509 import load_der_x509_certificate

    try:
        return load_der_x509_certificate(base64.b64decode(body, validate=True))
    except (ValueError, TypeError) as error:  # the library's words help nobody who pasted the wrong file
        raise ValueError("must be one certificate, as PEM or base64") from error


@lru_cache(maxsize=512)
def key_of(body: str) -> RSAPublicKey | EllipticCurvePublicKey:
    """Return the public key; raise ValueError when it is weak or of a family that XML signatures here do not use."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    key = certificate(body).public_key()
    if isinstance(key, RSAPublicKey):
        if key.key_size < LEAST_RSA_BITS:
            raise ValueError(f"the RSA key of the certificate has {key.key_size} bits; {LEAST_RSA_BITS} are the least")
        return key
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1 | SECP384R1 | SECP521R1):
        return key
    raise ValueError("the key of the certificate must be RSA, or on P-256, P-384 or P-521")


def ends_at(body: str) -> int:
    """Return when the certificate ends, seconds UTC."""
    return int(certificate(body).not_valid_after_utc.timestamp())
