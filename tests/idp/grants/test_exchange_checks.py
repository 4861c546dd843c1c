"""Every rule of a token exchange: a right one passes all of them, and one change is refused by its own rule. RFC 8693."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from idp.client_auth.authenticate import Authenticated
from idp.errors import OAuthError
from idp.grants.exchange_checks import ACCESS_TOKEN, RULES, Exchange, depth
from idp.grants.model import TokenRequest
from idp.tokens.models import AccessToken
from tests.idp.samples import NOW, a_client

FORM = {"subject_token": "t", "subject_token_type": ACCESS_TOKEN, "audience": "rp-b"}
SUBJECT = AccessToken(
    client_id="rp-a",
    application="aplikasi-a",
    service="layanan-satu",
    grant="grant-1",
    person="person-1",
    subject="subject-1",
    scopes=frozenset({"openid", "profile"}),
    audience="rp-a",
    issued_at=NOW,
    expires_at=NOW + 600,
    jti="jti-1",
)
TARGET = a_client(client_id="rp-b", application="aplikasi-b", exchange_from=frozenset({"rp-a"}))


def an_exchange(*, form: dict[str, str] | None = None, client: dict[str, Any] | None = None, cnf: str = "", **facts: Any) -> Exchange:
    sent = {name: value for name, value in {**FORM, **(form or {})}.items() if value != ""}
    request = TokenRequest(Authenticated(a_client(**(client or {})), "client_secret_basic:secret"), sent, NOW, cnf)
    return replace(Exchange(request, SUBJECT, TARGET), **facts)


def judged(**changes: Any) -> str:
    """Return what the first rule that refuses says; empty when all are satisfied."""
    asked = an_exchange(**changes)
    for rule in RULES:
        try:
            rule(asked)
        except OAuthError as error:
            return f"{error.code}: {error.description}"
    return ""


def actor(*clients: str) -> str:
    """Return a chain of actors, the last of them innermost."""
    chain: dict[str, Any] = {}
    for client in reversed(clients):
        chain = {"sub": f"client:{client}", **({"act": chain} if chain else {})}
    return orjson.dumps(chain, option=orjson.OPT_SORT_KEYS).decode() if chain else ""


def test_a_right_one_passes_every_rule() -> None:
    assert judged() == ""
    assert judged(form={"requested_token_type": ACCESS_TOKEN, "scope": "openid"}) == ""


@pytest.mark.parametrize("name", ["actor_token", "actor_token_type"])
def test_tx_05_nobody_brings_an_actor_along(name: str) -> None:
    assert judged(form={name: "x"}) == "invalid_request: actor_token is not accepted: the client that asks is the actor"


@pytest.mark.parametrize("kind", ["", "urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:refresh_token"])
def test_only_access_tokens_are_exchanged_and_for_access_tokens(kind: str) -> None:
    assert judged(form={"subject_token_type": kind}).startswith("invalid_request: subject_token_type")
    if kind:
        assert judged(form={"requested_token_type": kind}).startswith("invalid_request: requested_token_type")


def test_a_public_client_acts_for_nobody() -> None:
    assert judged(client={"auth_method": "none"}) == "unauthorized_client: a public client cannot act for a person"


def test_tx_04_a_dead_subject_token() -> None:
    assert judged(subject=None) == "invalid_request: subject_token is unknown, expired or revoked"
    assert judged(subject_client_has_it=False) == "invalid_request: subject_token is unknown, expired or revoked"


def test_the_subject_is_a_person() -> None:
    own = replace(SUBJECT, person=None, subject="client:rp-a")
    assert judged(subject=own) == "invalid_request: subject_token speaks for a client, not for a person"


def test_a_token_that_strayed_to_somebody_else_is_worth_nothing_there() -> None:
    strayed = replace(SUBJECT, client_id="rp-x", audience="rp-y")
    assert judged(subject=strayed) == "invalid_request: subject_token was neither issued to this client nor meant for it"
    assert judged(subject=replace(strayed, audience="rp-a")) == "", "meant for it"
    own_name = {"audience": "https://api.example"}
    assert judged(subject=replace(strayed, audience="https://api.example"), client=own_name) == ""
    assert judged(subject=replace(strayed, audience=""), client={"audience": "x"}) != ""


def test_a_bound_token_is_exchanged_with_its_key() -> None:
    bound = replace(SUBJECT, cnf="jkt:one")
    assert judged(subject=bound) == "invalid_request: subject_token is bound to a key that was not shown"
    assert judged(subject=bound, cnf="jkt:two") == "invalid_request: subject_token is bound to a key that was not shown"
    assert judged(subject=bound, cnf="jkt:one") == ""
    assert judged(subject=replace(bound, client_id="rp-x", audience="rp-a")) == "", "a service that checked the proof may hand on"


def test_tx_04_the_audience_must_be_in_use() -> None:
    unknown = "invalid_target: audience names no service of ours that is in use"
    assert judged(target=None) == unknown
    assert judged(target=replace(TARGET, enabled=False)) == unknown
    assert judged(target_usable=False) == unknown


def test_the_audience_names_who_may() -> None:
    refused = "invalid_target: that audience accepts no tokens from this client"
    assert judged(target=replace(TARGET, exchange_from=frozenset())) == refused
    assert judged(target=replace(TARGET, exchange_from=frozenset({"rp-c"}))) == refused


@pytest.mark.parametrize("scope", ["openid profile phone", "phone", "openid x", "openid\tprofile", "openid " + "x" * 3000])
def test_tx_02_scope_is_never_wider(scope: str) -> None:
    assert judged(form={"scope": scope}) == "invalid_scope: scope is wider than that of the subject_token"


def test_scope_is_what_both_sides_are_registered_for() -> None:
    both = "invalid_scope: scope holds values that the client or the audience is not registered for"
    assert judged(form={"scope": "profile"}, target=replace(TARGET, scopes=frozenset({"openid"}))) == both
    assert judged(form={"scope": "profile"}, client={"scopes": frozenset({"openid"})}) == both
    less = an_exchange(target=replace(TARGET, scopes=frozenset({"openid"})))
    assert less.scopes == {"openid"}, "without a scope it is what they have in common"


def test_something_must_be_left() -> None:
    nothing = "invalid_scope: the subject_token has no scope that client and audience are registered for"
    assert judged(target=replace(TARGET, scopes=frozenset({"email"}))) == nothing
    service = replace(SUBJECT, scopes=frozenset({"layanan:layanan-satu"}))
    assert judged(subject=service) == nothing, "the name of a service is no right at another one"


def test_tx_05_the_chain_of_actors_is_ours_and_short() -> None:
    first = an_exchange()
    assert orjson.loads(first.actor) == {"sub": "client:rp-a"}
    third = an_exchange(subject=replace(SUBJECT, actor=actor("rp-x", "rp-y")))
    assert orjson.loads(third.actor) == {"sub": "client:rp-a", "act": {"sub": "client:rp-x", "act": {"sub": "client:rp-y"}}}
    assert (depth(""), depth(first.actor), depth(third.actor)) == (0, 1, 3)
    assert judged(subject=replace(SUBJECT, actor=actor("rp-x", "rp-y"))) == ""
    assert judged(subject=replace(SUBJECT, actor=actor("rp-x", "rp-y", "rp-z"))) == "invalid_request: the chain of actors is too long"
