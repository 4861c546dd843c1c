"""A request object: opened with the client's own keys, judged, and read as the parameters it stands for. RFC 9101 §4 to §6."""

from __future__ import annotations

from typing import Any

import orjson

from idp.applications.models import Client
from idp.authorization.object_checks import RULES
from idp.client_auth.client_keys import ClientKeys
from idp.errors import InvalidRequestObject
from idp.keys.signer import BadToken

ABOUT_THE_TOKEN = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti", "sub"})
AS_JSON = frozenset({"claims", "authorization_details"})


async def opened(text: str, client: Client, keys: ClientKeys, *, issuer: str, now: int) -> dict[str, str]:
    """Return the parameters inside; raise InvalidRequestObject when the client did not sign them for us just now."""
    try:
        signed = await keys.signed(client, text, issuer=issuer, now=now)
        for rule in RULES:
            rule(signed)
    except BadToken as error:
        raise InvalidRequestObject(f"the request object is not accepted: {error}", param="request") from error
    return {name: _text(name, value) for name, value in signed.claims.items() if name not in ABOUT_THE_TOKEN}


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
