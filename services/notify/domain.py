"""A notice: what is to be told, to whom, and what has become of telling it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a notice tells."""

    CONFIRMATION = "confirmation"
    """To the resident: the issue has arrived, and here it can be followed."""
    ORDER = "order"
    """To the member: an issue waits for being accepted."""
    ASKED_IN = "asked-in"
    """To the member: a colleague asked for a hand with an issue."""
    TAKEN = "taken"
    """To the resident: a member has accepted it."""
    ANSWER = "answer"
    """To the resident: it is closed, and this is the answer."""

    JOINED = "joined"
    """To the resident: others raised the same, so it is worked on together with theirs."""
    SPLIT = "split"
    """To the resident: it is worked on by itself again."""

    REFERRAL = "referral"
    """To a department: it is asked about an issue, and here it can reply."""
    REMINDER = "reminder"
    """To a department: its reply is still awaited."""

    INVITATION = "invitation"
    """To the member: a consultation is planned, changed or called off, as an entry for the calendar."""
    DEPARTMENT_INVITATION = "dept-invitation"
    """To a department: the same."""

    DEADLINE_NEAR = "deadline-near"
    """To the member: something is due soon."""
    DEADLINE_MISSED = "deadline-missed"
    """To the member: it was due, and was not done."""
    DEADLINE_TOLD = "deadline-told"
    """To the member: the office knows that it is late."""
    DEADLINE_OFFICE = "deadline-office"
    """To the office: something is late, and nothing has come of it since."""

    HANDOVER_LATE = "handover-late"
    """To the office: what was handed to another body, or by one, was not taken or not answered in time."""
    SUPERVISED = "supervised"
    """To the member: the body above presses for the case."""
    SUPERVISED_LATE = "supervised-late"
    """To the member: the body above still has no answer."""
    SUPERVISION = "supervision"
    """To the office: the body above presses for a case."""
    SUPERVISION_ANSWERED = "superv-answered"
    """To the office: a body below answered what it was pressed for."""
    SUPERVISION_LATE = "supervision-late"
    """To the office of either body: the answer is overdue."""

    BRIEF_SETTLED = "brief-settled"
    """To the member: what the body above makes of the member's brief."""
    BRIEF_RECEIVED = "brief-received"
    """To the office: a body below has handed up a brief."""
    BRIEF_BACK = "brief-back"
    """To the office: what the body above makes of a brief."""
    BRIEF_LATE = "brief-late"
    """To the office of either body: a decision on a brief is overdue."""

    BRIEFING = "briefing"
    """To the office: the week beside the week before, in figures."""

    @property
    def audience(self) -> Audience:
        """Who is told."""
        return _AUDIENCES.get(self, Audience.RESIDENT)


class Audience(StrEnum):
    """The two sides of the doorstep, and the offices behind it."""

    RESIDENT = "resident"
    MEMBER = "member"
    DEPARTMENT = "department"
    OFFICE = "office"


_AUDIENCES = {
    Kind.ORDER: Audience.MEMBER,
    Kind.ASKED_IN: Audience.MEMBER,
    Kind.INVITATION: Audience.MEMBER,
    Kind.REFERRAL: Audience.DEPARTMENT,
    Kind.REMINDER: Audience.DEPARTMENT,
    Kind.DEPARTMENT_INVITATION: Audience.DEPARTMENT,
    Kind.DEADLINE_NEAR: Audience.MEMBER,
    Kind.DEADLINE_MISSED: Audience.MEMBER,
    Kind.DEADLINE_TOLD: Audience.MEMBER,
    Kind.DEADLINE_OFFICE: Audience.OFFICE,
    Kind.HANDOVER_LATE: Audience.OFFICE,
    Kind.SUPERVISED: Audience.MEMBER,
    Kind.SUPERVISED_LATE: Audience.MEMBER,
    Kind.SUPERVISION: Audience.OFFICE,
    Kind.SUPERVISION_ANSWERED: Audience.OFFICE,
    Kind.SUPERVISION_LATE: Audience.OFFICE,
    Kind.BRIEF_SETTLED: Audience.MEMBER,
    Kind.BRIEF_RECEIVED: Audience.OFFICE,
    Kind.BRIEF_BACK: Audience.OFFICE,
    Kind.BRIEF_LATE: Audience.OFFICE,
    Kind.BRIEFING: Audience.OFFICE,
}


class State(StrEnum):
    """What has become of a notice."""

    QUEUED = "queued"
    FAILED = "failed"
    """Not sent yet; it is tried again, ever later."""
    SENT = "sent"
    """The mail server has taken it; nobody can know whether it was read."""
    DEAD = "dead"
    """The mail server refuses it for good, or the last try is over."""
    NO_ADDRESS = "no-address"
    SUPERSEDED = "superseded"
    """What it was to tell no longer held when its turn came: a department had replied meanwhile."""
    SKIPPED_PAPER = "skipped-paper"
    """It tells of something long past, entered later from paper; nobody is told of that by mail."""


class Move(StrEnum):
    """What can happen to a notice."""

    DELIVER = "deliver"
    FAIL = "fail"
    GIVE_UP = "give-up"
    FIND_NO_ADDRESS = "find-no-address"
    FIND_IT_PAST = "find-it-past"


TRANSITIONS: dict[tuple[State, Move], State] = {
    (waiting, move): after
    for waiting in (State.QUEUED, State.FAILED)
    for move, after in (
        (Move.DELIVER, State.SENT),
        (Move.FAIL, State.FAILED),
        (Move.GIVE_UP, State.DEAD),
        (Move.FIND_NO_ADDRESS, State.NO_ADDRESS),
        (Move.FIND_IT_PAST, State.SUPERSEDED),
    )
}
"""Only what waits can move; every other state is the end."""


class IllegalMove(Exception):
    """A notice in this state cannot do that."""

    def __init__(self, state: State, move: Move) -> None:
        super().__init__(f"{move} from {state}")
        self.state = state
        self.move = move


def after(state: State, move: Move) -> State:
    """The state that ``move`` leads to. Raises :class:`IllegalMove`."""
    try:
        return TRANSITIONS[state, move]
    except KeyError:
        raise IllegalMove(state, move) from None


PAUSES = (
    timedelta(seconds=2),
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""How long to wait after each failed try; about a day in all, then a notice is old news."""


def pause_after(tries: int) -> timedelta | None:
    """How long to wait after that many failed tries; None when there is nothing to wait for any more."""
    return PAUSES[tries - 1] if tries <= len(PAUSES) else None
