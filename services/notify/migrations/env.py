"""Alembic's entry: the service migrates itself at start, on the connection it holds."""

from alembic import context

from shared.db.migrate import run_environment

run_environment(context.config)
