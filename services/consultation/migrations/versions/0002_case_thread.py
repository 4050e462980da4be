"""a thread with authors, further members, photographs, links to reply by"""

import sqlalchemy as sa
from alembic import op

import shared.db.types

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_members',
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('member', sa.String(length=64), nullable=False),
    sa.Column('invited_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('invited_by', sa.String(length=64), nullable=True),
    sa.PrimaryKeyConstraint('reference', 'member')
    )
    with op.batch_alter_table('case_members', schema=None) as batch_op:
        batch_op.create_index('cases_joined_by_member', ['member'], unique=False)

    op.create_table('photos',
    sa.Column('photo_id', sa.String(length=36), nullable=False),
    sa.Column('entry_id', sa.String(length=36), nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('audience', sa.String(length=16), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('added_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('photo_id')
    )
    with op.batch_alter_table('photos', schema=None) as batch_op:
        batch_op.create_index('photos_of_case', ['reference', 'entry_id'], unique=False)

    op.create_table('reply_links',
    sa.Column('link_id', sa.String(length=36), nullable=False),
    sa.Column('referral_id', sa.String(length=36), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', shared.db.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('used_at', shared.db.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', shared.db.types.UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('link_id'),
    sa.UniqueConstraint('token_hash')
    )
    with op.batch_alter_table('reply_links', schema=None) as batch_op:
        batch_op.create_index('reply_links_of_referral', ['referral_id', 'made_at'], unique=False)

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('quality', sa.String(length=1), nullable=True))
        batch_op.add_column(sa.Column('competent', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('word', sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column('version', sa.Integer(), server_default='0', nullable=False))

    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.add_column(sa.Column('author_role', sa.String(length=16), server_default='service', nullable=False))
        batch_op.add_column(sa.Column('author', sa.String(length=64), nullable=True))

    with op.batch_alter_table('referrals', schema=None) as batch_op:
        batch_op.add_column(sa.Column('request', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('reminded_at', shared.db.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('supervised_at', shared.db.types.UTCDateTime(timezone=True), nullable=True))


    # What the first release wrote down: a member's own lines, and those that other services or residents brought.
    op.execute("UPDATE entries SET author_role = 'member', author = member WHERE member IS NOT NULL")
    op.execute("UPDATE entries SET author_role = 'staff' WHERE member IS NULL AND kind IN ('note', 'reply')")
    op.execute(
        "UPDATE entries SET author_role = 'resident', author = NULL"
        " WHERE kind IN ('withdrawn', 'reopened', 'rated', 'erased')"
    )
    op.execute("UPDATE entries SET author_role = 'service', author = NULL WHERE kind IN ('assigned', 'timed-out')")
    op.execute("UPDATE referrals SET state = 'made' WHERE state = 'open'")
    op.execute("UPDATE cases SET quality = 'A' WHERE outcome = 'solved'")
    op.execute("UPDATE cases SET quality = 'D' WHERE outcome = 'answered'")
    op.execute("UPDATE cases SET word = 'confirmed' WHERE state = 'closed' AND rating = 'satisfied'")


def downgrade() -> None:
    op.execute("UPDATE referrals SET state = 'open' WHERE state <> 'replied'")
    with op.batch_alter_table('referrals', schema=None) as batch_op:
        batch_op.drop_column('supervised_at')
        batch_op.drop_column('reminded_at')
        batch_op.drop_column('request')

    with op.batch_alter_table('entries', schema=None) as batch_op:
        batch_op.drop_column('author')
        batch_op.drop_column('author_role')

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_column('version')
        batch_op.drop_column('word')
        batch_op.drop_column('competent')
        batch_op.drop_column('quality')

    with op.batch_alter_table('reply_links', schema=None) as batch_op:
        batch_op.drop_index('reply_links_of_referral')

    op.drop_table('reply_links')
    with op.batch_alter_table('photos', schema=None) as batch_op:
        batch_op.drop_index('photos_of_case')

    op.drop_table('photos')
    with op.batch_alter_table('case_members', schema=None) as batch_op:
        batch_op.drop_index('cases_joined_by_member')

    op.drop_table('case_members')
