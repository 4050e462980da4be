"""roster counts and steps of units

Revision ID: 0010
Revises: 0009
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_counts",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("members_attached_to_stations", sa.Integer(), nullable=False),
        sa.Column("members_attached_to_no_unit", sa.Integer(), nullable=True),
        sa.Column("township_stations", sa.Integer(), nullable=False),
        sa.Column("townships", sa.Integer(), nullable=False),
        sa.Column("townships_without_a_station", sa.Integer(), nullable=False),
        sa.Column("communities", sa.Integer(), nullable=False),
        sa.Column("communities_without_a_member", sa.Integer(), nullable=False),
        sa.Column("stations_ready", sa.Integer(), nullable=True),
        sa.Column("duty_days_of_month", Json, nullable=False),
        sa.Column("committees_required", sa.Integer(), nullable=True),
        sa.Column("offices_required", sa.Integer(), nullable=True),
        sa.Column("committees_required_below", sa.Integer(), nullable=True),
        sa.Column("offices_required_below", sa.Integer(), nullable=True),
        sa.Column("committees", sa.Integer(), nullable=True),
        sa.Column("offices", sa.Integer(), nullable=True),
        sa.Column("units_vacant", sa.Integer(), nullable=True),
        sa.Column("posts", sa.Integer(), nullable=True),
        sa.Column("posts_filled", sa.Integer(), nullable=True),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "revision"),
    )
    op.create_table(
        "unit_steps",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("unit_kind", sa.String(length=16), nullable=False),
        sa.Column("post", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "unit", "unit_kind", "post", "step", "on_day", "revision"),
    )
    op.create_index("unit_steps_by_date", "unit_steps", ["body", "step", "on_day"])
    _read_again()


def _read_again() -> None:
    """Rosters that were reported before said more than was kept of them; the stream has it.

    Noted as fields that nothing read, they are read by the rebuild that follows an upgrade (docs/decisions/0022).
    """
    noted = sa.table(
        "unread_fields",
        sa.column("kind", sa.String()),
        sa.column("field", sa.String()),
        sa.column("first_at", UTCDateTime()),
    )
    connection = op.get_bind()
    if connection.scalar(sa.select(sa.exists().select_from(sa.table("rosters")))):
        row = {"kind": "report.roster.published.v1", "field": "townships", "first_at": datetime.now(UTC)}
        there = sa.select(noted.c.kind).where(noted.c.kind == row["kind"], noted.c.field == row["field"])
        if connection.execute(there).first() is None:
            connection.execute(noted.insert().values(**row))


def downgrade() -> None:
    op.drop_index("unit_steps_by_date", "unit_steps")
    op.drop_table("unit_steps")
    op.drop_table("roster_counts")
