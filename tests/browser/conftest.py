"""A real browser, headless."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it (``DOORSTEP_CHROMIUM`` names another)."""
    found = os.environ.get("DOORSTEP_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine: `apt-get install chromium`, or name one in DOORSTEP_CHROMIUM")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="session")
def screens() -> Path | None:
    """Where pictures of the pages are left to be looked at, where ``DOORSTEP_SCREENS`` names a folder.

    Painting every page whole takes a third of the browser's time.
    """
    folder = os.environ.get("DOORSTEP_SCREENS")
    return Path(folder).absolute() if folder else None
