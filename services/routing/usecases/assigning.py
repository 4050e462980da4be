"""Give an order to a member: at once when it comes in, to the next when one does not take it, or by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.routing import orders, reasons
from services.routing.announcements import Announcements
from services.routing.domain.choosing import Choice, Shortlist, choose, ranked
from services.routing.domain.order import Move, OrderState
from services.routing.domain.people import Load, Standing
from services.routing.orders import AskingRecord, OrderRecord
from services.routing.reasons import Why
from services.routing.roster.reads import Reads
from services.routing.usecases.deciding import Deciding, Scene
from shared.contracts.inner import IssueSubmitted
from shared.db.transaction import Transaction
from shared.errors import DomainError
from shared.messaging.handlers import Received

SUGGESTED = 12


class Assigning:
    """Finds members for issues."""

    def __init__(self, deciding: Deciding, announcements: Announcements) -> None:
        self._deciding = deciding
        self._announcements = announcements

    async def scene(self, tx: Transaction) -> Scene:
        """What a decision is made from now."""
        return await self._deciding.scene(tx, tx.now)

    async def submitted(self, tx: Transaction, received: Sequence[Received[IssueSubmitted]]) -> None:
        """Issues came in: choose a member for each, in the order they came, or leave it to the dispatcher."""
        scene = await self.scene(tx)
        opened = [_opened(item.event, scene) for item in received]
        shortlists = [None if order.state is OrderState.JOINED else _shortlist(scene, order) for order in opened]
        loads = await scene.loads(tx, [each for each in shortlists if each])
        askings: list[AskingRecord] = []
        for place, shortlist in enumerate(shortlists):
            order, choice = opened[place], choose(shortlist, loads) if shortlist else None
            if order.state is OrderState.JOINED:
                continue
            if choice is None:
                away = shortlist.away if shortlist else ()
                opened[place] = order = replace(order, why=reasons.nobody(0, away))
                self._announcements.unroutable(tx, order)
                continue
            opened[place] = order = _first(order, choice, scene)
            askings.append(_asking(order, scene))
            _carry_one_more(loads, choice.first.member, scene.now)
            at = order.submitted_at if order.on_paper else scene.now
            self._announcements.assigned(tx, order, at, order.on_paper)
        await orders.open_orders(tx, opened, askings)

    async def pass_on(self, tx: Transaction, order: OrderRecord) -> OrderRecord:
        """Ask the next member, never one who was asked before; where nobody is left, it lies with the dispatcher."""
        return (await self.pass_on_all(tx, [order]))[0]

    async def pass_on_all(self, tx: Transaction, waiting: Sequence[OrderRecord]) -> list[OrderRecord]:
        """The same for several orders that nobody has."""
        scene = await self.scene(tx)
        passed: list[OrderRecord] = []
        for order, choice, why in await self.next_for(tx, scene, waiting):
            if choice is not None:
                passed.append(await self.give(tx, scene, order, choice.first.member, why))
                continue
            order = await orders.change(
                tx, order, Move.GIVE_UP, member=None, answer_by=None, why=why, version=order.version + 1
            )
            self._announcements.unroutable(tx, order)
            passed.append(order)
        return passed

    async def next_for(
        self, tx: Transaction, scene: Scene, waiting: Sequence[OrderRecord]
    ) -> list[tuple[OrderRecord, Choice | None, Why]]:
        """Who comes next for each order, with the reason; None, and why, where nobody is left."""
        asked = await orders.asked_for(tx, [order.reference for order in waiting])
        shortlists = [_shortlist(scene, order, asked[order.reference]) for order in waiting]
        loads = await scene.loads(tx, [each for each in shortlists if each])
        found: list[tuple[OrderRecord, Choice | None, Why]] = []
        for order, shortlist in zip(waiting, shortlists, strict=True):
            before = len(asked[order.reference])
            choice = choose(shortlist, loads) if shortlist else None
            if choice is None:
                found.append((order, None, reasons.nobody(before, shortlist.away if shortlist else ())))
                continue
            _carry_one_more(loads, choice.first.member, scene.now)
            found.append((order, choice, scene.why(choice, before)))
        return found

    async def give(
        self,
        tx: Transaction,
        scene: Scene,
        order: OrderRecord,
        member: str,
        why: Why,
        on_paper_at: datetime | None = None,
        *,
        move: Move = Move.ASSIGN,
    ) -> OrderRecord:
        """Give ``order`` to ``member``; ``on_paper_at``: the date on which a paper record says it was.

        ``move`` is how: by being asked, or by a move after which the order is theirs at once.
        """
        if order.state in (OrderState.ASSIGNED, OrderState.ACCEPTED):
            await orders.end_asking(tx, order, _LEFT_BY[move])
        order = await orders.change(
            tx,
            order,
            move,
            member=member,
            attempt=order.attempt + 1,
            answer_by=scene.answer_by,
            why=why,
            proposed_owner=None,
            version=order.version + 1,
        )
        await orders.ask(tx, _asking(order, scene))
        self._announcements.assigned(tx, order, on_paper_at or tx.now, on_paper_at is not None)
        return order

    async def by_dispatcher(self, tx: Transaction, reference: str, member: str) -> OrderRecord:
        """The dispatcher chose ``member``. Raises NotFound, Conflict, or DomainError for nobody's code."""
        order = await orders.get(tx, reference)
        await self.check_member(tx, member)
        if order.state is OrderState.ASSIGNED and order.member == member:
            return order
        return await self.give(tx, await self.scene(tx), order, member, reasons.by_dispatcher())

    async def check_member(self, tx: Transaction, member: str) -> None:
        """Raises DomainError on ``member`` unless it is the code of an active member."""
        scene = await self.scene(tx)
        if scene.directory is None or member not in scene.directory.members:
            raise DomainError("unknown-member", "There is no such member in the roster.", field="member")

    async def suggestions(self, reads: Reads, order: OrderRecord, now: datetime) -> list[Standing]:
        """Whom the dispatcher may think of first, those asked before left out."""
        scene = await self._deciding.scene(reads, now)
        asked = await orders.asked_for(reads, [order.reference])
        shortlist = _shortlist(scene, order, asked[order.reference], SUGGESTED)
        if shortlist is None:
            return []
        return ranked(shortlist, await scene.loads(reads, [shortlist], SUGGESTED), SUGGESTED)


