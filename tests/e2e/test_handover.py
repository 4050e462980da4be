"""Issues handed up and down between the two sample bodies, over their public APIs, on their own servers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.e2e.loop import Submitted, case_in_progress, in_progress, ok, problem
from tests.instance import Instance
from tests.servers import wait_until

WORDS = "خەلق دوختۇرخانىسىدا دورا يېتىشمەيدۇ"
TEXT = "乡卫生室常用药长期短缺，需要州里协调药品配送。"
ANSWER = "州卫健委已把该乡列入每周配送，本月起执行。"
NAME = "阿依努尔·买买提"
OFFICE = "office@zhaosu.example"


@pytest.fixture(scope="module", autouse=True)
def late(instance: Instance) -> Iterator[tuple[str, str]]:
    """A case, and the commitment in it that was due today, when the county's work was over after a minute.

    The clock of deadlines looks twice a minute, so it begins to be late while the other tests run.
    """
    officer = instance.staff("officer")
    before = ok(officer.get("/api/v1/calendar"))
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()
    ok(officer.put(f"/api/v1/calendar/days/{today}", json={"works": True}))
    rules = {name: before[name] for name in ("terms", "office_email", "office_language")}
    ok(officer.put("/api/v1/calendar/rules", json={**rules, "hours": ["00:00-00:01"], "office_email": OFFICE}))
    issue, member, _ = in_progress(instance, contact={"name": NAME, "phone": "13800138000"})
    promise = {"by": "供水公司", "what": "更换主管", "due_on": today}
    commitment = ok(member.post(f"/api/v1/cases/{issue.reference}/commitments", json=promise), 201)["id"]
    yield issue.reference, commitment
    ok(officer.put("/api/v1/calendar/rules", json={**rules, "hours": before["hours"]}))
    ok(officer.delete(f"/api/v1/calendar/days/{today}"))


def offer(instance: Instance, by: httpx.Client, reference: str, **more: Any) -> str:
    """Offer an issue; the handover's id."""
    sent = {"reference": reference, "text": TEXT, **more}
    return str(ok(by.post("/api/v1/handovers", json=sent), 201)["handover_id"])


def shown(by: httpx.Client, handover_id: str) -> dict[str, Any]:
    found: dict[str, Any] = ok(by.get(f"/api/v1/handovers/{handover_id}"))
    return found


def arrives(by: httpx.Client, handover_id: str, state: str) -> dict[str, Any]:
    """The handover, once it stands at ``state`` here."""

    def look() -> dict[str, Any] | None:
        answer = by.get(f"/api/v1/handovers/{handover_id}")
        found = ok(answer) if answer.status_code != 404 else None
        return found if found is not None and found["state"] == state else None

    found: dict[str, Any] = wait_until(look, f"the handover to be {state}", seconds=60)
    return found


def stands_still(by: httpx.Client, reference: str) -> bool:
    """Whether the time for the answer is paused."""
    paused = ok(by.get("/api/v1/deadlines", params={"which": "paused"}))["items"]
    return (reference, "answer") in [(each["reference"], each["kind"]) for each in paused]


def residents(instance: Instance, body: str) -> tuple[int, int]:
    """How many issues, and of how many residents, the prefecture counts for ``body``."""
    span = {"from": "2015-01-01", "to": "2099-12-31", "body": body}
    found = ok(instance.staff("officer", "ili").get("/api/v1/figures/residents", params=span))
    return found["issues"], found["residents"]


def track(instance: Instance, issue: Submitted) -> dict[str, Any]:
    found: dict[str, Any] = ok(instance.anyone().get(f"/api/v1/track/{issue.tracking_code}"))
    return found


def working_member(instance: Instance, reference: str, body: str) -> httpx.Client:
    """The member of ``body`` whom the order came to, who has taken it and works on it."""
    office = instance.staff("dispatcher", body)

    def look() -> dict[str, Any] | None:
        answer = office.get(f"/api/v1/orders/{reference}")
        return ok(answer) if answer.status_code == 200 else None

    order: dict[str, Any] = wait_until(look, f"the order of {reference} at {body}")
    assert order["channel"] == "handover", order
    if order["state"] == "unroutable":
        code = next(each["member"] for each in instance.run["bodies"][body]["accounts"] if each["member"])
        ok(office.post(f"/api/v1/orders/{reference}/assign", json={"member": code}))
    else:
        code = order["member"]
    member = instance.member(code, body)
    ok(member.post(f"/api/v1/orders/{reference}/accept"))
    case_in_progress(instance, reference, member)
    return member


