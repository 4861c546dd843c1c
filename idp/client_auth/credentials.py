"""What a client presented to prove itself, read once from header and body. RFC 6749 §2.3."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from idp.errors import InvalidClient, InvalidRequest
from idp.proofs.certificate import Certificate

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Presented:
    """One way of authentication, as presented: method, client id, and the secret or assertion."""

    method: str
    client_id: str
    proof: str = field(default="", repr=False)
    certificate: Certificate | None = None


def read(authorization: str, form: Mapping[str, str]) -> Presented:
    """Return what was presented. Raise InvalidRequest for two ways or two client ids, InvalidClient for none.

    An assertion beside a secret is InvalidClient: nobody may hope that the weaker of the two counts (TK-09).
    """
    ways: list[Presented] = []
    if authorization:
        ways.append(_basic(authorization))
    if "client_secret" in form:
        ways.append(Presented("client_secret_post", form.get("client_id", ""), form["client_secret"]))
    if "client_assertion" in form or "client_assertion_type" in form:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise InvalidRequest(f"client_assertion_type must be {ASSERTION_TYPE}")
        ways.append(Presented("private_key_jwt", form.get("client_id", ""), form.get("client_assertion", "")))
    if len(ways) > 1:
        mixed = any(way.method == "private_key_jwt" for way in ways)
        raise (InvalidClient if mixed else InvalidRequest)("use exactly one way of client authentication")
    if not ways:
        if not form.get("client_id"):
            raise InvalidClient("client authentication is missing")
        return Presented("none", form["client_id"])
    if "client_id" in form and ways[0].client_id and form["client_id"] != ways[0].client_id:
        raise InvalidRequest("client_id contradicts the client authentication")
    return ways[0]


def _basic(authorization: str) -> Presented:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("the Authorization header must use Basic")
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except ValueError as error:
        raise InvalidClient("the Basic credentials cannot be read") from error
    client_id, colon, secret = text.partition(":")
    if not colon:
        raise InvalidClient("the Basic credentials cannot be read")
    return Presented("client_secret_basic", unquote_plus(client_id), unquote_plus(secret))
