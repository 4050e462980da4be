"""Which week is briefed on, when, and in which words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.reporting import app
from services.reporting.briefings.facts import WeekFacts
from services.reporting.briefings.sentences import sentences_of, title_of
from services.reporting.briefings.week import due_week
from services.reporting.charts.series import Deadlines, Ended
from services.reporting.public.showing import Choice
from shared.i18n import SHARED_LOCALE, Catalogues
from shared.workdays import WorkCalendar

ZONE = "Asia/Shanghai"
MARCH_6 = date(2023, 3, 6)


def due(now: str, choice: Choice | None = None) -> date | None:
    moment = datetime.fromisoformat(f"{now}+08:00").astimezone(UTC)
    return due_week(moment, choice or Choice(), ZONE, WorkCalendar(ZONE).working_day_from)


@pytest.mark.parametrize(
    ("now", "week"),
    [
        ("2023-03-13T07:59", date(2023, 2, 27)),
        ("2023-03-13T08:00", MARCH_6),
        ("2023-03-19T23:59", MARCH_6),
        # The holiday of the National Day: Monday, the second of October 2023, to Friday; work begins on Saturday.
        ("2023-10-06T12:00", date(2023, 9, 18)),
        ("2023-10-07T08:00", date(2023, 9, 25)),
        ("2023-10-09T08:00", date(2023, 10, 2)),
    ],
)
def test_on_monday_morning_or_when_work_begins_again(now: str, week: date) -> None:
    assert due(now) == week


def test_the_body_chooses_day_and_hour_or_none() -> None:
    wednesday = Choice(briefing_day=2, briefing_hour=14)
    assert due("2023-03-15T13:59", wednesday) == date(2023, 2, 27)
    assert due("2023-03-15T14:00", wednesday) == MARCH_6
    assert due("2023-03-15T14:00", Choice(briefing_day=None)) is None


def facts() -> WeekFacts:
    return WeekFacts(
        body="zhaosu",
        week=MARCH_6,
        figures={"residents_received": 12, "opinions_collected": 5, "consultations": 2, "satisfaction_percent": 100},
        before={"residents_received": 9, "opinions_collected": 7, "consultations": 2, "satisfaction_percent": 50},
        trend=[(MARCH_6, 5)],
        ended=[Ended("qr", "noise", None, 3), Ended("qr", None, "solved", 1), Ended("web", "roads", None, 1)],
        deadlines=[Deadlines("answer", 1, 2, 3), Deadlines("commitment", 0, 0, 0)],
    )


def test_a_week_beside_the_week_before_in_words() -> None:
    spoken = Catalogues.load(SHARED_LOCALE, Path(app.__file__).parent / "locale")
    english = spoken.translator("en")
    assert title_of(facts(), english) == "Weekly briefing, Mar 6, 2023 – Mar 12, 2023"
    assert sentences_of(facts(), english) == [
        "Residents received: 12, 3 more than in the week before.",
        "Opinions collected: 5, 2 fewer than in the week before.",
        "Consultations: 2, as many as in the week before.",
        "Most issues were about: Noise 3 · Roads 1.",
        "Not done in time: Answer 2.",
    ]
    assert WeekFacts.model_validate(facts().kept()) == facts()
    for language in ("zh-Hans", "ug"):
        assert not any("{" in each for each in sentences_of(facts(), spoken.translator(language)))
