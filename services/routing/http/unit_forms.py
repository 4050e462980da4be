"""The forms of the pages of units: what people type, turned into entries of the roster and alterations of them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.routing.http.bodies import Input
from services.routing.http.roster_forms import Seen
from services.routing.roster.alterations import Alteration
from services.routing.roster.parts import Names
from services.routing.roster.unit_alterations import post_dissolved, post_filled, post_vacated
from services.routing.roster.units import PostEntry, UnitEntry, UnitsRequired
from shared.contracts.words import UnitKind
from shared.web.fields import Code

Number = Annotated[int, Field(ge=0, le=100)]


class UnitForm(Input):
    """A unit without its posts."""

    code: Code
    kind: UnitKind
    names: Names = Field(default_factory=dict)
    parent: Code | None = None
    set_up_on: date | None = None
    dissolved_on: date | None = None
    seen: Seen = None

    def entry(self, there: UnitEntry | None) -> UnitEntry:
        """The unit as it is now to be, with the posts of the one that is ``there``."""
        return UnitEntry(**self.model_dump(exclude={"seen"}), posts=there.posts if there else ())


class PostForm(Input):
    """One more post, or another word on one that is there."""

    post_code: Code
    post_names: Names = Field(default_factory=dict)
    post_set_up_on: date | None = None

    def entry(self, there: UnitEntry) -> PostEntry:
        """The post as it is now to be; what is left empty stays as it is there."""
        code = self.post_code
        known = next((each for each in there.posts if each.code == code), PostEntry(code=code))
        return known.model_copy(
            update={
                "names": {**known.names, **self.post_names},
                "set_up_on": self.post_set_up_on or known.set_up_on,
            }
        )


class PostChange(Input):
    """What happened to a post on a day."""

    post: Code
    step: Literal["filled", "vacated", "dissolved"]
    on: date


class PostChangeForm(Input):
    """One change of a post."""

    change: PostChange

    def alteration(self) -> Alteration[UnitEntry]:
        """As the roster takes it."""
        alter = {"filled": post_filled, "vacated": post_vacated, "dissolved": post_dissolved}[self.change.step]
        return alter(self.change.post, self.change.on)


class RequiredForm(Input):
    """How many committees and offices the body must have, and each body below whose units it keeps."""

    committees: Number | None = None
    offices: Number | None = None
    committees_below: Number | None = None
    offices_below: Number | None = None

    def of_itself(self) -> UnitsRequired | None:
        """Of the body itself."""
        return _required(self.committees, self.offices)

    def below(self) -> UnitsRequired | None:
        """Of each body below."""
        return _required(self.committees_below, self.offices_below)


def _required(committees: int | None, offices: int | None) -> UnitsRequired | None:
    if committees is None and offices is None:
        return None
    return UnitsRequired(committees=committees or 0, offices=offices or 0)
