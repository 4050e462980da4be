"""Opinion briefs (社情民意信息): written from issues, reviewed, numbered without a gap, handed in.

The text stays in the body, unless an officer hands it up to the parent (``services.consultation.handing``). What it
says of a person's telephone, identity card or e-mail stops it on its way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.engine import Row

from services.consultation.briefing import BriefInput, BriefMoved, EditingInput, PaperBriefInput
from services.consultation.domain import BriefMove, BriefState
from services.consultation.five_ones.marking import something_counts
from services.consultation.tables import BRIEF_ISSUES, BRIEF_NUMBERS, BRIEF_STEPS, BRIEFS, CASES
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.casefile import worked_on_by
from services.consultation.usecases.known import Named, require_known
from services.consultation.usecases.moves import brief_after
from shared.clock import local_date
from shared.contracts import report
from shared.contracts.words import BriefOutcome
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, Forbidden, NotFound
from shared.i18n import N_
from shared.ids import derived_id, new_id
from shared.particulars import Kind, particulars

OUTCOMES: dict[BriefMove, BriefOutcome] = {
    BriefMove.ADOPT: "adopted",
    BriefMove.ANSWER: "answered",
    BriefMove.NOT_ADOPT: "not-adopted",
}
"""What the parent makes of a brief."""

HOLDS: dict[Kind, str] = {
    "telephone": N_("Line {line} holds what looks like a telephone number. Take it out first."),
    "identity-card": N_("Line {line} holds what looks like the number of an identity card. Take it out first."),
    "email": N_("Line {line} holds what looks like an e-mail address. Take it out first."),
}


class Briefs:
    """The verbs of a brief at a body whose years begin in ``zone`` (IANA name)."""

    def __init__(self, zone: str) -> None:
        self._zone = zone

    async def write(self, tx: Transaction, actor: Actor, brief: BriefInput) -> BriefMoved:
        """Begin a brief. Raises DomainError on ``issues`` for one that is unknown or not the writer's."""
        issues = await _issues(tx, actor, brief)
        brief_id = new_id()
        row = {
            "brief_id": brief_id,
            "state": BriefState.DRAFT.value,
            "title": brief.title,
            "text": brief.text,
            "member": actor.member,
            "author": _signed(actor),
            "written_at": tx.now,
            "version": 1,
        }
        await tx.execute(BRIEFS.insert(), row)
        await tx.execute(BRIEF_ISSUES.insert(), _links(brief_id, issues))
        return BriefMoved(id=brief_id, state=BriefState.DRAFT.value, version=1, year=None, number=None)

    async def edit(self, tx: Transaction, actor: Actor, brief_id: str, brief: EditingInput) -> BriefMoved:
        """Write it anew. Raises NotFound, Conflict where somebody changed it meanwhile or its text stands."""
        row = await _take(tx, actor, brief_id)
        if brief.version != row.version:
            raise Conflict("changed-meanwhile", "Somebody has changed this meanwhile: look again.", field="version")
        issues = await _issues(tx, actor, brief)
        moved = await _move(tx, _signed(actor), row, BriefMove.EDIT, title=brief.title, text=brief.text)
        await tx.execute(BRIEF_ISSUES.delete().where(BRIEF_ISSUES.c.brief_id == brief_id))
        await tx.execute(BRIEF_ISSUES.insert(), _links(brief_id, issues))
        return moved

    async def submit(self, tx: Transaction, actor: Actor, brief_id: str, note: str | None = None) -> BriefMoved:
        """Send it for review. Raises NotFound, Conflict, DomainError for a person's number in ``title`` or ``text``."""
        row = await _take(tx, actor, brief_id)
        require_impersonal(row)
        return await _move(tx, _signed(actor), row, BriefMove.SUBMIT, note)

    async def give_back(self, tx: Transaction, actor: Actor, brief_id: str, reason: str) -> BriefMoved:
        """Return it to who wrote it, with the reason. Raises NotFound, Conflict, Forbidden but for an officer."""
        return await _move(tx, _signed(actor), await _review(tx, actor, brief_id), BriefMove.RETURN, reason)

    async def number(self, tx: Transaction, actor: Actor, brief_id: str, note: str | None = None) -> BriefMoved:
        """Pass it, under the next number of the year.

        The number is drawn with the year's row locked and in the transaction that gives it: one that fails gives its
        number back, so the year has no gap, and two at once wait for each other, so no number is given twice.
        Raises NotFound, Conflict, Forbidden but for an officer, DomainError for a person's number.
        """
        row = await _review(tx, actor, brief_id)
        require_impersonal(row)
        brief_after(BriefState(row.state), BriefMove.NUMBER)  # before a number is drawn for nothing
        year = local_date(tx.now, self._zone).year
        number = await self._draw(tx, year)
        return await _move(tx, _signed(actor), row, BriefMove.NUMBER, note, year=year, number=number)

    async def _draw(self, tx: Transaction, year: int) -> int:
        draw = tx.insert(BRIEF_NUMBERS).values(year=year, last=1)
        following = draw.on_conflict_do_update(
            index_elements=["year"], set_={"last": BRIEF_NUMBERS.c.last + 1}
        ).returning(BRIEF_NUMBERS.c.last)
        return int(await tx.scalar(following))

    async def hand_in(self, tx: Transaction, actor: Actor, brief_id: str, note: str | None = None) -> BriefMoved:
        """Hand it to the parent. Raises NotFound, Conflict, Forbidden but for an officer, DomainError as above."""
        row = await _review(tx, actor, brief_id)
        require_impersonal(row)
        moved = await _move(tx, _signed(actor), row, BriefMove.HAND_IN, note, handed_in_at=tx.now)
        await _report_handed_in(tx, row, Moment(tx.now, False))
        return moved

    async def from_paper(self, tx: Transaction, actor: Actor, brief: PaperBriefInput) -> BriefMoved:
        """Enter a brief that was handed in on paper, under the next number of its own year, for who wrote it.

        Raises Forbidden but for an officer, DomainError on ``recorded_at`` in the future, on ``member``, ``issues``,
        ``title`` or ``text``.
        """
        moment = actor.moment(tx.now, brief.recorded_at)
        require_impersonal(brief)
        issues = await _issues(tx, actor, brief)
        await require_known(tx, Named(member=brief.member))
        year, brief_id = local_date(moment.at, self._zone).year, new_id()
        row = {
            "brief_id": brief_id,
            "state": BriefState.HANDED_IN.value,
            "title": brief.title,
            "text": brief.text,
            "member": brief.member,
            "author": brief.member or _signed(actor),
            "written_at": moment.at,
            "version": 1,
            "year": year,
            "number": await self._draw(tx, year),
            "handed_in_at": moment.at,
            "on_paper": moment.on_paper,
        }
        await tx.execute(BRIEFS.insert(), row)
        await tx.execute(BRIEF_ISSUES.insert(), _links(brief_id, issues))
        step = {"brief_id": brief_id, "at": moment.at, "move": BriefMove.HAND_IN.value, "by": _signed(actor)}
        await tx.execute(BRIEF_STEPS.insert(), step)
        await _report_handed_in(tx, await _locked(tx, brief_id), moment)
        return BriefMoved(id=brief_id, state=str(row["state"]), version=1, year=year, number=row["number"])

    async def handed_up(self, tx: Transaction, actor: Actor, brief_id: str) -> Row[Any]:
        """It goes to the parent over the link; gives the brief that goes. Raises like :meth:`hand_in`."""
        row = await _review(tx, actor, brief_id)
        require_impersonal(row)
        await _move(tx, _signed(actor), row, BriefMove.HAND_UP, handed_in_at=tx.now)
        await _report_handed_in(tx, row, Moment(tx.now, False))
        return row

    async def taken_back(self, tx: Transaction, brief_id: str, by: str) -> None:
        """It is with the parent no longer, and may be handed in or up again; it was handed in all the same."""
        await _move(tx, by, await _locked(tx, brief_id), BriefMove.TAKE_BACK)

    async def heard(
        self,
        tx: Transaction,
        brief_id: str,
        move: BriefMove,
        parent: str,
        at: datetime,
        note: str | None,
        *,
        is_first: bool,
    ) -> None:
        """The parent said at ``at`` what it makes of it; what it says after that is a line and no new state."""
        row = await _locked(tx, brief_id)
        if not is_first:
            step = {"brief_id": brief_id, "at": at, "move": move.value, "by": parent, "note": note}
            await tx.execute(BRIEF_STEPS.insert(), step)
            return
        await _move(tx, parent, row, move, note, at=at)
        _report_settled(tx, brief_id, move, at)

    async def settle(
        self, tx: Transaction, actor: Actor, brief_id: str, move: BriefMove, note: str | None = None
    ) -> BriefMoved:
        """Write down what the parent made of one that was handed in.

        Raises NotFound, Conflict, Forbidden but for an officer.
        """
        row = await _review(tx, actor, brief_id)
        if row.state == BriefState.HANDED_UP.value:
            raise Conflict("parent-decides", "What the parent makes of it comes back by itself.")
        moved = await _move(tx, _signed(actor), row, move, note)
        _report_settled(tx, brief_id, move, tx.now)
        return moved


