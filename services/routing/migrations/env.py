"""Alembic's entry: migrate on the connection that the service holds."""

from alembic import context

from shared.db.migrate import run_environment

run_environment(context.config)
