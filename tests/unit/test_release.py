"""Who wrote an event, and what of it is not read here."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from services.reporting.rebuilding.unread import unread_in
from shared.contracts import report
from shared.contracts.envelope import headers_of, release_of
from shared.contracts.subjects import parse, subject_of
from shared.messaging.handlers import Received
from shared.release import RELEASE

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_every_event_says_which_release_wrote_it() -> None:
    assert release_of(headers_of("id", "zhaosu", "intake", report.IssueSubmitted, NOW)) == RELEASE


@pytest.mark.parametrize("said", ["", "newest", "1" * 40, "1.0 <b>", "١.٠"])
def test_what_is_no_release_is_not_taken_for_one(said: str) -> None:
    assert release_of({"ce-release": said}) is None
    assert release_of(None) is None


def test_fields_beyond_the_class_are_noticed_and_hostile_names_are_not() -> None:
    event = report.IssueReopened(occurred_at=NOW, reference="r", step=1)
    address = parse(subject_of("zhaosu", report.IssueReopened))
    assert address is not None
    said = json.loads(event.model_dump_json()) | {"because": "x", "'; --": 1, "a" * 65: 1, "Ünfit": 1}
    received = Received(event, "id", address, json.dumps(said).encode())
    assert unread_in([received, received]) == {("report.issue.reopened.v1", "because")}
    assert unread_in([Received(event, "id", address, event.model_dump_json().encode())]) == set()
