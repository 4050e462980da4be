"""A consultation in hand: what it is tied to, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.engine import Row

from services.consultation.tables import CASES, CONSULTATION_LINKS, CONSULTATIONS
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.casefile import CaseFile, find_case, worked_on_by
from shared.db.transaction import Transaction
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Links:
    """What a consultation is tied to, by kind."""

    surveys: tuple[str, ...]
    issues: tuple[str, ...]
    members: tuple[str, ...]
    departments: tuple[str, ...]

    def rows(self, consultation_id: str) -> list[dict[str, str]]:
        """As rows of the table."""
        kinds = {"survey": self.surveys, "issue": self.issues, "member": self.members, "department": self.departments}
        return [
            {"consultation_id": consultation_id, "kind": kind, "code": code}
            for kind, codes in kinds.items()
            for code in codes
        ]


def distinct(codes: Iterable[str]) -> tuple[str, ...]:
    """Each code once, in the order given."""
    return tuple(dict.fromkeys(codes))


def concerning(consultation_id: ColumnElement[Any], member: str | None) -> ColumnElement[bool]:
    """The condition that ``member`` takes part in the consultation, or works on one of its issues."""
    links = CONSULTATION_LINKS.c
    takes_part = (links.kind == "member") & (links.code == member)
    has_an_issue = (links.kind == "issue") & worked_on_by(links.code, member)
    return consultation_id.in_(select(links.consultation_id).where(takes_part | has_an_issue))


async def concerns(tx: Transaction, actor: Actor, links: Links) -> bool:
    """Whether a consultation so tied is ``actor``'s to act on."""
    if actor.is_officer or actor.member in links.members:
        return True
    own = select(CASES.c.reference).where(CASES.c.reference.in_(links.issues))
    return await tx.scalar(own.where(worked_on_by(CASES.c.reference, actor.member)).limit(1)) is not None


async def take(tx: Transaction, actor: Actor, consultation_id: str) -> tuple[Row[Any], Links]:
    """The consultation, locked, and what it is tied to. Raises NotFound for one that does not concern ``actor``."""
    row = await tx.one(
        select(CONSULTATIONS).where(CONSULTATIONS.c.consultation_id == consultation_id).with_for_update()
    )
    links = await links_of(tx, consultation_id)
    if row is None or not await concerns(tx, actor, links):
        raise NotFound("consultation-not-found", "There is no such consultation.")
    return row, links


async def links_of(tx: Transaction, consultation_id: str) -> Links:
    """What a consultation rests on and who takes part."""
    by_kind: dict[str, list[str]] = {"survey": [], "issue": [], "member": [], "department": []}
    for row in await tx.all(
        select(CONSULTATION_LINKS)
        .where(CONSULTATION_LINKS.c.consultation_id == consultation_id)
        .order_by(CONSULTATION_LINKS.c.code)
    ):
        by_kind[row.kind].append(row.code)
    return Links(*(tuple(codes) for codes in by_kind.values()))


def change(consultation_id: str, **values: Any) -> Any:
    """The statement that writes ``values`` into the consultation."""
    return CONSULTATIONS.update().where(CONSULTATIONS.c.consultation_id == consultation_id).values(values)


async def cases_of(tx: Transaction, actor: Actor, references: Iterable[str]) -> list[CaseFile]:
    """The cases, locked; what is entered in them is signed by ``actor``.

    In one order everywhere, so that two consultations on the same issues never wait for each other.
    """
    cases = [await find_case(tx, reference, actor.author) for reference in sorted(references)]
    return [case for case in cases if case is not None]


async def on_thread(case: CaseFile, kind: str, moment: Moment, consultation_id: str) -> None:
    """Enter a step of the consultation that the resident may know."""
    await case.enter(kind, moment, audience="resident", details={"consultation_id": consultation_id})
