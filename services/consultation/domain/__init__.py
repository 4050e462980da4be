"""The rules of casework and consultation, in the words of the office; nothing here knows how it is stored or asked.

One module for each kind of thing that has a life of its own; ``services/consultation/states.py`` gathers their tables.
"""

from services.consultation.domain.briefs import BRIEF, BriefMove, BriefState
from services.consultation.domain.cases import CASE, Audience, CaseMove, CaseState
from services.consultation.domain.closing import Outcome, Quality, ResidentsWord, admits, default_quality
from services.consultation.domain.commitments import COMMITMENT, CommitmentMove, CommitmentState, is_overdue
from services.consultation.domain.consultations import (
    CONSULTATION,
    ConsultationMove,
    ConsultationState,
    may_write,
    rests_on_surveys,
)
from services.consultation.domain.referrals import REFERRAL, UNANSWERED, ReferralMove, ReferralState

__all__ = [
    "BRIEF",
    "CASE",
    "COMMITMENT",
    "CONSULTATION",
    "REFERRAL",
    "UNANSWERED",
    "Audience",
    "BriefMove",
    "BriefState",
    "CaseMove",
    "CaseState",
    "CommitmentMove",
    "CommitmentState",
    "ConsultationMove",
    "ConsultationState",
    "Outcome",
    "Quality",
    "ReferralMove",
    "ReferralState",
    "ResidentsWord",
    "admits",
    "default_quality",
    "is_overdue",
    "may_write",
    "rests_on_surveys",
]
