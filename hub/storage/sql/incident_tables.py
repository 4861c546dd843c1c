"""The table of incidents, and the indexes by which the register and the list of affected people stay cheap. Part of tables.py's schema."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from hub.storage.sql.tables import consent_states, disclosures, metadata, moment

incidents = Table(
    "incidents",
    metadata,
    Column("id", String, primary_key=True),
    Column("revision", Integer, nullable=False),
    moment("found_at"),
    moment("published_at", nullable=True),
    Column("data", Text, nullable=False),
)

Index("ix_disclosures_application", disclosures.c.application, disclosures.c.at, disclosures.c.seq)  # walked from row to row
Index(  # holds all that is counted
    "ix_consent_states_cover",
    consent_states.c.service,
    consent_states.c.purpose,
    consent_states.c.person,
    consent_states.c.standing,
    consent_states.c.expires_at,
)
