"""The one internal request that every front door makes, and what can be decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Interaction:
    """What brought a person to the gate: which application and service, what data, what assurance, how to go back.

    Stored in the expiring store under its id (256 random bits), bound to the browser that began it by the digest of the browser
    cookie. `reply` is the door's own (JSON) and comes back to it untouched; pages never read it. The stored request decides:
    nothing that a form posts can change it (AZ-37). Times are seconds UTC.
    """

    id: str
    door: str  # oidc, portal, admin, or the name of a connector kind
    browser: str  # digest of the browser cookie; empty: bound by the first GET (a cross-site POST brought none)
    application: str | None  # None: the portal or console itself
    service: str | None
    claims: frozenset[str]  # claim names the request may release
    created_at: int
    expires_at: int
    reply: Mapping[str, object] = field(default_factory=dict)
    acr: str | None = None  # least assurance, essential
    max_age: int | None = None  # seconds
    fresh_login: bool = False  # prompt=login or max_age=0: sign in again whatever the session says (AZ-19)
    ask_consent: bool = False  # prompt=consent
    choose_account: bool = False  # prompt=select_account; cleared when the person has chosen
    signed_in_at: int | None = None  # set by the sign-in page: the person authenticated inside this interaction
    answered_at: int | None = None  # set by the consent page: the person answered its last page inside this interaction
    answered: frozenset[str] = frozenset()  # purposes of the pages that were answered inside it, while others follow
    silent: bool = False  # prompt=none
    login_hint: str = ""
    ui_locales: str = ""
    essential: frozenset[str] = frozenset()  # claims marked essential; shown first, never forced
    client: str = ""  # the OpenID client that asked: pages show its links
    details: str = ""  # authorization_details asked for, canonical JSON; shown in full on the consent page. RFC 9396
    form_targets: tuple[str, ...] = ()  # origins for CSP form-action


@dataclass(frozen=True, slots=True)
class Login:
    """Sign in. `why` is "", "fresh" (the application asked for it again) or "specific" (specific data are next)."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class StepUp:
    """The second step is missing for this assurance."""

    acr: str


@dataclass(frozen=True, slots=True)
class Consent:
    """Show one page of the notice: the purposes `to_show`, those in `new` marked as new, of each the claims in `asked`.

    `specific`: the page of one purpose with specific data. Nothing `to_show`: the person is told what a newer text took away.
    """

    notice: str
    to_show: tuple[str, ...]
    new: frozenset[str]
    asked: Mapping[str, frozenset[str]] = field(default_factory=dict)
    specific: bool = False
    seen: Mapping[str, frozenset[str]] = field(default_factory=dict)  # claims that she was asked about before, by purpose


@dataclass(frozen=True, slots=True)
class Issue:
    """Answer: exactly these claims may go to this service."""

    released: frozenset[str]


@dataclass(frozen=True, slots=True)
class Refuse:
    """It ends here. `reason` is one of REASONS; the door turns it into its own protocol's words, a page says it to the person."""

    reason: str


REASONS = (
    "application_disabled",  # application, connector or agency is off
    "account_unusable",  # the account was locked, disabled or closed
    "not_verified",  # the service needs a verified account
    "staff_only",  # the application is for staff
    "minor",  # under 18 at a service where a parent or guardian agrees: at the counter
    "age_unknown",  # the same service, and no birthdate that was checked
    "no_notice",  # nothing could be asked, so nothing may be issued
    "no_second_step",  # the assurance asked for cannot be reached: this account has no second factor
    "declined",  # the person said no
    "login_required",  # silent request, nobody signed in (OIDC Core §3.1.2.6)
    "consent_required",  # silent request, something to agree to
    "interaction_required",  # silent request, another page would be needed
)

Step = Login | StepUp | Consent | Issue | Refuse
