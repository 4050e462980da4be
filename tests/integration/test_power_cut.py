"""A power cut, simulated: what was answered with 201 is on the disk, and everything that follows from it still follows.

The whole place of a run lies on a file system of its own, in an image. While issues come in, the image is copied:
the copy is what a disk would hold if the power failed at that moment. Then the product starts on the copy.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.instance import Instance
from tests.servers import wait_until

WANTED = 300
"""Issues answered before the cut."""
RESIDENTS = 8


def _cannot_mount() -> str | None:
    if os.geteuid() != 0:
        return "mounting an image needs root: run `sudo make test`"
    if shutil.which("mkfs.ext4") is None:
        return "mkfs.ext4 is not installed: the package e2fsprogs has it"
    probe = subprocess.run(["losetup", "-f"], capture_output=True, check=False)
    if probe.returncode != 0:
        return "this machine gives no loop devices: run on the host, or in a container with --privileged"
    return None


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty file system."""
    reason = _cannot_mount()
    if reason is not None:
        pytest.skip(reason)
    path = tmp_path_factory.mktemp("disk") / "disk.img"
    with path.open("wb") as file:
        file.truncate(400_000_000)
    subprocess.run(["mkfs.ext4", "-q", "-F", str(path)], check=True)
    return path


@contextmanager
def _mounted(image: Path, place: Path) -> Iterator[None]:
    place.mkdir(exist_ok=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.timeout(180)
def test_no_issue_answered_with_201_is_missing_after_a_power_cut(image: Path, tmp_path: Path) -> None:
    place, copy = tmp_path / "disk", image.with_name("copy.img")
    instance = Instance(place / "var", bodies=["ili"])
    with _mounted(image, place):
        try:
            instance.start()
            answered = _cut_under_load(instance, image, copy)
        finally:
            instance.kill_supervisor()
    assert len(answered) >= WANTED

    with _mounted(copy, place):
        try:
            instance.start()
            _all_there(instance, answered)
        finally:
            instance.stop()


def _cut_under_load(instance: Instance, image: Path, copy: Path) -> dict[str, str]:
    """Reference to tracking code of every issue that a resident held a receipt for when the power failed."""
    url = instance.url("ili")
    answered: dict[str, str] = {}
    over = threading.Event()

    def resident(number: int) -> None:
        with httpx.Client(base_url=url, timeout=5) as client:
            while not over.is_set():
                words = {"station": "ili-st01", "words": f"路灯不亮 {number}", "language": "zh-Hans", "anonymous": True}
                try:
                    answer = client.post("/api/v1/issues", json=words)
                except httpx.TransportError:
                    return  # the power is off
                assert answer.status_code == 201, answer.text
                said = answer.json()
                answered[said["reference"]] = said["tracking_code"]

    residents = [threading.Thread(target=resident, args=(number,)) for number in range(RESIDENTS)]
    for thread in residents:
        thread.start()
    try:
        wait_until(lambda: len(answered) >= WANTED, f"{WANTED} receipts", 60)
        run = instance.run
        # A power cut takes no time and a copy does, so everybody stands still for it.
        for pid in [run["supervisor_pid"], *run["bodies"]["ili"]["pids"].values()]:
            os.kill(pid, signal.SIGSTOP)
        held = dict(answered)
        wait_until(lambda: _copied(image, copy), "a moment at which nothing was written back", 30)
    finally:
        over.set()
        instance.kill_supervisor()
        for thread in residents:
            thread.join(10)
    return held


def _copied(image: Path, copy: Path) -> bool:
    """Whether the copy is of one moment: the system may be writing old pages back at its leisure."""
    subprocess.run(["cp", "--sparse=always", str(image), str(copy)], check=True)
    return filecmp.cmp(image, copy, shallow=False)


def _all_there(instance: Instance, answered: dict[str, str]) -> None:
    resident, dispatcher = instance.anyone("ili"), instance.staff("dispatcher", "ili")
    missing = [
        reference for reference, code in answered.items() if resident.get(f"/api/v1/track/{code}").status_code != 200
    ]
    assert missing == [], f"{len(missing)} of {len(answered)} receipts lead nowhere"
    for reference in answered:
        wait_until(
            lambda reference=reference: dispatcher.get(f"/api/v1/orders/{reference}").status_code == 200,
            f"the order of {reference}",
            60,
        )
    today = datetime.now(UTC).date()
    period = {"body": "ili", "from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}

    def counted() -> bool:
        figures = instance.staff("officer", "ili").get("/api/v1/figures", params=period).json()
        return bool(figures["opinions_collected"] >= len(answered))

    wait_until(counted, "every issue in the figures", 60)
