"""tiers and a newer release"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tier_links",
        sa.Column("neighbour", sa.String(length=31), nullable=False),
        sa.Column("is_up", sa.Boolean(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("reported", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("neighbour"),
    )
    op.create_table(
        "unread_fields",
        sa.Column("kind", sa.String(length=128), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("first_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "field"),
    )
    with op.batch_alter_table("parked", schema=None) as batch_op:
        batch_op.create_index("parked_by_state", ["state", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("parked", schema=None) as batch_op:
        batch_op.drop_index("parked_by_state")

    op.drop_table("unread_fields")
    op.drop_table("tier_links")
