"""A request object: opened with the client's own keys, judged, and read as the parameters it stands for. RFC 9101 §4 to §6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import orjson

from idp.applications.models import Client
from idp.authorization.object_checks import RULES, Signed
from idp.client_auth.signatures import NoKeyFits, claims_signed_by
from idp.errors import InvalidRequestObject
from idp.keys.signer import BadToken, header_of

ABOUT_THE_TOKEN = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti", "sub"})
AS_JSON = frozenset({"claims", "authorization_details"})


class KeysOf(Protocol):
    async def __call__(self, client: Client, *, kid: str | None = None, refresh: bool = False) -> Mapping[str, object]: ...


async def opened(text: str, client: Client, keys_of: KeysOf, *, issuer: str, now: int) -> dict[str, str]:
    """Return the parameters inside; raise InvalidRequestObject when the client did not sign them for us just now."""
    try:
        header = header_of(text)
        claims = await _verified(text, header, client, keys_of)
        for rule in RULES:
            rule(Signed(client, header, claims, issuer, now))
    except BadToken as error:
        raise InvalidRequestObject(f"the request object is not accepted: {error}", param="request") from error
    return {name: _text(name, value) for name, value in claims.items() if name not in ABOUT_THE_TOKEN}


async def _verified(text: str, header: Mapping[str, Any], client: Client, keys_of: KeysOf) -> dict[str, Any]:
    """Return what a key of the client signed; its keys are asked for once more when none fits, for they may be new."""
    kid = str(header["kid"]) if "kid" in header else None
    try:
        return claims_signed_by(await keys_of(client, kid=kid), header, text)
    except NoKeyFits:
        return claims_signed_by(await keys_of(client, kid=kid, refresh=True), header, text)


def _text(name: str, value: Any) -> str:
    """Return a claim as the parameter it stands for. RFC 9101 §4: numbers and objects keep their JSON form."""
    if isinstance(value, str):
        return value
    if name == "resource" and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return " ".join(value)
    if name in AS_JSON and isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    if type(value) is int:
        return str(value)
    if name in KNOWN:
        raise InvalidRequestObject(f"{name} in the request object has the wrong type", param=name)
    return orjson.dumps(value).decode()


KNOWN = frozenset(
    {
        "client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt", "max_age", "login_hint",
        "ui_locales", "id_token_hint", "acr_values", "code_challenge", "code_challenge_method", "dpop_jkt", "resource", "claims",
        "authorization_details",
    }
)  # fmt: skip
