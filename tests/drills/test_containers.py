"""The image and the compose file, really built and really run; not part of `make test` for its minutes, but of CI."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.drills.containers import ROOT, SKIPPED
from tests.drills.podman import missing


@pytest.mark.timeout(900)
def test_county_and_prefecture_run_joined_from_the_image() -> None:
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    drill = [sys.executable, "-m", "tests.drills.containers"]
    said = subprocess.run(drill, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    if said.returncode == SKIPPED:
        pytest.skip(said.stdout.strip())
    assert said.returncode == 0, said.stdout + said.stderr