def test_up_accepted_worked_on_and_answered(instance: Instance) -> None:
    before = {body: residents(instance, body) for body in ("zhaosu", "ili")}
    issue, member, _ = in_progress(instance, contact={"name": NAME, "phone": "13800138000"})
    here, above = instance.staff("dispatcher"), instance.staff("dispatcher", "ili")
    handover = offer(instance, member, issue.reference)
    assert arrives(above, handover, "offered")["text"] == TEXT
    wait_until(
        lambda: track(instance, issue)["offered_to"] == "ili", "the resident's page to name whom it is offered to"
    )
    assert track(instance, issue)["with_body"] == "zhaosu"

    ok(above.post(f"/api/v1/handovers/{handover}/accept"))
    arrives(here, handover, "accepted")
    wait_until(lambda: track(instance, issue)["with_body"] == "ili", "the resident's page to name who has it")
    page = instance.anyone().get(f"/track/{issue.tracking_code}", headers={"accept-language": "zh-Hans"})
    assert page.status_code == 200 and "伊犁州政协" in page.text
    wait_until(lambda: stands_still(member, issue.reference), "the time for the answer to stand still")
    offered = member.get(f"/office/handovers/new?reference={issue.reference}")
    assert f"/office/handovers/new?reference={issue.reference}" in member.get(f"/work/{issue.reference}").text
    assert issue.reference in offered.text

    theirs = working_member(instance, issue.reference, "ili")
    case = f"/api/v1/cases/{issue.reference}"
    ok(theirs.post(f"{case}/notes", json={"text": "已与卫健委核实。"}), 201)
    ok(theirs.post(f"/api/v1/handovers/{handover}/answer", json={"text": ANSWER, "outcome": "solved"}))
    ok(theirs.post(f"{case}/close", json={"outcome": "solved", "answer": ANSWER}))

    answered = arrives(here, handover, "answered")
    assert (answered["answer"], answered["outcome"], answered["holder"]) == (ANSWER, "solved", "zhaosu")
    wait_until(lambda: track(instance, issue)["with_body"] == "zhaosu", "the issue to be with its own body again")
    wait_until(lambda: not stands_still(member, issue.reference), "the time for the answer to go on")
    ok(member.post(f"{case}/close", json={"outcome": "solved", "answer": ANSWER}))
    for each in (here, above):
        closed = arrives(each, handover, "closed")
        assert [(stay["body"], stay["state"]) for stay in closed["stays"]] == [
            ("ili", "offered"),
            ("ili", "accepted"),
            ("zhaosu", "answered"),
        ]
    # Counted where it was received, and nowhere twice.
    counted = {**before, "zhaosu": tuple(number + 1 for number in before["zhaosu"])}
    wait_until(
        lambda: {body: residents(instance, body) for body in counted} == counted,
        f"{counted} instead of { {body: residents(instance, body) for body in counted} } at the prefecture",
    )
    seen = track(instance, issue)
    assert (seen["reference"], seen["state"], seen["with_body"]) == (issue.reference, "closed", "zhaosu")
    steps = [line["step"] for line in seen["timeline"] if line["step"].startswith("handed")]
    assert steps == ["handed", "handed-taken", "handed-answered"]
    for body in ("zhaosu", "ili"):
        for service in ("routing", "intake", "consultation", "notify", "reporting"):
            office = instance.staff("officer", body)
            assert ok(office.get(f"/api/v1/{service}/parked"))["items"] == [], (body, service)


def test_up_returned_with_a_reason(instance: Instance) -> None:
    issue, member, _ = in_progress(instance)
    here, above = instance.staff("dispatcher"), instance.staff("dispatcher", "ili")
    handover = offer(instance, member, issue.reference)
    arrives(above, handover, "offered")
    problem(member.post("/api/v1/handovers", json={"reference": issue.reference, "text": TEXT}), 409, "reference")
    problem(above.post(f"/api/v1/handovers/{handover}/return", json={"reason": "请打 0999-6022345"}), 422, "reason")
    sent = {"reason": "属于县级权限，请转县卫健局。", "proposed_owner": "zh-d-health"}
    ok(above.post(f"/api/v1/handovers/{handover}/return", json=sent))
    back = arrives(here, handover, "returned")
    assert (back["reason"], back["proposed_owner"], back["holder"]) == (sent["reason"], "zh-d-health", None)
    problem(above.post(f"/api/v1/handovers/{handover}/accept"), 409)
    wait_until(lambda: track(instance, issue)["offered_to"] is None, "the resident's page to say it is back")
    # It may be offered again.
    again = offer(instance, member, issue.reference)
    ok(here.post(f"/api/v1/handovers/{again}/withdraw"))
    arrives(above, again, "withdrawn")


