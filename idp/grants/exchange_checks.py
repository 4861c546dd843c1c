"""What must hold before a person's token becomes one for another service, one function a rule, in order. RFC 8693 §2.1, §2.2.2."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from idp.applications.models import Client
from idp.errors import InvalidRequest, InvalidScope, InvalidTarget, UnauthorizedClient
from idp.grants.model import TokenRequest
from idp.tokens.claims import SERVICE_PREFIX
from idp.tokens.models import AccessToken
from kit.secrets import same

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
MOST_ACTORS = 3
MAX_SCOPE = 2048


@dataclass(frozen=True, slots=True)
class Exchange:
    """A token exchange as asked: the subject's token as found, and the client behind the audience."""

    request: TokenRequest
    subject: AccessToken | None
    target: Client | None
    subject_client_has_it: bool = True  # the client it was issued to is still registered for its scopes
    target_usable: bool = True
    older_type: str = ""  # the older system's own kind of token, when such a one is asked for

    @property
    def client(self) -> Client:
        return self.request.authenticated.client

    @property
    def named(self) -> frozenset[str]:
        return frozenset(self.request.form.get("scope", "").split(" ")) - {""}

    @property
    def scopes(self) -> frozenset[str]:
        """What the new token is for: what is named, else all of the subject's that both sides are registered for."""
        assert self.subject is not None and self.target is not None
        common = self.subject.scopes & self.target.scopes & self.client.scopes
        return self.named or frozenset(scope for scope in common if not scope.startswith(SERVICE_PREFIX))

    @property
    def actor(self) -> str:
        """`act` of the new token: the client that asks, and inside it whoever acted before. Canonical JSON. RFC 8693 §4.1."""
        assert self.subject is not None
        earlier = {"act": orjson.loads(self.subject.actor)} if self.subject.actor else {}
        return orjson.dumps({"sub": f"client:{self.client.client_id}", **earlier}, option=orjson.OPT_SORT_KEYS).decode()


def depth(actor: str) -> int:
    """Return how many act in the chain."""
    count, link = 0, orjson.loads(actor) if actor else None
    while link:
        count, link = count + 1, link.get("act")
    return count


def only_the_client_acts(asked: Exchange) -> None:
    """Who acts is written by us from who proved itself; nobody brings an actor along (TX-05). RFC 8693 §4.1."""
    if "actor_token" in asked.request.form or "actor_token_type" in asked.request.form:
        raise InvalidRequest("actor_token is not accepted: the client that asks is the actor")


def types_are_access_tokens(asked: Exchange) -> None:
    """RFC 8693 §3."""
    form = asked.request.form
    if form.get("subject_token_type") != ACCESS_TOKEN:
        raise InvalidRequest(f"subject_token_type must be {ACCESS_TOKEN}")
    if form.get("requested_token_type", ACCESS_TOKEN) != (asked.older_type or ACCESS_TOKEN):
        raise InvalidRequest(f"requested_token_type must be {ACCESS_TOKEN}, or the type of an older system's own tokens")


def client_is_confidential(asked: Exchange) -> None:
    """Nobody can act in a name that anybody may use."""
    if asked.client.public:
        raise UnauthorizedClient("a public client cannot act for a person")


def subject_token_is_alive(asked: Exchange) -> None:
    """TX-04: whatever ended the sign-in, the consent or the client it came from has ended the token."""
    if asked.subject is None or not asked.subject_client_has_it:
        raise InvalidRequest("subject_token is unknown, expired or revoked")


def subject_is_a_person(asked: Exchange) -> None:
    if asked.subject is not None and asked.subject.person is None:
        raise InvalidRequest("subject_token speaks for a client, not for a person")


def subject_token_is_the_clients(asked: Exchange) -> None:
    """Issued to this client, or meant for it: a token that strayed elsewhere is worth nothing there."""
    client, subject = asked.client, asked.subject
    if subject is not None and client.client_id != subject.client_id and subject.audience not in (client.client_id, client.audience):
        raise InvalidRequest("subject_token was neither issued to this client nor meant for it")


def bound_token_stays_bound(asked: Exchange) -> None:
    """Who exchanges a token bound to its own key must show that key. RFC 9449 §6, RFC 8705 §3."""
    subject = asked.subject
    bound = subject is not None and subject.cnf and subject.client_id == asked.client.client_id
    if bound and subject is not None and not same(subject.cnf, asked.request.cnf):
        raise InvalidRequest("subject_token is bound to a key that was not shown")


def audience_is_known(asked: Exchange) -> None:
    """TX-04: one that is registered, enabled, and of a usable application. RFC 8693 §2.1."""
    if asked.target is None or not asked.target.enabled or not asked.target_usable:
        raise InvalidTarget("audience names no service of ours that is in use", param="audience")


def audience_lets_this_client_in(asked: Exchange) -> None:
    """The audience's own list decides; without an entry nobody exchanges towards it."""
    if asked.target is not None and asked.client.client_id not in asked.target.exchange_from:
        raise InvalidTarget("that audience accepts no tokens from this client", param="audience")


def scope_is_never_wider(asked: Exchange) -> None:
    """TX-02."""
    assert asked.subject is not None
    if len(asked.request.form.get("scope", "")) > MAX_SCOPE or not asked.named <= asked.subject.scopes:
        raise InvalidScope("scope is wider than that of the subject_token")


def scope_is_registered_on_both_sides(asked: Exchange) -> None:
    assert asked.target is not None
    if not asked.scopes <= asked.client.scopes & asked.target.scopes:
        raise InvalidScope("scope holds values that the client or the audience is not registered for")


def something_is_left(asked: Exchange) -> None:
    if not asked.scopes:
        raise InvalidScope("the subject_token has no scope that client and audience are registered for")


def chain_is_short(asked: Exchange) -> None:
    """TX-05: of three that act one behind the other at most."""
    if depth(asked.actor) > MOST_ACTORS:
        raise InvalidRequest("the chain of actors is too long")


RULES: tuple[Callable[[Exchange], None], ...] = (
    only_the_client_acts,
    types_are_access_tokens,
    client_is_confidential,
    subject_token_is_alive,
    subject_is_a_person,
    subject_token_is_the_clients,
    bound_token_stays_bound,
    audience_is_known,
    audience_lets_this_client_in,
    scope_is_never_wider,
    scope_is_registered_on_both_sides,
    something_is_left,
    chain_is_short,
)
