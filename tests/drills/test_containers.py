"""The image and the compose file, really built and really run; not part of `make test` for its minutes, but of CI."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.drills.containers import ROOT, SKIPPED
from tests.drills.podman import missing

WITHIN_SECONDS = 600
"""Three to four minutes on two cores that have nothing else to do."""


@pytest.mark.timeout(900)
def test_county_and_prefecture_run_joined_from_the_image() -> None:
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    drill = subprocess.Popen(
        [sys.executable, "-m", "tests.drills.containers"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = drill.communicate(timeout=WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        drill.terminate()  # it takes its containers down
        said, _ = drill.communicate()
        pytest.fail(f"not done within {WITHIN_SECONDS} s:\n{said}")
    if drill.returncode == SKIPPED:
        pytest.skip(said.strip())
    assert drill.returncode == 0, said
