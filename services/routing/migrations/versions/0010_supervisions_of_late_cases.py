"""supervisions of late cases

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PENDING_AND_OURS = sa.text("is_ours AND state IN ('open', 'answered')")


def upgrade() -> None:
    op.create_table(
        "supervision_steps",
        sa.Column("supervision_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("move", sa.String(length=20), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("supervision_id", "number"),
    )
    op.create_table(
        "supervisions",
        sa.Column("supervision_id", sa.String(length=64), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("late_since", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("answer_by", UTCDateTime(), nullable=False),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("supervision_id"),
    )
    with op.batch_alter_table("supervisions") as batch_op:
        batch_op.create_index("supervisions_by_age", ["is_ours", "opened_at", "supervision_id"])
        batch_op.create_index("supervisions_by_state", ["is_ours", "state", "opened_at", "supervision_id"])
        batch_op.create_index("supervisions_of_issue", ["reference", "opened_at"])
        batch_op.create_index(
            "supervisions_pending",
            ["other", "reference"],
            unique=True,
            sqlite_where=PENDING_AND_OURS,
            postgresql_where=PENDING_AND_OURS,
        )
        batch_op.create_index("supervisions_to_answer", ["state", "is_overdue", "answer_by"])


def downgrade() -> None:
    op.drop_table("supervisions")
    op.drop_table("supervision_steps")
