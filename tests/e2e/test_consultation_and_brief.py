"""From an invitation to a record, a promise that outlives its case, a brief: over HTTP, with real mail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import httpx
from icalendar import Calendar

from tests.e2e.loop import STATION, in_progress, ok, problem
from tests.instance import Instance
from tests.servers import wait_until

DEPARTMENT = "zh-d-health-care"
MODE = {"place": "mobile", "gathering": "concentrated", "setting": "on-site"}


def entries(instance: Instance, uid_part: str) -> dict[tuple[str, int], str]:
    """The calendar entries in the inbox whose UID has this part: reader and SEQUENCE to METHOD."""
    found = {}
    for mail in instance.mails():
        raw = (instance.var / "inbox" / f"{mail['id']}.eml").read_bytes()
        for part in message_from_bytes(raw, policy=policy.default).walk():
            if part.get_content_type() == "text/calendar":
                calendar = Calendar.from_ical(part.get_content())
                [event] = calendar.walk("VEVENT")
                if uid_part in str(event["uid"]):
                    found[mail["to"], int(event["sequence"])] = str(calendar["method"])
    return found


def test_members_and_a_department_are_invited_and_told_of_changes(instance: Instance) -> None:
    issue, member, code = in_progress(instance)
    survey = ok(member.post("/api/v1/surveys", json={"station": STATION, "members": [code]}), 201)
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    plan: dict[str, Any] = {
        "topic": "药品供应",
        "members": [code],
        "departments": [DEPARTMENT],
        "residents": 4,
        "resident_roles": {"representative": 1},
        "planned_at": soon.isoformat(),
        "contributions_until": (soon - timedelta(days=1)).isoformat(),
        **MODE,
    }
    opening = {**plan, "station": STATION, "surveys": [survey["id"]], "issues": [issue.reference]}
    problem(member.post("/api/v1/consultations", json=opening | {"surveys": []}), 422, "surveys")
    past = {"contributions_until": "2023-01-01T10:00:00+08:00"}
    problem(member.post("/api/v1/consultations", json=opening | past), 422, "contributions_until")
    ident = ok(member.post("/api/v1/consultations", json=opening), 201)["id"]
    wait_until(lambda: len(entries(instance, ident)) == 2, "the invitations of a member and a department")
    assert set(entries(instance, ident).values()) == {"REQUEST"}

    path = f"/api/v1/consultations/{ident}"
    ok(member.put(f"{path}/plan", json=plan | {"departments": [], "sequence": 0}))
    wait_until(lambda: len(entries(instance, ident)) == 4, "what is told of the change")
    changed = {reader: method for (reader, sequence), method in entries(instance, ident).items() if sequence == 1}
    assert sorted(changed.values()) == ["CANCEL", "REQUEST"]
    assert next(reader for reader, method in changed.items() if method == "CANCEL").startswith("health-care@")

    ok(member.post(f"{path}/contributions", json={"text": "建议每周二配送。"}), 201)
    ok(member.post(f"{path}/hold"))
    record = member.get(f"/work/consultations/{ident}/record", headers={"Accept": "text/html"})
    assert "建议每周二配送。" in record.text
    problem(member.post(f"{path}/cancel", json={"reason": "迟了"}), 409)


def test_a_promise_is_on_the_tracking_page_before_and_after_the_case_is_closed(instance: Instance) -> None:
    issue, member, _ = in_progress(instance)
    reference, day = issue.reference, date.today() + timedelta(days=30)
    lacking = {"by": "卫生院", "what": "每周补药"}
    problem(member.post(f"/api/v1/cases/{reference}/commitments", json=lacking), 422, "due_on")
    promise = lacking | {"department": DEPARTMENT, "due_on": day.isoformat()}
    ident = ok(member.post(f"/api/v1/cases/{reference}/commitments", json=promise), 201)["id"]
    progress = {"text": "第一批药已到。", "audience": "resident"}
    ok(member.post(f"/api/v1/commitments/{ident}/progress", json=progress), 201)

    def told() -> dict[str, Any] | None:
        seen: list[dict[str, Any]] = ok(instance.anyone().get(f"/api/v1/track/{issue.tracking_code}"))["commitments"]
        return seen[0] if seen else None

    shown = wait_until(told, "the promise on the tracking page")
    assert (shown["state"], shown["overdue"], shown["progress"][0]["text"]) == ("open", False, "第一批药已到。")
    closing = {"outcome": "planned", "answer": "药品将每周补充。"}
    ok(member.post(f"/api/v1/cases/{reference}/close", json=closing))
    ok(member.post(f"/api/v1/commitments/{ident}/keep", json={"evidence": "签收单"}))
    kept = wait_until(lambda: (found := told()) and found["state"] == "kept" and found, "the promise kept")
    assert kept["evidence"] == "签收单"


def test_a_brief_is_handed_in_and_the_prefecture_counts_it(instance: Instance) -> None:
    issue, member, _ = in_progress(instance)
    officer = instance.staff("officer")
    before = briefs(instance.staff("officer", "ili"))
    words = {"title": "关于乡村药品供应", "text": "建议每周配送。电话13812345678", "issues": [issue.reference]}
    brief = ok(member.post("/api/v1/briefs", json=words), 201)
    path = f"/api/v1/briefs/{brief['id']}"
    problem(member.post(f"{path}/submit"), 422, "text")
    ok(member.put(path, json={**words, "text": "建议每周配送。", "version": brief["version"]}))
    ok(member.post(f"{path}/submit"))
    numbered = ok(officer.post(f"{path}/number"))
    assert numbered["number"] >= 1
    ok(officer.post(f"{path}/hand-in"))
    wait_until(
        lambda: briefs(instance.staff("officer", "ili"))["handed-in"] == before["handed-in"] + 1,
        "the brief among the prefecture's figures",
        seconds=60,
    )


def briefs(office: httpx.Client) -> dict[str, int]:
    """What the office's reporting counts of the county's briefs this year."""
    today = datetime.now(UTC).date()
    period = {"from": f"{today.year - 1}-12-31", "to": f"{today.year + 1}-01-01"}
    counted = ok(office.get("/api/v1/figures/activities", params={"body": "zhaosu", **period}))
    found: dict[str, int] = counted["briefs"]
    return found
