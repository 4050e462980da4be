"""what staff look for

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BY = {"orders_of_community": "community", "orders_of_station": "station", "orders_of_category": "category",
      "orders_by_member": "member"}  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "order_departments",
        sa.Column("department", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("submitted_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("department", "reference"),
    )
    op.create_index("order_departments_by_age", "order_departments", ["department", "submitted_at", "reference"])
    for name, column in BY.items():
        op.create_index(name, "orders", [column, "submitted_at", "reference"])


def downgrade() -> None:
    for name in BY:
        op.drop_index(name, "orders")
    op.drop_table("order_departments")
