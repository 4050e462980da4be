"""The case as one thread over HTTP, on both databases: who may read what, who may write, and who is told."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from PIL import Image

from shared.contracts import inner, report
from shared.ids import new_id, new_reference
from shared.web.auth import Role
from tests.integration.consultation_service import OTHER, OWN, Bench, running
from tests.servers import NatsServer


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(database_url, nats_server) as bench:
        yield bench


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    document = answer.json()
    errors = document.get("errors") or [{"field": None}]
    return answer.status_code, document["code"], errors[0]["field"]


async def thread(bench: Bench, who: str, reference: str) -> list[dict[str, Any]]:
    case = await bench.get(who, f"/cases/{reference}")
    assert case.status_code == 200, case.text
    entries: list[dict[str, Any]] = case.json()["thread"]
    return entries


def texts(entries: list[dict[str, Any]]) -> set[str]:
    return {entry["text"] for entry in entries if entry["text"]}


async def ok(answer: Any, status: int = 201) -> dict[str, Any]:
    answered = await answer
    assert answered.status_code == status, answered.text
    found: dict[str, Any] = answered.json()
    return found


# -- audiences and authors -----------------------------------------------------------------------------


async def test_each_reads_what_was_written_for_them(bench: Bench) -> None:
    reference = await bench.taken()
    case = f"/cases/{reference}"
    for audience in ("resident", "staff"):
        await ok(bench.post(OWN, f"{case}/notes", {"text": f"note for {audience}", "audience": audience}))
    await ok(bench.post("officer", f"{case}/notes", {"text": "note for office", "audience": "office"}))
    spoken = {"means": "phone", "text": "what was said", "audience": "resident"}
    await ok(bench.post(OWN, f"{case}/contacts", spoken))
    await ok(bench.post(OWN, f"{case}/visits", {"note": "what was seen", "audience": "staff"}))
    mine = {"note for resident", "note for staff", "what was said", "what was seen"}
    assert texts(await thread(bench, OWN, reference)) == mine
    assert texts(await thread(bench, "dispatcher", reference)) == mine | {"note for office"}
    told = await ok(bench.get("service", f"/answers/{reference}"), 200)
    assert {(entry["kind"], entry["text"]) for entry in told["entries"]} == {
        ("note", "note for resident"),
        ("contact", "what was said"),
    }
    refused = await bench.post(OWN, f"{case}/notes", {"text": "secret", "audience": "office"})
    assert problem(refused) == (403, "office-only", "audience")
    signed = {
        entry["text"]: (entry["author_role"], entry["author"]) for entry in await thread(bench, "officer", reference)
    }
    assert signed["note for staff"] == ("member", OWN)
    assert signed["note for office"] == ("staff", "officer")
    kinds = {entry["kind"]: entry["author_role"] for entry in await thread(bench, OWN, reference)}
    assert kinds["assigned"] == "service"


# -- several members -----------------------------------------------------------------------------------


async def test_an_invited_member_works_on_the_case_at_once(bench: Bench) -> None:
    reference = await bench.taken()
    case = f"/cases/{reference}"
    assert problem(await bench.get(OTHER, case))[:2] == (404, "case-not-found")
    await ok(bench.post(OWN, f"{case}/members", {"member": OTHER}))
    await ok(bench.post(OTHER, f"{case}/visits", {"note": "seen by the second"}))
    assert reference in {line["reference"] for line in (await bench.get(OTHER, "/cases")).json()["items"]}
    whole = await ok(bench.get(OTHER, case), 200)
    assert (whole["member"], whole["members"]) == (OWN, [OTHER])
    [visit] = [entry for entry in whole["thread"] if entry["kind"] == "visit"]
    assert (visit["author"], visit["member"]) == (OTHER, OTHER)
    await bench.until(lambda: count(bench, inner.MemberInvited), 1)
    [said] = await bench.said(inner.MemberInvited)
    assert (said.reference, said.member) == (reference, OTHER)
    assert problem(await bench.post(OWN, f"{case}/members", {"member": OTHER})) == (409, "already-on-case", "member")
    assert problem(await bench.post(OWN, f"{case}/members", {"member": OWN})) == (409, "already-on-case", "member")
    nobody = await bench.post(OWN, f"{case}/members", {"member": "m-nobody"})
    assert problem(nobody) == (422, "unknown-member", "member")


async def count(bench: Bench, kind: Any) -> int:
    return len(await bench.said(kind))


# -- endings -------------------------------------------------------------------------------------------


async def test_endings_are_kept_apart_and_say_what_they_must(bench: Bench) -> None:
    reference = await bench.taken()
    close = f"/cases/{reference}/close"
    told = {"answer": "给居民的答复"}
    assert problem(await bench.post(OWN, close, told)) == (422, "invalid-input", "outcome")
    planned = await bench.post(OWN, close, {"outcome": "planned", **told})
    assert problem(planned) == (422, "commitment-missing", "outcome")
    elsewhere = await bench.post(OWN, close, {"outcome": "not-ours", **told})
    assert problem(elsewhere) == (422, "competent-missing", "competent")
    boasting = await bench.post(OWN, close, {"outcome": "answered", "quality": "A", **told})
    assert problem(boasting) == (422, "quality-not-of-outcome", "quality")
    assert (await ok(bench.get(OWN, f"/cases/{reference}"), 200))["state"] == "in-progress"
    assert await count(bench, inner.IssueClosed) == 0

    closed = await ok(bench.post(OWN, close, {"outcome": "not-ours", "competent": "县供电公司", **told}), 200)
    assert (closed["outcome"], closed["quality"]) == ("not-ours", None)
    answered = await ok(bench.get("service", f"/answers/{reference}"), 200)
    assert (answered["outcome"], answered["competent"]) == ("not-ours", "县供电公司")


@pytest.mark.parametrize(
    ("outcome", "given", "kept"), [("solved", None, "A"), ("solved", "B", "B"), ("answered", None, "D")]
)
async def test_an_ending_is_graded(bench: Bench, outcome: str, given: str | None, kept: str) -> None:
    reference = await bench.taken()
    ending = {"outcome": outcome, "answer": "好", **({"quality": given} if given else {})}
    assert (await ok(bench.post(OWN, f"/cases/{reference}/close", ending), 200))["quality"] == kept
    await bench.until(lambda: count(bench, report.IssueClosed), 1)
    [risen] = await bench.said(report.IssueClosed)
    assert (risen.outcome, risen.quality, risen.planned) == (outcome, kept, False)


async def test_a_plan_stands_on_its_commitment_and_counts_as_answered(bench: Bench) -> None:
    reference = await bench.taken()
    promise = {"by": "县住建局", "what": "更换路灯", "due_on": "2023-06-30"}
    await ok(bench.post(OWN, f"/cases/{reference}/commitments", promise))
    ending = {"outcome": "planned", "answer": "六月底前更换。"}
    closed = await ok(bench.post(OWN, f"/cases/{reference}/close", ending), 200)
    assert (closed["outcome"], closed["quality"]) == ("planned", "C")
    await bench.until(lambda: count(bench, report.IssueClosed), 1)
    [risen] = await bench.said(report.IssueClosed)
    assert (risen.outcome, risen.planned, risen.quality) == ("answered", True, "C")


async def test_a_case_changed_meanwhile_is_not_closed_from_an_old_page(bench: Bench) -> None:
    reference = await bench.taken()
    case = f"/cases/{reference}"
    read = (await ok(bench.get(OWN, case), 200))["version"]
    await ok(bench.post(OWN, f"{case}/notes", {"text": "an entry more is no change"}))
    assert (await ok(bench.get(OWN, case), 200))["version"] == read
    ending = {"outcome": "solved", "answer": "好", "version": read}
    await ok(bench.post(OWN, f"{case}/close", ending), 200)
    late = await bench.post("officer", f"{case}/close", {**ending, "outcome": "answered"})
    assert problem(late) == (409, "changed-meanwhile", "version")
    assert (await ok(bench.get(OWN, case), 200))["outcome"] == "solved"


async def test_the_same_entry_sent_twice_is_one_and_two_devices_write_two(bench: Bench) -> None:
    reference = await bench.taken()
    path, key = f"/cases/{reference}/visits", {"Idempotency-Key": new_id()}
    first = await ok(bench.post(OWN, path, {"note": "看过"}, **key))
    assert await ok(bench.post(OWN, path, {"note": "看过"}, **key)) == first
    other = await bench.post(OWN, path, {"note": "又看过"}, **key)
    assert problem(other)[:2] == (409, "idempotency-key-reused")
    await asyncio.gather(*(ok(bench.post(OWN, path, {"note": f"device {device}"})) for device in (1, 2)))
    visits = [entry for entry in await thread(bench, OWN, reference) if entry["kind"] == "visit"]
    assert len(visits) == 3
    await bench.until(lambda: count(bench, inner.VisitMade), 3)
    assert [event.version_of_issue for event in await bench.said(inner.VisitMade)] == [1, 2, 3]


# -- photographs ---------------------------------------------------------------------------------------


def photograph(size: tuple[int, int] = (2400, 1200)) -> bytes:
    """A JPEG as a telephone makes it: on its side, with place and owner written into it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = "SECRET-OWNER"
    exif.get_ifd(0x8825)[1] = "N"
    encoded = io.BytesIO()
    Image.new("RGB", size, "#336699").save(encoded, "JPEG", exif=exif)
    return encoded.getvalue()


