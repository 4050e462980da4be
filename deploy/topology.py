"""Bodies as data: who stands under whom, and in which order they take their ports on one machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from deploy.trouble import CalledWrongly
from shared.settings import Tier

SERVICES = ("intake", "routing", "consultation", "notify", "reporting")
"""The five services of a body, in the order they start."""


@dataclass(frozen=True)
class Body:
    """One consultative body: its code is a lower-case slug, unique in the tree; ``parent`` is a code or None."""

    code: str
    tier: Tier
    parent: str | None
    time_zone: str
    names: Mapping[str, str] = field(default_factory=dict)
    """What residents call it, by language."""


@dataclass(frozen=True)
class Topology:
    """A tree (or several) of bodies."""

    bodies: tuple[Body, ...]

    def __post_init__(self) -> None:
        codes = [body.code for body in self.bodies]
        if len(set(codes)) != len(codes):
            raise ValueError("the codes of bodies must be unique in a topology")
        for body in self.bodies:
            self._refuse_cycle(body)

    def __iter__(self) -> Iterator[Body]:
        return iter(self.bodies)

    def body(self, code: str) -> Body:
        """The body of that code; raises :class:`UnknownBody`."""
        for body in self.bodies:
            if body.code == code:
                return body
        raise UnknownBody(code, tuple(body.code for body in self.bodies))

    def parent_of(self, body: Body) -> Body | None:
        """The body above, when it is part of this topology."""
        return next((other for other in self.bodies if other.code == body.parent), None)

    def children_of(self, body: Body) -> tuple[Body, ...]:
        """The bodies directly below."""
        return tuple(other for other in self.bodies if other.parent == body.code)

    def near(self, body: Body) -> dict[str, dict[str, str]]:
        """What the parent and the children are called, by code and language; nothing of a parent that is not here."""
        near = {each.code: dict(each.names) for each in self.children_of(body)}
        if body.parent is not None:
            parent = self.parent_of(body)
            near[body.parent] = dict(parent.names) if parent else {}
        return near

    def further(self, body: Body) -> dict[str, dict[str, str]]:
        """The same of all others: a neighbour may hand an issue on to them."""
        near = self.near(body)
        return {each.code: dict(each.names) for each in self if each != body and each.code not in near}

    def above(self, body: Body) -> tuple[Body, ...]:
        """The bodies above, the nearest first, as far up as this topology goes."""
        parent = self.parent_of(body)
        return () if parent is None else (parent, *self.above(parent))

    def below(self, body: Body) -> tuple[Body, ...]:
        """Every body below, however deep: those whose reports rise to ``body``."""
        return tuple(other for other in self.bodies if body in self.above(other))

    def depth(self, body: Body) -> int:
        """How many bodies of this topology stand above; 0 for one that has no parent here."""
        return len(self.above(body))

    def slot(self, code: str) -> int:
        """The body's place in the list, from which its ports follow."""
        return self.bodies.index(self.body(code))

    def _refuse_cycle(self, body: Body) -> None:
        # What rises in a circle would come back to its own body and rise again, for ever.
        way = [body.code]
        at = self.parent_of(body)
        while at is not None:
            way.append(at.code)
            if at == body:
                raise ValueError(f"a body cannot stand below itself: {' under '.join(way)}")
            if at.code in way[:-1]:
                return  # the circle is further up, and is refused for a body that is part of it
            at = self.parent_of(at)


class UnknownBody(CalledWrongly):
    """A body was named that the topology does not have."""

    def __init__(self, code: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no body {code!r} here; known are {', '.join(known)}")
        self.code = code


SAMPLE = Topology(
    (
        Body(
            code="zhaosu",
            tier="county",
            parent="ili",
            time_zone="Asia/Shanghai",
            names={
                "zh-Hans": "昭苏县政协",
                "en": "Zhaosu County",
                "ug": "موڭغۇلكۈرە ناھىيەسى",
                "kk-Arab": "موڭعۇلكۇرە اۋدانى",
                "kk": "Моңғолкүре ауданы",
            },
        ),
        Body(
            code="ili",
            tier="prefecture",
            parent=None,
            time_zone="Asia/Shanghai",
            names={
                "zh-Hans": "伊犁州政协",
                "en": "Ili Prefecture",
                "ug": "ئىلى ئوبلاستى",
                "kk-Arab": "ىلە وبلىسى",
                "kk": "Іле облысы",
            },
        ),
    )
)
