"""Every rule about a refresh token in use: a right one passes all of them, and one change is refused by its own rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from idp.client_auth.authenticate import Authenticated
from idp.errors import OAuthError
from idp.grants.model import TokenRequest
from idp.grants.refresh_checks import RULES, Use
from idp.people.models import Person, Status
from idp.sessions.models import ACR_PASSWORD, ACR_TWO_STEPS
from idp.tokens.models import RefreshFamily
from idp.tokens.rotation import refresh_cnf
from tests.idp.samples import NOW, a_client, a_service

FAMILY = RefreshFamily(
    id="family-0123456789",
    grant="grant-1",
    client_id="rp-a",
    application="aplikasi-a",
    service="layanan-satu",
    person="person-1",
    session="session-1",
    sid="sid-1",
    subject="subject-1",
    scopes=frozenset({"openid", "profile", "phone"}),
    released=frozenset({"name", "phone_number", "gender"}),
    current="current",
    spent=None,
    spent_at=None,
    client_key="client_secret_basic:secret",
    auth_time=NOW - 100,
    acr=ACR_PASSWORD,
    amr=("pwd",),
    nonce="n",
    created_at=NOW - 100,
    expires_at=NOW + 1000,
)
PERSON = Person("person-1", Status.ACTIVE, "verified", "id", {"name": "Contoh"})


def a_use(
    *,
    family: dict[str, Any] | None = None,
    client: dict[str, Any] | None = None,
    form: dict[str, str] | None = None,
    cnf: str = "",
    **facts: Any,
) -> Use:
    request = TokenRequest(Authenticated(a_client(**(client or {})), "client_secret_basic:secret"), form or {}, NOW, cnf)
    use = Use(replace(FAMILY, **(family or {})), request, PERSON, True, True, FAMILY.released, a_service())
    return replace(use, **facts)


def judged(**changes: Any) -> str:
    """Return what the first rule that refuses says; empty when all are satisfied."""
    use = a_use(**changes)
    for rule in RULES:
        try:
            rule(use)
        except OAuthError as error:
            return f"{error.code}: {error.description}"
    return ""


def test_a_right_one_passes_every_rule() -> None:
    assert judged() == ""
    assert judged(family={"session": None}) == ""
    assert judged(service=None) == ""


def test_dp_10_a_bound_family_is_used_with_its_key() -> None:
    for cnf in ("jkt:hers", "x5t:hers"):
        assert judged(family={"cnf": cnf}, cnf=cnf) == ""
        for other in ("", "jkt:other", "x5t:other", cnf[:-1]):
            assert judged(family={"cnf": cnf}, cnf=other) == "invalid_grant: the refresh token is bound to another key"
    assert judged(cnf="jkt:hers") == "", "one that is not bound may be used with any"


def test_dp_10_which_families_are_bound() -> None:
    public, fapi = a_client(auth_method="none"), a_client(profile="fapi2_security")
    assert refresh_cnf(public, "jkt:hers") == refresh_cnf(fapi, "jkt:hers") == "jkt:hers"
    assert refresh_cnf(public, "x5t:hers") == "x5t:hers"
    assert refresh_cnf(fapi, "x5t:hers") == "", "it proves itself with whatever certificate it has then"
    assert refresh_cnf(a_client(dpop_bound=True), "jkt:hers") == ""


def test_tk_16_another_client_gets_nothing() -> None:
    assert judged(client={"client_id": "rp-b"}) == "invalid_grant: the refresh token was issued to another client"


def test_tk_17_a_revoked_family_stays_revoked() -> None:
    assert judged(family={"revoked_at": NOW - 1}) == "invalid_grant: the refresh token was revoked"
    assert judged(family={"revoked_at": 0}) == "invalid_grant: the refresh token was revoked"


def test_rotation_does_not_prolong_the_absolute_end() -> None:
    assert judged(family={"expires_at": NOW + 1}) == ""
    assert judged(family={"expires_at": NOW}) == "invalid_grant: the refresh token has expired"


@pytest.mark.parametrize("status", [Status.LOCKED, Status.DISABLED, Status.CLOSED])
def test_tk_22_an_account_that_cannot_be_used(status: Status) -> None:
    assert judged(person=replace(PERSON, status=status)) == "invalid_grant: the account cannot be used"


def test_tk_22_an_account_that_is_gone() -> None:
    assert judged(person=None) == "invalid_grant: the account cannot be used"


def test_tk_22_an_application_that_is_switched_off() -> None:
    assert judged(application_usable=False) == "invalid_grant: the application is disabled"


def test_tk_22_a_session_that_ended() -> None:
    assert judged(session_alive=False) == "invalid_grant: the session has ended"


def test_tk_22_a_consent_that_does_not_stand() -> None:
    assert judged(released=None) == "invalid_grant: the consent does not stand any more"
    assert judged(released=frozenset()) == "", "only optional data were withdrawn"


def test_tk_22_a_scope_taken_from_the_client() -> None:
    fewer = {"scopes": frozenset({"openid", "profile"})}
    assert judged(client=fewer) == "invalid_grant: the client is not registered any more for what was granted"
    assert judged(client=fewer, family={"scopes": frozenset({"openid", "profile"})}) == ""


def test_tk_22_an_assurance_that_is_too_low_now() -> None:
    needs_two = a_service(authentication_level="aal2")
    assert judged(service=needs_two) == "invalid_grant: the service needs a stronger sign-in now"
    assert judged(service=needs_two, family={"acr": ACR_TWO_STEPS}) == ""


def test_tk_22_a_service_that_needs_a_guardian_now() -> None:
    guarded, refused = a_service(guardian_if_minor=True), "invalid_grant: a parent or guardian has to agree, at the counter"
    assert judged(service=guarded) == refused, "an age that is not known"
    assert judged(service=guarded, person=replace(PERSON, claims={"birthdate": "2009-05-06"})) == refused
    assert judged(service=guarded, person=replace(PERSON, claims={"birthdate": "1988-03-12"})) == ""


@pytest.mark.parametrize("scope", ["openid profile phone email", "email", "openid x", "openid\tprofile", "openid " + "x" * 3000])
def test_tk_20_scope_does_not_grow(scope: str) -> None:
    assert judged(form={"scope": scope}) == "invalid_scope: scope goes beyond what was granted"


def test_scope_may_shrink_for_one_token_and_takes_its_claims_along() -> None:
    assert judged(form={"scope": "openid phone"}) == ""
    use = a_use(form={"scope": "openid phone"})
    assert use.scopes == {"openid", "phone"}
    assert use.claims == {"phone_number"}
    assert a_use(form={"scope": ""}).scopes == FAMILY.scopes
    assert a_use().claims == FAMILY.released


def test_a_claim_asked_for_by_name_stays_with_whatever_scope() -> None:
    by_parameter = a_use(form={"scope": "openid"}, released=frozenset({"nik", "phone_number"}))
    assert by_parameter.claims == {"nik"}
