"""One matter of two residents, through the whole product: worked on once, told to both, counted as one and as two."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

from tests.e2e.loop import CATEGORY, STATION, Submitted, case_in_progress, figures, ok, order_of, submit
from tests.instance import Instance
from tests.servers import wait_until

FIRST = "村卫生室没有高血压药，来了三次都没有。"
SECOND = "卫生室的高血压药每次来都没有，老人等了三个星期。"
PLACE = {"station": STATION, "category": CATEGORY, "words": SECOND}
ANSWER = "药品已补齐，每周二开放。"


def test_two_residents_of_one_matter_are_both_told_and_counted_apart(instance: Instance) -> None:
    before = _counted(instance)
    addresses = [f"{which}-{instance.var.name}@mail.example" for which in ("first", "second")]
    first = submit(instance, words=FIRST, language="zh-Hans", contact={"name": "甲", "email": addresses[0]})
    (candidate, *_) = ok(instance.anyone().post("/api/v1/issues/likely", json=PLACE))["items"]
    second = submit(
        instance, words=SECOND, language="ug", contact={"name": "乙", "email": addresses[1]}, join=candidate["id"]
    )
    member_code = order_of(instance, first.reference)["member"]
    member = instance.member(member_code)
    assert order_of(instance, second.reference)["state"] == "joined"
    ok(member.post(f"/api/v1/orders/{first.reference}/accept"))
    case_in_progress(instance, first.reference, member)
    both = ok(member.get(f"/api/v1/vault/{first.reference}"))
    assert [each["words"] for each in both["joined"] if each["reference"] == second.reference] == [SECOND]
    ok(member.post(f"/api/v1/cases/{first.reference}/close", json={"outcome": "answered", "answer": ANSWER}))

    for issue in (first, second):
        seen = wait_until(lambda issue=issue: _closed(instance, issue), "the closing on both pages")
        assert (seen["answer"], seen["joined"] is not None) == (ANSWER, issue is second)
    for address, language, issue in zip(addresses, ("zh-Hans", "ug"), (first, second), strict=True):
        wait_until(lambda a=address: len(_mails(instance, a)) == 3, f"three letters to {address}")
        letters = _mails(instance, address)
        assert {_language(instance, letter) for letter in letters} == {language}
        assert all(issue.reference in letter["subject"] for letter in letters)
        assert all(f"/track/{issue.tracking_code}" in letter["text"] for letter in letters)
        assert [ANSWER in letter["text"] for letter in letters] == [True, False, False]

    for issue, said in ((first, "satisfied"), (second, "unsatisfied")):
        ok(instance.anyone().post(f"/api/v1/track/{issue.tracking_code}/rating", json={"rating": said}), 201)
    assert [_word(instance, each) for each in (first, second)] == ["confirmed", "disputed"]
    reopened = ok(instance.anyone().post(f"/api/v1/track/{second.tracking_code}/reopen", json={"reason": "还是没有药"}))
    assert reopened["state"] == "in-progress"
    wait_until(lambda: _state(member, first.reference) == "in-progress", "the case to be open again")

    wait_until(lambda: _grown(before, _counted(instance)), "residents and issues at the county and at the prefecture")


def test_staff_join_what_was_routed_already_and_split_it_again(instance: Instance) -> None:
    first, second = submit(instance, words=FIRST, language="zh-Hans"), submit(instance, words=FIRST, language="zh-Hans")
    codes = [order_of(instance, issue.reference)["member"] for issue in (first, second)]
    for issue, code in zip((first, second), codes, strict=True):
        ok(instance.member(code).post(f"/api/v1/orders/{issue.reference}/accept"))
        case_in_progress(instance, issue.reference, instance.member(code))
    clerk, member = instance.staff("clerk"), instance.member(codes[1])
    ok(clerk.post(f"/api/v1/issues/{second.reference}/join", json={"to": first.reference, "reason": "同一间卫生室"}))
    wait_until(lambda: order_of(instance, second.reference)["state"] == "joined", "the order to rest")
    closing = {"outcome": "answered", "answer": ANSWER}
    wait_until(
        lambda: member.post(f"/api/v1/cases/{second.reference}/notes", json={"text": "已核实"}).status_code == 409,
        "the case to rest",
    )
    refused = member.post(f"/api/v1/cases/{second.reference}/close", json=closing)
    assert (refused.status_code, refused.json()["code"]) == (409, "case-joined")
    ok(clerk.post(f"/api/v1/issues/{second.reference}/split", json={"reason": "另一间卫生室"}))
    wait_until(lambda: order_of(instance, second.reference)["state"] == "accepted", "the order to be taken again")
    assert order_of(instance, second.reference)["member"] == codes[1]
    wait_until(
        lambda: member.post(f"/api/v1/cases/{second.reference}/close", json=closing).status_code == 200,
        "the case to be closed by itself",
    )
    assert wait_until(lambda: _closed(instance, second), "the closing of the one")["answer"] == ANSWER
    assert _closed(instance, first) is None


def _closed(instance: Instance, issue: Submitted) -> dict[str, Any] | None:
    seen: dict[str, Any] = ok(instance.anyone().get(f"/api/v1/track/{issue.tracking_code}"))
    return seen if seen["state"] == "closed" and seen["answer"] else None


def _word(instance: Instance, issue: Submitted) -> str | None:
    word: str | None = ok(instance.anyone().get(f"/api/v1/track/{issue.tracking_code}"))["word"]
    return word


def _state(member: Any, reference: str) -> str:
    state: str = ok(member.get(f"/api/v1/cases/{reference}"))["state"]
    return state


def _mails(instance: Instance, address: str) -> list[dict[str, Any]]:
    return [mail for mail in instance.mails() if mail["to"] == address]


def _language(instance: Instance, mail: dict[str, Any]) -> str:
    raw = (instance.var / "inbox" / f"{mail['id']}.eml").read_bytes()
    return str(message_from_bytes(raw)["Content-Language"])


def _counted(instance: Instance) -> list[dict[str, Any]]:
    for at in ("zhaosu", "ili"):
        figures(instance, at)  # waits until nothing is on its way
    today = datetime.now(UTC).date()
    period = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1)), "body": "zhaosu"}
    return [
        ok(instance.staff("officer", at).get("/api/v1/figures/residents", params=period)) for at in ("zhaosu", "ili")
    ]


def _grown(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> bool:
    return all(
        (after["issues"] - then["issues"], after["residents"] - then["residents"]) == (1, 2)
        for then, after in zip(before, now, strict=True)
    )
