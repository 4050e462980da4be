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
    for table in FACTS:
        op.drop_column(table, "known_at")
