"""The tables of what connectors need kept: secrets, revisions and drafts, vaulted credentials, passwords for the directory.

Part of the schema of tables.py, whose metadata they share.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, Text

from hub.storage.sql.tables import metadata, moment

connector_secrets = Table(  # `connector` is a connector's id, or `kind:<name>` for the kind's own
    "connector_secrets",
    metadata,
    Column("connector", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("value", LargeBinary, nullable=False),  # sealed
    moment("created_at"),
    moment("until"),  # when it stops being good; 0: it does not
)

connector_revisions = Table(  # what was published, for good: immutable, numbered without gaps
    "connector_revisions",
    metadata,
    Column("connector", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),  # sealed JSON: the whole definition, as files carry it
    Column("author", String, nullable=False),
    moment("at"),
    Column("reason", Text, nullable=False),
    Column("restores", Integer, nullable=False),  # the number whose content this one brings back; 0: none
    Column("checked", Text, nullable=False),  # JSON: what the dry run before publishing showed, without personal values
)

connector_drafts = Table(  # what somebody is working on: one a connector, or one of a connector that does not exist yet
    "connector_drafts",
    metadata,
    Column("id", String, primary_key=True),
    Column("connector", String, nullable=False),  # empty: a new one
    Column("agency", String, nullable=False),
    Column("data", LargeBinary, nullable=False),  # sealed JSON
    Column("version", Integer, nullable=False),  # for optimistic locking
    Column("author", String, nullable=False),
    moment("updated_at"),
)

vault = Table(  # how to sign in at an older system that knows only its own form
    "vault",
    metadata,
    Column("connector", String, primary_key=True),
    Column("person", String, primary_key=True),  # empty: the credential of the service itself
    Column("secret", LargeBinary, nullable=False),  # sealed JSON: user name and password
    moment("changed_at"),
    moment("refused_at"),  # when the older system said no to it; 0: it has not. Never tried again by itself (FB-07)
)

directory_passwords = Table(  # what people type into a system that asks the directory; never their own password
    "directory_passwords",
    metadata,
    Column("id", String, primary_key=True),
    Column("connector", String, nullable=False),
    Column("person", String, nullable=False),
    Column("label", String, nullable=False),
    Column("mac", String, nullable=False, unique=True),  # HMAC of the password: it is 128 random bits or more
    moment("created_at"),
    moment("used_at"),  # by day only; 0: never
    moment("revoked_at"),  # 0: it is good
)
Index("ix_directory_passwords_connector_person", directory_passwords.c.connector, directory_passwords.c.person)
