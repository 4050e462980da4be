"""settled deadlines

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "settled_deadlines",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("deadline_id", sa.String(length=64), nullable=False),
        sa.Column("settled_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("body", "deadline_id"),
    )
    with op.batch_alter_table("missed_deadlines") as batch_op:
        batch_op.create_index("missed_deadlines_by_age", ["missed_at", "body", "deadline_id"])
        batch_op.create_index("missed_deadlines_of_issue", ["body", "reference"])


def downgrade() -> None:
    with op.batch_alter_table("missed_deadlines") as batch_op:
        batch_op.drop_index("missed_deadlines_of_issue")
        batch_op.drop_index("missed_deadlines_by_age")
    op.drop_table("settled_deadlines")
