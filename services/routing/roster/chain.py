"""The chain of a body's units: which body each belongs to, what is required of it, what is there, what is vacant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.routing.roster.document import MemberEntry, Roster
from services.routing.roster.unit_checking import ancestors
from services.routing.roster.units import PostEntry, UnitEntry, UnitsRequired

NOTHING = UnitsRequired()


@dataclass(frozen=True, slots=True)
class Establishment:
    """What one body must have and has: the body itself (``owner`` None), or one that stands as a unit in its chain.

    ``required`` is None where nobody said what must be there.
    """

    owner: str | None
    required: UnitsRequired | None
    committees: int
    offices: int
    posts: int
    posts_filled: int

    @property
    def committees_vacant(self) -> int:
        """Committees that are required and not set up; a committee too many makes up for no office."""
        return max(0, (self.required or NOTHING).committees - self.committees)

    @property
    def offices_vacant(self) -> int:
        """The same for offices."""
        return max(0, (self.required or NOTHING).offices - self.offices)

    @property
    def posts_vacant(self) -> int:
        """Posts that nobody holds."""
        return self.posts - self.posts_filled


@dataclass(frozen=True, slots=True)
class ChainLine:
    """A unit of the chain as a list shows it, ``depth`` steps below the body, with its own members counted."""

    unit: UnitEntry
    depth: int
    members: int
    posts: int
    posts_filled: int


def establishments(roster: Roster) -> list[Establishment]:
    """The body itself first, then every body that stands as a unit in its chain, by code."""
    units = {unit.code: unit for unit in roster.units}
    owned: dict[str | None, list[UnitEntry]] = {None: []}
    for unit in sorted(_standing(roster), key=lambda each: each.code):
        owned.setdefault(_owner(unit, units), []).append(unit)
    return [
        _established(owner, roster.units_required if owner is None else roster.units_required_below, those)
        for owner, those in sorted(owned.items(), key=lambda each: (each[0] is not None, each[0] or ""))
    ]


def _standing(roster: Roster) -> Iterable[UnitEntry]:
    return (unit for unit in roster.units if unit.stands)


def _owner(unit: UnitEntry, units: dict[str, UnitEntry]) -> str | None:
    if unit.kind == "body":
        return unit.code
    return next((code for code in ancestors(unit, units) if units[code].kind == "body"), None)


def _established(owner: str | None, required: UnitsRequired | None, units: Sequence[UnitEntry]) -> Establishment:
    kinds = Counter(unit.kind for unit in units)
    posts = [post for unit in units for post in standing_posts(unit)]
    return Establishment(
        owner=owner,
        required=required,
        committees=kinds["committee"],
        offices=kinds["office"],
        posts=len(posts),
        posts_filled=sum(1 for post in posts if post.is_filled),
    )


def standing_posts(unit: UnitEntry) -> tuple[PostEntry, ...]:
    """The posts that a unit has now; a dissolved one has none."""
    return tuple(post for post in unit.posts if post.stands) if unit.stands else ()


def chain(roster: Roster) -> list[ChainLine]:
    """The units that stand, each below its parent, by code among its siblings."""
    below: dict[str | None, list[UnitEntry]] = {}
    for unit in sorted(_standing(roster), key=lambda each: each.code, reverse=True):
        below.setdefault(unit.parent, []).append(unit)
    attached = Counter(code for member in roster.members for code in set(member.units))
    lines: list[ChainLine] = []
    waiting = [(unit, 0) for unit in below.get(None, ())]
    while waiting:
        unit, depth = waiting.pop()
        posts = standing_posts(unit)
        filled = sum(1 for post in posts if post.is_filled)
        lines.append(ChainLine(unit, depth, attached[unit.code], len(posts), filled))
        waiting.extend((each, depth + 1) for each in below.get(unit.code, ()))
    return lines


def attached_to_no_unit(roster: Roster) -> list[MemberEntry]:
    """The members who are attached to no unit of the chain."""
    return [member for member in roster.members if not member.units]
