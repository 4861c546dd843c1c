"""A breach of personal data and who must be told of it (UU 27/2022 Pasal 46), pure: the deadline, whose data it touches, the notices.

Pasal 46 asks for three things: which data, when and how they were disclosed, what is done about it. Only these are anybody's words; who
is affected is read from the disclosure log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from consent.models import DisclosureView, Text
from kit.audit import Entry

LONGEST_GRANT = 90 * 86400  # seconds that a grant lives at most: whoever was first told before the span may have been told again in it
THREE_DAYS = 3 * 24 * 3600  # seconds: "3 x 24 jam" are hours of the clock, no working days
WORDS = ("data", "how", "done")
HEADINGS: Mapping[str, Text] = {
    "data": {"id": "Data yang terungkap", "en": "Data revealed"},
    "how": {"id": "Kapan dan bagaimana", "en": "When and how"},
    "done": {"id": "Upaya penanganan dan pemulihan", "en": "What is done about it"},
}


@dataclass(frozen=True, slots=True)
class Scope:
    """An application, or one service of it. A connector stands for its application."""

    application: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """`since <= t < until` is when data may have got out; `words` the three fields; `claims` how many people each claim concerns."""

    id: str
    scopes: tuple[Scope, ...]
    since: int
    until: int
    found_at: int
    happened: str
    words: Mapping[str, Text]
    created_at: int
    revision: int = 1
    affected: int = 0
    claims: Mapping[str, int] = field(default_factory=dict)
    counted_at: int | None = None
    published_at: int | None = None
    authority_at: int | None = None


@dataclass(frozen=True, slots=True)
class Countdown:
    """`left` is negative when overdue. `met_at`: when both the people and the authority had been told."""

    ends_at: int
    left: int
    met_at: int | None

    @property
    def overdue(self) -> bool:
        """True when somebody is still to be told and the time is over, or the last of them was told too late."""
        return self.left <= 0 if self.met_at is None else self.met_at > self.ends_at


@dataclass(frozen=True, slots=True)
class Affected:
    """One person of an incident: which claims went there, how often, between when."""

    person: str
    claims: frozenset[str]
    times: int
    first_at: int
    last_at: int


class IncidentStore(Protocol):
    async def save(self, incident: Incident, audit: Sequence[Entry] = ()) -> None:
        """Keep it, new (revision 1) or over the revision before; with its audit entries in one transaction. Raise Conflict."""

    async def get(self, incident_id: str) -> Incident | None: ...

    async def all(self) -> list[Incident]:
        """Return every incident, the one found last first."""

    def affected(self, incident: Incident) -> AsyncIterator[Affected]:
        """Yield who is affected, each person once, in the order of their ids; memory does not grow with their number."""

    async def of_person(self, person: str) -> list[tuple[Incident, frozenset[str]]]:
        """Return the published incidents that touch this person, newest first, each with the claims."""


def countdown(incident: Incident, now: int) -> Countdown:
    """Pasal 46(1): in writing, at most 3 x 24 hours, to the people and to the authority."""
    told = (incident.published_at, incident.authority_at)
    ends_at = incident.found_at + THREE_DAYS
    met_at = max(at for at in told if at is not None) if None not in told else None
    return Countdown(ends_at, ends_at - now, met_at)


def touches(incident: Incident, view: DisclosureView) -> bool:
    """True when this disclosure falls into the incident: told in its span, or first before it and again since."""
    told = view.disclosure
    there = any(one.application == told.application and one.service in ("", told.service) for one in incident.scopes)
    return there and told.at < incident.until and max(told.at, view.last_at) >= incident.since


def tidy(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    """Return the scopes without what another one covers already, in order."""
    wanted = set(scopes)
    return tuple(sorted((one for one in wanted if not one.service or Scope(one.application) not in wanted), key=repr))


def missing(incident: Incident) -> tuple[str, ...]:
    """Return what a notice still lacks: any of the three fields, and the count of people."""
    words = tuple(name for name in WORDS if not incident.words.get(name, {}).get("id", "").strip())
    return words if incident.counted_at is not None else (*words, "count")


@dataclass
class Tally:
    """Counts people and claims while they stream by."""

    people: int = 0
    claims: Counter[str] = field(default_factory=Counter)

    def add(self, one: Affected) -> None:
        self.people += 1
        self.claims.update(one.claims)


def citizen_notice(incident: Incident, systems: str, own_claims: str, language: str) -> list[tuple[str, str]]:
    """Return the notice to one person, as (heading, text): the three fields, with her own data by name."""
    if language == "en":
        lead = f"Your data in {systems} may have been revealed to people who had no right to it."
        data = f"{_said(incident, 'data', language)} Yours: {own_claims}."
    else:
        lead = f"Data Anda di {systems} mungkin terungkap kepada pihak yang tidak berhak."
        data = f"{_said(incident, 'data', language)} Milik Anda: {own_claims}."
    told = {"data": data, "how": _said(incident, "how", language), "done": _said(incident, "done", language)}
    return [("", lead), *((HEADINGS[name][language], told[name]) for name in WORDS)]


def authority_letter(
    incident: Incident, systems: str, counts: Sequence[tuple[str, int]], regency: str, found: str, language: str
) -> list[tuple[str, str]]:
    """Return the letter to the authority, as (heading, text): the three fields and how many people each kind of data concerns."""
    listed = "; ".join(f"{name}: {number}" for name, number in counts)
    if language == "en":
        lead = f"{regency} reports a failure to protect personal data in {systems}, found on {found} (Law 27/2022 Article 46)."
        data = f"{_said(incident, 'data', language)} People affected: {incident.affected}. By kind of data: {listed or 'none'}."
    else:
        lead = f"{regency} melaporkan kegagalan pelindungan data pribadi di {systems}, diketahui {found} (UU 27/2022 Pasal 46)."
        data = f"{_said(incident, 'data', language)} Orang terdampak: {incident.affected}. Menurut jenis data: {listed or 'tidak ada'}."
    told = {"data": data, "how": _said(incident, "how", language), "done": _said(incident, "done", language)}
    return [("", lead), *((HEADINGS[name][language], told[name]) for name in WORDS)]


def _said(incident: Incident, name: str, language: str) -> str:
    """Return one of the three fields; what nobody wrote in English stands in Indonesian."""
    words = incident.words.get(name, {})
    return (words.get(language) or words.get("id", "")).strip()
