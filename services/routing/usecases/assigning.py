"""Give an order to a member: at once when it comes in, to the next when one does not take it, or by hand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from services.routing import orders
from services.routing.announcements import Announcements
from services.routing.domain.choosing import Choice, Load, Matter, Standing, answer_by
from services.routing.domain.order import Move, OrderState
from services.routing.orders import AskingRecord, OrderRecord
from services.routing.roster.book import Directory, RosterBook
from services.routing.roster.reads import Reads
from shared.contracts.inner import IssueSubmitted
from shared.db.transaction import Transaction
from shared.errors import DomainError
from shared.messaging.handlers import Received

SUGGESTED = 12


class Assigning:
    """Finds members for issues."""

    def __init__(self, book: RosterBook, announcements: Announcements, acceptance_hours: float) -> None:
        self._book = book
        self._announcements = announcements
        self._hours = acceptance_hours

    async def submitted(self, tx: Transaction, received: Sequence[Received[IssueSubmitted]]) -> None:
        """Issues came in: choose a member for each, in the order they came, or leave it to the dispatcher."""
        directory = await self._book.present(tx)
        loads = await orders.loads(tx)
        new: list[OrderRecord] = []
        askings: list[AskingRecord] = []
        for item in received:
            order, asking = self._first(item.event, directory, loads, tx.now)
            new.append(order)
            if asking is None:
                self._announcements.unroutable(tx, order)
            else:
                askings.append(asking)
                loads[asking.member] = Load(loads.get(asking.member, Load()).open_orders + 1, tx.now)
                at = item.event.occurred_at if order.on_paper else tx.now
                self._announcements.assigned(tx, order, at, order.on_paper)
        await orders.open_orders(tx, new, askings)

    async def pass_on(self, tx: Transaction, order: OrderRecord) -> OrderRecord:
        """Ask the next member, never one who was asked before; where nobody is left, it lies with the dispatcher."""
        directory = await self._book.present(tx)
        asked = {asking.member for asking in await orders.askings_of(tx, order.reference)}
        choice = _choose(directory, order, await orders.loads(tx), asked)
        if choice is None:
            nobody = {"chosen_by": "nobody", "asked_before": len(asked)}
            order = await orders.change(
                tx, order, Move.GIVE_UP, member=None, answer_by=None, why=nobody, version=order.version + 1
            )
            self._announcements.unroutable(tx, order)
            return order
        return await self.give(tx, order, choice.first.member, why_of(choice, len(asked)))

    async def give(
        self,
        tx: Transaction,
        order: OrderRecord,
        member: str,
        why: dict[str, Any],
        on_paper_at: datetime | None = None,
    ) -> OrderRecord:
        """Give ``order`` to ``member``; ``on_paper_at``: the date on which a paper record says it was."""
        if order.state is OrderState.ASSIGNED:
            await orders.end_asking(tx, order, "passed-on")
        due = answer_by(tx.now, self._hours)
        order = await orders.change(
            tx,
            order,
            Move.ASSIGN,
            member=member,
            attempt=order.attempt + 1,
            answer_by=due,
            why=why,
            version=order.version + 1,
        )
        await orders.ask(tx, AskingRecord(order.reference, order.attempt, member, tx.now, due, why))
        self._announcements.assigned(tx, order, on_paper_at or tx.now, on_paper_at is not None)
        return order

    async def by_dispatcher(self, tx: Transaction, reference: str, member: str) -> OrderRecord:
        """The dispatcher chose ``member``. Raises NotFound, Conflict, or DomainError for nobody's code."""
        order = await orders.get(tx, reference)
        await self.check_member(tx, member)
        if order.state is OrderState.ASSIGNED and order.member == member:
            return order
        return await self.give(tx, order, member, {"chosen_by": "dispatcher"})

    async def check_member(self, tx: Transaction, member: str) -> None:
        """Raises DomainError on ``member`` unless it is the code of an active member."""
        directory = await self._book.present(tx)
        if directory is None or member not in directory.members:
            raise DomainError("unknown-member", "There is no such member in the roster.", field="member")

    async def suggestions(self, reads: Reads, order: OrderRecord) -> list[Standing]:
        """Whom the dispatcher may think of first, those asked before left out."""
        directory = await self._book.present(reads)
        if directory is None:
            return []
        asked = {asking.member for asking in await orders.askings_of(reads, order.reference)}
        matter = _matter(directory, order)
        return directory.neighbourhoods.suggestions(matter, await orders.loads(reads), SUGGESTED, asked)

    def _first(
        self, event: IssueSubmitted, directory: Directory | None, loads: dict[str, Load], now: datetime
    ) -> tuple[OrderRecord, AskingRecord | None]:
        order = _opened(event, directory)
        choice = _choose(directory, order, loads, ())
        if choice is None:
            return order, None
        why, due = why_of(choice, 0), answer_by(now, self._hours)
        order = replace(
            order,
            state=OrderState.ASSIGNED,
            member=choice.first.member,
            attempt=1,
            answer_by=due,
            why=why,
        )
        return order, AskingRecord(order.reference, 1, choice.first.member, now, due, why)


def _opened(event: IssueSubmitted, directory: Directory | None) -> OrderRecord:
    serving = directory.station_of_community.get(event.community) if directory else None
    return OrderRecord(
        reference=event.reference,
        state=OrderState.UNROUTABLE,
        station=event.station or serving or event.community,
        community=event.community,
        category=event.category,
        channel=event.channel,
        language=event.language,
        submitted_at=event.occurred_at,
        on_paper=event.on_paper,
        member=None,
        attempt=0,
        answer_by=None,
        why={"chosen_by": "nobody", "asked_before": 0},
        version=1,
        intake_version=event.version_of_issue,
        case_version=0,
    )


def _matter(directory: Directory, order: OrderRecord) -> Matter:
    return directory.matter(
        station=order.station, community=order.community, category=order.category, language=order.language
    )


def _choose(
    directory: Directory | None, order: OrderRecord, loads: dict[str, Load], asked: Collection[str]
) -> Choice | None:
    if directory is None:
        return None
    return directory.neighbourhoods.choose(_matter(directory, order), loads, asked)


def why_of(choice: Choice, asked_before: int) -> dict[str, Any]:
    """The explanation that is kept with the order and shown with it."""
    return {
        "chosen_by": "rule",
        **_facts(choice.first),
        "considered": choice.considered,
        "asked_before": asked_before,
        "decided_by": choice.decided_by,
        "next": _facts(choice.next) if choice.next else None,
    }


def _facts(standing: Standing) -> dict[str, Any]:
    facts = asdict(standing)
    last = standing.last_assigned_at
    return {**facts, "last_assigned_at": last.isoformat() if last else None}