async def _take(tx: Transaction, actor: Actor, brief_id: str) -> Row[Any]:
    """The brief, locked. Raises NotFound for a member who did not write it."""
    row = await tx.one(select(BRIEFS).where(BRIEFS.c.brief_id == brief_id).with_for_update())
    if row is None or not (actor.is_officer or row.member == actor.member):
        raise NotFound("brief-not-found", "There is no such brief.")
    return row


async def _review(tx: Transaction, actor: Actor, brief_id: str) -> Row[Any]:
    row = await _take(tx, actor, brief_id)
    if not actor.is_officer:
        raise Forbidden("review-needs-officer", "Briefs are reviewed by an officer of the body.")
    return row


async def _locked(tx: Transaction, brief_id: str) -> Row[Any]:
    row = await tx.one(select(BRIEFS).where(BRIEFS.c.brief_id == brief_id).with_for_update())
    assert row is not None  # briefs that were numbered are never deleted
    return row


async def _report_handed_in(tx: Transaction, row: Row[Any], moment: Moment) -> None:
    """Once, however often it is taken back: the id is the same, so the first one stands."""
    issues = await tx.all(select(BRIEF_ISSUES.c.reference).where(BRIEF_ISSUES.c.brief_id == row.brief_id))
    handed_in = report.BriefHandedIn(
        occurred_at=moment.at,
        on_paper=moment.on_paper,
        brief_id=row.brief_id,
        year=row.year,
        number=row.number,
        issues=len(issues),
    )
    await something_counts(tx, moment.at)
    tx.announce(handed_in, event_id=derived_id(row.brief_id, "handed-in"))


