"""``/api/v1/tiers``: the tree as this body knows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request

from services.reporting.tiers.outboxes import Outboxes, OutboxOf
from services.reporting.tiers.seen import LastEvent
from services.reporting.tiers.topology import Topology
from services.reporting.tiers.tree import BodyBelow, LinkView, State, StreamLag, Tree
from shared.messaging.keeping import KeptKind
from shared.web.auth import Role, allow, token_of
from shared.web.routers import api_router


class LinkOut(BaseModel):
    """``state`` is up, down, or unknown: before the first look, and while the own message server is away."""

    state: State
    since: datetime | None

    @classmethod
    def of(cls, link: LinkView) -> LinkOut:
        """The same for the wire."""
        return cls(state=link.state, since=link.since)


class HeardOut(BaseModel):
    """The newest event of a body: ``event`` is its noun and verb, ``at`` when it came to this body's server."""

    event: str
    at: datetime

    @classmethod
    def of(cls, last: LastEvent | None) -> HeardOut | None:
        """The same for the wire."""
        return None if last is None else cls(event=last.kind, at=last.heard_at)


class StreamOut(BaseModel):
    """``held`` events are in it; ``lag`` are in the stream before it and not here yet, null while nobody can say."""

    stream: str
    held: int
    lag: int | None

    @classmethod
    def of(cls, stream: StreamLag) -> StreamOut:
        """The same for the wire."""
        return cls(stream=stream.stream, held=stream.held, lag=stream.lag)


class KeptOut(BaseModel):
    """Events of one subject that only a newer release can read; ``release`` wrote the newest of them."""

    subject: str
    events: int
    since: datetime
    newest_at: datetime
    release: str | None

    @classmethod
    def of(cls, kind: KeptKind) -> KeptOut:
        """The same for the wire."""
        return cls(
            subject=kind.subject,
            events=kind.events,
            since=kind.since,
            newest_at=kind.newest_at,
            release=kind.release,
        )


class BelowOut(BaseModel):
    """A body below. ``path`` is the way down to it, itself last; ``link`` is null for those not directly below."""

    body: str
    tier: str | None
    path: list[str]
    release: str | None
    events: int
    heard: HeardOut | None
    silent: bool
    kept: int
    link: LinkOut | None
    streams: list[StreamOut]

    @classmethod
    def of(cls, below: BodyBelow) -> BelowOut:
        """The same for the wire."""
        return cls(
            body=below.body,
            tier=below.tier,
            path=list(below.path),
            release=below.release,
            events=below.events,
            heard=HeardOut.of(below.heard),
            silent=below.silent,
            kept=below.kept,
            link=LinkOut.of(below.link) if below.link else None,
            streams=[StreamOut.of(stream) for stream in below.streams],
        )


class ParentOut(BaseModel):
    """The body above; ``waiting``, while the link is down, is what was reported since it was last seen up."""

    body: str
    link: LinkOut
    waiting: int | None


class WaitingOut(BaseModel):
    """``outbox`` by service: events written down and not with the message server, null where it was not to be asked.

    ``to_apply`` events are not in the figures yet; ``kept`` ones wait for a newer release.
    """

    outbox: dict[str, int | None]
    to_apply: int | None
    kept: list[KeptOut]


class TiersOut(BaseModel):
    """The tree as of the last look; ``away_since`` says since when the body's own message server does not answer."""

    as_of: datetime | None
    away_since: datetime | None
    body: str
    tier: str
    release: str
    reported: int | None
    heard: HeardOut | None
    parent: ParentOut | None
    waiting: WaitingOut
    silent_after_hours: float
    below: list[BelowOut]

    @classmethod
    def of(cls, tree: Tree, outbox: Sequence[OutboxOf]) -> TiersOut:
        """The same for the wire."""
        above = tree.parent
        return cls(
            as_of=tree.as_of,
            away_since=tree.away_since,
            body=tree.body,
            tier=tree.tier,
            release=tree.release,
            reported=tree.reported,
            heard=HeardOut.of(tree.heard),
            parent=ParentOut(body=above.body, link=LinkOut.of(above.link), waiting=above.waiting) if above else None,
            waiting=WaitingOut(
                outbox={each.service: each.waiting for each in outbox},
                to_apply=tree.to_apply,
                kept=[KeptOut.of(kind) for kind in tree.kept],
            ),
            silent_after_hours=tree.silent_after.total_seconds() / 3600,
            below=[BelowOut.of(below) for below in tree.below],
        )


def tiers_api(topology: Topology, outboxes: Outboxes) -> APIRouter:
    """For officers and dispatchers."""
    router = api_router("/api/v1/tiers", "tiers", [Depends(allow(Role.OFFICER, Role.DISPATCHER))])

    @router.get("")
    async def tiers(request: Request) -> TiersOut:
        """Parent, children and what is known below them, each link's state, and what waits; answered from the last
        look, so also while the message server is away."""
        return TiersOut.of(await topology.tree(), await outboxes.everywhere(token_of(request)))

    return router
