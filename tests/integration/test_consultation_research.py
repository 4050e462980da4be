"""The research programme over HTTP, on both databases: a topic's life, its registers, and what was entered wrongly."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from shared.contracts import research
from shared.ids import new_id
from tests.integration.consultation_service import OWN, Bench, running
from tests.servers import NatsServer


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(database_url, nats_server) as bench:
        yield bench


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    document = answer.json()
    errors = document.get("errors") or [{"field": None}]
    return answer.status_code, document["code"], errors[0]["field"]


async def made(bench: Bench, path: str, **said: Any) -> Any:
    answer = await bench.post("officer", f"/research/{path}", said)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def begun(bench: Bench, *participants: str) -> str:
    topic = (await made(bench, "topics", title="烽燧与驿路", participants=participants))["id"]
    assert await made(bench, f"topics/{topic}/begin") == {"id": topic, "state": "under-way", "step": 2}
    return str(topic)


async def refused(bench: Bench, path: str, **said: Any) -> tuple[int, str, str | None]:
    return problem(await bench.post("officer", f"/research/{path}", said))


async def totals(bench: Bench, topic: str) -> dict[str, int]:
    found: dict[str, int] = (await bench.get("officer", f"/research/topics/{topic}")).json()["totals"]
    return found


async def test_from_a_plan_to_a_use_and_the_result_it_was_concluded_with_stays(bench: Bench) -> None:
    unit = await made(bench, "participants", kind="member-unit", code="u1", name="文史委")
    topic = (await made(bench, "topics", title="烽燧", participants=[unit["participant"]]))["id"]
    entering = {"topic": topic, "place": "戈壁"}
    assert await refused(bench, "field-surveys", **entering) == (409, "topic-planned", None)
    await made(bench, f"topics/{topic}/begin", step=1)
    assert await refused(bench, f"topics/{topic}/submit", step=1) == (409, "changed-meanwhile", "step")
    survey = (await made(bench, "field-surveys", **entering))["id"]
    await made(bench, "finds", field_survey=survey, kind="beacon_tower", place="第一烽燧")
    await made(bench, "documents", topic=topic, title="奏稿", characters=120_000)
    await made(bench, f"topics/{topic}/submit")
    assert await refused(bench, f"topics/{topic}/conclude") == (409, "no-result", None)
    assert await refused(bench, f"topics/{topic}/send-back") == (422, "reason-missing", "note")
    result = (await made(bench, "results", topic=topic, kind="book", title="烽燧志"))["id"]
    assert await refused(bench, "uses", result=result, kind="teaching") == (409, "not-concluded", None)
    await made(bench, f"topics/{topic}/conclude")
    use = (await made(bench, "uses", result=result, kind="teaching"))["id"]
    whole = (await bench.get("dispatcher", f"/research/topics/{topic}")).json()
    assert (whole["state"], [each["code"] for each in whole["participants"]]) == ("put-to-use", ["u1"])
    assert [step["state"] for step in whole["steps"]] == [
        "planned",
        "under-way",
        "under-review",
        "concluded",
        "put-to-use",
    ]
    assert whole["totals"] == {
        "field_surveys": 1, "finds": 1, "documents": 1, "characters": 120_000, "results": 1, "uses": 1,
    }  # fmt: skip
    await made(bench, f"uses/{use}/withdraw", reason="另一部书")
    assert (await bench.get("officer", f"/research/topics/{topic}")).json()["state"] == "concluded"
    await bench.all_said()
    said = await bench.said(research.TopicMoved)
    assert [(event.step, event.state) for event in said][-2:] == [(5, "put-to-use"), (6, "concluded")]

    topic = await begun(bench)
    result = (await made(bench, "results", topic=topic, kind="paper", title="论文"))["id"]
    await made(bench, f"topics/{topic}/submit")
    await made(bench, f"topics/{topic}/conclude")
    assert await refused(bench, f"results/{result}/withdraw", reason="误") == (409, "only-result", None)
    document = {"topic": topic, "title": "补遗", "characters": 10}
    assert await refused(bench, "documents", **document) == (409, "topic-concluded", None)
    other = (await made(bench, "results", topic=topic, kind="book", title="专著", corrects=result))["id"]
    assert (await totals(bench, topic))["results"] == 1
    await made(bench, "uses", result=other, kind="policy")
    await made(bench, "results", topic=topic, kind="film", title="纪录片")
    assert await refused(bench, f"results/{other}/withdraw", reason="误") == (409, "result-used", None)


async def test_what_was_entered_wrongly_is_replaced_or_withdrawn_and_never_altered(bench: Bench) -> None:
    topic = await begun(bench)
    day = "2023-02-01T04:00:00Z"
    survey = (await made(bench, "field-surveys", topic=topic, place="戈壁"))["id"]
    find = (await made(bench, "finds", field_survey=survey, kind="fortress", place="土台", recorded_at=day))["id"]
    path = f"/api/v1/research/finds/{find}/photos"
    photo = BytesIO()
    Image.new("RGB", (40, 20), "red").save(photo, "PNG")
    sent = await bench.http.post(path, content=photo.getvalue(), headers=bench.as_("officer"))
    [picture] = sent.json()["photos"]
    right = {"field_survey": survey, "kind": "beacon_tower", "place": "烽燧", "corrects": find}
    better = (await made(bench, "finds", **right))["id"]
    lines = (await bench.get("officer", f"/research/topics/{topic}/records?register=find")).json()["items"]
    by_id = {line["id"]: line for line in lines}
    assert (by_id[find]["replaced_by"], by_id[better]["kind"]) == (better, "beacon_tower")
    assert by_id[better]["at"] == day, "what is corrected keeps its date"
    assert by_id[better]["photos"] == [picture]
    shown = await bench.get("officer", f"/research/finds/{better}/photos/{picture}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert await refused(bench, "finds", **right) == (409, "withdrawn-already", "corrects")
    assert await refused(bench, f"field-surveys/{survey}/withdraw", reason="误") == (409, "survey-with-finds", None)
    await made(bench, f"finds/{better}/withdraw", reason="重复登记")
    assert await refused(bench, f"finds/{better}/withdraw", reason="误") == (409, "withdrawn-already", None)
    await made(bench, f"field-surveys/{survey}/withdraw", reason="误")
    assert set((await totals(bench, topic)).values()) == {0}
    await bench.all_said()
    said = {event.record_id: event.replaced_by_id for event in await bench.said(research.RecordWithdrawn)}
    assert said == {find: better, better: None, survey: None}

    # Who takes part comes, leaves and comes again.
    unit = {"kind": "institute", "code": "i1", "name": "考古研究所", "recorded_at": "2023-01-05T04:00:00Z"}
    first = await made(bench, "participants", **unit)
    assert await refused(bench, "participants", **unit) == (422, "takes-part-already", "code")
    early = await refused(bench, f"participants/{first['id']}/leave", recorded_at="2023-01-04T04:00:00Z")
    assert early == (422, "before-joining", "recorded_at")
    await made(bench, f"participants/{first['id']}/leave", recorded_at="2023-02-01T04:00:00Z")
    assert await refused(bench, "participants", **unit) == (422, "before-leaving", "recorded_at")
    again = await made(bench, "participants", **(unit | {"recorded_at": "2023-02-10T04:00:00Z"}))
    assert (again["participant"], again["id"] != first["id"]) == (first["participant"], True)
    named = {"kind": "researcher", "code": "r1", "name": "某某"}
    assert await refused(bench, "participants", **named) == (422, "researcher-named", "name")
    page = (await bench.get("officer", "/research/participants?kind=institute")).json()
    assert [line["left_at"] is None for line in page["items"]] == [True, False]
    await bench.all_said()
    joined = await bench.said(research.ParticipantJoined)
    assert {(event.participant_id, event.kind) for event in joined} == {(first["participant"], "institute")}


async def test_bad_input_names_its_field_and_changes_nothing(bench: Bench) -> None:
    topic = await begun(bench)
    nobody = new_id()
    assert await refused(bench, "topics", title="无人", participants=[nobody]) == (
        422, "unknown-participant", "participants",
    )  # fmt: skip
    assert (await refused(bench, "documents", topic=topic, title="空", characters=0))[::2] == (422, "characters")
    assert (await refused(bench, "documents", topic=nobody, title="空", characters=1))[::2] == (422, "topic")
    assert (await refused(bench, "finds", field_survey=nobody, kind="relic", place="某处"))[::2] == (
        422,
        "field_survey",
    )
    survey = (await made(bench, "field-surveys", topic=topic, place="戈壁"))["id"]
    assert (await refused(bench, "finds", field_survey=survey, kind="ufo", place="某处"))[::2] == (422, "kind")
    wrong = {"topic": topic, "place": "某处", "corrects": nobody}
    assert await refused(bench, "field-surveys", **wrong) == (422, "nothing-to-correct", "corrects")
    soon = datetime(2023, 4, 1, tzinfo=UTC).isoformat()
    assert (await refused(bench, f"topics/{topic}/submit", recorded_at=soon))[::2] == (422, "recorded_at")
    before = await refused(bench, f"topics/{topic}/submit", recorded_at="2023-01-01T00:00:00Z")
    assert before == (422, "before-last-step", "recorded_at")
    assert problem(await bench.get("officer", f"/research/topics/{nobody}"))[:2] == (404, "topic-not-found")
    for who in (OWN, "dispatcher"):
        assert (await bench.post(who, "/research/topics", {"title": "越权"})).status_code == 403
    assert (await bench.get(OWN, "/research/topics")).status_code == 403
    assert sum((await totals(bench, topic)).values()) == 1
    assert len((await bench.get("officer", "/research/topics")).json()["items"]) == 1
