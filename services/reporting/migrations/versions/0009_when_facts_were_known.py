"""when facts were known

Revision ID: 0009
Revises: 0008
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from shared.db.types import UTCDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FACTS = (
    "activities",
    "activity_joinings",
    "brief_steps",
    "commitment_steps",
    "consultations",
    "issue_steps",
    "issues",
    "missed_deadlines",
    "receptions",
    "rosters",
    "settled_deadlines",
    "surveys",
)


def upgrade() -> None:
    for table in FACTS:
        op.add_column(table, sa.Column("known_at", UTCDateTime(), nullable=True))
    op.add_column("bodies", sa.Column("days_zone", sa.String(length=64), nullable=True))
    op.create_table(
        "spans",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("of", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("from_at", UTCDateTime(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("body", "kind", "of", "number"),
    )
    op.create_index("spans_by_date", "spans", ["body", "kind", "from_at", "state", "seconds"])
    op.create_table(
        "days",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("dimension", sa.String(length=16), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("body", "dimension", "measure", "raised_on", "changed_on", "value"),
    )
    # The stream still says when each fact was written down: whoever has figures has them made anew, once.
    rebuilds = sa.table(
        "rebuilds",
        *(sa.column(name) for name in ("id", "state", "done", "total", "skipped")),
        sa.column("asked_at", UTCDateTime()),
    )
    if op.get_bind().execute(sa.text("SELECT 1 FROM bodies LIMIT 1")).first() is not None:
        op.bulk_insert(
            rebuilds,
            [{"id": "0009", "state": "asked", "done": 0, "total": 0, "skipped": 0, "asked_at": datetime.now(UTC)}],
        )


def downgrade() -> None:
    op.drop_table("days")
    op.drop_index("spans_by_date", "spans")
    op.drop_table("spans")
    op.drop_column("bodies", "days_zone")
    for table in FACTS:
        op.drop_column(table, "known_at")
