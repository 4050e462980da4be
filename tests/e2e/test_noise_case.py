"""Karamay's noise case: an order, market supervision and community staff brought in, a consultation on site, solved.

The resident is told on the way and at the end, and confirms it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.e2e.loop import case_in_progress, ok, order_of, problem, submit
from tests.instance import Instance
from tests.servers import wait_until

COMMUNITY, STATION = "zh-t02-c1", "zh-st02"
MARKET, NEIGHBOURS = "zh-d-market-supervision", "zh-d-communities"
WORDS = "小区门口的食堂抽油烟机夜里十一点还在响，睡不着。"
ASKED = "请核查食堂夜间排风噪声是否超标，并督促整改。"
ANSWER = "食堂已更换低噪声风机，每晚十点前关闭，社区每周巡查。"


def test_a_canteens_noise_is_solved_by_everybody_it_concerns(instance: Instance) -> None:
    address = f"neighbour-{instance.var.name}@mail.example"
    issue = submit(
        instance,
        station=STATION,
        community=COMMUNITY,
        category="noise",
        words=WORDS,
        language="zh-Hans",
        contact={"email": address},
    )
    case, track = f"/api/v1/cases/{issue.reference}", f"/api/v1/track/{issue.tracking_code}"

    code = order_of(instance, issue.reference)["member"]
    member = instance.member(code)
    ok(member.post(f"/api/v1/orders/{issue.reference}/accept"))
    case_in_progress(instance, issue.reference, member)
    ok(
        member.post(
            f"{case}/contacts", json={"means": "phone", "text": "周四到现场，请在家。", "audience": "resident"}
        ),
        201,
    )

    colleague = _colleague(instance, member, code)
    ok(member.post(f"{case}/members", json={"member": colleague}), 201)
    invited = instance.member(colleague)
    assert wait_until(lambda: _reads(invited, issue.reference), "the words at the invited member") == WORDS

    wait_until(lambda: _asked_in(instance, colleague, issue.reference), "the letter to the invited member")

    for department in (MARKET, NEIGHBOURS):
        ok(member.post(f"{case}/referrals", json={"department": department, "request": ASKED}), 201)
    link = _link_in_letter(instance, "market-supervision@zhaosu.example", issue.reference)
    uyghur = _link_in_letter(instance, "communities@zhaosu.example", issue.reference)
    _department_replies(instance, link, "已检测，夜间超标，责令三日内整改。")
    _department_replies(instance, uyghur, "ئاھالىلەر بىلەن سۆزلەشتۇق.", language="ug")
    replied = wait_until(lambda: _referrals(member, case, "replied", 2), "both replies on the thread")
    assert {each["department"] for each in replied} == {MARKET, NEIGHBOURS}

    ok(invited.post(f"{case}/visits", json={"note": "晚上十点半仍有噪声"}), 201)
    survey = {"station": STATION, "members": [code], "reference": issue.reference, "findings": "二十户中十五户受影响"}
    survey_id = ok(member.post("/api/v1/surveys", json=survey), 201)["id"]
    consultation = {
        "topic": "食堂夜间噪声",
        "station": STATION,
        "surveys": [survey_id],
        "issues": [issue.reference],
        "place": "mobile",
        "gathering": "concentrated",
        "setting": "on-site",
        "members": [code, colleague],
        "departments": [MARKET, NEIGHBOURS],
        "residents": 6,
    }
    opened = ok(member.post("/api/v1/consultations", json=consultation), 201)["id"]
    ok(member.post(f"/api/v1/consultations/{opened}/hold"))
    due_on = str(datetime.now(UTC).date() + timedelta(days=20))
    promise = {"by": "食堂", "what": "更换低噪声风机", "due_on": due_on}
    agreed = {"agreed": "换风机，十点前关机", "commitments": [promise]}
    [made] = ok(member.post(f"/api/v1/consultations/{opened}/close", json=agreed))["commitments"]

    seen = wait_until(lambda: _with_promise(instance, track), "the promise on the resident's page, before the end")
    assert (seen["state"], seen["commitments"][0]["what"]) == ("in-progress", "更换低噪声风机")
    assert "周四到现场，请在家。" in [entry["text"] for entry in seen["entries"]]
    assert "超标" not in str(seen["entries"]), "what departments wrote to the member is not the resident's"

    ok(member.post(f"/api/v1/commitments/{made['id']}/keep", json={"evidence": "风机已换"}))
    problem(member.post(f"{case}/close", json={"answer": ANSWER}), 422, "outcome")
    closed = ok(member.post(f"{case}/close", json={"outcome": "solved", "answer": ANSWER}))
    assert closed["quality"] == "A"

    told = wait_until(lambda: _tracked(instance, track, "closed"), "the closing on the resident's page")
    assert (told["outcome"], told["answer"]) == ("solved", ANSWER)
    assert wait_until(lambda: _mail(instance, address, ANSWER), "the answer in the resident's mail")
    ok(instance.anyone().post(f"{track}/rating", json={"rating": "satisfied"}), 201)
    whole = wait_until(lambda: _confirmed(member, case), "the resident's word beside the outcome")
    steps = [entry["kind"] for entry in whole["thread"] if entry["kind"] != "note"]
    assert steps == [
        *("assigned", "accepted", "contact", "invited", "referral", "referral", "reply", "reply", "visit", "survey"),
        *("consultation-opened", "consultation-held", "commitment-made", "commitment-kept", "closed", "rated"),
    ]
    signed = {entry["author"] for entry in whole["thread"] if entry["author_role"] == "department"}
    assert signed == {MARKET, NEIGHBOURS}


def _colleague(instance: Instance, member: httpx.Client, code: str) -> str:
    """Somebody else of the sample who can sign in."""
    return next(
        account["member"]
        for account in instance.run["bodies"]["zhaosu"]["accounts"]
        if account["role"] == "member" and account["member"] != code
    )


def _reads(member: httpx.Client, reference: str) -> str | None:
    answer = member.get(f"/api/v1/vault/{reference}")
    return str(answer.json()["words"]) if answer.status_code == 200 else None


def _asked_in(instance: Instance, member: str, reference: str) -> bool:
    mails = [mail for mail in instance.mails() if mail["to"].startswith(f"{member}@") and reference in mail["subject"]]
    return any(f"/work/{reference}" in mail["text"] for mail in mails)


def _link_in_letter(instance: Instance, to: str, reference: str) -> str:
    def look() -> str | None:
        mails = [mail for mail in instance.mails() if mail["to"] == to and reference in mail["subject"]]
        found = re.search(r"https?://\S+/reply/\S+", mails[0]["text"]) if mails else None
        if found:
            assert ASKED in mails[0]["text"] and WORDS not in mails[0]["text"]
        return found[0] if found else None

    return str(wait_until(look, f"the letter to {to}"))


def _department_replies(instance: Instance, link: str, text: str, language: str | None = None) -> None:
    """As a browser without scripts and without an account does it."""
    with httpx.Client(headers={"Accept": "text/html"}, follow_redirects=True, timeout=20) as browser:
        page = browser.get(link)
        assert page.status_code == 200 and ASKED in page.text, page.text
        assert language is None or f'<html lang="{language}" dir="rtl">' in page.text
        here = link.partition("?")[0]
        assert browser.post(here, data={"text": text}).status_code == 200
        assert browser.post(here, data={"text": text}).status_code == 409


def _referrals(member: httpx.Client, case: str, state: str, count: int) -> list[dict[str, Any]]:
    found = [each for each in ok(member.get(case))["referrals"] if each["state"] == state]
    return found if len(found) == count else []


def _with_promise(instance: Instance, track: str) -> dict[str, Any] | None:
    seen: dict[str, Any] = ok(instance.anyone().get(track))
    return seen if seen["commitments"] else None


def _tracked(instance: Instance, track: str, state: str) -> dict[str, Any] | None:
    seen: dict[str, Any] = ok(instance.anyone().get(track))
    return seen if seen["state"] == state else None


def _mail(instance: Instance, to: str, words: str) -> bool:
    return any(mail["to"] == to and words in mail["text"] for mail in instance.mails())


def _confirmed(member: httpx.Client, case: str) -> dict[str, Any] | None:
    whole: dict[str, Any] = ok(member.get(case))
    return whole if whole["word"] == "confirmed" else None
