"""what is shown, and briefings

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "showings",
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("chosen_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", sa.String(length=64), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("embedders", Json, nullable=False),
        sa.Column("briefing_day", sa.Integer(), nullable=False),
        sa.Column("briefing_hour", sa.Integer(), nullable=False),
    )
    op.create_table(
        "briefings",
        sa.Column("week", sa.Date(), primary_key=True),
        sa.Column("written_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("sent_at", UTCDateTime(timezone=True), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("briefings")
    op.drop_table("showings")
