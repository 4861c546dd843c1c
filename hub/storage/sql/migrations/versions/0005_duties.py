"""What agencies owe people after an event, with its deadline; and a way to find consents that have run out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
OPEN_DUTY = sa.text("outcome = ''")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _sealed(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=True)


def upgrade() -> None:
    op.create_table(
        "duties",
        *(_text(name) for name in ("id", "kind", "cause", "person", "agency", "application", "service", "purpose", "record_id")),
        *(_moment("created_at"), _moment("due_at"), _sealed("words"), _text("outcome"), _moment("settled_at", nullable=True)),
        *(_text("settled_by"), _sealed("answer"), _moment("overdue_told_at", nullable=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index("ix_duties_person", "duties", ["person", "created_at"])
    op.create_index("ix_duties_record_id", "duties", ["record_id"])
    op.create_index("ix_duties_application", "duties", ["application", "due_at"])
    op.create_index("ix_duties_agency", "duties", ["agency", "due_at"])
    op.create_index("ix_duties_open", "duties", ["due_at"], sqlite_where=OPEN_DUTY, postgresql_where=OPEN_DUTY)
    op.create_index("ix_consent_states_expires_at", "consent_states", ["standing", "expires_at"])


def downgrade() -> None:
    op.drop_index("ix_consent_states_expires_at", "consent_states")
    op.drop_table("duties")
