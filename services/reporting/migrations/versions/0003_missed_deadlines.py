"""missed deadlines

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "missed_deadlines",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("deadline_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("missed_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("body", "deadline_id"),
    )
    with op.batch_alter_table("missed_deadlines", schema=None) as batch_op:
        batch_op.create_index("missed_deadlines_by_date", ["body", "missed_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("missed_deadlines", schema=None) as batch_op:
        batch_op.drop_index("missed_deadlines_by_date")

    op.drop_table("missed_deadlines")
