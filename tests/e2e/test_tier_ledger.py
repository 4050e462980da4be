"""What rose can be verified at both sides, also after a lawful erasure; and who touches the ledger is named."""

from __future__ import annotations

import sqlite3

import httpx
import pytest

from tests.e2e.loop import COMMUNITY, STATION, drop, figures, parked, say
from tests.instance import Instance, Said
from tests.servers import wait_until


def submit(instance: Instance, key: str) -> dict[str, str]:
    issue = {
        "station": STATION,
        "community": COMMUNITY,
        "words": "路灯不亮",
        "language": "zh-Hans",
        "anonymous": False,
        "contact": {"phone": "13900000000"},
    }
    answer = instance.anyone().post("/api/v1/issues", json=issue, headers={"Idempotency-Key": key})
    assert answer.status_code == 201, answer.text
    receipt: dict[str, str] = answer.json()
    return receipt


def verify(instance: Instance, body: str) -> Said:
    return instance.command("tier", "verify", "--body", body, "--json")


def risen(instance: Instance) -> bool:
    said = verify(instance, "zhaosu")
    return said.code == 0 and all(chain["standing"] == "agrees" for chain in said.json()["chains"])


def test_both_sides_verify_after_a_lawful_erasure(instance: Instance) -> None:
    receipt = submit(instance, "erased-and-verified")
    wait_until(lambda: risen(instance), "what rose to be at the prefecture", 30)
    erased = instance.anyone().post(f"/api/v1/track/{receipt['tracking_code']}/erase", json={})
    assert erased.is_success, erased.text
    wait_until(lambda: risen(instance), "what rose to be at the prefecture", 30)
    [above] = [c for c in verify(instance, "ili").json()["chains"] if (c["body"], c["chain"]) == ("zhaosu", "intake")]
    [here] = [c for c in verify(instance, "zhaosu").json()["chains"] if c["chain"] == "intake"]
    assert (above["events"], above["fault"]) == (here["events"], None)
    said = instance.staff("officer").get("/api/v1/reporting/ledger").json()
    assert {chain["chain"] for chain in said["above"]["chains"]} == {"intake", "routing", "consultation"}
    [ours] = [each for each in said["heads"] if each["chain"] == "intake"]
    assert ours["side"] == "parent" and ours["here"] == ours["there"]
    theirs = instance.staff("officer", "ili").get("/api/v1/reporting/ledger").json()["heads"]
    assert [each["here"] for each in theirs if (each["body"], each["chain"]) == ("zhaosu", "intake")] == [ours["here"]]
    assert "doorstep_ledger_mismatch" in httpx.get(f"{instance.url('zhaosu')}/metrics").text


def test_an_event_that_was_altered_in_the_ledger_is_named(instance: Instance) -> None:
    submit(instance, "altered-and-named")
    intake = instance.var / "zhaosu" / "intake.db"
    with sqlite3.connect(intake, timeout=20) as database:
        [(event_id,)] = database.execute("SELECT event_id FROM ledger ORDER BY position DESC LIMIT 1").fetchall()
        body = database.execute("SELECT body FROM outbox WHERE event_id = ?", (event_id,)).fetchone()[0]
        database.execute("UPDATE outbox SET body = ? WHERE event_id = ?", (body.replace(STATION, "zh-st99"), event_id))
    try:
        said = instance.command("tier", "verify", "--body", "zhaosu")
    finally:
        with sqlite3.connect(intake, timeout=20) as database:
            database.execute("UPDATE outbox SET body = ? WHERE event_id = ?", (body, event_id))
    assert said.code == 1
    assert "altered" in said.remarks and event_id in said.remarks.replace("\n", "")
    assert verify(instance, "zhaosu").code == 0


# Last of what shares the instance: what was never said stays in the streams, and both sides go on naming it.
@pytest.mark.parametrize(
    ("subject", "body"),
    [("report.issue.submitted.v1", b"[]"), ("report.moon.risen.v1", b"{}")],
    ids=["malformed", "unknown"],
)
async def test_a_report_that_the_ledger_never_said_is_no_figure_and_is_named(
    instance: Instance, subject: str, body: bytes
) -> None:
    before = figures(instance, "zhaosu"), figures(instance, "ili")
    event_id = await say(instance, subject, body)
    for code in ("zhaosu", "ili"):
        for item in wait_until(lambda: parked(instance, code, event_id, {"reporting"}), "the parked event", 30):  # noqa: B023
            assert item["reason"] and item["subject"].endswith(subject)
            drop(instance, code, item)
    assert (figures(instance, "zhaosu"), figures(instance, "ili")) == before
    for code in ("zhaosu", "ili"):
        said = verify(instance, code)
        assert said.code == 1 and "zhaosu/intake: inserted" in said.remarks
