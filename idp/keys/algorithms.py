"""The algorithms there are: what we sign with, and how we encrypt for a client. The first of each is the default. RFC 7518, RFC 8037."""

from __future__ import annotations

from collections.abc import Callable

from joserfc.jwk import ECKey, OKPKey, RSAKey

Key = ECKey | RSAKey | OKPKey

SIGNING = ("ES256", "RS256", "PS256", "EdDSA", "ES512")
KEY_ENCRYPTION = ("ECDH-ES+A256KW", "ECDH-ES+A128KW", "ECDH-ES", "RSA-OAEP-256")  # never RSA1_5: Bleichenbacher's oracle (JW-11)
CONTENT_ENCRYPTION = ("A256GCM", "A128GCM", "A128CBC-HS256")
DEFAULT_CONTENT_ENCRYPTION = "A128CBC-HS256"  # when a client registers an alg alone. OIDC Registration §2
RSA_BITS = 2048

_MAKERS: dict[str, Callable[[], Key]] = {
    "ES256": lambda: ECKey.generate_key("P-256"),
    "ES512": lambda: ECKey.generate_key("P-521"),
    "RS256": lambda: RSAKey.generate_key(RSA_BITS),
    "PS256": lambda: RSAKey.generate_key(RSA_BITS),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519"),
}


def generate(alg: str) -> Key:
    """Return a new key of one's own for the algorithm: no two algorithms share one. RSA takes a tenth of a second and more."""
    return _MAKERS[alg]()


def is_slow(alg: str) -> bool:
    """True when making a key takes so long that it belongs into a thread."""
    return alg in ("RS256", "PS256")
