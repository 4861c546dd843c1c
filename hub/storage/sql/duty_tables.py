"""The table of duties: what agencies owe people, until when, and what came of it. Words are sealed; a duty is settled once."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, String, Table, text

from hub.storage.sql.tables import metadata, moment

duties = Table(
    "duties",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("person", String, nullable=False),
    Column("agency", String, nullable=False),
    Column("application", String, nullable=False),
    Column("service", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("record_id", String, nullable=False),
    moment("created_at"),
    moment("due_at"),
    Column("words", LargeBinary, nullable=True),  # sealed: the person's
    Column("outcome", String, nullable=False),  # empty: open
    moment("settled_at", nullable=True),
    Column("settled_by", String, nullable=False),
    Column("answer", LargeBinary, nullable=True),  # sealed JSON: the agency's words and whom it names
    moment("overdue_told_at", nullable=True),
    Index("ix_duties_person", "person", "created_at"),
    Index("ix_duties_record_id", "record_id"),
    Index("ix_duties_application", "application", "due_at"),
    Index("ix_duties_agency", "agency", "due_at"),
)
OPEN_DUTY = text("outcome = ''")
Index("ix_duties_open", duties.c.due_at, sqlite_where=OPEN_DUTY, postgresql_where=OPEN_DUTY)
