"""Incidents, and the indexes that keep the register and the list of affected people cheap."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_disclosures_application", "disclosures", ["application", "at", "seq"])
    op.create_index("ix_consent_states_cover", "consent_states", ["service", "purpose", "person", "standing", "expires_at"])


def downgrade() -> None:
    op.drop_index("ix_consent_states_cover", table_name="consent_states")
    op.drop_index("ix_disclosures_application", table_name="disclosures")
    op.drop_table("incidents")
