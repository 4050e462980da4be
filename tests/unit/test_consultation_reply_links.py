"""The link of a department: the same each time it is written, for one body and one use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.consultation.reply_links import ReplyLinks
from shared.clock import FixedClock
from shared.errors import NotFound, Unauthorized
from shared.web.auth import Role, TokenSigner, TokenVerifier, new_key_pair

UNTIL = datetime(2026, 4, 1, tzinfo=UTC)


def test_a_link_is_the_same_whenever_it_is_written() -> None:
    private, _ = new_key_pair()
    links = ReplyLinks(private, "zhaosu", "http://desk.test")
    assert links.token("a-link", UNTIL) == ReplyLinks(private, "zhaosu", "http://desk.test").token("a-link", UNTIL)
    assert links.token("a-link", UNTIL) != links.token("b-link", UNTIL)
    assert links.link_of(links.token("a-link", UNTIL)) == "a-link"
    assert links.url("a-link", UNTIL).startswith("http://desk.test/reply/")


@pytest.mark.parametrize("damage", ["", "x", "x.y.z", "x" * 10_000, "\u0643"])
def test_what_is_no_link_is_unknown(damage: str) -> None:
    private, _ = new_key_pair()
    with pytest.raises(NotFound):
        ReplyLinks(private, "zhaosu", "").link_of(damage)


def test_a_link_of_another_body_or_key_is_unknown_here() -> None:
    private, _ = new_key_pair()
    token = ReplyLinks(private, "zhaosu", "").token("a-link", UNTIL)
    for stranger in (ReplyLinks(private, "hami", ""), ReplyLinks(new_key_pair()[0], "zhaosu", "")):
        with pytest.raises(NotFound):
            stranger.link_of(token)


def test_a_link_is_no_session_and_a_session_is_no_link() -> None:
    private, public = new_key_pair()
    clock = FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    links = ReplyLinks(private, "zhaosu", "")
    with pytest.raises(Unauthorized):
        TokenVerifier({"consultation": public}, "zhaosu", clock).verify(links.token("a-link", UNTIL))
    signer = TokenSigner("consultation", private, "zhaosu", clock)
    with pytest.raises(NotFound):
        links.link_of(signer.sign(subject="consultation", role=Role.SERVICE, lifetime=timedelta(hours=1)))
