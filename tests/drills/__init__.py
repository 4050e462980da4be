"""Longer drills, each a script: ``python -m tests.drills.<name>``."""
