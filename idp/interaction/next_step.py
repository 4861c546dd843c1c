"""The decision the whole house hangs on: given what is asked, who is there and what they agreed to, what happens next?

Pure: values in, value out. The rules stand in the order in which they are applied; each is named as the fact it establishes.
"""

from __future__ import annotations

from collections.abc import Callable

from consent.models import ConsentStanding
from idp.applications.models import Service
from idp.interaction.models import Consent, Interaction, Issue, Login, Refuse, Step, StepUp
from idp.people.age import FULL_AGE, years_old
from idp.people.models import Person, Role, Status
from idp.sessions.models import ACR_TWO_STEPS, Session, acr_reaches


class Facts:
    """Everything the rules may look at. `person` is None when `session` is; `service` None for the portal and the console."""

    __slots__ = ("application_usable", "audience", "interaction", "now", "person", "service", "session", "standing")

    def __init__(
        self,
        interaction: Interaction,
        session: Session | None,
        person: Person | None,
        standing: ConsentStanding | None,
        now: int,
        *,
        service: Service | None = None,
        application_usable: bool = True,
        audience: str = "citizen",
    ) -> None:
        self.interaction = interaction
        self.session = session
        self.person = person
        self.standing = standing
        self.now = now
        self.service = service
        self.application_usable = application_usable
        self.audience = audience


FRESH_SECONDS = 300
Rule = Callable[[Facts], Step | None]


def application_is_usable(facts: Facts) -> Step | None:
    """A disabled application, or one of a suspended agency, gets nobody."""
    return None if facts.application_usable else Refuse("application_disabled")


def someone_is_signed_in(facts: Facts) -> Step | None:
    if facts.session is None or facts.person is None or facts.interaction.choose_account:
        return Login()
    return None


def account_is_active(facts: Facts) -> Step | None:
    assert facts.person is not None
    return None if facts.person.status is Status.ACTIVE else Refuse("account_unusable")


def sign_in_is_fresh_enough(facts: Facts) -> Step | None:
    """OIDC Core §3.1.2.1: prompt=login and max_age. Authenticating inside this interaction satisfies both."""
    assert facts.session is not None
    interaction = facts.interaction
    if interaction.signed_in_at is not None and facts.session.auth_time >= interaction.signed_in_at:
        return None
    if interaction.fresh_login:
        return Login("fresh")
    if interaction.max_age is not None and facts.now - facts.session.auth_time > interaction.max_age:
        return Login("fresh")
    return None


def assurance_is_reached(facts: Facts) -> Step | None:
    """OIDC Core §5.5.1.1 for an essential acr; the service's own level otherwise."""
    assert facts.session is not None
    wanted = facts.interaction.acr
    if wanted is None and facts.service is not None and facts.service.authentication_level == "aal2":
        wanted = ACR_TWO_STEPS
    return None if wanted is None or acr_reaches(facts.session.acr, wanted) else StepUp(wanted)


def identity_level_is_reached(facts: Facts) -> Step | None:
    assert facts.person is not None
    needs = facts.service.identity_level if facts.service is not None else "none"
    return Refuse("not_verified") if needs == "verified" and facts.person.level != "verified" else None


def audience_includes_this_person(facts: Facts) -> Step | None:
    """Staff applications are denied by default (UX PT-8)."""
    assert facts.person is not None
    if facts.audience == "staff" and not facts.person.has_role(Role.STAFF, facts.now):
        return Refuse("staff_only")
    return None


def guardian_is_not_needed(facts: Facts) -> Step | None:
    """Where a parent or guardian agrees for a child, nobody under 18 goes on alone, nor anybody whose age is not known from a record that
    was checked. UU 27/2022 Pasal 25."""
    assert facts.person is not None
    if facts.service is None or not facts.service.guardian_if_minor:
        return None
    age = years_old(facts.person, facts.now)
    if age is None:
        return Refuse("age_unknown")
    return Refuse("minor") if age < FULL_AGE else None


def password_is_fresh_for_specific_data(facts: Facts) -> Step | None:
    """Specific data (UU 27/2022 Pasal 4) are asked of whoever gave the password in the last five minutes, whatever the session says."""
    page = _page(facts)
    assert facts.session is not None
    if page is None or not page.specific or not _somebody_looks(facts) or facts.now - facts.session.auth_time <= FRESH_SECONDS:
        return None
    return Login("specific")


def consent_is_complete(facts: Facts) -> Step | None:
    """No consent stored, no code issued."""
    if facts.interaction.application is None:
        return None
    if facts.standing is None:
        return Refuse("no_notice")
    return _page(facts)


def _page(facts: Facts) -> Consent | None:
    """Return the page that comes next: everything general on one, then each purpose with specific data alone; when nothing is asked, what
    a newer text took away, where somebody can read it."""
    standing = facts.standing
    if facts.interaction.application is None or standing is None:
        return None
    if standing.complete:
        return Consent(standing.notice, (), frozenset()) if standing.news and _somebody_looks(facts) else None
    general = tuple(purpose for purpose in standing.to_show if purpose not in standing.specific)
    shown = general or standing.to_show[:1]
    return Consent(standing.notice, shown, standing.new & frozenset(shown), standing.asked, specific=not general, seen=standing.seen)


def _somebody_looks(facts: Facts) -> bool:
    """True when the person is at a browser and may be shown a page. The gate, the directory and an exchange ask about nobody's page."""
    return bool(facts.interaction.id) and not facts.interaction.silent


def details_are_agreed_to(facts: Facts) -> Step | None:
    """RFC 9396 §11: what an application asks to do is agreed to each time, by whoever is signed in when it is answered."""
    interaction = facts.interaction
    assert facts.session is not None
    if not interaction.details or facts.standing is None:
        return None
    if interaction.answered_at is not None and facts.session.auth_time <= interaction.answered_at:
        return None
    return Consent(facts.standing.notice, facts.standing.to_show, frozenset())


RULES: tuple[Rule, ...] = (
    application_is_usable,
    someone_is_signed_in,
    account_is_active,
    sign_in_is_fresh_enough,
    assurance_is_reached,
    audience_includes_this_person,
    identity_level_is_reached,
    guardian_is_not_needed,
    password_is_fresh_for_specific_data,
    consent_is_complete,
    details_are_agreed_to,
)


def next_step(facts: Facts, rules: tuple[Rule, ...] = RULES) -> Step:
    """Return what happens next: the first rule that is not satisfied says so; when all are, Issue."""
    for rule in rules:
        step = rule(facts)
        if step is not None:
            return step
    return Issue(facts.standing.released if facts.standing is not None else frozenset())
