"""What people look up besides cases: a module for each register. Lists are at most a page of 50 long."""

from __future__ import annotations

from dataclasses import dataclass

from services.consultation.books.activities import ActivityBook
from services.consultation.books.briefs import BriefBook
from services.consultation.books.commitments import CommitmentBook
from services.consultation.books.consultations import ConsultationBook
from services.consultation.books.handings import ReceivedBook
from services.consultation.books.referrals import ReferralBook
from services.consultation.five_ones.book import FiveOnesBook
from services.consultation.research.book import ResearchBook
from shared.clock import Clock
from shared.db.reader import Reader


@dataclass(frozen=True, slots=True)
class Books:
    """The registers of the body."""

    consultations: ConsultationBook
    commitments: CommitmentBook
    activities: ActivityBook
    briefs: BriefBook
    received: ReceivedBook
    referrals: ReferralBook
    research: ResearchBook
    five_ones: FiveOnesBook


def open_books(reader: Reader, clock: Clock, zone: str) -> Books:
    """The registers of a body whose days begin in ``zone`` (IANA name)."""
    commitments = CommitmentBook(reader, clock, zone)
    return Books(
        ConsultationBook(reader, commitments),
        commitments,
        ActivityBook(reader),
        BriefBook(reader),
        ReceivedBook(reader),
        ReferralBook(reader),
        ResearchBook(reader),
        FiveOnesBook(reader, zone),
    )
