"""issues handed over

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handed_in",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("handed_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("reference"),
    )
    op.create_table(
        "handed_over",
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reference"),
    )


def downgrade() -> None:
    op.drop_table("handed_over")
    op.drop_table("handed_in")
