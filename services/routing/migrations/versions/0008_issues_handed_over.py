"""issues handed over

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handover_steps",
        sa.Column("handover_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("handover_id", "number"),
    )
    op.create_table(
        "handovers",
        sa.Column("handover_id", sa.String(length=64), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=False),
        sa.Column("offered_at", UTCDateTime(), nullable=False),
        sa.Column("take_by", UTCDateTime(), nullable=False),
        sa.Column("answer_by", UTCDateTime(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("proposed_owner", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("missed", sa.String(length=8), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("handover_id"),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index("handovers_by_age", ["is_ours", "offered_at", "handover_id"], unique=False)
        batch_op.create_index("handovers_by_state", ["is_ours", "state", "offered_at", "handover_id"], unique=False)
        batch_op.create_index("handovers_of_issue", ["reference", "offered_at"], unique=False)
        batch_op.create_index(
            "handovers_open",
            ["reference"],
            unique=True,
            sqlite_where=sa.text("is_ours AND state IN ('offered', 'accepted', 'answered')"),
            postgresql_where=sa.text("is_ours AND state IN ('offered', 'accepted', 'answered')"),
        )
        batch_op.create_index("handovers_to_answer", ["state", "missed", "answer_by"], unique=False)
        batch_op.create_index("handovers_to_take", ["state", "take_by"], unique=False)

    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.add_column(sa.Column("handed_by", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_column("handed_by")

    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.drop_index("handovers_to_take")
        batch_op.drop_index("handovers_to_answer")
        batch_op.drop_index(
            "handovers_open",
            sqlite_where=sa.text("is_ours AND state IN ('offered', 'accepted', 'answered')"),
            postgresql_where=sa.text("is_ours AND state IN ('offered', 'accepted', 'answered')"),
        )
        batch_op.drop_index("handovers_of_issue")
        batch_op.drop_index("handovers_by_state")
        batch_op.drop_index("handovers_by_age")

    op.drop_table("handovers")
    op.drop_table("handover_steps")
