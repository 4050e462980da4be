"""The units of a body (四委两室) and their posts, as the roster file writes them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from services.routing.roster.parts import Names, Part, TermEntry
from shared.contracts.words import UnitKind
from shared.web.fields import Code

MOST_POSTS = 200


class PostEntry(Part):
    """A post of a unit. ``filled`` are the spans in which somebody held it, both days included; who, it does not say.

    A post that was dissolved stays in the file with its date: what leaves the file was never so.
    """

    code: Code
    names: Names = Field(default_factory=dict)
    set_up_on: date | None = None
    dissolved_on: date | None = None
    filled: Annotated[tuple[TermEntry, ...], Field(max_length=100)] = ()

    @property
    def stands(self) -> bool:
        """Whether it has not been dissolved."""
        return self.dissolved_on is None

    @property
    def is_filled(self) -> bool:
        """Whether somebody holds it."""
        return self.stands and any(span.ends_on is None for span in self.filled)


class UnitEntry(Part):
    """A unit of the body's chain: a committee, an office, a group, or a body below that has no instance of its own.

    ``parent`` is another unit, or None for one that hangs on the body itself.
    """

    code: Code
    kind: UnitKind
    names: Names = Field(default_factory=dict)
    parent: Code | None = None
    set_up_on: date | None = None
    dissolved_on: date | None = None
    posts: Annotated[tuple[PostEntry, ...], Field(max_length=MOST_POSTS)] = ()

    @property
    def stands(self) -> bool:
        """Whether it has not been dissolved."""
        return self.dissolved_on is None


class UnitsRequired(Part):
    """How many committees and offices a body must have: 4 and 2 where it is 四委两室."""

    committees: Annotated[int, Field(ge=0, le=100)] = 0
    offices: Annotated[int, Field(ge=0, le=100)] = 0


def unit_in_order(unit: UnitEntry) -> UnitEntry:
    """The same unit with posts and spans in the order in which the database gives them back."""
    posts = sorted(unit.posts, key=lambda post: post.code)
    ordered = (post.model_copy(update={"filled": tuple(sorted(post.filled, key=_beginning))}) for post in posts)
    return unit.model_copy(update={"posts": tuple(ordered)})


def _beginning(span: TermEntry) -> date:
    return span.begins_on
