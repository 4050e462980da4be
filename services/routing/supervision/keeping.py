"""Everything that the endpoints of supervisions call, gathered by ``app.py``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from services.routing import orders
from services.routing.domain.supervision import SupervisionState
from services.routing.handover.leaving import check_leaving
from services.routing.handover.names import ResidentNames
from services.routing.handover.parties import Neighbours
from services.routing.supervision import records
from services.routing.supervision.late import LateCases
from services.routing.supervision.pressed import Pressed
from services.routing.supervision.pressing import Pressing, Question
from services.routing.supervision.records import Done, SupervisionPage, SupervisionRecord
from services.routing.tables import IDEMPOTENCY
from shared.dates import DateClock
from shared.db.idempotency import Answer, Key, once
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import Conflict, DomainError
from shared.ids import clean_reference
from shared.web.auth import Claims, Role


@dataclass(frozen=True, slots=True)
class Shown:
    """A supervision with all that was done and written. ``has_order``: whether its case is one of this body."""

    record: SupervisionRecord
    course: Sequence[Done]
    has_order: bool


@dataclass(frozen=True)
class SupervisionKeeping:
    """The supervisions of one body, as their endpoints see them."""

    neighbours: Neighbours
    reader: Reader
    writer: Writer
    pressing: Pressing
    pressed: Pressed
    watch: DateClock
    late: LateCases
    names: ResidentNames

    async def open(self, body: str, reference: str, question: Question, token: str | None, key: Key | None) -> Answer:
        """Press a body directly below for a late case of its own: see :meth:`Pressing.open`.

        Raises DomainError on ``body`` for one further below, naming who can press it, and on ``text`` for what must
        not leave the body; Conflict on ``reference`` for a case that is not late; Unavailable while that is unknown.
        """
        check_leaving(question.text, (), field="text")
        late = await self.late.of(body, clean_reference(reference) or reference, token)
        if late is not None and len(late.through) > 1:
            raise DomainError(
                "not-a-child",
                "{body} is not directly below this body: ask {nearer} to press it.",
                field="body",
                body=body,
                nearer=late.through[-2],
            )
        self.pressing.require_child(body)
        if late is None:
            raise Conflict("not-late", "Nothing in this case of that body is late.", field="reference")
        found = late
        return await self._once(key, 201, lambda tx: self.pressing.open(tx, found, question))

    async def ask_again(self, supervision_id: str, question: Question, key: Key | None) -> Answer:
        """Ask again: see :meth:`Pressing.ask_again`. Raises DomainError on ``text`` like :meth:`open`."""
        check_leaving(question.text, (), field="text")
        return await self._once(key, 200, lambda tx: self.pressing.ask_again(tx, supervision_id, question))

    async def close(self, supervision_id: str, by: str, key: Key | None) -> Answer:
        """Close it: see :meth:`Pressing.close`."""
        return await self._once(key, 200, lambda tx: self.pressing.close(tx, supervision_id, by))

    async def withdraw(self, supervision_id: str, by: str, key: Key | None) -> Answer:
        """Withdraw it: see :meth:`Pressing.withdraw`."""
        return await self._once(key, 200, lambda tx: self.pressing.withdraw(tx, supervision_id, by))

    async def answer(self, supervision_id: str, text: str, by: str, token: str | None, key: Key | None) -> Answer:
        """Answer the parent: see :meth:`Pressed.answer`.

        Raises DomainError on ``text`` for what must not leave the body, Unavailable while that cannot be found out.
        """
        record = await records.get(self.reader, supervision_id)
        order = await orders.find(self.reader, record.reference)
        # Of a case that came from another body, or is not known here, no resident is either.
        of_a_resident = order is not None and order.handed_by is None
        names = await self.names.of(record.reference, token) if of_a_resident else ()
        check_leaving(text, names, field="text")
        return await self._once(key, 200, lambda tx: self.pressed.answer(tx, supervision_id, text, by))

    async def page(self, *, is_ours: bool, state: SupervisionState | None, cursor: str | None) -> SupervisionPage:
        """What this body presses others for, or is pressed for; the newest first."""
        return await records.page(self.reader, is_ours=is_ours, state=state, cursor=cursor)

    async def show(self, supervision_id: str, claims: Claims) -> Shown:
        """One supervision with its course. Raises NotFound, also for a member who does not have its case."""
        record = await records.get(self.reader, supervision_id)
        order = None if record.is_ours else await orders.find(self.reader, record.reference)
        if claims.role is Role.MEMBER and (order is None or order.member != claims.member):
            raise records.no_such_supervision()
        return Shown(record, await records.course_of(self.reader, supervision_id), order is not None)

    async def of_issue(self, reference: str) -> Sequence[SupervisionRecord]:
        """All supervisions of a case that this body took part in."""
        return await records.of_issue(self.reader, reference)

    async def _once(
        self, key: Key | None, status: int, job: Callable[[Transaction], Awaitable[SupervisionRecord]]
    ) -> Answer:
        async def answered(tx: Transaction) -> Answer:
            record = await job(tx)
            return status, {"supervision_id": record.supervision_id, "state": record.state.value}

        answer = await once(self.writer, IDEMPOTENCY, key, answered)
        self.watch.wake()
        return answer
