"""ways of reports

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ways",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("way", sa.String(length=255), nullable=False),
        sa.Column("known_since", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("body", "way"),
    )


def downgrade() -> None:
    op.drop_table("ways")