async def upload(bench: Bench, who: str, path: str, content: bytes, **query: str) -> httpx.Response:
    headers = {**bench.as_(who), "Content-Type": "image/jpeg"}
    return await bench.http.post(f"/api/v1{path}", content=content, params=query, headers=headers)


async def test_a_photograph_keeps_its_picture_and_nothing_else(bench: Bench) -> None:
    reference = await bench.taken()
    visit = (await ok(bench.post(OWN, f"/cases/{reference}/visits", {"note": "看过"})))["id"]
    path, sent = f"/cases/{reference}/entries/{visit}/photos", photograph()
    assert b"SECRET-OWNER" in sent
    made = await ok(upload(bench, OWN, path, sent))
    assert (made["width"], made["height"], made["audience"]) == (800, 1600, "staff")
    assert await ok(upload(bench, OWN, path, sent)) == made, "the same photograph again is the same"
    public = await ok(upload(bench, OWN, path, photograph((300, 200)), audience="resident"))
    [entry] = [each for each in await thread(bench, OWN, reference) if each["id"] == visit]
    assert {photo["id"] for photo in entry["photos"]} == {made["id"], public["id"]}

    shown = await bench.get(OWN, f"/cases/{reference}/photos/{made['id']}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    with Image.open(io.BytesIO(shown.content)) as kept:
        assert kept.size == (800, 1600)
        assert not kept.getexif() and "exif" not in kept.info
    assert b"SECRET" not in shown.content

    assert (await bench.get(OTHER, f"/cases/{reference}/photos/{made['id']}")).status_code == 404
    assert (await bench.http.get(f"/api/v1/cases/{reference}/photos/{made['id']}")).status_code == 401
    assert (await bench.get("service", f"/answers/{reference}/photos/{made['id']}")).status_code == 404
    assert (await bench.get("service", f"/answers/{reference}/photos/{public['id']}")).status_code == 200
    told = await ok(bench.get("service", f"/answers/{reference}"), 200)
    assert [entry["photos"] for entry in told["entries"]] == [[public["id"]]]


async def test_what_is_no_photograph_is_refused_with_its_field(bench: Bench) -> None:
    reference = await bench.taken()
    visit = (await ok(bench.post(OWN, f"/cases/{reference}/visits", {})))["id"]
    path = f"/cases/{reference}/entries/{visit}/photos"
    assert problem(await upload(bench, OWN, path, b"GIF89a not a picture")) == (422, "photo-not-readable", "photos")
    bomb = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(bomb, "PNG")
    assert problem(await upload(bench, OWN, path, bomb.getvalue())) == (422, "photo-not-readable", "photos")
    assert problem(await upload(bench, OWN, path, b"x" * (11 << 20))) == (422, "photo-too-large", "photos")
    assert (await upload(bench, OWN, path, b"x" * (41 << 20))).status_code == 413
    small = await bench.http.post(f"/api/v1/cases/{reference}/notes", content=b"x" * (1 << 20), headers=bench.as_(OWN))
    assert small.status_code == 413, "only photographs may be as large"
    wrong = await upload(bench, OWN, f"/cases/{reference}/entries/{new_id()}/photos", photograph())
    assert problem(wrong)[:2] == (404, "entry-not-found")


async def test_erasing_takes_words_and_photographs_and_leaves_the_facts(bench: Bench) -> None:
    reference = await bench.taken()
    case = f"/cases/{reference}"
    visit = (await ok(bench.post(OWN, f"{case}/visits", {"note": "SECRET"})))["id"]
    made = await ok(upload(bench, OWN, f"{case}/entries/{visit}/photos", photograph()))
    await ok(bench.post(OWN, f"{case}/referrals", {"department": "d-water", "request": "SECRET"}))
    await bench.tell("intake", inner.RecordErased(occurred_at=bench.clock.now(), reference=reference))

    async def is_gone() -> bool:
        return "SECRET" not in (await bench.get(OWN, case)).text

    await bench.until(is_gone, True)
    assert (await bench.get(OWN, f"{case}/photos/{made['id']}")).status_code == 404
    assert "visit" in {entry["kind"] for entry in await thread(bench, OWN, reference)}


# -- departments ---------------------------------------------------------------------------------------


async def test_a_referral_is_reminded_of_pressed_for_and_answered(bench: Bench) -> None:
    reference = await bench.taken()
    water = f"/cases/{reference}/referrals/d-water"
    made = await ok(bench.post(OWN, f"/cases/{reference}/referrals", {"department": "d-water", "due_on": "2023-03-20"}))
    assert problem(await bench.post("officer", f"{water}/supervise", {})) == (409, "remind-first", None)
    assert (await ok(bench.post(OWN, f"{water}/remind", {"text": "请尽快"}), 200))["state"] == "reminded"
    assert problem(await bench.post(OWN, f"{water}/supervise", {}))[:2] == (403, "supervision-needs-officer")
    pressed = await ok(bench.post("officer", f"{water}/supervise", {"due_on": "2023-03-30"}), 200)
    assert pressed["state"] == "supervised"
    past = await bench.post("officer", f"{water}/supervise", {"due_on": "2023-01-01"})
    assert problem(past) == (422, "due-in-past", "due_on")
    replied = await ok(bench.post(OWN, f"{water}/reply", {"text": "已更换", "audience": "resident"}), 200)
    assert replied == {"id": made["id"], "state": "replied"}
    assert problem(await bench.post(OWN, f"{water}/remind", {}))[:2] == (409, "already-replied")
    whole = await ok(bench.get(OWN, f"/cases/{reference}"), 200)
    [referral] = whole["referrals"]
    assert (referral["state"], referral["due_on"], referral["link"]) == ("replied", "2023-03-30", "used")
    assert referral["reminded_at"] and referral["supervised_at"] and referral["replied_at"]
    kinds = [
        entry["kind"] for entry in whole["thread"] if entry["kind"] in ("referral", "reminder", "supervision", "reply")
    ]
    assert kinds == ["referral", "reminder", "supervision", "reply"]
    await bench.until(lambda: count(bench, inner.ReferralPressed), 2)
    assert [event.supervised for event in await bench.said(inner.ReferralPressed)] == [False, True]
    told = await ok(bench.get("service", f"/answers/{reference}"), 200)
    assert [(entry["kind"], entry["text"]) for entry in told["entries"]] == [("reply", "已更换")]


async def asked(bench: Bench, reference: str, department: str = "d-water") -> tuple[str, str]:
    """A department asked about the issue: the id of the referral, and the path of its link."""
    referral = {"department": department, "request": "请查看水管"}
    made = await ok(bench.post(OWN, f"/cases/{reference}/referrals", referral))
    return made["id"], await link_of(bench, made["id"])


async def link_of(bench: Bench, referral_id: str) -> str:
    letter = await ok(bench.get("service", f"/referrals/{referral_id}/letter"), 200)
    return str(letter["link"]).removeprefix("http://desk.test")


async def visit_page(bench: Bench, path: str, **entered: str) -> httpx.Response:
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    if entered:
        return await bench.http.post(path, data=entered, headers=headers)
    return await bench.http.get(path, headers=headers)


async def test_a_department_replies_by_its_link_once(bench: Bench) -> None:
    reference = await bench.taken()
    referral_id, link = await asked(bench, reference)
    page = await visit_page(bench, link)
    assert page.status_code == 200 and "请查看水管" in page.text and reference in page.text
    assert page.headers["cache-control"] == "no-store"
    empty = await visit_page(bench, link, text=" ")
    assert empty.status_code == 422 and 'id="text-error"' in empty.text
    both = await asyncio.gather(*(visit_page(bench, link, text="水管已更换") for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    again = await visit_page(bench, link)
    assert again.status_code == 409 and "has been used" in again.text
    entries = [entry for entry in await thread(bench, OWN, reference) if entry["author_role"] == "department"]
    assert {(entry["author"], entry["audience"], entry["text"]) for entry in entries} == {
        ("d-water", "resident", None),
        ("d-water", "staff", "水管已更换"),
    }
    await bench.until(lambda: count(bench, inner.ReferralReplied), 1)
    assert (await bench.get("service", f"/referrals/{referral_id}/letter")).status_code == 404


async def test_a_link_that_is_wrong_withdrawn_or_too_old_says_so(bench: Bench) -> None:
    reference = await bench.taken()
    referral_id, link = await asked(bench, reference)
    wrong = await visit_page(bench, link[:-4] + ("aaaa" if link[-4:] != "aaaa" else "bbbb"))
    assert wrong.status_code == 404 and "not complete" in wrong.text
    assert (await visit_page(bench, "/reply/" + bench.token(Role.MEMBER, OWN), text="x")).status_code == 404
    await ok(bench.post(OWN, f"/cases/{reference}/referrals/d-water/revoke-links"), 200)
    withdrawn = await visit_page(bench, link, text="水管已更换")
    assert withdrawn.status_code == 409 and "withdrawn" in withdrawn.text
    assert (await bench.get("service", f"/referrals/{referral_id}/letter")).status_code == 404
    bench.clock.at += timedelta(minutes=1)
    await ok(bench.post(OWN, f"/cases/{reference}/referrals/d-water/remind"), 200)
    renewed = await link_of(bench, referral_id)
    assert renewed != link
    bench.clock.at += timedelta(days=90)
    old = await visit_page(bench, renewed, text="水管已更换")
    assert old.status_code == 409 and "too old" in old.text
    assert not [entry for entry in await thread(bench, "officer", reference) if entry["kind"] == "reply"]


async def test_a_letters_language_is_the_pages_language(bench: Bench) -> None:
    _, link = await asked(bench, await bench.taken())
    first = await visit_page(bench, f"{link}?to=ug")
    assert first.status_code == 303
    chosen = await bench.http.get(first.headers["location"])
    assert chosen.status_code == 303 and chosen.headers["location"] == link
    page = await bench.http.get(link, headers={"Accept": "text/html", "Cookie": chosen.headers["set-cookie"]})
    assert re.search(r'<html lang="ug" dir="rtl">', page.text)


async def test_letters_and_answers_are_for_services_only(bench: Bench) -> None:
    referral_id, _ = await asked(bench, await bench.taken())
    for who in (OWN, "officer"):
        assert (await bench.get(who, f"/referrals/{referral_id}/letter")).status_code == 403
    assert (await bench.get("service", f"/referrals/{new_id()}/letter")).status_code == 404
    assert (await bench.get("service", f"/answers/{new_reference()}")).status_code == 404


async def test_no_word_and_no_link_is_in_an_event_or_a_table(bench: Bench) -> None:
    reference = await bench.taken()
    _, link = await asked(bench, reference)
    await visit_page(bench, link, text="SECRET-REPLY")
    await bench.until(lambda: count(bench, inner.ReferralReplied), 1)
    token = link.removeprefix("/reply/")
    js = bench.client.jetstream()
    for stream in ("INNER", "UP_zhaosu"):
        last = (await js.stream_info(stream)).state.last_seq
        for sequence in range(1, last + 1):
            body = (await js.get_msg(stream, sequence)).data or b""
            assert b"SECRET" not in body and "请查看水管".encode() not in body and token.encode() not in body


async def test_the_office_sees_which_departments_owe_a_reply(bench: Bench) -> None:
    mine, others = await bench.taken(), await bench.taken(OTHER)
    for reference, who in ((mine, OWN), (others, OTHER)):
        await ok(bench.post(who, f"/cases/{reference}/referrals", {"department": "d-water"}))
        bench.clock.at += timedelta(minutes=1)
    await ok(bench.post(OWN, f"/cases/{mine}/referrals", {"department": "d-roads"}))
    await ok(bench.post(OWN, f"/cases/{mine}/referrals/d-roads/remind"), 200)

    async def listed(who: str, query: str = "") -> list[tuple[str, str, str]]:
        page = await ok(bench.get(who, f"/referrals{query}"), 200)
        return [(line["reference"], line["department"], line["state"]) for line in page["items"]]

    water, theirs, roads = (mine, "d-water", "made"), (others, "d-water", "made"), (mine, "d-roads", "reminded")
    assert await listed("dispatcher") == [water, theirs, roads], "what waits longest first"
    assert await listed(OWN) == [water, roads]
    assert await listed("officer", "?state=reminded") == [roads]
    assert await listed("officer", "?department=d-water") == [water, theirs]
    await ok(bench.post(OWN, f"/cases/{mine}/referrals/d-water/reply", {}), 200)
    assert await listed("officer") == [theirs, roads]
    assert await listed("officer", "?state=replied") == [(mine, "d-water", "replied")]
    wrong = await bench.get("officer", "/referrals?cursor=x")
    assert problem(wrong) == (422, "cursor-not-valid", "cursor")
    assert problem(await bench.get("officer", "/referrals?state=lost"))[::2] == (422, "state")


async def test_links_end_with_the_issue_and_replies_reach_whoever_has_it(bench: Bench) -> None:
    taken_back, passed_on = await bench.taken(), await bench.taken()
    _, dead = await asked(bench, taken_back)
    _, alive = await asked(bench, passed_on)
    withdrawn = inner.IssueWithdrawn(occurred_at=bench.clock.now(), reference=taken_back, version_of_issue=2)
    await bench.tell("intake", withdrawn)
    await bench.until(lambda: bench.state_of(taken_back), "withdrawn")
    assert (await visit_page(bench, dead, text="太晚了")).status_code == 409
    await bench.assign(passed_on, OTHER)
    await bench.until(lambda: bench.state_of(passed_on), "assigned")
    assert (await visit_page(bench, alive, text="给新的委员")).status_code == 200
    assert "给新的委员" in texts(await thread(bench, OTHER, passed_on))
    assert (await bench.get(OWN, f"/cases/{passed_on}")).status_code == 404
