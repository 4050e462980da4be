"""Bad input gets a problem document that names its field, and changes nothing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy import sample
from tests.e2e.databases import row_counts
from tests.e2e.loop import STATION, drop, figures, in_progress, ok, parked, problem, say, submit
from tests.instance import Instance
from tests.servers import wait_until

GOOD = {"station": STATION, "words": "路灯不亮", "language": "zh-Hans", "anonymous": True}
ROSTER = Path(sample.__file__).parent / "zhaosu-roster.json"


@pytest.fixture
def nothing_changes(instance: Instance) -> Iterator[None]:
    """Fails where the test left a row behind, or a figure other than it was."""
    before = wait_until(lambda: _steady(instance), "an instance at rest", 30, pause=0.3)
    yield
    after = wait_until(lambda: _steady(instance), "an instance at rest", 30, pause=0.3)
    assert after == before


def _steady(instance: Instance) -> tuple[dict[str, int], Any] | None:
    first, second = ((row_counts(instance), figures(instance, "zhaosu")) for _ in range(2))
    return second if first == second else None


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"station": "zh-st99"}, "station"),
        ({"community": "zh-t99-c1"}, "community"),
        ({"words": "字" * 20_000}, "words"),
        ({"words": "路灯\0不亮"}, "words"),
        ({"words": ["路灯"]}, "words"),
        ({"words": ""}, "words"),
        ({"anonymous": "perhaps"}, "anonymous"),
        ({"language": "xx"}, "language"),
        ({"contact": {"phone": "13900000000"}}, "contact"),
        ({"category": "路灯"}, "category"),
        ({"colour": "red"}, "colour"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_field_is_named(instance: Instance, changed: dict[str, Any], field: str) -> None:
    said = problem(instance.anyone().post("/api/v1/issues", json={**GOOD, **changed}), 422, field)
    assert "字字" not in json.dumps(said, ensure_ascii=False), "what was sent is not sent back"


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize(
    "body",
    [
        json.dumps(GOOD, ensure_ascii=False).encode().replace("路".encode(), b"\xff\xfe"),
        b'{"station": "zh-st01", "words": ',
        b"",
        b"[]",
        b'{"station": "zh-st01", "words": "\\ud800", "language": "zh-Hans", "anonymous": true}',
        b"[" * 100_000,
    ],
    ids=["not UTF-8", "cut off", "empty", "a list", "half a character", "deeply nested"],
)
def test_a_body_that_is_no_issue_is_refused(instance: Instance, body: bytes) -> None:
    answer = instance.anyone().post("/api/v1/issues", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    problem(answer, answer.status_code)


@pytest.mark.usefixtures("nothing_changes")
def test_a_body_larger_than_any_issue_is_not_read_to_its_end(instance: Instance) -> None:
    big = json.dumps({**GOOD, "words": "a" * 400_000}).encode()
    problem(instance.anyone().post("/api/v1/issues", content=big, headers={"Content-Type": "application/json"}), 413)


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize("kind", ["wrong code", "not JSON"])
def test_a_broken_roster_is_named_by_line_and_refused_whole(instance: Instance, tmp_path: Path, kind: str) -> None:
    officer = instance.staff("officer")
    known = ok(officer.get("/api/v1/roster"))
    lines = ROSTER.read_text().splitlines()
    number = next(i for i, line in enumerate(lines) if '"zh-st05"' in line and "code" not in line)
    lines[number] = lines[number].replace('"zh-st05"', '"zh-st99"' if kind == "wrong code" else '"zh-st05')
    # A change that would be taken if the file were not refused whole.
    sent = "\n".join(lines).replace("health-care", "hospitals").encode()
    said = problem(officer.post("/api/v1/roster", content=sent, headers={"Content-Type": "application/json"}), 422)
    assert [error["line"] for error in said["errors"]] == [number + 1], said
    assert ok(officer.get("/api/v1/roster")) == known

    file = tmp_path / "roster.json"
    file.write_bytes(sent)
    refused = instance.command("roster", "import", str(file), "--body", "zhaosu")
    assert refused.code == 1 and f"line {number + 1}" in refused.remarks + refused.out, refused


def test_the_same_request_again_gets_the_same_answer_and_another_one_is_refused(instance: Instance) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = instance.anyone().post("/api/v1/issues", json=GOOD, headers=key)
    ok(first, 201)
    again = instance.anyone().post("/api/v1/issues", json=GOOD, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    other = instance.anyone().post("/api/v1/issues", json={**GOOD, "words": "别的事"}, headers=key)
    assert problem(other, 409)["code"] == "idempotency-key-reused"


@pytest.mark.usefixtures("nothing_changes")
def test_a_token_nobody_signed_opens_nothing(instance: Instance) -> None:
    token = instance.staff("officer").headers["authorization"]
    head, claims, signature = token.split(".")
    forged = ".".join((head, claims, signature[:-4] + ("AAAA" if signature[-4:] != "AAAA" else "BBBB")))
    prefecture = instance.staff("officer", "ili").headers["authorization"]
    for wrong in (forged, "Bearer nonsense", "Bearer", prefecture):
        for path in ("/api/v1/orders", "/api/v1/cases", "/api/v1/vault/2222-2222", "/api/v1/routing/parked"):
            problem(instance.anyone().get(path, headers={"Authorization": wrong}), 401)


def test_somebody_elses_case_is_no_case(instance: Instance) -> None:
    issue, _, code = in_progress(instance)
    other = "zh-m002" if code != "zh-m002" else "zh-m003"
    stranger = instance.member(other)
    for path in (f"orders/{issue.reference}/accept", f"cases/{issue.reference}/visits"):
        problem(stranger.post(f"/api/v1/{path}", json={}), 404)
    closing = {"outcome": "answered", "answer": "好了"}
    problem(stranger.post(f"/api/v1/cases/{issue.reference}/close", json=closing), 404)
    problem(stranger.get(f"/api/v1/cases/{issue.reference}"), 404)
    problem(stranger.get(f"/api/v1/orders/{issue.reference}"), 404)


@pytest.mark.usefixtures("nothing_changes")
def test_an_unknown_tracking_code_is_no_issue(instance: Instance) -> None:
    for code in ("a" * 26, "x", "2222-2222"):
        problem(instance.anyone().get(f"/api/v1/track/{code}"), 404)


@pytest.mark.usefixtures("nothing_changes")
def test_only_an_officer_says_when_something_was(instance: Instance) -> None:
    paper = {**GOOD, "recorded_at": "2023-05-01T10:00:00+08:00"}
    assert problem(instance.anyone().post("/api/v1/issues", json=paper), 403)["code"] == "own-date-needs-officer"
    future = {**GOOD, "recorded_at": "2999-05-01T10:00:00+08:00"}
    problem(instance.staff("officer").post("/api/v1/issues", json=future), 422, "recorded_at")


@pytest.mark.usefixtures("nothing_changes")
@pytest.mark.parametrize(
    ("subject", "body", "parked_at"),
    [
        ("inner.issue.submitted.v1", b"\xff\x00 not an event", {"routing", "notify"}),
        ("inner.issue.submitted.v1", b'{"occurred_at": "yesterday"}', {"routing", "notify"}),
        ("inner.issue.submitted.v99", b"{}", {"routing"}),
        ("inner.moon.risen.v1", b"{}", {"routing"}),
    ],
    ids=["garbage", "malformed", "unknown version", "unknown"],
)
async def test_an_event_nobody_can_read_is_kept_for_people(
    instance: Instance, subject: str, body: bytes, parked_at: set[str]
) -> None:
    event_id = await say(instance, subject, body)
    for item in wait_until(lambda: parked(instance, "zhaosu", event_id, parked_at), "the parked event", 30):
        assert item["reason"] and item["subject"].endswith(subject)
        if subject == "inner.moon.risen.v1":
            _seen_and_dropped_by_command(instance, "zhaosu", item)
        else:
            drop(instance, "zhaosu", item)


def _seen_and_dropped_by_command(instance: Instance, body: str, item: dict[str, Any]) -> None:
    def listed() -> list[str]:
        return [one["event_id"] for one in instance.command("parked", "list", "--body", body, "--json").json()["items"]]

    assert item["event_id"] in listed()
    dropped = instance.command("parked", "drop", str(item["id"]), "--body", body, "--service", item["service"])
    assert dropped.code == 0, dropped.remarks
    assert item["event_id"] not in listed()


def test_a_good_issue_still_passes_after_all_that(instance: Instance) -> None:
    issue = submit(instance)
    assert ok(instance.anyone().get(f"/api/v1/track/{issue.tracking_code}"))["reference"] == issue.reference
