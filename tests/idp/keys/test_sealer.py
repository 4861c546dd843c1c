"""What is sealed for a client opens with its private key and with nothing else, and in no weaker way than it registered."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from jose import jwe as python_jose
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from idp.keys.algorithms import CONTENT_ENCRYPTION, KEY_ENCRYPTION
from idp.keys.sealer import NoRecipientKey, seal
from kit.secrets import b64url_decode

RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "enc"})
P256 = ECKey.generate_key("P-256", {"kid": "p256", "use": "enc"})
P521 = ECKey.generate_key("P-521", {"kid": "p521"})
X25519 = OKPKey.generate_key("X25519", {"kid": "x"})
SIGNS = ECKey.generate_key("P-256", {"kid": "signs", "use": "sig"})
PAYLOAD = b'{"sub":"x"}'


def public(*keys: Any) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def header_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(b64url_decode(token.partition(".")[0]))
    return found


@pytest.mark.parametrize("enc", CONTENT_ENCRYPTION)
@pytest.mark.parametrize("alg", KEY_ENCRYPTION)
@pytest.mark.parametrize("key", [RSA, P256, P521, X25519], ids=["rsa", "p256", "p521", "x25519"])
def test_the_client_opens_it_and_a_stranger_does_not(key: Any, alg: str, enc: str) -> None:
    if (alg == "RSA-OAEP-256") != (key is RSA):
        with pytest.raises(NoRecipientKey):
            seal(PAYLOAD, public(key), alg, enc)
        return
    token = seal(PAYLOAD, public(SIGNS, key), alg, enc)
    assert jwe.decrypt_compact(token, key, algorithms=[alg, enc]).plaintext == PAYLOAD
    header = header_of(token)
    assert {name: header[name] for name in ("alg", "enc", "kid", "cty")} == {"alg": alg, "enc": enc, "kid": key.kid, "cty": "JWT"}
    assert "zip" not in header
    stranger = RSAKey.generate_key(2048) if key is RSA and enc == CONTENT_ENCRYPTION[0] else type(key).generate_key()
    if key is not RSA or enc == CONTENT_ENCRYPTION[0]:
        with pytest.raises(Exception, match=r"."):
            jwe.decrypt_compact(token, stranger, algorithms=[alg, enc])


@pytest.mark.parametrize("enc", CONTENT_ENCRYPTION)
def test_another_library_opens_it(enc: str) -> None:
    token = seal(PAYLOAD, public(RSA), "RSA-OAEP-256", enc)
    assert python_jose.decrypt(token, RSA.as_dict(private=True)) == PAYLOAD


@pytest.mark.parametrize(
    ("alg", "enc"),
    [
        ("RSA1_5", "A128GCM"), ("RSA-OAEP", "A128GCM"), ("dir", "A128GCM"), ("A128KW", "A128GCM"), ("PBES2-HS256+A128KW", "A128GCM"),
        ("ECDH-ES", "A192GCM"), ("ECDH-ES", ""), ("", "A128GCM"), ("none", "none"),
    ],
)  # fmt: skip
def test_jw_11_only_what_is_offered(alg: str, enc: str) -> None:
    with pytest.raises(NoRecipientKey, match="offered"):
        seal(PAYLOAD, public(RSA, P256), alg, enc)


def test_a_key_for_signing_or_for_another_algorithm_is_not_taken() -> None:
    other = ECKey.generate_key("P-256", {"kid": "other", "use": "enc", "alg": "ECDH-ES"})
    for keys in (public(SIGNS), public(other), public(RSA), {"keys": []}, {"keys": ["x", None]}, {}):
        with pytest.raises(NoRecipientKey):
            seal(PAYLOAD, keys, "ECDH-ES+A256KW", "A256GCM")
    assert header_of(seal(PAYLOAD, public(SIGNS, other, P521), "ECDH-ES+A256KW", "A256GCM"))["kid"] == "p521"
    assert header_of(seal(PAYLOAD, public(P521, P256), "ECDH-ES+A256KW", "A256GCM"))["kid"] == "p256", "the one marked for it comes first"


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_weak_broken_private_and_shared_keys_are_not_taken() -> None:
    short = RSAKey.generate_key(1024, {"kid": "short"}).as_dict(private=False)
    for key, alg in (
        (short, "RSA-OAEP-256"),
        ({**P256.as_dict(private=False), "x": "AA"}, "ECDH-ES"),
        ({"kty": "EC", "crv": "P-256"}, "ECDH-ES"),
        ({"kty": "RSA", "n": "AA", "e": 1}, "RSA-OAEP-256"),
        (P256.as_dict(private=True), "ECDH-ES"),
        (OctKey.generate_key(256).as_dict(private=True), "ECDH-ES"),
        ({"kty": "EC", "crv": ["P-256"]}, "ECDH-ES"),
    ):
        with pytest.raises(NoRecipientKey):
            seal(PAYLOAD, {"keys": [key]}, alg, "A128GCM")


def test_plain_json_does_not_call_itself_a_nested_token() -> None:
    assert "cty" not in header_of(seal(PAYLOAD, public(P256), "ECDH-ES", "A128GCM", cty=""))
