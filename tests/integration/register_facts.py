"""Valid facts of the registers of the office, for whoever tells them in any order: research, five ones, studies."""

from __future__ import annotations

from datetime import datetime

from hypothesis import strategies as st

from shared.contracts import report, research
from shared.contracts.event import Event
from shared.contracts.words import FiveOne, ParticipantKind

ONES: tuple[FiveOne, ...] = ("talk", "good_deed", "survey", "opinion", "micro_consultation")
STATES = ("planned", "under-way", "under-review", "concluded", "put-to-use")
PARTICIPANTS: tuple[ParticipantKind, ...] = ("member-unit", "institute", "researcher")


@st.composite
def registers(draw: st.DrawFn, moments: st.SearchStrategy[datetime]) -> list[Event]:
    """A topic with its records, of which some are withdrawn or replaced; who took part; a year counted and counted
    again; study sessions. Paper records bear any dates, but for those of a topic's steps, which rise.
    """
    found: list[Event] = []
    for step, at in enumerate(sorted(draw(st.lists(moments, min_size=1, max_size=5))), start=1):
        moved = {"occurred_at": at, "topic_id": "k1", "step": step, "state": STATES[step - 1]}
        found.append(research.TopicMoved.model_validate(moved))
    for number in range(draw(st.integers(0, 3))):
        found += _records(draw, moments, number)
    for number, kind in enumerate(PARTICIPANTS):
        found += _participation(draw, moments, number, kind)
    for revision in range(1, draw(st.integers(0, 3)) + 1):
        done = draw(st.integers(0, 9))
        found.append(
            report.FiveOnesCounted(
                occurred_at=draw(moments),
                year=2023,
                revision=revision,
                members=9,
                targets=dict.fromkeys(ONES, 1),
                done=dict.fromkeys(ONES, done),
                by_number=(9 - done, 0, 0, 0, 0, done),
            )
        )
    for number, form in enumerate(draw(st.lists(st.sampled_from(["self", "led", "joint", None]), max_size=3))):
        held = {"occurred_at": draw(moments), "activity_id": f"l{number}", "kind": "study-session", "form": form}
        found.append(report.ActivityRecorded.model_validate({**held, "station": "s", "members": 2}))
    return found


def _records(draw: st.DrawFn, moments: st.SearchStrategy[datetime], number: int) -> list[Event]:
    """One line of each register, and whether it was withdrawn."""
    topic = {"topic_id": "k1"}
    kind = draw(st.sampled_from(["beacon_tower", "relic"]))
    lines: dict[str, Event] = {
        f"v{number}": research.FieldSurveyMade(occurred_at=draw(moments), field_survey_id=f"v{number}", **topic),
        f"f{number}": research.FindRecorded.model_validate(
            {"occurred_at": draw(moments), "find_id": f"f{number}", "kind": kind, **topic}
        ),
        f"d{number}": research.DocumentCollated(
            occurred_at=draw(moments), document_id=f"d{number}", characters=draw(st.integers(1, 999)), **topic
        ),
        f"r{number}": research.ResultPublished(occurred_at=draw(moments), result_id=f"r{number}", kind="book", **topic),
        f"e{number}": research.ResultPutToUse(occurred_at=draw(moments), use_id=f"e{number}", kind="teaching", **topic),
    }
    registers = dict(zip(lines, ("field-survey", "find", "document", "result", "use"), strict=True))
    wrong = draw(st.sets(st.sampled_from(sorted(lines)), max_size=2))
    withdrawn = [
        research.RecordWithdrawn.model_validate(
            {"occurred_at": draw(moments), "record": registers[ident], "record_id": ident}
        )
        for ident in sorted(wrong)
    ]
    return [*lines.values(), *withdrawn]


def _participation(
    draw: st.DrawFn, moments: st.SearchStrategy[datetime], number: int, kind: ParticipantKind
) -> list[Event]:
    """The same one takes part, leaves, and perhaps comes again."""
    found: list[Event] = []
    at = sorted(draw(st.lists(moments, max_size=3)))
    for turn, moment in enumerate(at):
        span = f"p{number}-{turn // 2}"
        if turn % 2:
            found.append(research.ParticipantLeft(occurred_at=moment, participation_id=span))
        else:
            joined = {"participation_id": span, "participant_id": f"q{number}", "kind": kind}
            found.append(research.ParticipantJoined.model_validate({"occurred_at": moment, **joined}))
    return found
