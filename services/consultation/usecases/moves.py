"""A move that the domain forbids, said as a refusal."""

from __future__ import annotations

from services.consultation.domain import (
    BRIEF,
    CASE,
    COMMITMENT,
    CONSULTATION,
    REFERRAL,
    BriefMove,
    BriefState,
    CaseMove,
    CaseState,
    CommitmentMove,
    CommitmentState,
    ConsultationMove,
    ConsultationState,
    ReferralMove,
    ReferralState,
)
from shared.errors import Conflict
from shared.states import IllegalMove


def case_after(state: CaseState, move: CaseMove) -> CaseState:
    """The case's next state. Raises Conflict that says what stands in the way."""
    try:
        return CASE.after(state, move)
    except IllegalMove as error:
        if state in (CaseState.ASSIGNED, CaseState.RETURNED):
            raise Conflict("not-accepted-yet", "The order must be accepted first.") from error
        if state is CaseState.CLOSED:
            raise Conflict("case-closed", "The case is closed.") from error
        if state is CaseState.WITHDRAWN:
            raise Conflict("case-withdrawn", "The resident took the issue back.") from error
        raise Conflict("case-in-progress", "The case is already in progress.") from error


def referral_after(state: ReferralState, move: ReferralMove) -> ReferralState:
    """The referral's next state. Raises Conflict."""
    try:
        return REFERRAL.after(state, move)
    except IllegalMove as error:
        if state is ReferralState.REPLIED:
            raise Conflict("already-replied", "The department has already replied.") from error
        if move is ReferralMove.SUPERVISE:
            raise Conflict(
                "remind-first", "Remind the department first: the body presses for what was asked again or is late."
            ) from error
        raise Conflict("already-overdue", "The reply is late already.") from error


def consultation_after(state: ConsultationState, move: ConsultationMove) -> ConsultationState:
    """The consultation's next state. Raises Conflict."""
    try:
        return CONSULTATION.after(state, move)
    except IllegalMove as error:
        if state is ConsultationState.OPEN:
            raise Conflict("consultation-not-held", "The consultation has not been held yet.") from error
        if state is ConsultationState.HELD:
            raise Conflict("consultation-held", "The consultation has already been held.") from error
        if state is ConsultationState.CANCELLED:
            raise Conflict("consultation-cancelled", "The consultation was called off.") from error
        raise Conflict("consultation-closed", "The consultation is closed.") from error


def commitment_after(state: CommitmentState, move: CommitmentMove) -> CommitmentState:
    """The commitment's next state. Raises Conflict."""
    try:
        return COMMITMENT.after(state, move)
    except IllegalMove as error:
        raise Conflict("commitment-settled", "The commitment is already settled.") from error


def brief_after(state: BriefState, move: BriefMove) -> BriefState:
    """The brief's next state. Raises Conflict that says where it stands instead."""
    try:
        return BRIEF.after(state, move)
    except IllegalMove as error:
        if state in (BriefState.DRAFT, BriefState.RETURNED):
            raise Conflict("brief-not-in-review", "The brief has not been sent for review.") from error
        if state is BriefState.IN_REVIEW:
            raise Conflict("brief-in-review", "The brief is being reviewed.") from error
        if state is BriefState.NUMBERED:
            raise Conflict("brief-numbered", "The brief has its number, and its text stands.") from error
        if state is BriefState.HANDED_IN:
            raise Conflict("brief-handed-in", "The brief has been handed in.") from error
        if state is BriefState.HANDED_UP:
            raise Conflict("brief-handed-up", "The brief is with the parent body.") from error
        raise Conflict("brief-settled", "The parent has already decided on the brief.") from error
