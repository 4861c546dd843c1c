"""What sign-out needs kept for good: who is to be told of which session, and the messages that are on their way.

Messages come into the outbox in the transaction that ends the session, however it ends (idp.store.SessionLogStore, PeopleStore.set_status).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from kit.audit import Entry

SIGN_OUTS = ("backchannel", "connector")  # the kinds of deliveries that tell of a sign-out


@dataclass(frozen=True, slots=True)
class SessionClient:
    """A client that got an ID token in a session, with that token's `sid` and `sub`. `told_at`: its delivery is in the outbox."""

    session: str
    client_id: str
    sid: str
    subject: str
    first_at: int
    told_at: int | None = None
    handle: str = ""  # sealed: by what an older system knows the session; `client_id` is then `<connector>|<digest of it>`


class SessionClientStore(Protocol):
    async def note(self, row: SessionClient) -> None:
        """Keep the row durably, unless the session has that client already."""

    async def of_session(self, session_id: str) -> list[SessionClient]: ...

    async def forget(self, session_id: str, client_id: str) -> None:
        """Tell this one nothing when the session ends: it knows already."""

    async def expire(self, since: int, now: int) -> int:
        """Queue a delivery to each client of sessions that expired from `since` to `now`; return how many. Twice at once tells once."""

    async def withdraw(self, person_id: str, clients: Collection[str], now: int) -> int:
        """Queue a delivery to each of these clients for each live session of the person, which goes on; return how many."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One sign-out message to one receiver, kept until delivered or given up.

    For `backchannel` the target is a client id and the payload JSON with `sid` and `sub` as that client's ID token had them: the logout
    token is signed, and the address looked up, at the moment of sending.
    """

    id: str  # `<session>.<client>` when the session ended
    kind: str  # backchannel, connector; or of another sender (idp.signout.delivery.Sender)
    application: str  # empty where the target tells it
    target: str
    payload: str
    created_at: int
    attempts: int = 0
    next_at: int = 0
    delivered_at: int | None = None
    last_error: str = ""


class OutboxStore(Protocol):
    async def add(self, deliveries: Sequence[Delivery]) -> None: ...

    async def due(self, now: int, limit: int = 20, *, without: Collection[str] = ()) -> list[Delivery]:
        """Claim due deliveries for 30 s, none to the targets in `without`: no two workers get the same one."""

    async def claim(self, ids: Collection[str], now: int) -> list[Delivery]:
        """Claim those of the named deliveries that are neither done nor claimed, for 30 s, whether due or not."""

    async def settle(self, delivery_id: str, *, delivered_at: int | None, next_at: int, error: str) -> None:
        """Count one attempt and free the claim. `next_at` below 0: given up."""

    async def put_off(self, ids: Collection[str], next_at: int) -> None:
        """Free the claims of deliveries that were not tried."""

    async def find(self, ids: Collection[str]) -> list[Delivery]: ...

    async def pending(self) -> list[Delivery]:
        """Return what is still to be delivered, the next one first."""

    async def unfinished(self, limit: int, kinds: Collection[str] = SIGN_OUTS) -> list[Delivery]:
        """Return what is not delivered, given up or not, newest first."""

    async def again(self, ids: Collection[str] | None, now: int, audit: Sequence[Entry] = (), kinds: Collection[str] = SIGN_OUTS) -> int:
        """Make deliveries of these kinds due at once, given up ones too (None: every one not delivered); return how many."""
