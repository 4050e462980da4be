"""Photographs are added to an entry by whoever wrote it, for the same readers or for fewer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import func, select

from services.consultation.domain import CaseMove
from services.consultation.inputs import Audience, VisitInput
from services.consultation.outputs import Made, PhotoLine
from services.consultation.photos import Picture
from services.consultation.tables import ENTRIES, PHOTOS
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.casefile import CaseFile, take_case
from services.consultation.usecases.casework import make_visit, may_address
from shared.db.transaction import Transaction
from shared.errors import Conflict, NotFound
from shared.ids import derived_id

MOST_OF_ENTRY = 12
PHOTOGRAPHED: tuple[Literal["visit", "contact", "survey", "note"], ...] = ("visit", "contact", "survey", "note")
"""Entries that a photograph can show something of."""


async def visit_with_pictures(
    tx: Transaction, actor: Actor, reference: str, visit: VisitInput, pictures: Sequence[Picture]
) -> Made:
    """A look on site with what was photographed there; see :func:`make_visit`."""
    made = await make_visit(tx, actor, reference, visit)
    await _keep(await take_case(tx, actor, reference), made.id, visit.audience, pictures)
    return made


async def add_picture(
    tx: Transaction, actor: Actor, reference: str, entry_id: str, audience: Audience, picture: Picture
) -> PhotoLine:
    """Add one photograph; the same one again changes nothing.

    Raises NotFound for an entry that is not of this case, not to be photographed or somebody else's; Conflict
    where the case is not in progress or closed, or the entry has :data:`MOST_OF_ENTRY` already.
    """
    case = await take_case(tx, actor, reference)
    may_address(actor, audience)
    case.move(CaseMove.NOTE)
    columns = ENTRIES.c
    found = select(columns.audience, columns.author).where(
        columns.entry_id == entry_id, columns.reference == case.reference, columns.kind.in_(PHOTOGRAPHED)
    )
    row = await tx.one(found)
    if row is None or not (actor.is_officer or row.author == actor.member):
        raise NotFound("entry-not-found", "There is no such entry to add a photograph to.")
    [photo_id] = await _keep(case, entry_id, audience, [picture])
    return PhotoLine(id=photo_id, audience=audience, width=picture.width, height=picture.height)


async def _keep(case: CaseFile, entry_id: str, audience: str, pictures: Sequence[Picture]) -> list[str]:
    """Write the photographs of an entry down and give their ids. Raises Conflict for too many."""
    rows = {
        derived_id(entry_id, "photo", picture.digest): {
            "entry_id": entry_id,
            "reference": case.reference,
            "audience": audience,
            "width": picture.width,
            "height": picture.height,
            "content": picture.content,
            "added_at": case.tx.now,
        }
        for picture in pictures
    }
    if not rows:
        return []
    insert = case.tx.insert(PHOTOS).on_conflict_do_nothing(index_elements=["photo_id"])
    await case.tx.execute(insert, [{"photo_id": photo_id, **row} for photo_id, row in rows.items()])
    kept = await case.tx.scalar(select(func.count()).where(PHOTOS.c.entry_id == entry_id))
    if kept > MOST_OF_ENTRY:
        raise Conflict(
            "too-many-photos", "An entry has at most {most} photographs.", field="photos", most=MOST_OF_ENTRY
        )
    return list(rows)
