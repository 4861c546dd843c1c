"""The tables that prove the consent record to others: signed anchors over the ends of the chains, and the keys that signed them.

Part of the schema of tables.py, whose metadata they share.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table, Text

from hub.storage.sql.tables import metadata, moment

anchors = Table(  # numbered without gaps; each names the one before it
    "anchors",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    moment("at"),
    Column("kid", String, nullable=False),
    Column("jws", Text, nullable=False),
)

anchor_keys = Table(  # the public part stays for ever: an anchor of any year can be checked
    "anchor_keys",
    metadata,
    Column("kid", String, primary_key=True),
    Column("private", LargeBinary, nullable=False),  # sealed
    Column("public", Text, nullable=False),
    moment("created_at"),
)
