"""Run by alembic; see ``shared.db.migrate``."""

from alembic import context

from shared.db.migrate import run_environment

run_environment(context.config)
