"""units and their posts

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unit_posts",
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("set_up_on", sa.Date(), nullable=True),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.Column("filled", Json, nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("unit", "code"),
    )
    op.create_table(
        "units",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=True),
        sa.Column("set_up_on", sa.Date(), nullable=True),
        sa.Column("dissolved_on", sa.Date(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    # A roster from before there were units has members who are attached to none.
    op.add_column("members", sa.Column("units", Json, nullable=False, server_default="[]"))
    op.add_column("roster_revision", sa.Column("units_required", Json, nullable=True))
    op.add_column("roster_revision", sa.Column("units_required_below", Json, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("roster_revision") as batch:
        batch.drop_column("units_required_below")
        batch.drop_column("units_required")
    with op.batch_alter_table("members") as batch:
        batch.drop_column("units")
    op.drop_table("units")
    op.drop_table("unit_posts")