_LEFT_BY: Mapping[Move, orders.Ending] = {
    Move.ASSIGN: "passed-on",
    Move.CLAIM: "claimed",
    Move.HAND_OVER: "handed-over",
    Move.TAKE_OVER: "handed-over",
}


def _opened(event: IssueSubmitted, scene: Scene) -> OrderRecord:
    directory = scene.directory
    serving = directory.station_of_community.get(event.community) if directory else None
    # Nothing is said of an order that nobody is asked for, so its count of what was said begins at nothing.
    is_joined = event.joined_to is not None
    order = OrderRecord(
        reference=event.reference,
        state=OrderState.JOINED if is_joined else OrderState.UNROUTABLE,
        station=event.station or serving or event.community,
        community=event.community,
        category=event.category,
        channel="handover" if event.handed_by else event.channel,
        language=event.language,
        submitted_at=event.occurred_at,
        on_paper=event.on_paper,
        member=None,
        attempt=0,
        answer_by=None,
        why=None,
        version=0 if is_joined else 1,
        intake_version=event.version_of_issue,
        case_version=0,
        take_by=scene.answer_by,
        handed_by=event.handed_by,
    )
    return replace(order, township=scene.matter(order).township) if directory else order


def _shortlist(scene: Scene, order: OrderRecord, asked: Collection[str] = (), at_least: int = 2) -> Shortlist | None:
    return scene.shortlist(scene.matter(order), asked, at_least) if scene.directory else None


def _first(order: OrderRecord, choice: Choice, scene: Scene) -> OrderRecord:
    return replace(
        order,
        state=OrderState.ASSIGNED,
        member=choice.first.member,
        attempt=1,
        answer_by=order.take_by,
        why=scene.why(choice, 0),
    )


def _asking(order: OrderRecord, scene: Scene) -> AskingRecord:
    assert order.member is not None and order.answer_by is not None and order.why is not None
    return AskingRecord(
        reference=order.reference,
        attempt=order.attempt,
        member=order.member,
        asked_at=scene.now,
        answer_by=order.answer_by,
        why=order.why,
        round=order.round,
    )


def _carry_one_more(loads: dict[str, Load], member: str, now: datetime) -> None:
    """So that those who are chosen together are not all the same one."""
    load = loads.get(member, Load())
    loads[member] = Load(load.open_orders + 1, now, load.recent_orders + 1)
