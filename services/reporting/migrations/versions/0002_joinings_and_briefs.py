"""joinings and briefs"""

import sqlalchemy as sa
from alembic import op

import shared.db.types

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('activity_joinings',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('joining_id', sa.String(length=64), nullable=False),
    sa.Column('activity_id', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('body', 'joining_id')
    )
    with op.batch_alter_table('activity_joinings', schema=None) as batch_op:
        batch_op.create_index('joinings_of_activity', ['body', 'activity_id'], unique=False)

    op.create_table('brief_steps',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('brief_id', sa.String(length=64), nullable=False),
    sa.Column('step', sa.String(length=16), nullable=False),
    sa.Column('occurred_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('says', sa.String(length=32), nullable=True),
    sa.PrimaryKeyConstraint('body', 'brief_id', 'step')
    )
    with op.batch_alter_table('brief_steps', schema=None) as batch_op:
        batch_op.create_index('brief_steps_by_date', ['body', 'step', 'occurred_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('brief_steps', schema=None) as batch_op:
        batch_op.drop_index('brief_steps_by_date')

    op.drop_table('brief_steps')
    with op.batch_alter_table('activity_joinings', schema=None) as batch_op:
        batch_op.drop_index('joinings_of_activity')

    op.drop_table('activity_joinings')
