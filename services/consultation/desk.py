"""What is done around every use case: wait a moment for what is on its way, run it once, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import BaseModel

from services.consultation.books import Books
from services.consultation.deadlines.book import DeadlineBook
from services.consultation.domain import CaseState
from services.consultation.handing.received import ReceivedBriefs
from services.consultation.handing.upward import Upward
from services.consultation.invitations import Invitations
from services.consultation.queries import Casebook
from services.consultation.tables import IDEMPOTENCY
from services.consultation.threads import Threads
from services.consultation.usecases.briefs import Briefs
from services.consultation.usecases.commitments import Commitments
from services.consultation.usecases.consultations import Consultations
from services.consultation.usecases.known import Named, unknown
from services.consultation.usecases.referrals import Referrals
from services.consultation.usecases.relaxing import SurveyRule
from services.consultation.usecases.sessions import Sessions
from services.consultation.vault import Vault
from shared.db.idempotency import Answer, Key, once
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.messaging.arrivals import Arrivals

R = TypeVar("R", bound=BaseModel)

NOT_YET = (None, CaseState.ASSIGNED, CaseState.RETURNED)
"""States of a case whose acceptance may be on its way."""


class Desk:
    """The service as its API and its pages see it."""

    def __init__(
        self,
        *,
        writer: Writer,
        reader: Reader,
        arrivals: Arrivals,
        vault: Vault,
        consultations: Consultations,
        sessions: Sessions,
        commitments: Commitments,
        rule: SurveyRule,
        briefs: Briefs,
        upward: Upward,
        received: ReceivedBriefs,
        referrals: Referrals,
        threads: Threads,
        books: Books,
        deadlines: DeadlineBook,
        invitations: Invitations,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._arrivals = arrivals
        self.casebook = Casebook(reader, threads, books)
        self.vault = vault
        self.consultations = consultations
        self.referrals = referrals
        self.threads = threads
        self.sessions = sessions
        self.commitments = commitments
        self.rule = rule
        self.briefs = briefs
        self.upward = upward
        self.received = received
        self.books = books
        self.deadlines = deadlines
        self.invitations = invitations

    async def case_at_hand(self, reference: str) -> None:
        """Wait until the case can be worked on: its order may have been accepted a moment ago."""
        await self._arrivals.wait_for(lambda: self.casebook.state(reference), lambda state: state not in NOT_YET)

    async def codes_at_hand(self, named: Named) -> None:
        """Wait until all codes are known: the roster may have been imported a moment ago."""
        await self._arrivals.wait_for(lambda: unknown(self._reader, named), lambda refusal: refusal is None)

    async def do_once(self, key: Key | None, status: int, job: Callable[[Transaction], Awaitable[R]]) -> Answer:
        """Run ``job``, or give what the same ``key`` was answered before. Raises Conflict for a key reused."""

        async def answered(tx: Transaction) -> Answer:
            return status, (await job(tx)).model_dump(mode="json")

        return await once(self._writer, IDEMPOTENCY, key, answered)
