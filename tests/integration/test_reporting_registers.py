"""Five ones, study sessions and research: the same figures in any order and after a rebuild, corrections among them."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts import report, research
from shared.contracts.event import Event
from shared.contracts.words import FindKind, FiveOne, ParticipantKind, StudyForm
from tests.integration.reporting_run import ReportingUnderTest, reporting_of_ili, roster
from tests.servers import NatsServer

MARCH = datetime(2023, 3, 1, 9, tzinfo=UTC)
LAST_YEAR = datetime(2022, 6, 1, 9, tzinfo=UTC)
ONES: tuple[FiveOne, ...] = ("talk", "good_deed", "survey", "opinion", "micro_consultation")


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url) as running:
        yield running


def counted(revision: int, talks: int, complete: int) -> report.FiveOnesCounted:
    return report.FiveOnesCounted(
        occurred_at=MARCH + timedelta(days=revision),
        year=2023,
        revision=revision,
        members=129,
        targets=dict.fromkeys(ONES, 1),
        done={one: talks if one == "talk" else complete for one in ONES},
        by_number=(129 - talks, talks - complete, 0, 0, 0, complete),
    )


def studied(ident: str, form: StudyForm | None, at: datetime = MARCH) -> report.ActivityRecorded:
    return report.ActivityRecorded(
        occurred_at=at, activity_id=ident, kind="study-session", station="s1", members=3, form=form
    )


def found(ident: str, kind: FindKind, at: datetime = MARCH) -> research.FindRecorded:
    return research.FindRecorded(occurred_at=at, find_id=ident, topic_id="k1", kind=kind)


def joined(span: str, who: str, kind: ParticipantKind, at: datetime = LAST_YEAR) -> research.ParticipantJoined:
    return research.ParticipantJoined(occurred_at=at, participation_id=span, participant_id=who, kind=kind)


def left(span: str, at: datetime) -> research.ParticipantLeft:
    return research.ParticipantLeft(occurred_at=at, participation_id=span)


def collated(ident: str, characters: int) -> research.DocumentCollated:
    return research.DocumentCollated(occurred_at=MARCH, document_id=ident, topic_id="k1", characters=characters)


def withdrawn(record: Any, ident: str, by: str | None = None) -> research.RecordWithdrawn:
    at = MARCH + timedelta(days=30)
    return research.RecordWithdrawn(occurred_at=at, record=record, record_id=ident, replaced_by_id=by)


def a_programme() -> list[tuple[str, Event]]:
    """A year of registers in which some was entered wrongly."""
    states = ("planned", "under-way", "under-review", "concluded")
    events: list[Event] = [
        roster(1, 129),
        *(counted(revision, talks, complete) for revision, talks, complete in ((1, 10, 0), (2, 90, 5), (3, 80, 4))),
        studied("a1", "led"),
        studied("a2", "led"),
        studied("a3", "self"),
        studied("a4", None),
        studied("a5", "joint", LAST_YEAR),
        joined("p1", "u1", "member-unit"),
        joined("p2", "u2", "member-unit"),
        left("p2", LAST_YEAR + timedelta(days=30)),  # before the year began
        joined("p3", "u3", "member-unit"),
        left("p3", MARCH),
        joined("p4", "u3", "member-unit", MARCH + timedelta(days=9)),  # the same one again: still one
        joined("p5", "u4", "member-unit"),
        withdrawn("participation", "p5"),
        joined("p6", "i1", "institute"),
        *(
            research.TopicMoved.model_validate(
                {"occurred_at": MARCH + timedelta(days=step), "topic_id": "k1", "step": step, "state": state}
            )
            for step, state in enumerate(states, start=1)
        ),
        found("f1", "beacon_tower"),
        found("f2", "fortress"),
        found("f3", "beacon_tower"),
        withdrawn("find", "f2", "f3"),
        found("f4", "beacon_tower", LAST_YEAR),
        collated("d1", 1000),
        collated("d2", 99_000),
        withdrawn("document", "d2"),
        withdrawn("find", "d1"),  # an id of another register is another record
        research.ResultPublished(occurred_at=MARCH, result_id="r1", topic_id="k1", kind="book"),
        research.ResultPutToUse(occurred_at=MARCH, use_id="e1", topic_id="k1", kind="teaching"),
    ]
    return [(f"event-{number}", event) for number, event in enumerate(events)]


EXPECTED = {
    "five_ones_per_member_per_year": list(ONES),
    "five_ones_targets": dict.fromkeys(ONES, 1),
    "five_ones_members": 129,
    "five_ones_complete": 4,
    "five_ones_done": {one: 80 if one == "talk" else 4 for one in ONES},
    "five_ones_by_number": {"0": 49, "1": 76, "2": 0, "3": 0, "4": 0, "5": 4},
    "study_sessions": 4,
    "study_sessions_by_form": {"self": 1, "led": 2},
    "member_units": 2,
    "institutes": 1,
    "local_researchers": 0,
    "topics": {"concluded": 1},
    "topic_results": 1,
    "results_put_to_use": 1,
    "field_surveys": 0,
    "finds": {"beacon_tower": 2},
    "document_characters": 1000,
}


async def test_in_any_order_and_made_anew_the_registers_give_the_same(ili: ReportingUnderTest) -> None:
    events = a_programme()
    mixed = [*events, *((f"{event_id}-again", event) for event_id, event in events[::3])]
    random.Random(11).shuffle(mixed)
    await ili.report(mixed)
    await ili.caught_up()
    figures = await ili.figures()
    assert {key: figures[key] for key in EXPECTED} == EXPECTED
    early = await ili.figures(last=(MARCH + timedelta(days=1)).date().isoformat())
    assert early["topics"] == {"planned": 1}
    before = await ili.figures(first="2022-01-01", last="2022-12-31")
    assert {before[key] for key in ("five_ones_members", "five_ones_complete")} == {None}
    assert (before["study_sessions_by_form"], before["finds"]) == ({"joint": 1}, {"beacon_tower": 1})
    assert (await ili.rebuilt())["state"] == "done"
    assert await ili.figures() == figures
    page = (await ili.get("/reports", body="zhaosu", **{"from": "2023-01-01", "to": "2023-12-31"})).text
    assert "烽燧 2" in page
    assert "领学 2" in page


BEHIND = {
    "study_sessions": ["a1", "a2", "a3", "a4"],
    "member_units": ["u1", "u3"],
    "topics": ["k1"],
    "topic_results": ["r1"],
    "results_put_to_use": ["e1"],
    "field_surveys": [],
    "finds": ["f1", "f3"],
    "document_characters": ["d1"],
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_behind_each_figure_of_the_registers_stand_the_records_that_count(ili: ReportingUnderTest) -> None:
    await ili.report(a_programme(), body="ili")
    await ili.caught_up()
    year = {"from": "2023-01-01", "to": "2023-12-31"}
    for figure, references in BEHIND.items():
        answer = await ili.get(f"/api/v1/figures/behind/{figure}", body="ili", **year)
        assert [item["reference"] for item in answer.json()["items"]] == references, figure
    shown = await ili.get("/reports/behind/finds", **year)
    assert 'href="/office/research/find/f1"' in shown.text
    whose = await ili.get("/api/v1/figures/behind/five_ones_complete", body="ili", **year)
    assert whose.status_code == 404, "who did what is each member's own to see"
