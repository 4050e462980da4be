"""registers of the office"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TAKES_PART = sa.text("left_at IS NULL AND withdrawn_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "field_surveys",
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.String(length=36), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("topic_id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("field_surveys") as batch_op:
        batch_op.create_index("field_surveys_of_topic", ["topic_id", "at", "record_id"])

    op.create_table(
        "find_photos",
        sa.Column("photo_id", sa.String(length=36), nullable=False),
        sa.Column("find_id", sa.String(length=36), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("photo_id"),
    )
    with op.batch_alter_table("find_photos") as batch_op:
        batch_op.create_index("photos_of_find", ["find_id", "added_at"])

    op.create_table(
        "five_ones_targets",
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_year", sa.Integer(), nullable=False),
        sa.Column("targets", Json, nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("edition"),
    )
    op.create_table(
        "five_ones_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("said", Json, nullable=True),
        sa.PrimaryKeyConstraint("year"),
    )
    op.create_table(
        "research_documents",
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.String(length=36), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("topic_id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("research_documents") as batch_op:
        batch_op.create_index("research_documents_of_topic", ["topic_id", "at", "record_id"])

    op.create_table(
        "research_finds",
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.String(length=36), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("topic_id", sa.String(length=36), nullable=False),
        sa.Column("field_survey_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("research_finds") as batch_op:
        batch_op.create_index("research_finds_of_survey", ["field_survey_id"])
        batch_op.create_index("research_finds_of_topic", ["topic_id", "at", "record_id"])

    op.create_table(
        "research_participations",
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.String(length=36), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("joined_at", UTCDateTime(), nullable=False),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("research_participations") as batch_op:
        batch_op.create_index("research_participations_by_kind", ["kind", "joined_at", "record_id"])
        batch_op.create_index("research_participations_of", ["participant_id"])
        batch_op.create_index(
            "research_participations_open",
            ["kind", "code"],
            unique=True,
            sqlite_where=TAKES_PART,
            postgresql_where=TAKES_PART,
        )

    op.create_table(
        "research_results",
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.String(length=36), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("topic_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("research_results") as batch_op:
        batch_op.create_index("research_results_of_topic", ["topic_id", "at", "record_id"])

    op.create_table(
        "research_topic_participants",
        sa.Column("topic_id", sa.String(length=36), nullable=False),
        sa.Column("participant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("topic_id", "participant_id"),
    )
    with op.batch_alter_table("research_topic_participants") as batch_op:
        batch_op.create_index("research_topics_of_participant", ["participant_id"])

    op.create_table(
        "research_topic_steps",
        sa.Column("topic_id", sa.String(length=36), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("move", sa.String(length=16), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("topic_id", "step"),
    )
    op.create_table(
        "research_topics",
        sa.Column("topic_id", sa.String(length=36), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("planned_at", UTCDateTime(), nullable=False),
        sa.Column("moved_at", UTCDateTime(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("topic_id"),
    )
    with op.batch_alter_table("research_topics") as batch_op:
        batch_op.create_index("research_topics_by_date", ["planned_at", "topic_id"])
        batch_op.create_index("research_topics_by_state", ["state", "planned_at", "topic_id"])

    op.create_table(
        "research_uses",
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_because", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.String(length=36), nullable=True),
        sa.Column("record_id", sa.String(length=36), nullable=False),
        sa.Column("topic_id", sa.String(length=36), nullable=False),
        sa.Column("result_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("record_id"),
    )
    with op.batch_alter_table("research_uses") as batch_op:
        batch_op.create_index("research_uses_of_result", ["result_id"])
        batch_op.create_index("research_uses_of_topic", ["topic_id", "at", "record_id"])

    with op.batch_alter_table("activities") as batch_op:
        batch_op.add_column(sa.Column("form", sa.String(length=8), nullable=True))

    with op.batch_alter_table("briefs") as batch_op:
        batch_op.add_column(sa.Column("on_paper", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index("briefs_by_handing_in", ["handed_in_at", "member"])

    with op.batch_alter_table("consultations") as batch_op:
        batch_op.create_index("consultations_held", ["held_at"])


def downgrade() -> None:
    with op.batch_alter_table("consultations") as batch_op:
        batch_op.drop_index("consultations_held")
    with op.batch_alter_table("briefs") as batch_op:
        batch_op.drop_index("briefs_by_handing_in")
        batch_op.drop_column("on_paper")
    with op.batch_alter_table("activities") as batch_op:
        batch_op.drop_column("form")
    op.drop_table("research_uses")
    op.drop_table("research_topics")
    op.drop_table("research_topic_steps")
    op.drop_table("research_topic_participants")
    op.drop_table("research_results")
    op.drop_table("research_participations")
    op.drop_table("research_finds")
    op.drop_table("research_documents")
    op.drop_table("five_ones_years")
    op.drop_table("five_ones_targets")
    op.drop_table("find_photos")
    op.drop_table("field_surveys")