def _report_settled(tx: Transaction, brief_id: str, move: BriefMove, at: datetime) -> None:
    settled = report.BriefSettled(occurred_at=at, brief_id=brief_id, outcome=OUTCOMES[move])
    tx.announce(settled, event_id=derived_id(brief_id, "settled"))


async def _move(
    tx: Transaction,
    by: str,
    row: Row[Any],
    move: BriefMove,
    note: str | None = None,
    at: datetime | None = None,
    **changes: Any,
) -> BriefMoved:
    state = brief_after(BriefState(row.state), move)
    values = {"state": state.value, "version": row.version + 1, **changes}
    await tx.execute(BRIEFS.update().where(BRIEFS.c.brief_id == row.brief_id).values(values))
    step = {"brief_id": row.brief_id, "at": at or tx.now, "move": move.value, "by": by, "note": note}
    await tx.execute(BRIEF_STEPS.insert(), step)
    year, number = changes.get("year", row.year), changes.get("number", row.number)
    return BriefMoved(id=row.brief_id, state=state.value, version=row.version + 1, year=year, number=number)


async def _issues(tx: Transaction, actor: Actor, brief: BriefInput) -> tuple[str, ...]:
    issues = tuple(dict.fromkeys(brief.issues))
    await require_known(tx, Named(issues=issues))
    if not actor.is_officer:
        found = select(CASES.c.reference).where(CASES.c.reference.in_(issues))
        own = {row[0] for row in await tx.all(found.where(worked_on_by(CASES.c.reference, actor.member)))}
        foreign = next((reference for reference in issues if reference not in own), None)
        if foreign is not None:
            raise DomainError("unknown-case", "There is no case {named} here.", field="issues", named=foreign)
    return issues


def _signed(actor: Actor) -> str:
    return actor.author.code or ""


def _links(brief_id: str, issues: Sequence[str]) -> list[dict[str, str]]:
    return [{"brief_id": brief_id, "reference": reference} for reference in issues]


class Worded(Protocol):
    """What has a title and a text."""

    @property
    def title(self) -> str: ...

    @property
    def text(self) -> str: ...


def require_impersonal(row: Worded | Row[Any]) -> None:
    """Raises DomainError on ``title`` or ``text`` for what looks like a person's number or address."""
    for field in ("title", "text"):
        for found in particulars(getattr(row, field)):
            raise DomainError(f"holds-{found.kind}", HOLDS[found.kind], field=field, line=found.line)
