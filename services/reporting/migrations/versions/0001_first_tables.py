"""first tables

Revision ID: 0001
Revises: 
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import shared.db.types

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('activities',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('activity_id', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('held_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('station', sa.String(length=64), nullable=False),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.Column('audience', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('body', 'activity_id')
    )
    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.create_index('activities_by_date', ['body', 'kind', 'held_at'], unique=False)

    op.create_table('bodies',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('newest_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('body')
    )
    op.create_table('commitment_steps',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('commitment_id', sa.String(length=64), nullable=False),
    sa.Column('step', sa.String(length=16), nullable=False),
    sa.Column('occurred_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('body', 'commitment_id', 'step')
    )
    op.create_table('consultations',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('consultation_id', sa.String(length=64), nullable=False),
    sa.Column('held_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('station', sa.String(length=64), nullable=False),
    sa.Column('place', sa.String(length=16), nullable=False),
    sa.Column('gathering', sa.String(length=16), nullable=False),
    sa.Column('setting', sa.String(length=16), nullable=False),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.Column('residents', sa.Integer(), nullable=False),
    sa.Column('departments', sa.Integer(), nullable=False),
    sa.Column('issues', sa.Integer(), nullable=False),
    sa.Column('surveys', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('body', 'consultation_id')
    )
    with op.batch_alter_table('consultations', schema=None) as batch_op:
        batch_op.create_index('consultations_by_date', ['body', 'held_at'], unique=False)

    op.create_table('inbox',
    sa.Column('event_id', sa.String(length=64), nullable=False),
    sa.Column('received_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('event_id')
    )
    op.create_table('issue_steps',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('reference', sa.String(length=64), nullable=False),
    sa.Column('step', sa.String(length=16), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('occurred_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('says', sa.String(length=32), nullable=True),
    sa.PrimaryKeyConstraint('body', 'reference', 'step', 'number')
    )
    op.create_table('issues',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('reference', sa.String(length=64), nullable=False),
    sa.Column('submitted_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('station', sa.String(length=64), nullable=True),
    sa.Column('community', sa.String(length=64), nullable=False),
    sa.Column('category', sa.String(length=64), nullable=True),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('body', 'reference')
    )
    with op.batch_alter_table('issues', schema=None) as batch_op:
        batch_op.create_index('issues_by_date', ['body', 'submitted_at'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('event_id', sa.String(length=64), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('headers', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('created_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('published_at', shared.db.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('refused', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('event_id')
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('outbox_unpublished', ['id'], unique=False, sqlite_where=sa.text('published_at IS NULL AND refused IS NULL'), postgresql_where=sa.text('published_at IS NULL AND refused IS NULL'))

    op.create_table('parked',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('event_id', sa.String(length=64), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('headers', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('parked_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('event_id')
    )
    op.create_table('receptions',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('reception_id', sa.String(length=64), nullable=False),
    sa.Column('held_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('station', sa.String(length=64), nullable=True),
    sa.Column('community', sa.String(length=64), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.PrimaryKeyConstraint('body', 'reception_id')
    )
    with op.batch_alter_table('receptions', schema=None) as batch_op:
        batch_op.create_index('receptions_by_date', ['body', 'held_at'], unique=False)

    op.create_table('rosters',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('tier', sa.String(length=16), nullable=False),
    sa.Column('parent', sa.String(length=31), nullable=True),
    sa.Column('time_zone', sa.String(length=64), nullable=True),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.Column('stations', sa.Integer(), nullable=False),
    sa.Column('stations_in_townships', sa.Integer(), nullable=False),
    sa.Column('duty_days_per_month', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('body', 'revision')
    )
    op.create_table('surveys',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('survey_id', sa.String(length=64), nullable=False),
    sa.Column('made_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('station', sa.String(length=64), nullable=False),
    sa.Column('category', sa.String(length=64), nullable=True),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('body', 'survey_id')
    )
    with op.batch_alter_table('surveys', schema=None) as batch_op:
        batch_op.create_index('surveys_by_date', ['body', 'made_at'], unique=False)

    op.create_table('tries',
    sa.Column('event_id', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('event_id')
    )


def downgrade() -> None:
    op.drop_table('tries')
    with op.batch_alter_table('surveys', schema=None) as batch_op:
        batch_op.drop_index('surveys_by_date')

    op.drop_table('surveys')
    op.drop_table('rosters')
    with op.batch_alter_table('receptions', schema=None) as batch_op:
        batch_op.drop_index('receptions_by_date')

    op.drop_table('receptions')
    op.drop_table('parked')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('outbox_unpublished', sqlite_where=sa.text('published_at IS NULL AND refused IS NULL'), postgresql_where=sa.text('published_at IS NULL AND refused IS NULL'))

    op.drop_table('outbox')
    with op.batch_alter_table('issues', schema=None) as batch_op:
        batch_op.drop_index('issues_by_date')

    op.drop_table('issues')
    op.drop_table('issue_steps')
    op.drop_table('inbox')
    with op.batch_alter_table('consultations', schema=None) as batch_op:
        batch_op.drop_index('consultations_by_date')

    op.drop_table('consultations')
    op.drop_table('commitment_steps')
    op.drop_table('bodies')
    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.drop_index('activities_by_date')

    op.drop_table('activities')
