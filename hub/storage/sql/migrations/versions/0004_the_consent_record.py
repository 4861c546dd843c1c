"""What proves the consent record: each person's own chain, what she saw under a key of hers, and signed anchors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    for name in ("own_previous", "values_mac"):
        op.add_column("ledger", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.add_column("people", sa.Column("proof_key", sa.LargeBinary(), nullable=True))
    op.create_table(
        "anchors",
        sa.Column("number", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("jws", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_anchors")),
    )
    op.create_table(
        "anchor_keys",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_anchor_keys")),
    )


def downgrade() -> None:
    op.drop_table("anchor_keys")
    op.drop_table("anchors")
    op.drop_column("people", "proof_key")
    for name in ("values_mac", "own_previous"):
        op.drop_column("ledger", name)
