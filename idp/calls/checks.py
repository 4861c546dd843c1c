"""Who may call an older API with a token of ours, one function a rule, in order. Audience and scope: RFC 8707 §2, RFC 6750 §3.1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.apis.settings import ApiSettings, Operation
from connectors.contract import Connector
from idp.applications.models import Client
from idp.calls.errors import CallRefused
from idp.errors import InsufficientScope, InvalidToken
from idp.tokens import use_checks
from idp.tokens.models import AccessToken
from idp.tokens.use_checks import Shown


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as it came: the token beside its client as registered now, the connector, and the operation it names.

    `own_audiences` are those of the clients of the connector's own application; `values` the claims that the token releases.
    """

    shown: Shown
    client: Client | None
    connector: Connector
    settings: ApiSettings
    operation: Operation
    address: str  # of the connector: the audience of tokens that are for it
    own_audiences: frozenset[str] = frozenset()
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def token(self) -> AccessToken:
        return self.shown.token

    @property
    def is_about_a_person(self) -> bool:
        return bool(self.operation.person)


def token_is_for_this_connector(asked: Asked) -> None:
    """A token for one agency opens nothing of another (JW-08): its audience is this connector, or its own application's client."""
    own = asked.token.application == asked.connector.application and asked.token.audience in asked.own_audiences
    if not own and asked.token.audience != asked.address:
        raise InvalidToken(f"the token is for another resource; ask for one with resource={asked.address}", scheme=asked.shown.scheme)


def application_may_call(asked: Asked) -> None:
    if asked.client is None or asked.client.application not in {asked.connector.application, *asked.settings.applications}:
        raise CallRefused(
            403, "caller_not_allowed", "this application may not call here", "its operator lists it in the connector's setting applications"
        )


def scope_is_there(asked: Asked) -> None:
    if asked.settings.scope and asked.settings.scope not in asked.token.scopes:
        raise InsufficientScope(f"the token lacks the scope {asked.settings.scope}", scheme=asked.shown.scheme)


def person_is_there(asked: Asked) -> None:
    """What is known of a person leaves only with that person's own token, never with that of a program."""
    if asked.is_about_a_person and asked.token.person is None:
        raise CallRefused(403, "person_needed", "this call is about a person", "send the access token of that person, not of the program")


def person_agreed_with_this_application(asked: Asked) -> None:
    """A token lives under the permission of one application. Another one's data leave under that one's own: exchange the token (TX-06)."""
    if asked.is_about_a_person and asked.token.application != asked.connector.application:
        raise CallRefused(
            403, "consent_elsewhere", "the person agreed with another application",
            "exchange the token for one of this connector's application (RFC 8693), or send the person through its sign-in",
        )  # fmt: skip


def second_step_was_taken(asked: Asked) -> None:
    """RFC 9470 §3: what the service asks of a sign-in holds for its data, whichever way they go."""
    if asked.is_about_a_person:
        use_checks.second_step_was_taken(asked.shown)
        use_checks.second_step_is_fresh(asked.shown)


def claims_were_released(asked: Asked) -> None:
    missing = sorted(set(asked.operation.claims.values()) - set(asked.values))
    if missing:
        raise CallRefused(
            403, "claim_not_released", "the person does not let this application know what the call needs",
            f"missing: {', '.join(missing)}; ask for these scopes at sign-in, and let the person agree", param=missing[0],
        )  # fmt: skip


def client_still_has_the_scopes(asked: Asked) -> None:
    use_checks.client_still_has_the_scopes(asked.shown)


RULES: tuple[Callable[[Asked], None], ...] = (
    client_still_has_the_scopes,
    token_is_for_this_connector,
    application_may_call,
    scope_is_there,
    person_is_there,
    person_agreed_with_this_application,
    second_step_was_taken,
    claims_were_released,
)
