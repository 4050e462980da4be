"""What can be altered in one unit of a roster, piece by piece; pure, so that what follows can be checked first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from services.routing.roster.alterations import Alteration, Piece
from services.routing.roster.parts import TermEntry
from services.routing.roster.units import PostEntry, UnitEntry
from shared.errors import Conflict, NotFound


def unit_dissolved(on: date) -> Alteration[UnitEntry]:
    """A unit is no more; its posts go with it."""
    return Alteration(
        UnitEntry, lambda unit: unit.model_copy(update={"dissolved_on": on}), Piece(field="dissolved_on", is_field=True)
    )


def post_put(post: PostEntry) -> Alteration[UnitEntry]:
    """One more post, or another word on the one of that code; the spans in which it was filled stay as they are."""

    def apply(unit: UnitEntry) -> UnitEntry:
        there = next((each for each in unit.posts if each.code == post.code), None)
        kept = post if there is None else post.model_copy(update={"filled": there.filled})
        posts = tuple(kept if each.code == post.code else each for each in unit.posts)
        return unit.model_copy(update={"posts": posts if there is not None else (*posts, kept)})

    return Alteration(UnitEntry, apply, Piece(("posts",), "set_up_on"))


def post_dropped(code: str) -> Alteration[UnitEntry]:
    """A post was entered by mistake: what was said of it is taken back."""

    def apply(unit: UnitEntry) -> UnitEntry:
        that = _that(unit, code)
        return unit.model_copy(update={"posts": tuple(each for each in unit.posts if each != that)})

    return Alteration(UnitEntry, apply, Piece(("posts",), "post"))


def post_filled(code: str, begins_on: date) -> Alteration[UnitEntry]:
    """Somebody holds a post from that day on."""

    def apply(post: PostEntry) -> PostEntry:
        if post.is_filled:
            raise Conflict("post-filled", "Somebody holds this post. Say first until when.", field="begins_on")
        return post.model_copy(update={"filled": (*post.filled, TermEntry(begins_on=begins_on))})

    return _of_post(code, apply, "begins_on")


def post_vacated(code: str, ends_on: date) -> Alteration[UnitEntry]:
    """Whoever holds a post held it until that day, which is included."""

    def apply(post: PostEntry) -> PostEntry:
        if not post.is_filled:
            raise Conflict("post-vacant", "Nobody holds this post.", field="ends_on")
        spans = (each if each.ends_on else each.model_copy(update={"ends_on": ends_on}) for each in post.filled)
        return post.model_copy(update={"filled": tuple(spans)})

    return _of_post(code, apply, "ends_on")


def post_dissolved(code: str, on: date) -> Alteration[UnitEntry]:
    """A post is no more; whoever held it held it until then."""
    return _of_post(code, lambda post: post.model_copy(update={"dissolved_on": on}), "dissolved_on")


def _of_post(code: str, alter: Callable[[PostEntry], PostEntry], field: str) -> Alteration[UnitEntry]:
    def apply(unit: UnitEntry) -> UnitEntry:
        that = _that(unit, code)
        return unit.model_copy(update={"posts": tuple(alter(each) if each is that else each for each in unit.posts)})

    return Alteration(UnitEntry, apply, Piece(("posts",), field, is_field=True))


def _that(unit: UnitEntry, code: str) -> PostEntry:
    found = next((each for each in unit.posts if each.code == code), None)
    if found is None:
        raise NotFound("not-in-roster", "There is no such entry in the roster.", field="post")
    return found
