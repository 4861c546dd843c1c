"""What connectors need kept, and by what an older system knows a session that it is told the end of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _sealed(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def upgrade() -> None:
    with op.batch_alter_table("session_clients") as clients:
        clients.add_column(sa.Column("handle", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "connector_secrets",
        *(_text("connector"), _text("name"), _number("number"), _sealed("value"), _moment("created_at"), _moment("until")),
        sa.PrimaryKeyConstraint("connector", "name", "number", name=op.f("pk_connector_secrets")),
    )
    op.create_table(
        "connector_revisions",
        *(_text("connector"), _number("number"), _sealed("data"), _text("author"), _moment("at")),
        sa.Column("reason", sa.Text(), nullable=False),
        _number("restores"),
        sa.Column("checked", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connector", "number", name=op.f("pk_connector_revisions")),
    )
    op.create_table(
        "connector_drafts",
        *(_text("id"), _text("connector"), _text("agency"), _sealed("data"), _number("version"), _text("author"), _moment("updated_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connector_drafts")),
    )
    op.create_table(
        "vault",
        *(_text("connector"), _text("person"), _sealed("secret"), _moment("changed_at"), _moment("refused_at")),
        sa.PrimaryKeyConstraint("connector", "person", name=op.f("pk_vault")),
    )
    op.create_table(
        "directory_passwords",
        *(_text("id"), _text("connector"), _text("person"), _text("label"), _text("mac")),
        *(_moment("created_at"), _moment("used_at"), _moment("revoked_at")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_passwords")),
        sa.UniqueConstraint("mac", name=op.f("uq_directory_passwords_mac")),
    )
    op.create_index("ix_directory_passwords_connector_person", "directory_passwords", ["connector", "person"])


def downgrade() -> None:
    op.drop_index("ix_directory_passwords_connector_person", "directory_passwords")
    for name in ("directory_passwords", "vault", "connector_drafts", "connector_revisions", "connector_secrets"):
        op.drop_table(name)
    with op.batch_alter_table("session_clients") as clients:
        clients.drop_column("handle")
