"""Puts together what is known of the tree: one place for each body, with how its link stands and what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.reporting.queries import KnownBody
from services.reporting.tiers.links import LinkState
from services.reporting.tiers.seen import LastEvent, Path, Seen
from shared.contracts.subjects import parse
from shared.messaging.keeping import KeptKind

State = Literal["up", "down", "unknown"]


@dataclass(frozen=True, slots=True)
class LinkView:
    """How a link stands; ``unknown`` before the first look, and while the own message server is away."""

    state: State
    since: datetime | None


@dataclass(frozen=True, slots=True)
class StreamLag:
    """A stream on the way: ``held`` events are in it, ``lag`` are in the one before and not here yet.

    ``lag`` is None while nobody can say: the other server was not heard since this one started.
    """

    stream: str
    held: int
    lag: int | None


@dataclass(frozen=True, slots=True)
class ParentView:
    """The body above. ``waiting``, while the link is down: events reported since it was last seen up."""

    body: str
    link: LinkView
    waiting: int | None


@dataclass(frozen=True, slots=True)
class BodyBelow:
    """A body below this one. Only those directly below have a ``link`` and ``streams`` that this body can see.

    ``silent``: nothing was heard for longer than the set time, or ever. ``kept`` of its events wait for an upgrade.
    """

    body: str
    tier: str | None
    depth: int
    path: Path
    release: str | None
    events: int
    heard: LastEvent | None
    silent: bool
    kept: int
    link: LinkView | None
    streams: Sequence[StreamLag]


@dataclass(frozen=True, slots=True)
class Tree:
    """All of it, as of one look; ``as_of`` is None before the first, ``away_since`` while the server is away."""

    body: str
    tier: str
    release: str
    as_of: datetime | None
    away_since: datetime | None
    parent: ParentView | None
    reported: int | None
    to_apply: int | None
    heard: LastEvent | None
    kept: Sequence[KeptKind]
    silent_after: timedelta
    below: Sequence[BodyBelow]


@dataclass(frozen=True, slots=True)
class Known:
    """What goes into a :class:`Tree`: the newest look, and what the database has."""

    bodies: Sequence[KnownBody]
    """The own body first."""
    parent: str | None
    seen: Seen | None
    away_since: datetime | None
    links: Mapping[str, LinkState]
    kept: Sequence[KeptKind]


def tree_of(known: Known, *, release: str, silent_after: timedelta) -> Tree:
    """The tree; ``silent_after`` is how long a body may be silent before it is marked."""
    own, seen = known.bodies[0], known.seen
    own_voice = seen.voices.get(()) if seen else None
    return Tree(
        body=own.code,
        tier=own.tier or "",
        release=release,
        as_of=seen.at if seen else None,
        away_since=known.away_since,
        parent=_parent(known.parent, known) if known.parent else None,
        reported=seen.reported if seen else None,
        to_apply=seen.to_apply if seen else None,
        heard=own_voice.last if own_voice else None,
        kept=known.kept,
        silent_after=silent_after,
        below=[_below(path, known, silent_after) for path in _places(known)],
    )


def _parent(parent: str, known: Known) -> ParentView:
    link = known.links.get(parent)
    waiting = None
    if link is not None and not link.is_up and link.reported is not None and known.seen is not None:
        waiting = max(0, known.seen.reported - link.reported)
    return ParentView(parent, _link(link, known), waiting)


def _link(link: LinkState | None, known: Known) -> LinkView:
    if link is None or known.away_since is not None:
        return LinkView("unknown", None)
    return LinkView("up" if link.is_up else "down", link.since)


def _places(known: Known) -> list[Path]:
    """Every body below as the way down to it, each after the one above it."""
    places: set[Path] = set()
    if known.seen is not None:
        places |= {(child,) for child in known.seen.children}
        for path in known.seen.voices:
            # One that only passes on what others say has its place, too.
            places |= {path[:length] for length in range(1, len(path) + 1)}
    named = {path[-1] for path in places}
    places.update(_from_database(known.bodies, named))
    return sorted(places)


def _from_database(bodies: Sequence[KnownBody], named: set[str]) -> Iterable[Path]:
    """Those that no look has shown yet, by what their rosters say of who is above them."""
    above = {body.code: body.parent for body in bodies[1:]}
    for code in above.keys() - named:
        path, parent = [code], above[code]
        while parent in above and parent not in path:
            path.append(parent)
            parent = above[parent]
        yield tuple(reversed(path))


def _below(path: Path, known: Known, silent_after: timedelta) -> BodyBelow:
    code, seen = path[-1], known.seen
    of_roster = next((body for body in known.bodies if body.code == code), None)
    voice = seen.voices.get(path) if seen else None
    heard = voice.last if voice else None
    streams: list[StreamLag] = []
    stream = seen.children.get(code) if seen and len(path) == 1 else None
    if stream is not None and seen is not None:
        streams = [
            StreamLag(f"FROM_{code}", stream.held, stream.lag),
            StreamLag(f"UP_{known.bodies[0].code}", seen.reported, stream.not_passed_on),
        ]
    return BodyBelow(
        body=code,
        tier=of_roster.tier if of_roster else None,
        depth=len(path),
        path=path,
        release=heard.release if heard else None,
        events=voice.events if voice else 0,
        heard=heard,
        # Measured to the moment of the look: that this body heard nobody while its own server was away says nothing.
        silent=seen is not None and (heard is None or seen.at - heard.heard_at > silent_after),
        kept=sum(kind.events for kind in known.kept if _said_by(kind.subject) == code),
        link=_link(known.links.get(code), known) if len(path) == 1 else None,
        streams=streams,
    )


def _said_by(subject: str) -> str | None:
    address = parse(subject)
    return address.body if address else None
