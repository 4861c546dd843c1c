"""The single sign-on session: who signed in, how, when; and what may go out without asking again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kit.secrets import keyed


@dataclass(frozen=True, slots=True)
class Permit:
    """What was decided for one service in this session, so that the next request needs no question and no SQL.

    Valid only while the guards `permit:<person>:<application>` and `app:<application>` still have these values.
    `shown` are the claims covered by purposes the person has answered; a request beyond them asks again.
    """

    notice: str
    released: frozenset[str]
    shown: frozenset[str]
    expires_at: int | None
    grant: str
    subject: str
    epoch: str
    application_epoch: str = "0"  # of the guard `app:<application>` when this was decided
    untold: bool = False  # a newer text took something away, and nobody could be shown it yet


@dataclass(frozen=True, slots=True)
class Session:
    """`id` and `sid` are known to the server only (the cookie holds another secret); `sid_for` names the session to others.

    Times are seconds UTC.
    """

    id: str
    sid: str
    person: str
    auth_time: int
    amr: tuple[str, ...]
    acr: str
    created_at: int
    last_seen: int
    expires_at: int
    own_device: bool = False
    device: str = ""  # in words, for the person's own list
    guards: Mapping[str, str] = field(default_factory=dict)
    permits: Mapping[str, Permit] = field(default_factory=dict)  # by service slug

    def sid_for(self, sector: str) -> str:
        """Return the `sid` of this session in one sector: as with the pairwise `sub`, no two sectors can compare theirs. OIDC Core §8.1."""
        return keyed(self.sid.encode(), "sid", sector)[:22]


ACR_PASSWORD = "urn:gapura:aal1"
ACR_TWO_STEPS = "urn:gapura:aal2"
ACR_ORDER = (ACR_PASSWORD, ACR_TWO_STEPS)


def acr_reaches(have: str, wanted: str) -> bool:
    """True when `have` is at least `wanted`; an unknown wanted value is never reached."""
    if wanted not in ACR_ORDER:
        return False
    return have in ACR_ORDER and ACR_ORDER.index(have) >= ACR_ORDER.index(wanted)
