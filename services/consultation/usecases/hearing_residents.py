"""What the resident and intake's staff say of an issue beside rating, reopening and taking it back."""

from __future__ import annotations

from services.consultation.usecases import joining
from services.consultation.usecases.acting import HEARSAY, RESIDENT, Moment
from services.consultation.usecases.casefile import find_case
from services.consultation.usecases.hearing import is_next
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.messaging.handlers import Received


async def hear_joined(tx: Transaction, received: Received[inner.IssueJoined]) -> None:
    """It is the same matter as another issue, perhaps before anybody was given either."""
    event = received.event
    if await is_next(tx, event, "intake"):
        await joining.join(tx, event.reference, event.joined_to, Moment(event.occurred_at, event.on_paper))


async def hear_split(tx: Transaction, received: Received[inner.IssueSplit]) -> None:
    """It is a matter of its own after all."""
    event = received.event
    if await is_next(tx, event, "intake"):
        moment = Moment(event.occurred_at, event.on_paper)
        await joining.split(tx, event.reference, event.joined_to, moment, event.version_of_issue)


async def hear_word(tx: Transaction, received: Received[inner.WordGiven]) -> None:
    """The resident confirmed the answer, or said nothing in the time there was."""
    event = received.event
    if not await is_next(tx, event, "intake"):
        return
    moment, details = Moment(event.occurred_at, event.on_paper), {"word": event.word}
    if event.joined_to is not None:
        await joining.word_of_another(tx, event.joined_to, event.word, moment, details)
        return
    case = await find_case(tx, event.reference)
    if case is not None:
        author = RESIDENT if event.word != "silent" else HEARSAY
        await case.enter(event.word, moment, audience="resident", author=author, details=details)
        await case.save(word=event.word)
