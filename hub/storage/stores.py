"""The lasting stores of every room on one database, opened together. The schema must be current: sql/migrate.py brings it there."""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.storage.sql.anchors import SqlAnchors
from hub.storage.sql.audit import SqlAuditTrail
from hub.storage.sql.chains import CHAINS, Chain
from hub.storage.sql.connector_revisions import SqlConnectorRevisions
from hub.storage.sql.connector_secrets import SqlConnectorSecrets
from hub.storage.sql.consent import SqlConsent
from hub.storage.sql.credentials import SqlCredentials
from hub.storage.sql.data_keys import DataKeys, open_ring
from hub.storage.sql.database import Database
from hub.storage.sql.directory_passwords import SqlDirectoryPasswords
from hub.storage.sql.disclosures import SqlDisclosures
from hub.storage.sql.duties import SqlDuties
from hub.storage.sql.erasure import SqlErasure
from hub.storage.sql.expiry import Expiry
from hub.storage.sql.grants import SqlGrants
from hub.storage.sql.incidents import SqlIncidents
from hub.storage.sql.notices import SqlNotices
from hub.storage.sql.operator_tokens import SqlOperatorTokens
from hub.storage.sql.outbox import SqlOutbox
from hub.storage.sql.people import SqlPeople
from hub.storage.sql.proof_keys import ProofKeys
from hub.storage.sql.proving import Proving
from hub.storage.sql.record_keys import SqlRecordKeys
from hub.storage.sql.registrations import SqlRegistrations
from hub.storage.sql.registry import SqlRegistry
from hub.storage.sql.sealed import Sealed
from hub.storage.sql.session_clients import SqlSessionClients
from hub.storage.sql.session_log import SqlSessionLog
from hub.storage.sql.signing_keys import SqlKeys
from hub.storage.sql.vault import SqlVault
from kit.clock import Clock
from kit.sealing import KeyRing


@dataclass(frozen=True, slots=True)
class Stores:
    people: SqlPeople
    credentials: SqlCredentials
    registry: SqlRegistry
    notices: SqlNotices
    consent: SqlConsent
    disclosures: SqlDisclosures
    incidents: SqlIncidents
    duties: SqlDuties
    audit: SqlAuditTrail
    grants: SqlGrants
    keys: SqlKeys
    record_keys: SqlRecordKeys
    anchors: SqlAnchors
    erasure: SqlErasure
    proving: Proving
    outbox: SqlOutbox
    session_log: SqlSessionLog
    session_clients: SqlSessionClients
    operator_tokens: SqlOperatorTokens
    registrations: SqlRegistrations
    connector_secrets: SqlConnectorSecrets
    connector_revisions: SqlConnectorRevisions
    vault: SqlVault
    directory_passwords: SqlDirectoryPasswords
    data_keys: DataKeys
    expiry: Expiry
    database: Database
    ring: KeyRing = field(repr=False)

    async def aclose(self) -> None:
        await self.database.aclose()


async def open_stores(url: str, master_key: bytes, clock: Clock, *, read_only: bool = False) -> Stores:
    """Return the stores; `read_only`: none of them can write (PB-7).

    Raise WrongMasterKey when the key is not this database's, StoreUnavailable when it does not answer.
    """
    database = Database(url, read_only=read_only)
    try:
        ring, wrapping_key = await open_ring(database, master_key, clock)
    except BaseException:
        await database.aclose()
        raise
    data_keys = DataKeys(database, wrapping_key, ring, clock)
    sealed = Sealed(ring, data_keys.refresh)
    trail = Chain("audit", ring.index_key)
    duties = SqlDuties(database, sealed, trail)
    return Stores(
        people=SqlPeople(database, sealed, trail, clock),
        credentials=SqlCredentials(database, sealed, trail),
        registry=SqlRegistry(database, sealed, trail),
        notices=SqlNotices(database, trail),
        consent=SqlConsent(database, Chain("consent", ring.index_key), trail, duties, ProofKeys(sealed)),
        duties=duties,
        disclosures=SqlDisclosures(database, Chain("disclosures", ring.index_key), ProofKeys(sealed)),
        incidents=SqlIncidents(database, trail),
        audit=SqlAuditTrail(database, trail),
        grants=SqlGrants(database, trail),
        keys=SqlKeys(database, trail),
        record_keys=SqlRecordKeys(database),
        anchors=SqlAnchors(database),
        erasure=SqlErasure(database, sealed, trail),
        proving=Proving(database, tuple(Chain(name, ring.index_key) for name in CHAINS), SqlAnchors(database), SqlRecordKeys(database)),
        outbox=SqlOutbox(database, trail),
        session_log=SqlSessionLog(database, trail),
        session_clients=SqlSessionClients(database),
        operator_tokens=SqlOperatorTokens(database, trail),
        registrations=SqlRegistrations(database, trail),
        connector_secrets=SqlConnectorSecrets(database, sealed, trail),
        connector_revisions=SqlConnectorRevisions(database, sealed, trail),
        vault=SqlVault(database, sealed, trail),
        directory_passwords=SqlDirectoryPasswords(database, trail),
        data_keys=data_keys,
        expiry=Expiry(database),
        database=database,
        ring=ring,
    )
