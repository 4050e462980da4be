"""The tree put together from one look: three tiers, bodies that pass on, silence, and what nobody can say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.reporting.queries import KnownBody
from services.reporting.tiers.links import LinkState
from services.reporting.tiers.looking import headers_in
from services.reporting.tiers.seen import ChildStream, LastEvent, Path, Seen, Voice
from services.reporting.tiers.tree import Known, Tree, tree_of
from shared.messaging.keeping import KeptKind

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def body(code: str, parent: str | None, tier: str = "county") -> KnownBody:
    return KnownBody(code, tier, parent, "Asia/Shanghai", NOW, {})


def voice(events: int, ago: timedelta, release: str | None = "0.2.0") -> Voice:
    return Voice(events, LastEvent("issue.closed", NOW - ago, release))


def look(voices: dict[Path, Voice], children: dict[str, ChildStream] | None = None) -> Seen:
    return Seen(at=NOW, reported=100, to_apply=0, uplink_since=None, children=children or {}, voices=voices)


def tree(seen: Seen | None, *bodies: KnownBody, **more: object) -> Tree:
    told = {"parent": None, "away_since": None, "links": {}, "kept": (), **more}
    known = Known(bodies=[body("xj", None, "region"), *bodies], seen=seen, **told)  # type: ignore[arg-type]
    return tree_of(known, release="0.1.0", silent_after=3 * DAY)


def test_three_tiers_stand_under_each_other_with_their_releases() -> None:
    voices = {
        (): voice(5, DAY),
        ("ili",): voice(7, DAY, "0.1.0"),
        ("ili", "zhaosu"): voice(9, 4 * DAY),
        ("ili", "nilka"): voice(2, DAY, None),
        ("hami",): voice(1, DAY),
    }
    found = tree(look(voices, {"ili": ChildStream(16, 3, timedelta(0), 1), "hami": ChildStream(1, None, None, 0)}))
    assert [(each.body, each.depth, each.release, each.silent) for each in found.below] == [
        ("hami", 1, "0.2.0", False),
        ("ili", 1, "0.1.0", False),
        ("nilka", 2, None, False),
        ("zhaosu", 2, "0.2.0", True),
    ]
    ili = found.below[1]
    assert [(stream.stream, stream.lag) for stream in ili.streams] == [("FROM_ili", 3), ("UP_xj", 1)]
    assert found.below[0].streams[0].lag is None
    assert found.below[3].link is None and found.below[3].streams == []  # its parent sees its link, we do not


def test_a_child_that_never_spoke_is_there_and_silent() -> None:
    found = tree(look({}, {"hami": ChildStream(0, None, None, 0)}))
    assert [(each.body, each.silent, each.events, each.heard) for each in found.below] == [("hami", True, 0, None)]


def test_a_body_that_only_passes_on_has_its_place() -> None:
    found = tree(look({("ili", "zhaosu"): voice(1, DAY)}))
    assert [each.path for each in found.below] == [("ili",), ("ili", "zhaosu")]


def test_before_the_first_look_the_database_tells_the_tree_and_claims_nothing() -> None:
    found = tree(None, body("ili", "xj", "prefecture"), body("zhaosu", "ili"), body("lost", "gone"))
    assert [each.path for each in found.below] == [("ili",), ("ili", "zhaosu"), ("lost",)]
    assert not any(each.silent for each in found.below)
    assert (found.as_of, found.to_apply, found.below[0].link) != (NOW, 0, "up")
    assert found.below[0].link is not None and found.below[0].link.state == "unknown"


def test_a_circle_in_what_rosters_say_ends() -> None:
    assert {each.body for each in tree(None, body("a", "b"), body("b", "a")).below} == {"a", "b"}


def test_what_waits_for_the_parent_is_counted_from_when_the_link_was_last_up() -> None:
    down = {"up": LinkState("up", False, NOW - DAY, 88)}
    found = tree(look({}), parent="up", links=down)
    assert found.parent is not None
    assert (found.parent.link.state, found.parent.link.since, found.parent.waiting) == ("down", NOW - DAY, 12)
    never = tree(look({}), parent="up", links={"up": LinkState("up", False, NOW, None)})
    assert never.parent is not None and never.parent.waiting is None


def test_kept_events_are_counted_for_the_body_that_said_them() -> None:
    subject = "from.ili.from.zhaosu.doorstep.zhaosu.report.issue.submitted.v2"
    kept = (KeptKind(subject, 4, NOW, NOW, "0.2.0"), KeptKind("no subject of ours", 1, NOW, NOW, None))
    found = tree(look({("ili", "zhaosu"): voice(4, DAY)}), kept=kept)
    assert [(each.body, each.kept) for each in found.below] == [("ili", 0), ("zhaosu", 4)]


def test_headers_of_a_stored_message_are_read_as_the_server_keeps_them() -> None:
    raw = b"NATS/1.0\r\nNats-Msg-Id: a:b\r\nce-release: 0.2.0\r\nbroken\r\n\r\n"
    assert headers_in(raw) == {"Nats-Msg-Id": "a:b", "ce-release": "0.2.0"}
    assert headers_in(b"") == {}
