"""What must hold of an access token that is shown at our own resource, one function a rule, in order. RFC 6750 §3.1, RFC 9470 §3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from idp.applications.models import Service
from idp.errors import InsufficientScope, InsufficientUserAuthentication, InvalidToken
from idp.sessions.models import ACR_TWO_STEPS, acr_reaches
from idp.tokens.models import AccessToken


@dataclass(frozen=True, slots=True)
class Shown:
    """A token that is alive and whose proof fits, beside what the registry says of its client and service now. Times are seconds."""

    token: AccessToken
    client_has_scopes: bool
    service: Service | None
    now: int
    second_step_lives: int
    scheme: str = "Bearer"
    is_for_us: bool = True  # for the client's own audience, or for us by name

    @property
    def needs_two_steps(self) -> bool:
        return self.service is not None and self.service.authentication_level == "aal2"


def client_still_has_the_scopes(shown: Shown) -> None:
    if not shown.client_has_scopes:
        raise InvalidToken("the client is not registered any more for what was granted", scheme=shown.scheme)


def scope_has_openid(shown: Shown) -> None:
    """UI-01. OIDC Core §5.3."""
    if "openid" not in shown.token.scopes:
        raise InsufficientScope("the token lacks the scope openid", scheme=shown.scheme)


def token_was_not_exchanged(shown: Shown) -> None:
    """What a person lets another service know is told to that service, who introspects it, not to whoever handed it over (TX-06)."""
    if shown.token.actor:
        raise InsufficientScope("a token from an exchange is for its audience, who learns the claims by introspection", scheme=shown.scheme)


def token_is_not_for_another_resource(shown: Shown) -> None:
    """RFC 8707 §2: whoever got a token for its own resource must not learn here about the person behind it (JW-08)."""
    if not shown.is_for_us:
        raise InvalidToken("the token is for another resource", scheme=shown.scheme)


def second_step_was_taken(shown: Shown) -> None:
    """RFC 9470 §3: the service needs it now, whatever was enough when the token was given."""
    if shown.needs_two_steps and not acr_reaches(shown.token.acr, ACR_TWO_STEPS):
        raise InsufficientUserAuthentication(
            "this service needs a sign-in with two steps", acr_values=ACR_TWO_STEPS, max_age=shown.second_step_lives, scheme=shown.scheme
        )


def second_step_is_fresh(shown: Shown) -> None:
    """RFC 9470 §3: a second step is good for as long as a session that has one."""
    if shown.needs_two_steps and shown.now - shown.token.auth_time > shown.second_step_lives:
        raise InsufficientUserAuthentication(
            "the sign-in is too long ago", acr_values=ACR_TWO_STEPS, max_age=shown.second_step_lives, scheme=shown.scheme
        )


RULES: tuple[Callable[[Shown], None], ...] = (
    client_still_has_the_scopes,
    scope_has_openid,
    token_was_not_exchanged,
    token_is_not_for_another_resource,
    second_step_was_taken,
    second_step_is_fresh,
)
