"""The decision: each rule on its own, the order between them, and Issue only when all are satisfied."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.models import ConsentStanding
from idp.interaction.models import REASONS, Consent, Interaction, Issue, Login, Refuse, Step, StepUp
from idp.interaction.next_step import RULES, Facts, next_step
from idp.people.models import Person, Role, RoleGrant, Status
from idp.sessions.models import ACR_PASSWORD, ACR_TWO_STEPS, Session
from tests.idp.samples import NOW, a_service

ASKED = Interaction("i", "oidc", "b", "aplikasi-a", "layanan-satu", frozenset({"name"}), NOW, NOW + 1800)
SITI = Person("p", Status.ACTIVE, "verified", "id", {})
SESSION = Session("s", "sid", "p", NOW - 100, ("pwd",), ACR_PASSWORD, NOW - 100, NOW, NOW + 3600)
AGREED = ConsentStanding("n@1", (), frozenset(), frozenset({"name"}))


def step(interaction: Interaction = ASKED, **changes: Any) -> Step:
    """Return what happens next when everything is in order but for `changes`."""
    values: dict[str, Any] = {"session": SESSION, "person": SITI, "standing": AGREED, "service": a_service(), **changes}
    session, person, standing = values.pop("session"), values.pop("person"), values.pop("standing")
    return next_step(Facts(interaction, session, person, standing, NOW, **values))


def test_when_everything_is_in_order_exactly_what_was_agreed_goes_out() -> None:
    assert step() == Issue(frozenset({"name"}))


def test_a_disabled_application_gets_nobody() -> None:
    assert step(application_usable=False) == Refuse("application_disabled")
    assert step(application_usable=False, session=None, person=None) == Refuse("application_disabled"), "and asks no password"


def test_somebody_must_be_signed_in() -> None:
    assert step(session=None, person=None) == Login()
    assert step(person=None) == Login()


def test_ux_lg_11_choosing_an_account_is_a_question_even_to_who_is_signed_in() -> None:
    assert step(replace(ASKED, choose_account=True)) == Login()


@pytest.mark.parametrize("status", [Status.LOCKED, Status.DISABLED, Status.CLOSED])
def test_an_account_that_is_switched_off_gets_nothing(status: Status) -> None:
    assert step(person=replace(SITI, status=status)) == Refuse("account_unusable")


def test_az_19_a_fresh_login_is_wanted_whatever_the_session_says() -> None:
    fresh = replace(ASKED, fresh_login=True)
    assert step(fresh) == Login("fresh")
    assert step(fresh, session=replace(SESSION, auth_time=NOW)) == Login("fresh")
    assert step(replace(fresh, signed_in_at=NOW)) == Login("fresh"), "the session is older than the sign-in inside"
    assert isinstance(step(replace(fresh, signed_in_at=NOW), session=replace(SESSION, auth_time=NOW)), Issue)


@pytest.mark.parametrize(("max_age", "again"), [(0, True), (99, True), (100, False), (3600, False)])
def test_az_20_a_sign_in_older_than_max_age_is_done_again(max_age: int, again: bool) -> None:
    assert (step(replace(ASKED, max_age=max_age)) == Login("fresh")) is again


def test_az_20_signing_in_inside_the_interaction_satisfies_max_age() -> None:
    inside = replace(ASKED, max_age=0, signed_in_at=NOW)
    assert isinstance(step(inside, session=replace(SESSION, auth_time=NOW)), Issue)


def test_az_21_an_assurance_that_is_missing_is_stepped_up_to() -> None:
    wanting = replace(ASKED, acr=ACR_TWO_STEPS)
    assert step(wanting) == StepUp(ACR_TWO_STEPS)
    assert isinstance(step(wanting, session=replace(SESSION, acr=ACR_TWO_STEPS)), Issue)
    assert step(service=a_service(authentication_level="aal2")) == StepUp(ACR_TWO_STEPS), "the service's own level counts too"


def test_ux_pt_8_staff_applications_are_closed_to_others() -> None:
    assert step(audience="staff") == Refuse("staff_only")
    staff = replace(SITI, roles=(RoleGrant(Role.STAFF, "dinas-a", NOW + 1),))
    assert isinstance(step(audience="staff", person=staff), Issue)
    ended = replace(SITI, roles=(RoleGrant(Role.STAFF, "dinas-a", NOW),))
    assert step(audience="staff", person=ended) == Refuse("staff_only")


def test_a_service_for_verified_accounts_refuses_a_basic_one() -> None:
    verified = a_service(identity_level="verified")
    assert step(service=verified, person=replace(SITI, level="basic")) == Refuse("not_verified")
    assert isinstance(step(service=verified), Issue)


def test_without_consent_nothing_is_issued() -> None:
    missing = ConsentStanding("n@1", ("a", "b"), frozenset({"b"}), frozenset({"name"}))
    assert step(standing=missing) == Consent("n@1", ("a", "b"), frozenset({"b"}))


SPECIFIC = ConsentStanding("n@1", ("a", "b", "c"), frozenset({"b"}), frozenset(), specific=frozenset({"b", "c"}))
LATER = replace(SESSION, auth_time=NOW - 301)


def test_general_data_come_first_on_one_page_then_each_specific_purpose_alone() -> None:
    assert step(standing=SPECIFIC) == Consent("n@1", ("a",), frozenset())
    rest = replace(SPECIFIC, to_show=("b", "c"))
    assert step(standing=rest) == Consent("n@1", ("b",), frozenset({"b"}), specific=True)
    assert step(standing=replace(rest, to_show=("c",))) == Consent("n@1", ("c",), frozenset(), specific=True)


def test_for_specific_data_the_password_is_five_minutes_old_at_most() -> None:
    rest = replace(SPECIFIC, to_show=("b",))
    assert step(standing=rest, session=replace(SESSION, auth_time=NOW - 300)) == Consent("n@1", ("b",), frozenset({"b"}), specific=True)
    assert step(standing=rest, session=LATER) == Login("specific")
    assert isinstance(step(standing=SPECIFIC, session=LATER), Consent), "the general page comes first and needs none"
    assert isinstance(step(session=LATER), Issue), "nor does what is answered"


@pytest.mark.parametrize("nobody", [replace(ASKED, silent=True), replace(ASKED, id="")], ids=["silent", "gate, directory, exchange"])
def test_where_nobody_can_be_asked_specific_data_are_neither_asked_nor_let_through(nobody: Interaction) -> None:
    assert isinstance(step(nobody, standing=replace(SPECIFIC, to_show=("b",)), session=LATER), Consent)


def test_what_a_newer_text_took_away_is_told_where_somebody_reads_it_and_stops_nobody_else() -> None:
    told = replace(AGREED, news=True)
    assert step(standing=told) == Consent("n@1", (), frozenset())
    for nobody in (replace(ASKED, silent=True), replace(ASKED, id="")):
        assert step(nobody, standing=told) == Issue(frozenset({"name"}))


@pytest.mark.parametrize(
    ("birthdate", "level", "expected"),
    [("2008-11-25", "verified", Refuse("minor")), ("", "verified", Refuse("age_unknown")), ("1988-03-12", "basic", Refuse("age_unknown"))],
)
def test_where_a_guardian_agrees_for_children_nobody_under_age_or_of_unknown_age_goes_on(
    birthdate: str, level: str, expected: Step
) -> None:
    person = replace(SITI, level=level, claims={"birthdate": birthdate})
    guarded = a_service(guardian_if_minor=True, identity_level="none")
    assert step(person=person, service=guarded) == expected
    assert step(person=person, service=guarded, standing=SPECIFIC) == expected, "before anything is asked"
    assert isinstance(step(person=person, service=a_service(identity_level="none")), Issue)
    grown = replace(SITI, claims={"birthdate": "2008-11-24"})
    assert isinstance(step(person=grown, service=guarded), Issue)


def test_what_is_asked_beyond_data_is_agreed_to_by_whoever_is_signed_in_then() -> None:
    asking = replace(ASKED, details='[{"type":"izin_usaha"}]')
    assert step(asking) == Consent("n@1", (), frozenset()), "although the data were agreed to before"
    answered = replace(asking, answered_at=NOW)
    assert isinstance(step(answered), Issue)
    assert isinstance(step(answered, session=replace(SESSION, auth_time=NOW)), Issue)
    assert step(answered, session=replace(SESSION, auth_time=NOW + 1)) == Consent("n@1", (), frozenset()), "somebody signed in afterwards"


def test_without_a_notice_nothing_can_be_asked_so_nothing_is_issued() -> None:
    assert step(standing=None) == Refuse("no_notice")


def test_the_portal_itself_shares_nothing_and_asks_nothing() -> None:
    own = replace(ASKED, application=None, service=None)
    assert step(own, standing=None, service=None) == Issue(frozenset())


def test_a_person_signs_in_before_anything_is_said_about_the_account() -> None:
    everything_wrong: dict[str, Any] = {
        "person": replace(SITI, level="basic"),
        "service": a_service(identity_level="verified"),
        "audience": "staff",
    }
    assert step(replace(ASKED, fresh_login=True), **everything_wrong) == Login("fresh")
    assert step(**everything_wrong) == Refuse("staff_only")


@given(
    usable=st.booleans(),
    signed_in=st.booleans(),
    choose=st.booleans(),
    fresh=st.booleans(),
    inside=st.sampled_from([None, NOW - 100, NOW]),
    max_age=st.sampled_from([None, 0, 50, 100]),
    acr=st.sampled_from([None, ACR_PASSWORD, ACR_TWO_STEPS, "urn:unknown"]),
    have=st.sampled_from([ACR_PASSWORD, ACR_TWO_STEPS]),
    status=st.sampled_from(list(Status)),
    level=st.sampled_from(["basic", "verified"]),
    needs=st.sampled_from(["none", "basic", "verified"]),
    audience=st.sampled_from(["citizen", "staff"]),
    standing=st.sampled_from([None, AGREED, ConsentStanding("n@1", ("a",), frozenset(), frozenset())]),
)
def test_issue_only_when_every_single_rule_is_content(**f: Any) -> None:
    interaction = replace(
        ASKED, choose_account=f["choose"], fresh_login=f["fresh"], signed_in_at=f["inside"], max_age=f["max_age"], acr=f["acr"]
    )
    person = replace(SITI, status=f["status"], level=f["level"]) if f["signed_in"] else None
    facts = Facts(
        interaction,
        replace(SESSION, acr=f["have"]) if f["signed_in"] else None,
        person,
        f["standing"],
        NOW,
        service=a_service(identity_level=f["needs"]),
        application_usable=f["usable"],
        audience=f["audience"],
    )
    found = next_step(facts)
    if isinstance(found, Issue):
        assert all(rule(facts) is None for rule in RULES) and found.released == frozenset({"name"})
    if isinstance(found, Refuse):
        assert found.reason in REASONS
