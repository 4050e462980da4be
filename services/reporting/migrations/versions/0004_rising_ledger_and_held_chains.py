"""rising ledger and held chains

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import UTCDateTime

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('held',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('chain', sa.String(length=16), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('event_id', sa.String(length=64), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.PrimaryKeyConstraint('body', 'chain', 'position')
    )
    with op.batch_alter_table('held', schema=None) as batch_op:
        batch_op.create_index('held_by_day', ['body', 'chain', 'day'], unique=False)

    op.create_table('held_beside',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('chain', sa.String(length=16), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('event_id', sa.String(length=64), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.Column('why', sa.String(length=16), nullable=False),
    sa.Column('noted_at', UTCDateTime(), nullable=False),
    sa.Column('in_figures', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('body', 'chain', 'hash')
    )
    op.create_table('held_chains',
    sa.Column('body', sa.String(length=31), nullable=False),
    sa.Column('chain', sa.String(length=16), nullable=False),
    sa.Column('child', sa.String(length=31), nullable=False),
    sa.Column('events', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('set_aside', sa.Integer(), nullable=False),
    sa.Column('moved_at', UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('body', 'chain')
    )
    op.create_table('ledger',
    sa.Column('position', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('event_id', sa.String(length=64), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.PrimaryKeyConstraint('position'),
    sa.UniqueConstraint('event_id')
    )
    with op.batch_alter_table('ledger', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ledger_day'), ['day'], unique=False)

    op.create_table('ledger_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    # Before the first place; there already, so that two replicas never both make it.
    op.execute("INSERT INTO ledger_head (id, position, hash) VALUES (1, 0, '')")


def downgrade() -> None:
    op.drop_table('ledger_head')
    with op.batch_alter_table('ledger', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ledger_day'))

    op.drop_table('ledger')
    op.drop_table('held_chains')
    op.drop_table('held_beside')
    with op.batch_alter_table('held', schema=None) as batch_op:
        batch_op.drop_index('held_by_day')

    op.drop_table('held')
