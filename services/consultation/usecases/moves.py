"""A move that the domain forbids, said as a refusal."""

from __future__ import annotations

from services.consultation.domain import (
    CASE,
    COMMITMENT,
    CONSULTATION,
    REFERRAL,
    CaseMove,
    CaseState,
    CommitmentMove,
    CommitmentState,
    ConsultationMove,
    ConsultationState,
    IllegalMove,
    ReferralMove,
    ReferralState,
    after,
)
from shared.errors import Conflict


def case_after(state: CaseState, move: CaseMove) -> CaseState:
    """The case's next state. Raises Conflict that says what stands in the way."""
    try:
        return after(CASE, state, move)
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
        return after(REFERRAL, state, move)
    except IllegalMove as error:
        raise Conflict("already-replied", "The department has already replied.") from error


def consultation_after(state: ConsultationState, move: ConsultationMove) -> ConsultationState:
    """The consultation's next state. Raises Conflict."""
    try:
        return after(CONSULTATION, state, move)
    except IllegalMove as error:
        if state is ConsultationState.OPEN:
            raise Conflict("consultation-not-held", "The consultation has not been held yet.") from error
        if state is ConsultationState.HELD:
            raise Conflict("consultation-held", "The consultation has already been held.") from error
        raise Conflict("consultation-closed", "The consultation is closed.") from error


def commitment_after(state: CommitmentState, move: CommitmentMove) -> CommitmentState:
    """The commitment's next state. Raises Conflict."""
    try:
        return after(COMMITMENT, state, move)
    except IllegalMove as error:
        raise Conflict("commitment-settled", "The commitment is already settled.") from error
