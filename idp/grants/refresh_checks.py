"""What must hold of a refresh token in use, one function a rule, in the order in which they are applied. RFC 6749 §6, RFC 9700 §4.14."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from idp.applications.models import Client, Service
from idp.authorization import details
from idp.errors import InvalidGrant, InvalidScope
from idp.grants.model import TokenRequest
from idp.people.age import needs_guardian
from idp.people.models import Person, Status
from idp.sessions.models import ACR_TWO_STEPS, acr_reaches
from idp.tokens.claims import claims_of_scopes
from idp.tokens.models import RefreshFamily
from kit.secrets import same


@dataclass(frozen=True, slots=True)
class Use:
    """A refresh token in use: its family, the person, and what the client sent. `session_alive` is true for offline access."""

    family: RefreshFamily
    request: TokenRequest
    person: Person | None
    session_alive: bool
    application_usable: bool
    released: frozenset[str] | None  # None: the consent does not stand any more
    service: Service | None = None
    consent_until: int = 0  # as in AuthorizationCode

    @property
    def client(self) -> Client:
        return self.request.authenticated.client

    @property
    def scopes(self) -> frozenset[str]:
        """What is asked for now: everything granted, or the part of it that the request names. RFC 6749 §6."""
        asked = frozenset(self.request.form.get("scope", "").split(" ")) - {""}
        return asked or self.family.scopes

    @property
    def claims(self) -> frozenset[str]:
        """The released claims without those of scopes that are not asked for this time."""
        left_out = claims_of_scopes(self.family.scopes) - claims_of_scopes(self.scopes)
        return (self.released or frozenset()) - left_out


def family_belongs_to_client(use: Use) -> None:
    """RFC 9700 §4.14; TK-16: another client gets nothing, and the token stays good for its owner."""
    if use.family.client_id != use.client.client_id:
        raise InvalidGrant("the refresh token was issued to another client")


def client_still_has_the_scopes(use: Use) -> None:
    """TK-22: a scope taken from the client's registration ends what was granted with it; the client asks the person anew."""
    if not use.family.scopes <= use.client.scopes:
        raise InvalidGrant("the client is not registered any more for what was granted")


def client_still_has_the_detail_types(use: Use) -> None:
    """RFC 9396 §5; TK-22: a type taken from the client's registration ends what was granted of it, as a scope does."""
    if not details.are_of(use.family.details, use.client.authorization_details_types):
        raise InvalidGrant("the client is not registered any more for what was granted", param="authorization_details")


def assurance_is_still_enough(use: Use) -> None:
    """TK-22: the service asks for a second step now, and this sign-in had none."""
    if use.service is not None and use.service.authentication_level == "aal2" and not acr_reaches(use.family.acr, ACR_TWO_STEPS):
        raise InvalidGrant("the service needs a stronger sign-in now")


def guardian_is_not_needed(use: Use) -> None:
    """TK-22: the service began to need a parent or guardian for children, and this person is one or may be. UU 27/2022 Pasal 25."""
    guarded = use.service is not None and use.service.guardian_if_minor
    if guarded and use.person is not None and needs_guardian(use.person, use.request.now):
        raise InvalidGrant("a parent or guardian has to agree, at the counter")


def key_is_the_bound_one(use: Use) -> None:
    """RFC 9449 §5, RFC 8705 §4; DP-10: another key, or none, gets nothing, and the token stays good for its owner."""
    if use.family.cnf and not same(use.family.cnf, use.request.cnf):
        raise InvalidGrant("the refresh token is bound to another key")


def family_is_not_revoked(use: Use) -> None:
    if use.family.revoked_at is not None:
        raise InvalidGrant("the refresh token was revoked")


def family_is_in_time(use: Use) -> None:
    """An absolute end: rotation does not prolong it."""
    if use.request.now >= use.family.expires_at:
        raise InvalidGrant("the refresh token has expired")


def person_is_active(use: Use) -> None:
    """TK-22: disabled, locked, closed, or gone."""
    if use.person is None or use.person.status is not Status.ACTIVE:
        raise InvalidGrant("the account cannot be used")


def application_is_usable(use: Use) -> None:
    """TK-22: application disabled, agency suspended."""
    if not use.application_usable:
        raise InvalidGrant("the application is disabled")


def session_is_alive(use: Use) -> None:
    """Without offline_access a refresh token ends with its session. OIDC Core §11."""
    if not use.session_alive:
        raise InvalidGrant("the session has ended")


def consent_stands(use: Use) -> None:
    """TK-22: withdrawn or expired. Nothing is issued after a withdrawal's commit."""
    if use.released is None:
        raise InvalidGrant("the consent does not stand any more")


def scope_does_not_grow(use: Use) -> None:
    """RFC 6749 §6; TK-20."""
    if not use.scopes <= use.family.scopes or len(use.request.form.get("scope", "")) > 2048:
        raise InvalidScope("scope goes beyond what was granted")


RULES: tuple[Callable[[Use], None], ...] = (
    family_belongs_to_client,
    key_is_the_bound_one,
    family_is_not_revoked,
    family_is_in_time,
    person_is_active,
    application_is_usable,
    client_still_has_the_scopes,
    client_still_has_the_detail_types,
    assurance_is_still_enough,
    guardian_is_not_needed,
    session_is_alive,
    consent_stands,
    scope_does_not_grow,
)
