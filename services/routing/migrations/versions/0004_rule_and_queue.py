"""rule and queue

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.types import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FILTERED = ["state", "submitted_at", "reference", "take_by", "township", "category", "station"]


def upgrade() -> None:
    op.create_table(
        "decision_rules",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "document", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "tried_again",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roster_revision", sa.Integer(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("askings", sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("askings", sa.Column("reason_code", sa.String(length=20), nullable=True))
    op.add_column("askings", sa.Column("proposed_owner", sa.String(length=64), nullable=True))
    op.create_index("askings_lately", "askings", ["member", "asked_at"], unique=False)
    op.add_column("orders", sa.Column("township", sa.String(length=64), nullable=True))
    op.add_column("orders", sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("orders", sa.Column("take_by", UTCDateTime(), nullable=True))
    op.add_column("orders", sa.Column("proposed_owner", sa.String(length=64), nullable=True))
    op.drop_index("orders_by_state", "orders")
    op.create_index("orders_by_state", "orders", FILTERED, unique=False)
    # What is known of the orders that are there: where they are, and by when the first member asked was to answer.
    op.execute(
        "UPDATE orders SET"
        " township = COALESCE("
        "(SELECT c.township FROM communities c WHERE c.code = orders.community),"
        " (SELECT s.township FROM stations s WHERE s.code = orders.station)),"
        " take_by = (SELECT a.answer_by FROM askings a WHERE a.reference = orders.reference AND a.attempt = 1)"
    )


def downgrade() -> None:
    op.drop_index("orders_by_state", "orders")
    op.create_index("orders_by_state", "orders", FILTERED[:3], unique=False)
    with op.batch_alter_table("orders") as orders:
        for column in ("proposed_owner", "take_by", "round", "township"):
            orders.drop_column(column)
    op.drop_index("askings_lately", "askings")
    with op.batch_alter_table("askings") as askings:
        for column in ("proposed_owner", "reason_code", "round"):
            askings.drop_column(column)
    op.drop_table("tried_again")
    op.drop_table("decision_rules")
