"""SIGKILL of any process at any moment of a replay: nothing is lost, nothing is there twice."""

from __future__ import annotations

import json
import os
import random
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from email import message_from_bytes

import httpx
import pytest

from tests.e2e.databases import row_counts, said, unsaid
from tests.e2e.loop import COMMUNITY, STATION
from tests.e2e.test_ledger import LEDGER, PUBLISHED, YEAR, as_published
from tests.instance import Instance
from tests.servers import wait_until

EVENTS_OF_THE_LEDGER = 1_340
"""About how many the county's services write down; only says how far a replay is."""
VICTIMS = (
    ("zhaosu", "services"),
    ("zhaosu", "nats"),
    ("ili", "nats"),
    ("ili", "services"),
    ("everything", "supervisor"),
)


@pytest.fixture
def breakable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """A sample run that nobody else uses."""
    running = Instance(tmp_path_factory.mktemp("kill"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [int(os.environ.get("DOORSTEP_KILL_SEED", "1"))])
def test_killing_any_process_of_a_replay_loses_nothing_and_doubles_nothing(breakable: Instance, seed: int) -> None:
    """``DOORSTEP_KILL_SEED`` gives other moments and another order."""
    instance, chance = breakable, random.Random(seed)
    moments = sorted(chance.sample(range(30, EVENTS_OF_THE_LEDGER - 140), len(VICTIMS)))
    replay = instance.begin("ledger", "replay", str(LEDGER), "--body", "zhaosu")
    live = []
    for (body, process), moment in zip(chance.sample(VICTIMS, len(VICTIMS)), moments, strict=True):
        wait_until(lambda moment=moment: said(instance) >= moment or replay.poll() is not None, "progress", 90)
        if process == "supervisor":
            instance.kill_supervisor()
            instance.start()
        else:
            instance.kill(body, process)
        live.append(_insistent_resident(instance, body))
    replay.wait(90)

    again = instance.command("ledger", "replay", str(LEDGER), "--body", "zhaosu")
    assert again.code == 0, again.remarks
    for at in ("zhaosu", "ili"):
        assert as_published(instance.figures("zhaosu", at=at, **YEAR)) == PUBLISHED
        assert instance.command("parked", "list", "--body", at, "--json").json()["items"] == []
        wait_until(lambda at=at: unsaid(instance, at) == 0, f"an empty outbox at {at}")
    rows, risen = row_counts(instance), row_counts(instance, "ili")
    for table, count in _written_down(live=len(live)).items():
        assert rows[table] == count, (table, rows)
        if table.startswith("reporting."):
            assert risen[table] == count, (table, risen)
    wait_until(lambda: _mailed_once(instance, live), "one confirmation for each live issue")


def _insistent_resident(instance: Instance, name: str) -> str:
    """Submits one issue until there is a receipt for it; the address it is confirmed to."""
    address = f"{name}-{uuid.uuid4().hex[:8]}@mail.example"
    issue = {
        "station": STATION,
        "community": COMMUNITY,
        "words": "路灯不亮",
        "language": "zh-Hans",
        "anonymous": False,
        "contact": {"email": address},
    }

    def received() -> bool:
        try:
            answer = httpx.post(
                f"{instance.url('zhaosu')}/api/v1/issues", json=issue, headers={"Idempotency-Key": address}, timeout=5
            )
        except httpx.TransportError:
            return False
        return answer.status_code == 201

    wait_until(received, "a receipt", 60)
    return address


def _written_down(live: int) -> dict[str, int]:
    """How many rows each table must hold: one per line of the ledger, and what came in beside it."""
    lines = Counter(json.loads(line)["kind"] for line in LEDGER.read_text().splitlines())
    issues = lines["issue"] + live
    return {
        "intake.receptions": lines["reception"] + live,
        "intake.issues": issues,
        "routing.orders": issues,
        "consultation.cases": issues,
        "consultation.surveys": lines["survey"],
        "consultation.referrals": lines["referral"],
        "consultation.consultations": lines["consultation"],
        "consultation.activities": lines["talk"] + lines["good-deed"] + lines["survey"],
        "reporting.issues": issues,
        "reporting.receptions": lines["reception"] + live,
    }


def _mailed_once(instance: Instance, addresses: Sequence[str]) -> bool:
    """Whether every resident was written to; a letter sent again after a kill must say that it is the same one."""
    letters: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for mail in instance.mails():
        raw = (instance.var / "inbox" / f"{mail['id']}.eml").read_bytes()
        letters[mail["to"], mail["subject"], mail["text"]].add(message_from_bytes(raw)["Message-ID"])
    assert all(len(ids) == 1 for ids in letters.values()), letters
    return {to for to, _, _ in letters} >= set(addresses)