def test_down_accepted_then_taken_back_by_its_resident(instance: Instance) -> None:
    office, below = instance.staff("officer", "ili"), instance.staff("dispatcher")
    issue = _raised_at_ili(instance)
    wait_until(lambda: office.get(f"/api/v1/orders/{issue.reference}").status_code == 200, "the order at ili")
    handover = offer(instance, office, issue.reference, to="zhaosu")
    assert arrives(below, handover, "offered")["way"] == "down"
    ok(below.post(f"/api/v1/handovers/{handover}/accept"))
    arrives(office, handover, "accepted")
    member = working_member(instance, issue.reference, "zhaosu")
    ok(instance.anyone("ili").post(f"/api/v1/track/{issue.tracking_code}/withdraw"))
    arrives(below, handover, "withdrawn")

    def state() -> str:
        return str(ok(member.get(f"/api/v1/cases/{issue.reference}"))["state"])

    wait_until(lambda: state() == "withdrawn", "the case below to end")
    problem(office.post("/api/v1/handovers", json={"reference": issue.reference, "text": TEXT}), 422, "to")


def _raised_at_ili(instance: Instance) -> Submitted:
    names = ok(instance.anyone("ili").get("/api/v1/roster/names"))
    roster = ok(instance.staff("officer", "ili").get("/api/v1/roster"))
    assert set(names["body"]) == {"ili", "zhaosu"}
    first = roster["communities"][0]
    sent = {
        "community": first["code"] if isinstance(first, dict) else first,
        "words": WORDS,
        "language": "ug",
        "anonymous": True,
    }
    said = ok(instance.anyone("ili").post("/api/v1/issues", json=sent), 201)
    return Submitted(said["reference"], said["tracking_code"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("请联系１３８ ００１３ ８０００。", "text-has-telephone"),
        ("身份证 65402219900307123X", "text-has-identity-number"),
        ("阿依努尔 买买提反映缺药。", "text-has-name"),
    ],
)
def test_what_must_not_leave_is_refused_and_nothing_leaves(instance: Instance, text: str, code: str) -> None:
    issue, member, _ = in_progress(instance, contact={"name": NAME, "phone": "13800138000"})
    answer = member.post("/api/v1/handovers", json={"reference": issue.reference, "text": text})
    assert problem(answer, 422, "text")["code"] == code
    listed = ok(instance.staff("dispatcher").get("/api/v1/handovers", params={"side": "out"}))
    assert issue.reference not in [each["reference"] for each in listed["items"]]


