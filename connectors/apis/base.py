"""What all kinds of older APIs share: which claims leave, which secrets the settings call for, and the call of the probe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast
from urllib.parse import urlencode

from pydantic import BaseModel

from connectors.apis.settings import ApiSettings
from connectors.calls import Call, Failure, Fault, Response, Token, TokenNeed
from connectors.contract import Capability, Connector, Emission, Identity, SecretRule
from connectors.errors import MissingSecret
from connectors.mapping import MAX_VALUE

CALLS = frozenset({Capability.API_CALL, Capability.PROBE, Capability.PREVIEW})


def secret(connector: Connector, name: str, now: int) -> str:
    """Return the newest value of a secret that is good now; raise MissingSecret."""
    found = connector.secrets_at(name, now)
    if not found:
        raise MissingSecret(name)
    return found[0]


def address(base: str, call: Call) -> str:
    """Return the address of a call: its path was matched to an operation, its query is encoded anew."""
    return base + call.path + ("?" + urlencode(call.query) if call.query else "")


def plain_headers(call: Call) -> dict[str, str]:
    found = {"Accept": call.accept or "application/json"}
    if call.body:
        found["Content-Type"] = call.content_type or "application/json"
    return found


class ApiBase:
    """Holds nothing: one value of each kind serves all its connectors."""

    secrets: Mapping[str, SecretRule] = {}

    def emits(self, settings: BaseModel) -> frozenset[str]:
        return frozenset(claim for operation in _of(settings).operations for claim in operation.claims.values())

    def emissions(self, settings: BaseModel, identity: Identity) -> Sequence[Emission]:
        """Return each claim once, at the first place where it leaves."""
        found: dict[str, Emission] = {}
        for operation in _of(settings).operations:
            for where, claim in operation.claims.items():
                value = str(identity.claims.get(claim, ""))[:MAX_VALUE]
                if value:
                    found.setdefault(claim, Emission(f"{operation.method} {operation.path} {where}", operation.worded(where, value), claim))
        return list(found.values())

    def secret_rules(self, settings: BaseModel) -> Mapping[str, SecretRule]:
        return self.secrets

    def needs(self, connector: Connector, now: int) -> Sequence[TokenNeed]:
        return ()

    def read_token(self, connector: Connector, name: str, response: Response, now: int) -> Token | Failure:
        return Failure(Fault.BROKEN, "this kind has no tokens")

    def sample(self, connector: Connector) -> Call | None:
        path = _of(connector.settings).sample
        return Call("GET", path) if path else None


def _of(settings: BaseModel) -> ApiSettings:
    return cast("ApiSettings", settings)


def given(indonesian: str, english: str, *, least_bits: int = 32, optional: bool = False) -> SecretRule:
    """Return the rule of a secret that the older side issued: it is as strong as they made it."""
    return SecretRule({"id": indonesian, "en": english}, generated=False, least_bits=least_bits, optional=optional)


def made(indonesian: str, english: str) -> SecretRule:
    """Return the rule of a secret that Gapura makes, 256 bits."""
    return SecretRule({"id": indonesian, "en": english})
