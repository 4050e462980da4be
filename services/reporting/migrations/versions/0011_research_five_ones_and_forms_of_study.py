"""research five ones and forms of study

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
        "documents",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("document_id", sa.String(length=64), nullable=False),
        sa.Column("topic_id", sa.String(length=64), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("collated_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "document_id"),
    )
    with op.batch_alter_table("documents") as batch_op:
        batch_op.create_index("documents_by_date", ["body", "collated_at"])

    op.create_table(
        "field_surveys",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("field_survey_id", sa.String(length=64), nullable=False),
        sa.Column("topic_id", sa.String(length=64), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "field_survey_id"),
    )
    with op.batch_alter_table("field_surveys") as batch_op:
        batch_op.create_index("field_surveys_by_date", ["body", "made_at"])

    op.create_table(
        "finds",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("find_id", sa.String(length=64), nullable=False),
        sa.Column("topic_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("found_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "find_id"),
    )
    with op.batch_alter_table("finds") as batch_op:
        batch_op.create_index("finds_by_date", ["body", "found_at"])

    op.create_table(
        "five_ones_counts",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("counted_at", UTCDateTime(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("targets", Json, nullable=False),
        sa.Column("done", Json, nullable=False),
        sa.Column("by_number", Json, nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "year", "revision"),
    )
    op.create_table(
        "participation_ends",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("participation_id", sa.String(length=64), nullable=False),
        sa.Column("left_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "participation_id"),
    )
    op.create_table(
        "participations",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("participation_id", sa.String(length=64), nullable=False),
        sa.Column("participant_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("joined_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "participation_id"),
    )
    with op.batch_alter_table("participations") as batch_op:
        batch_op.create_index("participations_by_kind", ["body", "kind", "joined_at"])

    op.create_table(
        "result_uses",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("use_id", sa.String(length=64), nullable=False),
        sa.Column("topic_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("used_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "use_id"),
    )
    with op.batch_alter_table("result_uses") as batch_op:
        batch_op.create_index("result_uses_by_date", ["body", "used_at"])

    op.create_table(
        "topic_results",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("result_id", sa.String(length=64), nullable=False),
        sa.Column("topic_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("published_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "result_id"),
    )
    with op.batch_alter_table("topic_results") as batch_op:
        batch_op.create_index("topic_results_by_date", ["body", "published_at"])

    op.create_table(
        "topic_steps",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("topic_id", sa.String(length=64), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("occurred_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "topic_id", "step"),
    )
    op.create_table(
        "withdrawn_records",
        sa.Column("body", sa.String(length=31), nullable=False),
        sa.Column("record", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("replaced_by_id", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=False),
        sa.Column("known_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("body", "record", "record_id"),
    )
    with op.batch_alter_table("activities") as batch_op:
        batch_op.add_column(sa.Column("form", sa.String(length=8), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("activities") as batch_op:
        batch_op.drop_column("form")
    op.drop_table("withdrawn_records")
    op.drop_table("topic_steps")
    op.drop_table("topic_results")
    op.drop_table("result_uses")
    op.drop_table("participations")
    op.drop_table("participation_ends")
    op.drop_table("five_ones_counts")
    op.drop_table("finds")
    op.drop_table("field_surveys")
    op.drop_table("documents")
