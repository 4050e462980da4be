"""Alembic's way in; :mod:`shared.db.migrate` does the rest."""

from alembic import context

from shared.db.migrate import run_environment

run_environment(context.config)
