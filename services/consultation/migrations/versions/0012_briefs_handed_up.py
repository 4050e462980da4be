"""briefs handed up"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UNDECIDED_AND_OURS = sa.text("is_ours AND state = 'undecided'")


def upgrade() -> None:
    op.create_table(
        "brief_handing_steps",
        sa.Column("handing_id", sa.String(length=36), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("move", sa.String(length=16), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("body", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("handing_id", "step"),
    )
    op.create_table(
        "brief_handings",
        sa.Column("handing_id", sa.String(length=36), nullable=False),
        sa.Column("is_ours", sa.Boolean(), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("brief_id", sa.String(length=36), nullable=True),
        sa.Column("received_id", sa.String(length=36), nullable=True),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("handed_at", UTCDateTime(), nullable=False),
        sa.Column("answer_by", UTCDateTime(), nullable=False),
        sa.Column("is_overdue", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("received_year", sa.Integer(), nullable=True),
        sa.Column("received_number", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("handing_id"),
        sa.UniqueConstraint("received_year", "received_number", name="brief_handings_by_number"),
    )
    with op.batch_alter_table("brief_handings") as batch_op:
        batch_op.create_index("brief_handings_by_age", ["is_ours", "handed_at", "handing_id"])
        batch_op.create_index("brief_handings_by_state", ["is_ours", "state", "handed_at", "handing_id"])
        batch_op.create_index("brief_handings_of_brief", ["brief_id", "handed_at"])
        batch_op.create_index("brief_handings_of_received", ["received_id", "handed_at"])
        batch_op.create_index("brief_handings_to_settle", ["state", "is_overdue", "answer_by"])
        batch_op.create_index(
            "brief_handings_undecided",
            ["subject_id"],
            unique=True,
            sqlite_where=UNDECIDED_AND_OURS,
            postgresql_where=UNDECIDED_AND_OURS,
        )
    op.create_table(
        "received_brief_numbers",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )


def downgrade() -> None:
    op.drop_table("received_brief_numbers")
    op.drop_table("brief_handings")
    op.drop_table("brief_handing_steps")
