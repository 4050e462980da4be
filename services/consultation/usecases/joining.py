"""Issues that are the same matter: the case of one carries the work, the others' cases rest until they are split."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from services.consultation.deadlines import keeping as deadlines
from services.consultation.deadlines.keeping import Owed
from services.consultation.domain import CaseState
from services.consultation.tables import CASES, ENTRIES, HEARD_ISSUES
from services.consultation.usecases.acting import Moment
from services.consultation.usecases.casefile import entry, find_case
from shared.db.reader import Reader
from shared.db.transaction import Transaction


async def carrier_of(tx: Transaction, reference: str) -> str | None:
    """The issue that ``reference`` is joined to, as far as was heard; news of the two may come in any order."""
    known = select(HEARD_ISSUES.c.joined_to).where(HEARD_ISSUES.c.reference == reference)
    carrier: str | None = await tx.scalar(known)
    return carrier


async def joined_by(reads: Reader, reference: str) -> int:
    """How many other residents' issues are worked on under ``reference``."""
    joined = select(func.count()).select_from(HEARD_ISSUES).where(HEARD_ISSUES.c.joined_to == reference)
    number: int = await reads.scalar(joined)
    return number


async def join(tx: Transaction, reference: str, carrier: str, moment: Moment) -> None:
    """Let the case of ``reference`` rest, if there is one, and note with the other that one more resident asks."""
    await _note(tx, reference, carrier)
    # A case that was closed in the same moment has its answer, and intake takes back that it is joined.
    is_open = CASES.c.state != CaseState.CLOSED.value
    await tx.execute(CASES.update().where(CASES.c.reference == reference, is_open).values(joined_to=carrier))
    await deadlines.release(tx, moment, *deadlines.OF_THE_CASE, reference=reference)
    await _enter(tx, reference, "joined", moment, {"issue": carrier})
    await _enter(tx, carrier, "resident-joined", moment, {"issue": reference})


async def split(tx: Transaction, reference: str, carrier: str, moment: Moment, version: int) -> None:
    """Let the case go on where it was; ``version`` is intake's count of the issue."""
    await _note(tx, reference, None)
    await tx.execute(CASES.update().where(CASES.c.reference == reference).values(joined_to=None))
    case = await find_case(tx, reference)
    if case is not None and case.state is CaseState.IN_PROGRESS:
        # As when it is reopened, what was owed is owed anew.
        subject = f"{reference}/{version}"
        await deadlines.start(tx, moment, Owed("answer", subject, reference, case.member))
    await _enter(tx, reference, "split", moment, {"issue": carrier})
    await _enter(tx, carrier, "resident-split", moment, {"issue": reference})


async def word_of_another(
    tx: Transaction, carrier: str | None, kind: str, moment: Moment, details: dict[str, Any]
) -> None:
    """What a resident who joined says of the closing: on the thread of the case that carries the work."""
    if carrier is not None:
        await _enter(tx, carrier, kind, moment, details)


async def _note(tx: Transaction, reference: str, carrier: str | None) -> None:
    of_issue = HEARD_ISSUES.c.reference == reference
    await tx.execute(HEARD_ISSUES.update().where(of_issue).values(joined_to=carrier))


async def _enter(tx: Transaction, reference: str, kind: str, moment: Moment, details: dict[str, Any]) -> None:
    await tx.execute(ENTRIES.insert(), entry(reference, kind, moment, audience="staff", details=details))
