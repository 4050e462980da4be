"""From a resident's word to an answer and a figure, over HTTP, through the whole product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from typing import Any

import pytest

from tests.e2e.loop import (
    ARABIC_LETTERS,
    CATEGORY,
    CHINESE_LETTERS,
    STATION,
    UYGHUR_WORDS,
    case_in_progress,
    figures,
    in_progress,
    ok,
    order_of,
    problem,
    submit,
)
from tests.instance import Instance
from tests.servers import wait_until

ANSWER = "دورا ئامبىرى تولۇقلاندى، ھەر سەيشەنبە كۈنى ئېچىلىدۇ."
GREW = {
    "residents_received": 1,
    "opinions_collected": 1,
    "opinions_answered": 1,
    "consultations": 1,
    "surveys_and_inspections": 1,
}


def test_a_word_becomes_an_order_a_consultation_an_answer_and_a_figure(instance: Instance) -> None:
    before = {at: figures(instance, at) for at in ("zhaosu", "ili")}
    address = f"resident-{instance.var.name}@mail.example"

    issue = submit(instance, contact={"name": "居民", "email": address})
    assert ok(instance.anyone().get(f"/api/v1/track/{issue.tracking_code}"))["reference"] == issue.reference

    order = order_of(instance, issue.reference)
    assert order["state"] == "assigned" and order["why"]
    code = order["member"]
    member = instance.member(code)
    own = ok(member.get("/api/v1/orders", params={"state": "assigned"}))["items"]
    assert issue.reference in [item["reference"] for item in own]

    ok(member.post(f"/api/v1/orders/{issue.reference}/accept"))
    case_in_progress(instance, issue.reference, member)
    ok(member.post(f"/api/v1/cases/{issue.reference}/visits", json={"note": "现场看了药柜"}), 201)

    consultation = {
        "topic": "村卫生室药品",
        "station": STATION,
        "surveys": [],
        "issues": [issue.reference],
        "place": "mobile",
        "gathering": "concentrated",
        "setting": "on-site",
        "members": [code],
        "departments": ["zh-d-health-care"],
        "residents": 3,
    }
    problem(member.post("/api/v1/consultations", json=consultation), 422, "surveys")
    survey = ok(
        member.post(
            "/api/v1/surveys",
            json={
                "station": STATION,
                "members": [code],
                "category": CATEGORY,
                "reference": issue.reference,
                "findings": "药柜空了一半",
            },
        ),
        201,
    )
    opened = ok(member.post("/api/v1/consultations", json={**consultation, "surveys": [survey["id"]]}), 201)
    ok(member.post(f"/api/v1/consultations/{opened['id']}/hold"))
    due_on = str(datetime.now(UTC).date() + timedelta(days=30))
    agreed = ok(
        member.post(
            f"/api/v1/consultations/{opened['id']}/close",
            json={
                "agreed": "每周补药一次",
                "commitments": [{"by": "zh-d-health-care", "what": "每周补药", "due_on": due_on}],
            },
        )
    )
    assert [made["due_on"] for made in agreed["commitments"]] == [due_on]
    ok(member.post(f"/api/v1/cases/{issue.reference}/close", json={"outcome": "answered", "answer": ANSWER}))

    seen = wait_until(lambda: _tracked(instance, issue.tracking_code, "closed"), "the closing on the resident's page")
    assert (seen["outcome"], seen["answer"]) == ("answered", ANSWER)
    steps = [entry["step"] for entry in seen["timeline"]]
    assert steps == ["submitted", "assigned", "accepted", "visited", "consulted", "promised", "closed"]
    assert UYGHUR_WORDS not in str(seen) and "居民" not in str(seen)

    _mail_has_arrived(instance, issue.reference, code, address)

    assert seen["can"]["rate"]
    rated = instance.anyone().post(f"/api/v1/track/{issue.tracking_code}/rating", json={"rating": "satisfied"})
    assert rated.status_code in (200, 201), rated.text
    for at in ("zhaosu", "ili"):
        wait_until(lambda at=at: _grown(before[at], figures(instance, at)), f"the figures at {at}")
    assert figures(instance, "zhaosu") == figures(instance, "ili")


def _tracked(instance: Instance, code: str, state: str) -> dict[str, Any] | None:
    seen: dict[str, Any] = ok(instance.anyone().get(f"/api/v1/track/{code}"))
    return seen if seen["state"] == state else None


def _grown(before: dict[str, Any], now: dict[str, Any]) -> bool:
    return now["satisfaction_percent"] is not None and all(now[key] - before[key] == GREW[key] for key in GREW)


def _mail_has_arrived(instance: Instance, reference: str, member: str, address: str) -> None:
    def look() -> list[dict[str, Any]]:
        found = [mail for mail in instance.mails() if mail["to"] == address and reference in mail["subject"]]
        return found if any(ANSWER in mail["text"] for mail in found) else []

    to_resident = wait_until(look, "the answer in the resident's mail")
    assert all(ARABIC_LETTERS.search(mail["subject"]) for mail in to_resident)
    to_member = [
        mail for mail in instance.mails() if mail["to"].startswith(f"{member}@") and reference in mail["subject"]
    ]
    assert len(to_member) == 1, to_member
    assert ARABIC_LETTERS.search(to_member[0]["subject"]) or CHINESE_LETTERS.search(to_member[0]["subject"])
    for mail in [*to_resident, *to_member]:
        raw = (instance.var / "inbox" / f"{mail['id']}.eml").read_bytes()
        header = message_from_bytes(raw, policy=policy.compat32)["Subject"]
        # What a mail program makes of the header by the letter of RFC 2047, where a space is easily lost.
        assert str(make_header(decode_header(header))) == mail["subject"]
        assert "=?" not in mail["subject"] and "\ufffd" not in mail["subject"]
        assert UYGHUR_WORDS not in mail["text"], "a resident's words never travel by mail"


def test_only_who_has_the_order_reads_the_words_and_every_look_is_written_down(instance: Instance) -> None:
    issue, member, code = in_progress(instance, contact={"phone": "13900000000"})
    read = ok(member.get(f"/api/v1/vault/{issue.reference}"))
    assert (read["words"], read["contact"]["phone"], read["erased"]) == (UYGHUR_WORDS, "13900000000", False)
    ok(instance.staff("clerk").get(f"/api/v1/vault/{issue.reference}"))

    stranger = _another_member(instance, code)
    unknown = problem(stranger.get("/api/v1/vault/2222-2222"), 404)
    refused = problem(stranger.get(f"/api/v1/vault/{issue.reference}"), 404)
    assert {**refused, "instance": "", "request_id": ""} == {**unknown, "instance": "", "request_id": ""}
    problem(instance.anyone().get(f"/api/v1/vault/{issue.reference}"), 401)

    reads = ok(instance.staff("officer").get(f"/api/v1/vault/{issue.reference}/reads"))
    entries = reads["items"] if isinstance(reads, dict) else reads
    assert {entry["role"] for entry in entries} >= {"member", "clerk"}
    assert len([entry for entry in entries if entry["role"] == "member"]) == 1


def test_erasing_takes_the_words_and_leaves_the_figures(instance: Instance) -> None:
    issue, member, _ = in_progress(instance, contact={"phone": "13900000000"})
    before = figures(instance, "zhaosu")
    answer = instance.anyone().post(f"/api/v1/track/{issue.tracking_code}/erase", json={})
    assert answer.is_success, answer.text
    read = ok(member.get(f"/api/v1/vault/{issue.reference}"))
    assert read["erased"] and not read["words"] and not read["contact"]
    assert ok(instance.anyone().get(f"/api/v1/track/{issue.tracking_code}"))["reference"] == issue.reference
    assert figures(instance, "zhaosu")["opinions_collected"] == before["opinions_collected"]


def _another_member(instance: Instance, code: str) -> Any:
    other = next(
        account["member"]
        for account in instance.run["bodies"]["zhaosu"]["accounts"]
        if account["role"] == "member" and account["member"] != code
    )
    return instance.member(other)


@pytest.mark.parametrize("state", ["assigned", "accepted"])
def test_a_declined_or_withdrawn_order_moves_on(instance: Instance, state: str) -> None:
    """An order that its member declines goes to the next one; a withdrawn issue leaves everybody's list."""
    issue = submit(instance)
    first = order_of(instance, issue.reference)["member"]
    member = instance.member(first)
    if state == "assigned":
        ok(member.post(f"/api/v1/orders/{issue.reference}/decline", json={"reason": "出差"}))
        moved = wait_until(
            lambda: next((o for o in [order_of(instance, issue.reference)] if o["member"] != first), None),
            "the order at the next member",
        )
        assert moved["state"] == "assigned"
        taken = problem(member.post(f"/api/v1/orders/{issue.reference}/accept"), 409)
        assert taken["code"] == "order-taken"
    else:
        ok(member.post(f"/api/v1/orders/{issue.reference}/accept"))
        assert instance.anyone().post(f"/api/v1/track/{issue.tracking_code}/withdraw", json={}).is_success
        wait_until(lambda: order_of(instance, issue.reference)["state"] == "withdrawn", "the withdrawal at routing")
