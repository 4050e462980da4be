"""A body whose database or stream is not what it was: ``python -m tests.drills.restored [backup] [bit] [cut] [hub]``.

Each drill starts the sample county and prefecture, harms the county, and asks three things of it: that somebody is
told within a minute, that ``doorstep tier repair`` mends it, and that the figures at both are then the same to the
byte. ``hub`` puts the prefecture back, whose server then asks the county's for all that it lacks: there nothing is to
be typed, the figures are the same within a minute, and what it hands down afterwards arrives. Prints what it did; exit
code 1 where one of them fails.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from deploy.body_config import BodyConfig
from tests import instance as starting
from tests.drills.handing_down import HandingDown
from tests.e2e.test_ledger import LEDGER, PUBLISHED, YEAR, as_published
from tests.instance import Instance
from tests.servers import wait_until

DETECTED_WITHIN = 60.0
COUNTY, PARENT = "zhaosu", "ili"
CHAINS = ("intake", "routing", "consultation")


def say(words: str) -> None:
    """One line of the record."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stdout.flush()


class Drill:
    """One sample run in a place of its own."""

    def __init__(self, folder: Path) -> None:
        self.instance = Instance(folder / "var")
        self._folder = folder
        self._parts = 0

    def replay(self, last: int | None = None) -> None:
        """Record the sample ledger up to line ``last``; what is recorded already stays as it is."""
        self._parts += 1
        part = self._folder / f"part-{self._parts}.jsonl"
        part.write_text("\n".join(LEDGER.read_text().splitlines()[:last]) + "\n")
        said = self.instance.command("ledger", "replay", str(part), "--body", COUNTY, seconds=200)
        assert said.code == 0, said.remarks

    def standings(self) -> dict[str, Any]:
        """What the county says of its chains at the last comparison."""
        answer = self.instance.staff("officer", COUNTY).get("/api/v1/reporting/ledger").json()["above"]
        return {each["chain"]: each["standing"] for each in answer["chains"]} | {
            "stream-went-back": answer["stream_went_back"]
        }

    def detect(self, expected: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until the running county says by itself that something is wrong."""
        began = time.monotonic()
        wait_until(lambda: expected(self.standings()), "the county to notice", DETECTED_WITHIN, 0.5)
        say(f"noticed {time.monotonic() - began:.1f} s after the start: {self.standings()}")

    def agrees(self) -> None:
        """Wait until the parent holds every chain as the county has it, without a command."""
        began = time.monotonic()
        right = {**dict.fromkeys(CHAINS, "agrees"), "stream-went-back": False}
        wait_until(lambda: self.standings() == right, "the chains to agree again", DETECTED_WITHIN, 0.5)
        say(f"every chain agrees {time.monotonic() - began:.1f} s after the start, by itself")

    def is_named(self, at: str = COUNTY) -> str:
        """What ``tier verify`` says; fails where it finds nothing."""
        said = self.instance.command("tier", "verify", "--body", at, seconds=200)
        assert said.code == 1, f"tier verify at {at} found nothing wrong:\n{said.out}"
        say(f"tier verify at {at}: {said.remarks.strip()}")
        return said.remarks

    def repair(self) -> None:
        """Run the one command; and then nothing is wrong at either side."""
        began = time.monotonic()
        said = self.instance.command("tier", "repair", "--body", COUNTY, "--json", seconds=300)
        assert said.code == 0, said.remarks
        say(f"tier repair took {time.monotonic() - began:.1f} s: {json.dumps(said.json()['chains'])}")
        for at in (COUNTY, PARENT):
            verified = self.instance.command("tier", "verify", "--body", at, seconds=200)
            assert verified.code == 0, f"{at}: {verified.remarks}"

    def same_figures(self, *, published: bool = False) -> None:
        """The county's figures are the same bytes at both, now and made anew from the streams."""

        def both() -> list[str]:
            return [self.instance.figures(COUNTY, at=at, **YEAR) for at in (COUNTY, PARENT)]

        wait_until(lambda: len(set(both())) == 1, f"the same figures at both: {both()}", 60, 0.5)
        if published:
            assert as_published(both()[0]) == PUBLISHED
        for at in (COUNTY, PARENT):
            assert self.instance.command("reporting", "rebuild", "--body", at).code == 0
        assert len(set(both())) == 1, "made anew, the figures differ"
        say("the figures are the same at both, also made anew")

    def handing_down(self) -> closing[HandingDown]:
        """From the prefecture to the county, as they run now."""
        above, below = (BodyConfig.read(self.instance.var / code / "body.json") for code in (PARENT, COUNTY))
        return closing(HandingDown(above, below))

    @property
    def blocks(self) -> Path:
        """The message blocks of ``UP_zhaosu``."""
        [folder] = (self.instance.var / COUNTY / "jetstream").glob(f"**/streams/UP_{COUNTY}/msgs")
        return folder


def backup(drill: Drill) -> None:
    """The county's databases and streams are put back to where they were half a ledger before."""
    county, kept = drill.instance.var / COUNTY, drill.instance.var / "backup"
    drill.instance.start()
    drill.replay(400)
    drill.instance.stop()
    shutil.copytree(county, kept)
    drill.instance.start()
    drill.replay()
    drill.same_figures(published=True)
    drill.instance.stop()
    shutil.rmtree(county)
    shutil.copytree(kept, county)
    say("restored the county from its backup")
    drill.instance.start()
    drill.detect(lambda said: said.get("intake") == "went-back" and said["stream-went-back"])
    drill.replay(440)  # it takes what comes in meanwhile, on the other branch of its history
    drill.is_named()
    drill.repair()
    drill.same_figures()
    drill.replay()
    drill.same_figures(published=True)


def _harmed(drill: Drill, harm: Callable[[bytes], bytes]) -> None:
    """The county works alone, its machine stops hard, and its newest block is not what it was."""
    drill.instance.start()
    drill.replay(300)
    drill.instance.stop()
    alone = Instance(drill.instance.var, bodies=[COUNTY])
    alone.environment = drill.instance.environment
    alone.start()
    part = drill.instance.var.parent / "alone.jsonl"
    part.write_text("\n".join(LEDGER.read_text().splitlines()[:600]) + "\n")
    assert alone.command("ledger", "replay", str(part), "--body", COUNTY, seconds=200).code == 0
    alone.kill_supervisor()
    block = max(drill.blocks.glob("*.blk"), key=lambda each: each.stat().st_mtime)
    was = block.read_bytes()
    block.write_bytes(harm(was))
    say(f"harmed {block.name} of {len(was)} bytes")
    drill.instance.start()
    drill.detect(lambda said: said["stream-went-back"] or {"lacks", "differs"} & {*said.values()} != set())
    drill.is_named()
    drill.repair()
    drill.same_figures()
    drill.replay()
    drill.same_figures(published=True)


def bit(drill: Drill) -> None:
    """One bit in the middle of the block is turned round."""

    def flip(block: bytes) -> bytes:
        middle = len(block) // 2
        return block[:middle] + bytes([block[middle] ^ 0x10]) + block[middle + 1 :]

    _harmed(drill, flip)


def cut(drill: Drill) -> None:
    """The last tenth of the block is gone."""
    _harmed(drill, lambda block: block[: len(block) * 9 // 10])


def hub(drill: Drill) -> None:
    """The prefecture is put back to where it was half a ledger before; the county has gone on meanwhile."""
    prefecture, kept = drill.instance.var / PARENT, drill.instance.var / "backup"
    drill.instance.start()
    drill.replay(400)
    with drill.handing_down() as down:
        down.offer(2)
        down.until_arrived(60)
    drill.instance.stop()
    shutil.copytree(prefecture, kept)
    drill.instance.start()
    drill.replay()
    drill.same_figures(published=True)
    with drill.handing_down() as down:
        down.offer(3)
        down.until_arrived(60, repeats=True)
    drill.instance.stop()
    shutil.rmtree(prefecture)
    shutil.copytree(kept, prefecture)
    say("restored the prefecture from its backup")
    drill.instance.start()
    with drill.handing_down() as down:
        down.offer(2)  # at once, before anything is mended
        drill.agrees()
        drill.same_figures(published=True)
        drill.repair()
        drill.same_figures(published=True)
        down.offer(1)
        say(f"what it handed down is at the county {down.until_arrived(90, repeats=True):.1f} s later")
        down.accept()
    parked = [
        drill.instance.staff("officer", at).get("/api/v1/routing/parked").json()["items"] for at in (COUNTY, PARENT)
    ]
    assert parked == [[], []], parked


DRILLS = {"backup": backup, "bit": bit, "cut": cut, "hub": hub}


def main(names: list[str]) -> int:
    """Run the drills named, or all; how many failed."""
    failed = 0
    starting.READY_SECONDS = 300.0  # a drill waits for a busy machine
    for name in names or [*DRILLS]:
        say(f"--- {name}: {DRILLS[name].__doc__}")
        with tempfile.TemporaryDirectory(prefix="doorstep-drill-") as folder:
            drill = Drill(Path(folder))
            try:
                DRILLS[name](drill)
                say(f"{name}: passed")
            except AssertionError as wrong:
                failed += 1
                say(f"{name}: FAILED: {wrong}")
            finally:
                drill.instance.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
