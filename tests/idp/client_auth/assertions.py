"""Client assertions for tests, good and bad: signed by joserfc, or put together by hand where no library would do it."""

from __future__ import annotations

import warnings
from typing import Any

import httpx
import orjson
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from idp.applications.models import Client
from idp.client_auth.client_keys import ClientKeys
from idp.client_auth.signatures import Roomy
from kit.clock import FixedClock
from kit.secrets import b64url, new_id
from tests.idp.samples import ISSUER, NOW, a_client

Key = ECKey | RSAKey | OKPKey
EC = ECKey.generate_key("P-256", {"kid": "ec-1"}, auto_kid=False)
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1"}, auto_kid=False)


def jwt_client(*keys: Key, **changes: Any) -> Client:
    public = [key.as_dict(private=False) for key in keys or (EC,)]
    return a_client(auth_method="private_key_jwt", secrets=(), jwks={"keys": public}, **changes)


def claims(now: int = NOW, **changes: Any) -> dict[str, Any]:
    """Return correct claims; a value None takes a claim away."""
    made = {"iss": "rp-a", "sub": "rp-a", "aud": ISSUER, "exp": now + 60, "iat": now, "jti": new_id(), **changes}
    return {name: value for name, value in made.items() if value is not None}


def signed(body: dict[str, Any], key: Key | OctKey = EC, alg: str = "ES256", **header: Any) -> str:
    protected = {"alg": alg, "kid": key.kid, **header}
    protected = {name: value for name, value in protected.items() if value is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SecurityWarning)  # of EdDSA, by its old name
        return jws.serialize_compact(protected, orjson.dumps(body), key, registry=Roomy(algorithms=[alg]))


def no_keys_elsewhere() -> ClientKeys:
    """Return keys of clients that publish none: whoever asks for them fails."""

    def nobody(request: httpx.Request) -> httpx.Response:
        raise AssertionError(f"nobody was to be asked: {request.url}")

    return ClientKeys(httpx.AsyncClient(transport=httpx.MockTransport(nobody)), FixedClock(NOW))


def by_hand(header: dict[str, Any], body: bytes, signature: bytes = b"") -> str:
    return ".".join(b64url(part) for part in (orjson.dumps(header), body, signature))
