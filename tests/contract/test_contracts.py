"""The contracts stand as files, change only by adding, and have no room for personal data."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts import inner, report
from shared.contracts.catalogue import EVENTS, class_at
from shared.contracts.compatibility import breaks
from shared.contracts.envelope import decode, encode
from shared.contracts.event import Event
from shared.contracts.golden import differences, schema_of, write
from shared.contracts.subjects import kind_of, parse, subject_of

PERSONAL = {
    "name", "phone", "email", "address", "words", "contact", "reason", "answer", "text", "note", "findings",
    "identity", "birth", "ethnicity", "religion", "what", "by", "topic", "attachment", "photo",
}  # fmt: skip


def test_the_golden_files_say_what_the_code_says() -> None:
    assert differences() == []


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_no_event_has_a_place_for_personal_data(event: type[Event]) -> None:
    # The one text that crosses tiers is the one that somebody writes into a handover; it is looked over on its way out.
    written = {"text", "title"} if event.plane == "handover" else set()
    assert not (set(event.model_fields) - written) & PERSONAL
    for name, field in event.model_fields.items():
        if name in written:
            continue
        # Free text hides behind plain strings; those that exist are codes, references and ids, by name.
        if field.annotation is str:
            assert name.endswith("_id") or name in {"reference", "language", "tier", "code", "station", "community",
                                                    "member", "township", "department", "joined_to",
                                                    "proposed_owner", "handed_by", "to", "other",
                                                    "holder", "origin", "unit", "post"}, name  # fmt: skip


def test_nothing_that_rises_names_a_member_or_a_language() -> None:
    for event in EVENTS:
        if event.plane == "report":
            members = event.model_fields.get("members")
            assert members is None or members.annotation is int
            assert not {"member", "language", "anonymous", "reply_by"} & set(event.model_fields)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event.plane}.{event.__name__}")
def test_a_subject_leads_back_to_its_class(event: type[Event]) -> None:
    address = parse("from.ili.from.zhaosu." + subject_of("zhaosu", event))
    assert address is not None
    assert (address.body, address.via, address.kind) == ("zhaosu", ("ili", "zhaosu"), kind_of(event))
    assert class_at(address) is event


FOREIGN = (
    "",
    "doorstep",
    "doorstep.z.inner.issue.submitted",
    "doorstep.Z.inner.a.b.v1",
    "doorstep.z.outer.a.b.v1",
    "from.doorstep.z.inner.a.b.v1",
    "x.doorstep.z.inner.a.b.v1",
)


@pytest.mark.parametrize("subject", FOREIGN)
def test_a_foreign_subject_is_none_of_ours(subject: str) -> None:
    assert parse(subject) is None


def _changed(change: str) -> dict[str, Any]:
    schema: dict[str, Any] = copy.deepcopy(schema_of(report.IssueClosed))
    properties = schema["properties"]
    match change:
        case "adds an optional field":
            properties["extra"] = {"type": "string"}
        case "loses a field":
            del properties["outcome"]
        case "changes a type":
            properties["step"]["type"] = "string"
        case "requires more":
            properties["extra"] = {"type": "string"}
            schema["required"].append("extra")
        case "adds a value":
            properties["outcome"]["enum"].append("forgotten")
        case "tightens a bound":
            properties["step"]["minimum"] = 5
    return schema


def test_adding_is_compatible_and_everything_else_is_not() -> None:
    old = schema_of(report.IssueClosed)
    assert breaks(old, old) == []
    assert breaks(old, _changed("adds an optional field")) == []
    assert breaks(old, _changed("loses a field")) == ["the event lost outcome"]
    assert breaks(old, _changed("changes a type")) == ["the event.step changed its type"]
    assert breaks(old, _changed("requires more")) == ["the event now requires extra"]
    assert breaks(old, _changed("adds a value")) == ["the event.outcome changed its values"]
    assert breaks(old, _changed("tightens a bound")) == ["the event.step tightened minimum"]


def test_a_breaking_change_is_not_written(tmp_path: Any) -> None:
    assert write(tmp_path) == []
    path = tmp_path / "events" / "report.issue.closed.v1.json"
    older = json.loads(path.read_text())
    older["properties"]["grade"] = {"type": "string"}
    path.write_text(json.dumps(older))
    assert write(tmp_path) == ["report.issue.closed.v1: the event lost grade"]
    assert json.loads(path.read_text()) == older


def test_a_newer_sender_may_say_more() -> None:
    event = inner.RecordErased.model_validate_json(
        b'{"occurred_at": "2023-01-01T00:00:00Z", "reference": "x", "added_later": 1}'
    )
    assert event.reference == "x"


@given(st.text())
def test_header_values_survive_the_wire(value: str) -> None:
    encoded = encode(value) if not any("\ud800" <= c <= "\udfff" for c in value) else ""
    if encoded:
        assert all("!" <= character <= "~" for character in encoded)
        assert decode(encoded) == value


def test_the_specification_s_own_example() -> None:
    assert encode("Euro € \U0001f600") == "Euro%20%E2%82%AC%20%F0%9F%98%80"
