"""What the provider needs kept for good, and the atomicity it relies on. What expires is in kit.expiring.

hub/storage/sql implements these on SQLite and PostgreSQL; tests/stores proves both. Methods that take `audit` append those entries to
the audit chain in the same transaction: no unaudited change (FT-18).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from consent.models import Notice
from idp.applications.models import Agency, Application, Client, ConnectorRow, Service
from idp.people.models import Credential, Guesses, Identifier, IdentifierKind, Person, Role, RoleGrant, Status
from idp.tokens.models import RefreshFamily
from kit.audit import Entry


class PeopleStore(Protocol):
    """Values are sealed, identifiers found by blind index; nothing personal is readable in the file (PV-09)."""

    async def create(self, person: Person, identifiers: Sequence[Identifier], audit: Sequence[Entry] = ()) -> None:
        """Keep a new person. Raise Conflict when a verified NIK or NIP belongs to another open account (R6: one winner)."""

    async def get(self, person_id: str) -> Person | None: ...

    async def find(self, kind: IdentifierKind, value: str) -> list[tuple[Person, bool]]:
        """Return every open account with this identifier, and whether it is verified on it. Phone and e-mail may be shared."""

    async def identifiers(self, person_id: str) -> list[Identifier]: ...

    async def set_status(self, person_id: str, status: Status, audit: Sequence[Entry] = ()) -> None: ...

    async def set_claims(self, person_id: str, claims: Mapping[str, Any], level: str, audit: Sequence[Entry] = ()) -> None: ...

    async def set_language(self, person_id: str, language: str) -> None: ...

    async def grant_role(self, person_id: str, grant: RoleGrant, audit: Sequence[Entry] = ()) -> None: ...

    async def revoke_role(self, person_id: str, role: Role, agency: str | None, audit: Sequence[Entry] = ()) -> None: ...

    async def subject(self, person_id: str, sector: str) -> str:
        """Return the pairwise `sub` of this person for this sector: 128 random bits made at the first call, the same ever after.

        Of concurrent first calls all get the one that was kept.
        """

    async def person_of_subject(self, sector: str, subject: str) -> str | None: ...

    async def count(self) -> int: ...


class CredentialStore(Protocol):
    async def of_person(self, person_id: str, kind: str) -> Credential | None: ...

    async def put(self, credential: Credential, audit: Sequence[Entry] = ()) -> None:
        """Keep or replace the person's credential of that kind."""

    async def remove(self, person_id: str, kind: str, audit: Sequence[Entry] = ()) -> None: ...

    async def use_step(self, credential_id: str, step: int) -> bool:
        """Set last_step to `step` if it is higher; True for exactly one of any number of concurrent callers (LG-08)."""

    async def guesses(self, account: str) -> Guesses: ...

    async def count_guess(self, account: str, now: int, limit: int) -> int | None:
        """Count one attempt before it is judged and return the new count; None (not counted) when `limit` failures already stand.

        One atomic statement: of 200 parallel wrong guesses no more than `limit` are ever evaluated (R8).
        """

    async def forgive(self, account: str) -> None:
        """Forget the failures after a success."""


class RegistryStore(Protocol):
    """Agencies, applications, services, clients, connectors. Every write needs the revision it was based on, where there is one."""

    async def agencies(self) -> list[Agency]: ...
    async def applications(self) -> list[Application]: ...
    async def services(self) -> list[Service]: ...
    async def clients(self) -> list[Client]: ...
    async def connectors(self) -> list[ConnectorRow]: ...

    async def save_agency(self, agency: Agency, audit: Sequence[Entry] = ()) -> None: ...

    async def save_application(self, application: Application, *, based_on: int | None, audit: Sequence[Entry] = ()) -> Application:
        """Keep the application with the next revision and return it. Raise Conflict when `based_on` is not its present revision
        (None: it must be new)."""

    async def save_service(self, service: Service, audit: Sequence[Entry] = ()) -> None: ...
    async def save_client(self, client: Client, audit: Sequence[Entry] = ()) -> None: ...
    async def save_connector(self, connector: ConnectorRow, audit: Sequence[Entry] = ()) -> None: ...


class GrantStore(Protocol):
    async def create(self, family: RefreshFamily) -> None: ...

    async def find(self, family_id: str) -> RefreshFamily | None: ...

    async def rotate(self, family_id: str, expected: str, successor: str, now: int, client_key: str) -> bool:
        """Replace `current` = `expected` by `successor` in one statement, unless revoked or expired; True for exactly one caller."""

    async def revoke(
        self,
        *,
        family: str = "",
        grant: str = "",
        session: str = "",
        person: str = "",
        application: str = "",
        now: int,
        audit: Sequence[Entry] = (),
    ) -> int:
        """Revoke every live family that matches all given fields; return how many."""

    async def of_person(self, person_id: str) -> list[RefreshFamily]: ...


@dataclass(frozen=True, slots=True)
class SigningKeyRow:
    """A signing key. `private` is a sealed private JWK. `state`: next, active, retiring, removed. One active per algorithm."""

    kid: str
    alg: str
    state: str
    private: bytes
    public: Mapping[str, Any]
    created_at: int
    changed_at: int


class ErasureStore(Protocol):
    async def erase(self, person_id: str, now: int, audit: Sequence[Entry] = ()) -> bool:
        """Take away everything that says who a person is, with her key, in one transaction; False when there is no such person.

        Rows of consent, disclosure and audit stay as they are, and name her by her random id (PV-10)."""


class KeyStore(Protocol):
    async def all(self) -> list[SigningKeyRow]: ...

    async def add(self, key: SigningKeyRow, audit: Sequence[Entry] = ()) -> None: ...

    async def set_states(
        self,
        states: Mapping[str, str],
        now: int,
        audit: Sequence[Entry] = (),
        *,
        expected: Mapping[str, str] | None = None,
        add: Sequence[SigningKeyRow] = (),
    ) -> None:
        """Set the state of several keys and keep new ones in one transaction, so that never none and never two are active.

        Raise Conflict, and change nothing, when a key is not in the state that `expected` names for it.
        """


class Conflict(Exception):
    """The write contradicts what is kept: another revision, or an identifier that belongs to someone else."""


class RegistrySource(Protocol):
    """What idp.applications loads a snapshot from."""

    registry: RegistryStore

    async def notices(self) -> tuple[list[Notice], dict[str, str]]: ...


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session for the person's own list and for operators; the live session itself is in the expiring store."""

    id: str
    sid: str
    person: str
    device: str
    amr: tuple[str, ...]
    created_at: int
    expires_at: int
    ended_at: int | None = None


class SessionLogStore(Protocol):
    """However a session ends, each client that got an ID token in it has a delivery in the outbox in the same transaction."""

    async def began(self, row: SessionRow, audit: Sequence[Entry] = ()) -> None:
        """Keep the row and the audit entries in one durable transaction: the one lasting write of a sign-in."""

    async def ended(self, session_id: str, now: int, audit: Sequence[Entry] = ()) -> None:
        """The first end counts; a second one changes nothing, but for the audit entries."""

    async def find(self, session_id: str) -> SessionRow | None: ...

    async def of_person(self, person_id: str, now: int) -> list[SessionRow]:
        """Return the sessions that have neither ended nor expired, newest first."""

    async def history(self, person_id: str, limit: int) -> list[SessionRow]:
        """Return the sessions that are still kept, ended ones too, newest first."""
