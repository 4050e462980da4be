"""Backs a county up while residents submit, loses it, brings it back, and compares what the services then hold.

``python -m tests.drills.backup_under_load [--seconds 10]``; exits with 0 when every issue that was answered before the
backup began is there, and no service knows of an issue that another does not; else with 1, saying which.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from deploy.topology import SERVICES
from tests.e2e.loop import Submitted, ok, submit
from tests.instance import Instance
from tests.servers import wait_until

RESIDENTS = 4


@dataclass
class Residents:
    """Some who submit one after the other until told to stop."""

    instance: Instance
    answered: list[tuple[float, Submitted]] = field(default_factory=list)
    """When each answer came, on the monotonic clock."""
    _enough: threading.Event = field(default_factory=threading.Event)
    _at_work: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        self._at_work = [threading.Thread(target=self._submit) for _ in range(RESIDENTS)]
        for one in self._at_work:
            one.start()

    def end(self) -> None:
        self._enough.set()
        for one in self._at_work:
            one.join()

    def _submit(self) -> None:
        while not self._enough.is_set():
            issue = submit(self.instance)
            self.answered.append((time.monotonic(), issue))


def say(what: str) -> None:
    print(what, flush=True)  # noqa: T201


def settled(instance: Instance) -> None:
    """Wait until no event of the county is on its way."""
    office = instance.staff("officer")

    def waiting() -> int:
        held = [ok(office.get(f"/api/v1/{service}/outbox")) for service in SERVICES]
        return sum(int(one["waiting"]) + int(one["pending"]) for one in held) + int(
            ok(office.get("/api/v1/reporting/lag"))["pending"]
        )

    wait_until(lambda: waiting() == 0, "events to settle", 120)


def collected(instance: Instance) -> int:
    """How many issues reporting counts."""
    today = datetime.now(UTC).date()
    period = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}
    said = ok(instance.staff("officer").get("/api/v1/figures", params={"body": "zhaosu", **period}))
    return int(said["opinions_collected"])


def run(folder: Path, seconds: float) -> int:
    """The exit code."""
    instance, backup = Instance(folder / "var", bodies=["zhaosu"]), folder / "backup"
    try:
        instance.start()
        residents = Residents(instance)
        instance.anyone()
        residents.begin()
        time.sleep(seconds)  # it is load that is wanted here, not an event
        began = time.monotonic()
        said = instance.command("backup", str(backup), "--json").json()
        ended = time.monotonic()
        residents.end()
        say(f"{len(residents.answered)} issues submitted; backup of {said['bytes']:,} bytes in {ended - began:.1f} s")
        slowest = max(
            after - before for (before, _), (after, _) in zip(residents.answered, residents.answered[1:], strict=False)
        )
        say(f"the longest time in which nobody had an answer: {slowest:.2f} s")
        settled(instance)
        instance.stop()
        shutil.rmtree(instance.var / "zhaosu")
        instance.command("restore", str(backup), "--json").json()
        instance.start()
        settled(instance)
        return judge(instance, residents.answered, began)
    finally:
        instance.stop()


def judge(instance: Instance, answered: list[tuple[float, Submitted]], began: float) -> int:
    """Compare what intake, routing and reporting hold of what was answered."""
    office, there, trouble = instance.staff("dispatcher"), 0, []
    for moment, issue in answered:
        in_intake = _found(instance.anyone().get(f"/api/v1/track/{issue.tracking_code}"))
        in_routing = _found(office.get(f"/api/v1/orders/{issue.reference}"))
        there += in_intake
        if moment < began and not in_intake:
            trouble.append(f"{issue.reference} was answered before the backup and is lost")
        if in_intake is not in_routing:
            trouble.append(f"{issue.reference}: intake {in_intake}, routing {in_routing}")
    counted = collected(instance)
    if counted != there:
        trouble.append(f"intake has {there} issues and reporting counts {counted}")
    parked = [ok(instance.staff("officer").get(f"/api/v1/{service}/parked")) for service in SERVICES]
    if any(one["items"] for one in parked):
        trouble.append("events were parked")
    for one in trouble:
        say(one)
    say(f"{there} of {len(answered)} issues came back, and every service knows the same" if not trouble else "FAILED")
    return 1 if trouble else 0


def _found(answer: httpx.Response) -> bool:
    assert answer.status_code in (200, 404), answer.text
    return answer.status_code == 200


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of load before the backup begins")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorstep-drill-") as folder:
        return run(Path(folder), arguments.seconds)


if __name__ == "__main__":
    sys.exit(main())
