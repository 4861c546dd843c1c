"""The authorization request: read once from raw pairs, frozen afterwards. RFC 6749 §4.1.1, OIDC Core §3.1.2.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from idp.errors import InvalidRequest
from idp.sessions.models import ACR_ORDER
from idp.tokens.claims import CLAIMS
from kit.web.forms import singles

MAX_CLAIMS_PARAMETER = 16384
MAX_DEPTH = 5
MAX_SCOPE = 2048


@dataclass(frozen=True, slots=True)
class ClaimsParameter:
    """What the `claims` parameter asks for; unknown names are ignored. OIDC Core §5.5."""

    userinfo: frozenset[str] = frozenset()
    id_token: frozenset[str] = frozenset()
    essential: frozenset[str] = frozenset()
    acr: str | None = None  # an essential acr
    sub: str = ""  # the one person who may be answered for; empty: whoever signs in

    @property
    def names(self) -> frozenset[str]:
        return self.userinfo | self.id_token


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """All parameters as sent; absent ones are empty. `scopes`, `prompt` and `resources` are split, `claims`, `max_age` and `details` parsed
    by their rules.

    `origin` says how it came: `plain`, `object` (RFC 9101), `pushed` or `pushed_object` (RFC 9126). `pushed` is the key of the pushed
    request in the expiring store, empty unless it came that way.
    """

    client_id: str
    redirect_uri: str
    response_type: str
    response_mode: str
    scope: str
    state: str
    nonce: str
    prompt: frozenset[str]
    max_age: str
    login_hint: str
    ui_locales: str
    id_token_hint: str
    acr_values: str
    claims: str
    code_challenge: str
    code_challenge_method: str
    parameters: Mapping[str, str] = field(repr=False)
    scopes: frozenset[str] = frozenset()
    resources: tuple[str, ...] = ()
    details: str = ""
    dpop_jkt: str = ""
    origin: str = "plain"
    pushed: str = ""

    def has(self, name: str) -> bool:
        return name in self.parameters


def read(parameters: Mapping[str, str], *, origin: str = "plain", pushed: str = "") -> AuthorizationRequest:
    """Return the request. Nothing is judged yet; an empty parameter counts as absent (RFC 6749 §3.1).

    Several values of `resource` are one text with spaces between: no URI holds one.
    """
    given = {name: value for name, value in parameters.items() if value}
    return AuthorizationRequest(
        client_id=given.get("client_id", ""),
        redirect_uri=given.get("redirect_uri", ""),
        response_type=given.get("response_type", ""),
        response_mode=given.get("response_mode", ""),
        scope=given.get("scope", ""),
        state=given.get("state", ""),
        nonce=given.get("nonce", ""),
        prompt=frozenset(given.get("prompt", "").split(" ")) - {""} if len(given.get("prompt", "")) < 100 else frozenset({"?"}),
        max_age=given.get("max_age", ""),
        login_hint=given.get("login_hint", ""),
        ui_locales=given.get("ui_locales", ""),
        id_token_hint=given.get("id_token_hint", ""),
        acr_values=given.get("acr_values", ""),
        claims=given.get("claims", ""),
        code_challenge=given.get("code_challenge", ""),
        code_challenge_method=given.get("code_challenge_method", ""),
        parameters=given,
        scopes=frozenset(given.get("scope", "").split(" ")) - {""} if len(given.get("scope", "")) <= MAX_SCOPE else frozenset(),
        resources=tuple(dict.fromkeys(given.get("resource", "").split())),
        details=given.get("authorization_details", ""),
        dpop_jkt=given.get("dpop_jkt", ""),
        origin=origin,
        pushed=pushed,
    )


def one_each(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Return the pairs as a dict; raise BadForm when a name occurs twice, but for `resource` (RFC 6749 §3.1, RFC 8707 §2)."""
    resources = [value for name, value in pairs if name == "resource"]
    found = singles([pair for pair in pairs if pair[0] != "resource"])
    return found | {"resource": " ".join(resources)} if resources else found


def parse_claims(text: str) -> ClaimsParameter:
    """Return what the `claims` parameter asks for; raise InvalidRequest when it is too large, too deep or no JSON object (AZ-33)."""
    if not text:
        return ClaimsParameter()
    if len(text) > MAX_CLAIMS_PARAMETER or _depth(text) > MAX_DEPTH:
        raise InvalidRequest("claims is too large or nested too deep", param="claims")
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest("claims must be a JSON object", param="claims") from error
    if not isinstance(data, dict):
        raise InvalidRequest("claims must be a JSON object", param="claims")
    wanted: dict[str, dict[str, Any]] = {}
    for place in ("userinfo", "id_token"):
        part = {} if data.get(place) is None else data[place]
        if not isinstance(part, dict) or not all(value is None or isinstance(value, dict) for value in part.values()):
            raise InvalidRequest(f"claims.{place} must map names to objects or null", param="claims")
        wanted[place] = part
    essential = {name for part in wanted.values() for name, value in part.items() if value and value.get("essential") is True}
    return ClaimsParameter(
        userinfo=frozenset(wanted["userinfo"]) & CLAIMS,
        id_token=frozenset(wanted["id_token"]) & CLAIMS,
        essential=frozenset(essential) & CLAIMS,
        acr=_essential_acr(wanted["id_token"].get("acr")),
        sub=_one_sub(*(part.get("sub") for part in wanted.values())),
    )


def _one_sub(*asked: Any) -> str:
    """Return the subject that is asked for by its value, wherever; essential or not. OIDC Core §3.1.2.2, §5.5.1."""
    named: set[Any] = set()
    for one in asked:
        values = [] if not one else [one["value"]] if "value" in one else one.get("values", [])
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            raise InvalidRequest("claims must name the sub by a string", param="claims")
        named |= set(values)
    if len(named) > 1:
        raise InvalidRequest("claims must name one sub at most", param="claims")
    return next(iter(named), "")


def _essential_acr(asked: Any) -> str | None:
    """Return the acr that must be reached, if one is marked essential: of several the least that we offer. OIDC Core §5.5.1.1."""
    if not asked or asked.get("essential") is not True:
        return None
    values = [asked["value"]] if "value" in asked else asked.get("values", [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidRequest("claims.id_token.acr must name strings", param="claims")
    offered = [acr for acr in ACR_ORDER if acr in values]
    return next(iter(offered or values), None)


def _depth(text: str) -> int:
    deepest = depth = 0
    for character in text:
        if character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth -= 1
    return deepest
