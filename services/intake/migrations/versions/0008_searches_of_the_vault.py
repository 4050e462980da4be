"""searches of the vault

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import BigKey, UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vault_searches",
        sa.Column("id", BigKey, primary_key=True),
        sa.Column("searched_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("reader", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("vault_searches")
