"""consultations in full, commitments of their own, briefs"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import shared.db.types

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('brief_issues',
    sa.Column('brief_id', sa.String(length=36), nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('brief_id', 'reference')
    )
    with op.batch_alter_table('brief_issues', schema=None) as batch_op:
        batch_op.create_index('briefs_of_issue', ['reference'], unique=False)

    op.create_table('brief_numbers',
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('year')
    )
    op.create_table('brief_steps',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('brief_id', sa.String(length=36), nullable=False),
    sa.Column('at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('move', sa.String(length=16), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.Column('note', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('brief_steps', schema=None) as batch_op:
        batch_op.create_index('steps_of_brief', ['brief_id', 'id'], unique=False)

    op.create_table('briefs',
    sa.Column('brief_id', sa.String(length=36), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('member', sa.String(length=64), nullable=True),
    sa.Column('author', sa.String(length=64), nullable=False),
    sa.Column('written_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('handed_in_at', shared.db.types.UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('brief_id'),
    sa.UniqueConstraint('year', 'number', name='briefs_by_number')
    )
    with op.batch_alter_table('briefs', schema=None) as batch_op:
        batch_op.create_index('briefs_by_date', ['written_at', 'brief_id'], unique=False)
        batch_op.create_index('briefs_of_member', ['member', 'written_at'], unique=False)

    op.create_table('commitment_issues',
    sa.Column('commitment_id', sa.String(length=36), nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.PrimaryKeyConstraint('commitment_id', 'reference')
    )
    with op.batch_alter_table('commitment_issues', schema=None) as batch_op:
        batch_op.create_index('commitments_of_issue', ['reference'], unique=False)

    op.create_table('commitment_progress',
    sa.Column('progress_id', sa.String(length=36), nullable=False),
    sa.Column('commitment_id', sa.String(length=36), nullable=False),
    sa.Column('at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=64), nullable=False),
    sa.Column('audience', sa.String(length=16), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('on_paper', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('progress_id')
    )
    with op.batch_alter_table('commitment_progress', schema=None) as batch_op:
        batch_op.create_index('progress_of_commitment', ['commitment_id', 'at'], unique=False)

    op.create_table('contributions',
    sa.Column('contribution_id', sa.String(length=36), nullable=False),
    sa.Column('consultation_id', sa.String(length=36), nullable=False),
    sa.Column('member', sa.String(length=64), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('written_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('on_paper', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('contribution_id')
    )
    with op.batch_alter_table('contributions', schema=None) as batch_op:
        batch_op.create_index('contributions_by_date', ['consultation_id', 'written_at'], unique=False)

    op.create_table('survey_relaxations',
    sa.Column('relaxation_id', sa.String(length=36), nullable=False),
    sa.Column('decided_by', sa.String(length=64), nullable=False),
    sa.Column('decided_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('ended_by', sa.String(length=64), nullable=True),
    sa.Column('ended_at', shared.db.types.UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('relaxation_id')
    )
    with op.batch_alter_table('survey_relaxations', schema=None) as batch_op:
        batch_op.create_index('survey_relaxations_by_end', ['until_on'], unique=False)

    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.add_column(sa.Column('subject', sa.String(length=200), nullable=True))

    with op.batch_alter_table('commitments', schema=None) as batch_op:
        batch_op.add_column(sa.Column('member', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('department', sa.String(length=64), nullable=True))
        batch_op.alter_column('consultation_id',
               existing_type=sa.VARCHAR(length=36),
               nullable=True)
        batch_op.create_index('commitments_of_member', ['member', 'state', 'due_on'], unique=False)

    with op.batch_alter_table('consultations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('address', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('agenda', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('resident_roles', sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), 'postgresql'), nullable=True))
        batch_op.add_column(sa.Column('relaxation_id', sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column('planned_until', shared.db.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('contributions_until', shared.db.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('sequence', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('opened_by', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('minutes', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('cancelled_at', shared.db.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('cancel_reason', sa.String(), nullable=True))

    # What the first release knew by way of the consultation, and of surveys, which are activities too.
    op.execute(
        "INSERT INTO commitment_issues (commitment_id, reference)"
        " SELECT commitments.commitment_id, consultation_links.code FROM commitments"
        " JOIN consultation_links ON consultation_links.consultation_id = commitments.consultation_id"
        " AND consultation_links.kind = 'issue'"
    )
    op.execute(
        "INSERT INTO activities (activity_id, kind, station, held_at, on_paper)"
        " SELECT survey_id, 'survey', station, made_at, on_paper FROM surveys"
    )
    op.execute(
        "INSERT INTO activity_members (activity_id, member) SELECT survey_id, member FROM survey_members"
    )


def downgrade() -> None:
    op.execute("DELETE FROM activity_members WHERE activity_id IN (SELECT survey_id FROM surveys)")
    op.execute("DELETE FROM activities WHERE kind IN ('survey', 'reception')")
    op.execute("DELETE FROM commitments WHERE consultation_id IS NULL")
    with op.batch_alter_table('consultations', schema=None) as batch_op:
        batch_op.drop_column('cancel_reason')
        batch_op.drop_column('cancelled_at')
        batch_op.drop_column('minutes')
        batch_op.drop_column('opened_by')
        batch_op.drop_column('sequence')
        batch_op.drop_column('contributions_until')
        batch_op.drop_column('planned_until')
        batch_op.drop_column('relaxation_id')
        batch_op.drop_column('resident_roles')
        batch_op.drop_column('agenda')
        batch_op.drop_column('address')

    with op.batch_alter_table('commitments', schema=None) as batch_op:
        batch_op.drop_index('commitments_of_member')
        batch_op.alter_column('consultation_id',
               existing_type=sa.VARCHAR(length=36),
               nullable=False)
        batch_op.drop_column('department')
        batch_op.drop_column('member')

    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.drop_column('subject')

    with op.batch_alter_table('survey_relaxations', schema=None) as batch_op:
        batch_op.drop_index('survey_relaxations_by_end')

    op.drop_table('survey_relaxations')
    with op.batch_alter_table('contributions', schema=None) as batch_op:
        batch_op.drop_index('contributions_by_date')

    op.drop_table('contributions')
    with op.batch_alter_table('commitment_progress', schema=None) as batch_op:
        batch_op.drop_index('progress_of_commitment')

    op.drop_table('commitment_progress')
    with op.batch_alter_table('commitment_issues', schema=None) as batch_op:
        batch_op.drop_index('commitments_of_issue')

    op.drop_table('commitment_issues')
    with op.batch_alter_table('briefs', schema=None) as batch_op:
        batch_op.drop_index('briefs_of_member')
        batch_op.drop_index('briefs_by_date')

    op.drop_table('briefs')
    with op.batch_alter_table('brief_steps', schema=None) as batch_op:
        batch_op.drop_index('steps_of_brief')

    op.drop_table('brief_steps')
    op.drop_table('brief_numbers')
    with op.batch_alter_table('brief_issues', schema=None) as batch_op:
        batch_op.drop_index('briefs_of_issue')

    op.drop_table('brief_issues')