def test_a_parent_presses_for_a_late_case_until_it_is_settled(instance: Instance, late: tuple[str, str]) -> None:
    reference, commitment = late
    here, above = instance.staff("officer"), instance.staff("dispatcher", "ili")
    is_late = {"body": "zhaosu", "reference": reference}

    def late_cases() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ok(above.get("/api/v1/tiers/late", params=is_late))["items"]
        return found

    (found,) = wait_until(late_cases, "the case to be late", seconds=100)
    assert (found["kind"], found["through"]) == ("commitment", ["zhaosu"])
    page = above.get("/office/tiers/late", headers={"accept-language": "zh-Hans"})
    assert f"/office/supervisions/new?body=zhaosu&amp;reference={reference}" in page.text
    question = "该承诺已逾期，请说明原因。"
    asked = {**is_late, "text": question}
    problem(above.post("/api/v1/supervisions", json={**asked, "text": "请回电 0999-6022345"}), 422, "text")
    supervision = ok(above.post("/api/v1/supervisions", json=asked), 201)["supervision_id"]
    problem(above.post("/api/v1/supervisions", json=asked), 409, "reference")

    def stands(by: httpx.Client, state: str) -> Any:
        answer = by.get(f"/api/v1/supervisions/{supervision}")
        return answer.json() if answer.status_code == 200 and answer.json()["state"] == state else None

    shown = wait_until(lambda: stands(here, "open"), "the county to be pressed")
    assert [each["text"] for each in shown["course"]] == [question]
    case = ok(here.get(f"/api/v1/cases/{reference}"))
    assert ok(instance.member(case["member"]).get(f"/api/v1/supervisions/{supervision}"))["state"] == "open"

    def kinds() -> set[str]:
        return {each["kind"] for each in ok(here.get(f"/api/v1/cases/{reference}"))["thread"]}

    wait_until(lambda: "pressed-open" in kinds(), "the thread of the case to say so")
    told = {OFFICE, f"{case['member']}@zhaosu.example"}
    link = f"/office/supervisions/{supervision}"
    wait_until(lambda: told <= {mail["to"] for mail in instance.mails() if link in mail["text"]}, "letters to both")

    answer = f"/api/v1/supervisions/{supervision}/answer"
    problem(here.post(answer, json={"text": f"{NAME}家的水管已报修。"}), 422, "text")
    ok(here.post(answer, json={"text": "配件已到，明日更换。"}))
    wait_until(lambda: stands(above, "answered"), "the answer above")
    ok(above.post(f"/api/v1/supervisions/{supervision}/ask-again", json={"text": "完成后请告知。"}))
    wait_until(lambda: stands(here, "open"), "the county to be asked again")
    ok(here.post(f"/api/v1/commitments/{commitment}/keep", json={}))
    wait_until(lambda: not late_cases(), "the case to be late no longer")
    ok(here.post(answer, json={"text": "已更换完毕。"}))
    wait_until(lambda: stands(above, "answered"), "the second answer above")
    ok(above.post(f"/api/v1/supervisions/{supervision}/close"))
    wait_until(lambda: stands(here, "closed"), "the county to know that it does")
    for by in (here, instance.staff("officer", "ili")):
        for service in ("routing", "consultation", "notify", "reporting"):
            assert ok(by.get(f"/api/v1/{service}/parked"))["items"] == [], service


def test_a_brief_goes_up_is_adopted_and_answered(instance: Instance) -> None:
    issue, member, _ = in_progress(instance)
    here, above = instance.staff("officer"), instance.staff("officer", "ili")
    written = {"title": "关于乡卫生室用药", "text": TEXT, "issues": [issue.reference]}
    brief = ok(member.post("/api/v1/briefs", json=written), 201)["id"]
    path = f"/api/v1/briefs/{brief}"
    ok(member.post(f"{path}/submit"))
    number = ok(here.post(f"{path}/number"))["number"]
    handing = ok(here.post(f"{path}/hand-up"), 201)["handing_id"]

    def stands(by: httpx.Client, path: str, state: str) -> Any:
        answer = by.get(path)
        return answer.json() if answer.status_code == 200 and answer.json()["state"] == state else None

    theirs = f"/api/v1/briefs/received/{handing}"
    shown = wait_until(lambda: stands(above, theirs, "undecided"), "the brief above")
    assert (shown["origin"], shown["number"], shown["text"]) == ("zhaosu", number, TEXT)
    assert shown["received_number"] >= 1
    page = above.get(f"/work/briefs/received/{handing}", headers={"accept-language": "zh-Hans"})
    assert page.status_code == 200 and "昭苏县政协" in page.text
    problem(above.post(f"{theirs}/answer", json={"note": "请打 0999-6022345"}), 422, "note")
    ok(above.post(f"{theirs}/adopt"))
    wait_until(lambda: stands(here, path, "adopted"), "the brief to be adopted here as well")
    ok(above.post(f"{theirs}/answer", json={"note": ANSWER}))

    def answered() -> bool:
        return bool(ok(member.get(path))["steps"][-1]["note"] == ANSWER)

    wait_until(answered, "the answer to come back to who wrote it")

    def told() -> bool:
        return any(f"/work/briefs/{brief}" in mail["text"] for mail in instance.mails())

    wait_until(told, "a letter to who wrote it")
    again = ok(member.post("/api/v1/briefs", json=written), 201)["id"]
    ok(member.post(f"/api/v1/briefs/{again}/submit"))
    ok(here.post(f"/api/v1/briefs/{again}/number"))
    second = ok(here.post(f"/api/v1/briefs/{again}/hand-up"), 201)["handing_id"]
    ok(here.post(f"/api/v1/briefs/{again}/take-back"))
    wait_until(lambda: stands(above, f"/api/v1/briefs/received/{second}", "withdrawn"), "it to be taken back above")
    problem(above.post(f"/api/v1/briefs/received/{second}/hand-up"), 422)
    for by in (here, above):
        for service in ("routing", "consultation", "notify", "reporting"):
            assert ok(by.get(f"/api/v1/{service}/parked"))["items"] == [], service
