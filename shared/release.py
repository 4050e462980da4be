"""Which release of Doorstep this is; the same number for every service of a body."""

from __future__ import annotations

from importlib.metadata import version

RELEASE = version("doorstep")
"""As the package says it: ``0.1.0``. Every event carries the release that wrote it (docs/decisions/0022)."""
