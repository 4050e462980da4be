"""events kept for a newer release"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("parked", schema=None) as batch_op:
        batch_op.create_index("parked_by_state", ["state", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("parked", schema=None) as batch_op:
        batch_op.drop_index("parked_by_state")
