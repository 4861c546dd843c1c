"""Bound tokens, resources and details of refresh families; who is told of a sign-out; tokens that open registration."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("refresh_families") as families:
        for name in ("cnf", "resources", "details"):
            families.add_column(sa.Column(name, sa.String() if name == "cnf" else sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "session_clients",
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("session", "client_id", name=op.f("pk_session_clients")),
    )
    op.create_table(
        "initial_access_tokens",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_initial_access_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_initial_access_tokens_digest")),
    )


def downgrade() -> None:
    op.drop_table("initial_access_tokens")
    op.drop_table("session_clients")
    with op.batch_alter_table("refresh_families") as families:
        for name in ("details", "resources", "cnf"):
            families.drop_column(name)
