"""Every table of the lasting database. Times are whole seconds UTC; JSON stands in text columns; sealed values in binary ones.

People, what they hold, what they agreed to and what was done are in the first part; what operators register in the second; the
machinery (keys, outbox, chains) in the third. Append-only tables are `audit`, `ledger` and `disclosures`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def moment(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


people = Table(
    "people",
    metadata,
    Column("id", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("level", String, nullable=False),
    Column("language", String, nullable=False),
    Column("claims", LargeBinary, nullable=False),  # sealed JSON
    Column("proof_key", LargeBinary, nullable=True),  # sealed; under it stands what she was shown. None: made when first needed
    moment("created_at"),
    moment("updated_at"),
)

identifiers = Table(
    "identifiers",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("blind", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),  # sealed
    Column("verified", Boolean, nullable=False),
    Column("open", Boolean, nullable=False),  # its account is not closed
    Index("ix_identifiers_blind", "blind"),
)
ONE_OWNER = text("verified AND open AND kind IN ('nik', 'nip')")
Index(
    "uq_identifiers_owner",
    identifiers.c.kind,
    identifiers.c.blind,
    unique=True,
    sqlite_where=ONE_OWNER,
    postgresql_where=ONE_OWNER,
)

roles = Table(
    "roles",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("role", String, primary_key=True),
    Column("agency", String, primary_key=True),  # empty: none
    moment("valid_until", nullable=True),
)

subjects = Table(
    "subjects",
    metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("sector", String, primary_key=True),
    Column("subject", String, nullable=False),
    UniqueConstraint("sector", "subject"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", String, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # sealed
    moment("created_at"),
    Column("last_step", BigInteger, nullable=False),
    UniqueConstraint("person", "kind"),
)

guesses = Table(
    "guesses",
    metadata,
    Column("account", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    moment("last_failed_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("sid", String, nullable=False),
    Column("person", String, nullable=False),
    Column("device", String, nullable=False),
    Column("amr", Text, nullable=False),
    moment("created_at"),
    moment("expires_at"),
    moment("ended_at", nullable=True),
    Index("ix_sessions_person", "person", "expires_at"),
    Index("ix_sessions_expires_at", "expires_at"),
)

families = Table(
    "refresh_families",
    metadata,
    Column("id", String, primary_key=True),
    Column("grant", String, nullable=False),
    Column("client_id", String, nullable=False),
    Column("application", String, nullable=False),
    Column("service", String, nullable=False),
    Column("person", String, nullable=False),
    Column("session", String, nullable=True),
    Column("sid", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("released", Text, nullable=False),
    Column("current", String, nullable=False),
    Column("spent", String, nullable=True),
    moment("spent_at", nullable=True),
    Column("client_key", String, nullable=False),
    moment("auth_time"),
    Column("acr", String, nullable=False),
    Column("amr", Text, nullable=False),
    Column("nonce", String, nullable=True),
    moment("created_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    Column("cnf", String, nullable=False, server_default=""),
    Column("resources", Text, nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default=""),
    Index("ix_refresh_families_person", "person", "application"),
    Index("ix_refresh_families_grant", "grant"),
    Index("ix_refresh_families_session", "session"),
    Index("ix_refresh_families_application", "application"),
    Index("ix_refresh_families_expires_at", "expires_at"),
)

session_clients = Table(  # which clients to tell when a session ends, however it ends
    "session_clients",
    metadata,
    Column("session", String, primary_key=True),
    Column("client_id", String, primary_key=True),
    Column("sid", String, nullable=False),
    Column("subject", String, nullable=False),
    moment("first_at"),
    moment("told_at", nullable=True),
    Column("handle", Text, nullable=False, server_default=""),  # by what an older system knows the session
)

initial_access_tokens = Table(  # RFC 7591 §3: what opens the registration endpoint, with its policy and quota
    "initial_access_tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("digest", String, nullable=False, unique=True),
    Column("prefix", String, nullable=False),
    Column("policy", Text, nullable=False),
    Column("quota", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("created_by", String, nullable=False),
    moment("created_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
)

operator_tokens = Table(
    "operator_tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("title", String, nullable=False),
    Column("digest", String, nullable=False, unique=True),
    Column("prefix", String, nullable=False),
    moment("created_at"),
    moment("expires_at"),
    moment("revoked_at", nullable=True),
    Index("ix_operator_tokens_person", "person"),
)

consent_states = Table(
    "consent_states",
    metadata,
    Column("record_id", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("service", String, nullable=False),
    Column("application", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("notice", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("claims", Text, nullable=False),
    Column("standing", String, nullable=False),
    moment("since"),
    moment("expires_at", nullable=True),
    Column("last_seq", BigInteger, nullable=False),
    UniqueConstraint("person", "service", "purpose", "notice"),
    Index("ix_consent_states_expires_at", "standing", "expires_at"),
)

ledger = Table(
    "ledger",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event", String, nullable=False),
    Column("record_id", String, nullable=False),
    Column("person", String, nullable=False),
    Column("service", String, nullable=False),
    Column("application", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("notice", String, nullable=False),
    Column("text_sha256", String, nullable=False),
    Column("language", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("claims", Text, nullable=False),
    moment("at"),
    moment("expires_at", nullable=True),
    Column("channel", String, nullable=False),
    Column("officer", String, nullable=True),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("own_previous", String, nullable=False, server_default=""),  # hash of the row before of the same person
    Column("values_mac", String, nullable=False, server_default=""),  # of the values she saw, under her own key
    Index("ix_ledger_person", "person", "seq"),
    Index("ix_ledger_record_id", "record_id", "seq"),
)

disclosures = Table(
    "disclosures",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False, unique=True),
    Column("grant", String, nullable=False),
    Column("person", String, nullable=False),
    Column("service", String, nullable=False),
    Column("application", String, nullable=False),
    Column("client", String, nullable=False),
    Column("claims", Text, nullable=False),
    Column("channel", String, nullable=False),
    moment("at"),
    Column("values_mac", String, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    UniqueConstraint("grant", "claims"),
    Index("ix_disclosures_person", "person", "seq"),
)

disclosure_counts = Table(
    "disclosure_counts",
    metadata,
    Column("grant", String, primary_key=True),
    Column("claims", Text, primary_key=True),
    Column("times", BigInteger, nullable=False),  # repetitions after the first
    moment("last_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("event", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("subject", String, nullable=False),
    moment("at"),
    Column("origin", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("names", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    Index("ix_audit_event", "event", "seq"),
    Index("ix_audit_actor", "actor", "seq"),
    Index("ix_audit_subject", "subject", "seq"),
)

chain_heads = Table(
    "chain_heads",
    metadata,
    Column("chain", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
    Column("mac", String, nullable=False),  # keyed, so that nobody without the key moves a head
)

agencies = Table("agencies", metadata, Column("code", String, primary_key=True), Column("data", Text, nullable=False))

applications = Table(
    "applications",
    metadata,
    Column("id", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("data", Text, nullable=False),
)

services = Table("services", metadata, Column("slug", String, primary_key=True), Column("data", Text, nullable=False))

clients = Table("clients", metadata, Column("client_id", String, primary_key=True), Column("data", Text, nullable=False))

connectors = Table(
    "connectors", metadata, Column("id", String, primary_key=True), Column("data", LargeBinary, nullable=False)
)  # sealed JSON: settings of older systems may hold secrets

notices = Table(
    "notices",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("service", String, nullable=False),
    Column("data", Text, nullable=False),
)

current_notices = Table(
    "current_notices",
    metadata,
    Column("service", String, primary_key=True),
    Column("notice", ForeignKey("notices.id"), nullable=False),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", String, primary_key=True),
    Column("alg", String, nullable=False),
    Column("state", String, nullable=False),
    Column("private", LargeBinary, nullable=False),  # sealed by its owner
    Column("public", Text, nullable=False),
    moment("created_at"),
    moment("changed_at"),
)
ONE_ACTIVE = text("state = 'active'")
Index("uq_signing_keys_active", signing_keys.c.alg, unique=True, sqlite_where=ONE_ACTIVE, postgresql_where=ONE_ACTIVE)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("application", String, nullable=False),
    Column("target", String, nullable=False),
    Column("payload", Text, nullable=False),
    moment("created_at"),
    Column("attempts", Integer, nullable=False),
    moment("next_at"),
    moment("delivered_at", nullable=True),
    Column("last_error", String, nullable=False),
    moment("claimed_until"),
)
OPEN_DELIVERY = text("delivered_at IS NULL")
Index("ix_deliveries_due", deliveries.c.next_at, sqlite_where=OPEN_DELIVERY, postgresql_where=OPEN_DELIVERY)

data_keys = Table(
    "data_keys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 0 is the key of the blind index
    Column("wrapped", LargeBinary, nullable=False),
    Column("active", Boolean, nullable=False),
    moment("created_at"),
)
