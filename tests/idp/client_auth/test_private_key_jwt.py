"""A client assertion proves who the client is only if its own registered key made it, for us, just now, for this purpose."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from hub.storage.expiring.memory import MemoryStore
from idp.applications.models import Client
from idp.client_auth import private_key_jwt
from idp.client_auth.signatures import Signed
from idp.keys.signer import BadToken
from kit.clock import FixedClock
from kit.secrets import b64url
from tests.idp.client_auth.assertions import EC, RSA, by_hand, claims, jwt_client, no_keys_elsewhere, signed
from tests.idp.samples import ISSUER, NOW

ED = OKPKey.generate_key("Ed25519", {"kid": "ed"}, auto_kid=False)


def verify(assertion: str, *keys: Any, client: Client | None = None, **changes: Any) -> Signed:
    known = client or jwt_client(*keys, **changes)
    return asyncio.run(private_key_jwt.verify(known, assertion, no_keys_elsewhere(), issuer=ISSUER, now=NOW))


def refused(assertion: str, *keys: Any, client: Client | None = None, **changes: Any) -> str:
    """Return why; fail when it is accepted."""
    with pytest.raises(BadToken) as told:
        verify(assertion, *keys, client=client, **changes)
    return str(told.value)


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (EC, "ES256"),
        (RSA, "RS256"),
        (RSA, "PS256"),
        (ECKey.generate_key("P-521", {"kid": "p521"}, auto_kid=False), "ES512"),
        (ED, "Ed25519"),
        (ED, "EdDSA"),
    ],
)
def test_a_right_assertion_of_each_algorithm_is_accepted(key: Any, alg: str) -> None:
    made = verify(signed(claims(), key, alg), key)
    assert made.header["kid"] == key.kid


async def test_tk_12_an_assertion_is_remembered_for_as_long_as_it_could_be_used_again() -> None:
    clock = FixedClock(NOW)
    store = MemoryStore(clock)
    signed_one = Signed(jwt_client(), {}, claims(), ISSUER, NOW)
    assert await private_key_jwt.spend(store, signed_one)
    clock.advance(60 + private_key_jwt.SKEW)
    assert not await private_key_jwt.spend(store, signed_one), "still acceptable, and used"
    clock.advance(1)
    assert await private_key_jwt.spend(store, signed_one), "forgotten, when it would be refused anyway"


@pytest.mark.parametrize(
    "audience", [[ISSUER], [ISSUER, f"{ISSUER}/token"], f"{ISSUER}/token", f"{ISSUER}/par", f"{ISSUER}/", "https://other.example", None]
)
def test_tk_11_a_fapi_client_names_the_issuer_alone(audience: Any) -> None:
    for profile in ("fapi2_security", "fapi2_message_signing"):
        assert refused(signed(claims(aud=audience)), profile=profile).startswith("aud")
        assert verify(signed(claims()), profile=profile)
    if audience in (f"{ISSUER}/token", f"{ISSUER}/par"):
        assert verify(signed(claims(aud=audience))), "any other client may name where it sends the assertion"


def test_a_fapi_client_signs_with_nothing_weaker() -> None:
    assert refused(signed(claims(), RSA, "RS256"), RSA, profile="fapi2_security") == "alg is not the one of this client"
    assert verify(signed(claims(), RSA, "RS256"), RSA)
    for key, alg in ((RSA, "PS256"), (EC, "ES256"), (ED, "Ed25519")):
        assert verify(signed(claims(), key, alg), key, profile="fapi2_security")


def test_a_client_signs_with_the_algorithm_it_registered() -> None:
    assert verify(signed(claims(), RSA, "PS256"), RSA, token_auth_alg="PS256")
    assert refused(signed(claims(), RSA, "RS256"), RSA, token_auth_alg="PS256") == "alg is not the one of this client"
    assert refused(signed(claims()), token_auth_alg="PS256") == "alg is not the one of this client"


def test_a_fapi_client_whose_clock_is_eight_seconds_ahead() -> None:
    for name in ("iat", "nbf"):
        assert verify(signed(claims(**{name: NOW + 8})), profile="fapi2_security")
        assert refused(signed(claims(**{name: NOW + 60})), profile="fapi2_security") == "iat or nbf is ahead"


def test_the_token_endpoint_may_be_the_audience_and_types_may_be_named() -> None:
    assert verify(signed(claims(aud=f"{ISSUER}/token"))).header["kid"] == "ec-1"
    assert verify(signed(claims(), typ="JWT")).header["kid"] == "ec-1"
    assert verify(signed(claims(), typ="client-authentication+jwt")).header["kid"] == "ec-1"
    assert "kid" not in verify(signed(claims(), kid=None)).header, "a client with one key need not name it"


@pytest.mark.parametrize("audience", [[ISSUER], [ISSUER, "https://other.example"], "https://other.example", f"{ISSUER}/", None, 1, {}])
def test_tk_11_the_audience_is_one_string_and_ours(audience: Any) -> None:
    assert refused(signed(claims(aud=audience))).startswith("aud")


@pytest.mark.parametrize("name", ["iss", "sub"])
def test_a_client_speaks_for_itself_only(name: str) -> None:
    for value in ("rp-b", None, ["rp-a"]):
        assert refused(signed(claims(**{name: value}))).startswith("iss and sub")


def test_tk_13_it_lives_five_minutes_at_most() -> None:
    assert verify(signed(claims(exp=NOW + 300)))
    for ahead in (331, 3600, 10 * 365 * 86400):
        assert "five minutes" in refused(signed(claims(exp=NOW + ahead)))
    assert verify(signed(claims(exp=NOW + 300, iat=NOW - 300)))
    assert refused(signed(claims(iat=NOW - 331))) == "iat is long past"


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("value", ["1795500010", 1.5, True, -1, 2**40, 2**63, [NOW], {}])
def test_jw_09_times_that_are_no_whole_seconds(name: str, value: Any) -> None:
    assert "whole seconds" in refused(signed(claims(**{name: value})))


def test_jw_09_times_outside_of_now() -> None:
    assert refused(signed(claims(exp=NOW - 30))) == "exp is past"
    assert "whole seconds" in refused(signed(claims(exp=None)))
    for name in ("iat", "nbf"):
        assert verify(signed(claims(**{name: NOW + 8}))), "eight seconds of skew"
        assert refused(signed(claims(**{name: NOW + 61}))) == "iat or nbf is ahead"


def test_jw_09_a_number_that_no_clock_shows() -> None:
    body = orjson.dumps(claims()).replace(str(NOW + 60).encode(), b"1e400")
    header = {"alg": "ES256", "kid": "ec-1"}
    text = b64url(orjson.dumps(header)) + "." + b64url(body)
    from joserfc import jws

    made = jws.serialize_compact(header, body, EC, algorithms=["ES256"])
    assert made.startswith(text)
    assert refused(made)


@pytest.mark.parametrize("jti", [None, "", 5, "x" * 257, []])
def test_an_assertion_has_an_id(jti: Any) -> None:
    assert refused(signed(claims(jti=jti))) == "jti is missing"


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", "NONE", ""])
def test_jw_01_an_assertion_without_signature(alg: str) -> None:
    body = orjson.dumps(claims())
    assert "no key" in refused(by_hand({"alg": alg, "kid": "ec-1"}, body))
    assert "no key" in refused(by_hand({"alg": alg}, body))
    assert "no key" in refused(by_hand({"kid": "ec-1"}, body))


@pytest.mark.parametrize("key", [EC, RSA], ids=["ec", "rsa"])
@pytest.mark.parametrize("form", ["jwk", "pem", "der"])
def test_tk_14_a_public_key_is_no_hmac_secret(key: Any, form: str) -> None:
    public = key.as_dict(private=False)
    secret = orjson.dumps(public) if form == "jwk" else (key.as_pem if form == "pem" else key.as_der)(private=False)
    for alg in ("HS256", "HS512"):
        text = b64url(orjson.dumps({"alg": alg, "kid": key.kid})) + "." + b64url(orjson.dumps(claims()))
        mac = hmac.new(secret, text.encode(), hashlib.sha256 if alg == "HS256" else hashlib.sha512).digest()
        assert "no key" in refused(f"{text}.{b64url(mac)}", key)


def test_tk_14_a_secret_in_the_key_set_signs_nothing() -> None:
    secret = OctKey.generate_key(256, {"kid": "oct"}, auto_kid=False)
    client = jwt_client(EC)
    mixed = {"keys": [*client.jwks["keys"], secret.as_dict(private=True)]}  # type: ignore[misc, index]
    from dataclasses import replace

    assert refused(signed(claims(), secret, "HS256"), client=replace(client, jwks=mixed))
    assert verify(signed(claims()), client=replace(client, jwks=mixed)), "its other key is as good as before"


def test_tk_14_a_short_rsa_key_proves_nothing() -> None:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = rsa.generate_private_key(65537, 1024).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.warns(match="size"):
        short = RSAKey.import_key(pem, {"kid": "short"})
        made = signed(claims(), short, "RS256")
        assert "no key" in refused(made, short)


def test_the_algorithm_belongs_to_the_key() -> None:
    assert "no key" in refused(signed(claims(), RSA, "RS256", kid="ec-1"), EC)
    other = RSAKey.generate_key(2048, {"kid": "rsa-1"}, auto_kid=False)
    assert "no key" in refused(signed(claims(), other, "RS256"), RSA)


@pytest.mark.parametrize(
    "extra",
    [
        {"jwk": EC.as_dict(private=False)},
        {"jku": "http://127.0.0.1:9/jwks"},
        {"x5u": "http://127.0.0.1:9/cert"},
        {"x5c": ["MIIB"]},
        {"crit": ["x"], "x": 1},
        {"crit": ["b64"], "b64": False},
        {"zip": "DEF"},
        {"p2c": 10**9},
    ],
    ids=lambda extra: next(iter(extra)),
)
@pytest.mark.parametrize("case", ["JW-03", "JW-04", "JW-06"])
def test_jw_03_jw_04_jw_06_a_header_brings_no_key_and_no_rule(extra: dict[str, Any], case: str) -> None:
    attacker = ECKey.generate_key("P-256", {"kid": "mine"}, auto_kid=False)
    header = {"alg": "ES256", "kid": "ec-1", **({**extra, "jwk": attacker.as_dict(private=False)} if "jwk" in extra else extra)}
    assert refused(by_hand(header, orjson.dumps(claims()), b"x" * 64)) == "header has members that are not accepted"


def test_jw_11_an_encrypted_token_is_not_even_opened() -> None:
    for alg in ("RSA1_5", "PBES2-HS256+A128KW", "RSA-OAEP"):
        header = b64url(orjson.dumps({"alg": alg, "enc": "A128GCM", "zip": "DEF", "p2c": 10**9}))
        assert refused(f"{header}.x.y.z.w") == "not a compact JWS"
    assert refused("x" * 20_000) == "not a compact JWS"


def test_jw_14_a_signature_of_zeros_or_of_another_length() -> None:
    good = signed(claims())
    head, _, signature = good.rpartition(".")
    assert verify(good)
    for forged in (bytes(64), bytes(63), bytes(65), b"", b"\x30\x06\x02\x01\x00\x02\x01\x00"):
        assert "no key" in refused(f"{head}.{b64url(forged)}")
    assert "no key" in refused(f"{head}.{signature[:-4]}AAAA")
    for odd in (f"{signature}=", f"{signature}é", f"{signature[:-1]}+", f" {signature}"):
        assert "no key" in refused(f"{head}.{odd}")


@pytest.mark.parametrize("typ", ["logout+jwt", "at+jwt", "dpop+jwt", "oauth-authz-req+jwt", "secevent+jwt", ""])
def test_jw_07_a_token_made_for_another_purpose(typ: str) -> None:
    assert refused(signed(claims(), typ=typ)) == "typ is not that of a client assertion"


@pytest.mark.parametrize("text", ["", "..", "a.b.c", "e30.e30.", "[]", "é.é.é", "bnVsbA.e30.x"])
def test_what_is_no_token_is_refused_and_names_nobody(text: str) -> None:
    assert refused(text)
    assert private_key_jwt.client_id_of(text) == ""


def test_a_client_without_keys_or_with_broken_ones_proves_nothing() -> None:
    from dataclasses import replace

    for jwks in (None, {}, {"keys": []}, {"keys": [{"kty": "EC"}]}, {"keys": "x"}):
        assert refused(signed(claims()), client=replace(jwt_client(), jwks=jwks))
