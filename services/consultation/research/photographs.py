"""Photographs of finds: developed like those of a visit, so that no place, time or camera is left in them."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel
from sqlalchemy import func, select

from services.consultation.photos import Picture
from services.consultation.tables import FIND_PHOTOS, FINDS
from shared.db.transaction import Transaction
from shared.errors import Conflict, NotFound
from shared.ids import derived_id

MOST_OF_FIND = 12


class Photographed(BaseModel):
    """The photographs that were added; ids."""

    photos: list[str]


async def add_pictures(tx: Transaction, find_id: str, pictures: Sequence[Picture]) -> Photographed:
    """Add photographs to a find; the same one again changes nothing.

    Raises NotFound for a find that is not there or was withdrawn, Conflict on ``photos`` for more than
    :data:`MOST_OF_FIND`.
    """
    found = select(FINDS.c.record_id).where(FINDS.c.record_id == find_id, FINDS.c.withdrawn_at.is_(None))
    if await tx.scalar(found.with_for_update()) is None:
        raise NotFound("record-not-found", "There is no such record.")
    rows = {
        derived_id(find_id, "photo", picture.digest): {
            "find_id": find_id,
            "width": picture.width,
            "height": picture.height,
            "content": picture.content,
            "added_at": tx.now,
        }
        for picture in pictures
    }
    insert = tx.insert(FIND_PHOTOS).on_conflict_do_nothing(index_elements=["photo_id"])
    if rows:
        await tx.execute(insert, [{"photo_id": photo_id, **row} for photo_id, row in rows.items()])
    kept = await tx.scalar(select(func.count()).where(FIND_PHOTOS.c.find_id == find_id))
    if kept > MOST_OF_FIND:
        raise Conflict("too-many-photos", "A find has at most {most} photographs.", field="photos", most=MOST_OF_FIND)
    return Photographed(photos=list(rows))
