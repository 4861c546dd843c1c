"""What the console needs kept: the rooms' own stores, and personal tokens of operators for the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from consent.anchors import RecordProof
from consent.incidents import IncidentStore
from consent.store import ConsentStore, DutyStore, NoticeStore
from idp.applications.revisions import RevisionStore
from idp.handoff.store import ConnectorSecretStore
from idp.registration.policy import RegistrationStore
from idp.signout.store import OutboxStore
from idp.store import CredentialStore, ErasureStore, GrantStore, KeyStore, PeopleStore, RegistryStore, SessionLogStore
from kit.audit import AuditTrail, Entry


@dataclass(frozen=True, slots=True)
class OperatorToken:
    """A personal token for the API. Only its digest is kept; `prefix` is how its owner recognises it. Lives at most 30 days."""

    id: str
    person: str
    title: str
    digest: str
    prefix: str
    created_at: int
    expires_at: int
    revoked_at: int | None = None

    def works(self, now: int) -> bool:
        return self.revoked_at is None and now < self.expires_at


class OperatorTokenStore(Protocol):
    async def add(self, token: OperatorToken, audit: Sequence[Entry] = ()) -> None: ...

    async def find(self, digest: str) -> OperatorToken | None: ...

    async def of_person(self, person_id: str) -> list[OperatorToken]:
        """Return every token of the person that was not revoked, newest first."""

    async def revoke(self, token_id: str, now: int, audit: Sequence[Entry] = ()) -> None: ...


class DataKeys(Protocol):
    """The key that seals personal data."""

    async def rotate(self, *, actor: str, reason: str = "") -> int:
        """Make a new key that seals from now on, once every worker has met it; return its id."""

    async def reseal(self) -> int:
        """Bring every older value under the present key; return how many. May be interrupted and repeated."""


class AdminStores(Protocol):
    """The lasting stores that actions write to. hub.storage.stores.Stores has these fields and more."""

    @property
    def people(self) -> PeopleStore: ...
    @property
    def credentials(self) -> CredentialStore: ...
    @property
    def registry(self) -> RegistryStore: ...
    @property
    def notices(self) -> NoticeStore: ...
    @property
    def consent(self) -> ConsentStore: ...
    @property
    def proving(self) -> RecordProof: ...
    @property
    def erasure(self) -> ErasureStore: ...
    @property
    def duties(self) -> DutyStore: ...
    @property
    def incidents(self) -> IncidentStore: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def grants(self) -> GrantStore: ...
    @property
    def keys(self) -> KeyStore: ...
    @property
    def data_keys(self) -> DataKeys: ...
    @property
    def session_log(self) -> SessionLogStore: ...
    @property
    def outbox(self) -> OutboxStore: ...
    @property
    def operator_tokens(self) -> OperatorTokenStore: ...
    @property
    def registrations(self) -> RegistrationStore: ...
    @property
    def connector_revisions(self) -> RevisionStore: ...
    @property
    def connector_secrets(self) -> ConnectorSecretStore: ...
