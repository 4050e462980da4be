"""Topics (课题): planned, worked on, reviewed, concluded, put to use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from services.consultation.domain.topics import TOPIC, WITH_A_REASON, TopicMove, TopicState
from services.consultation.research.inputs import AssigningInput, TopicInput, TopicStepInput
from services.consultation.research.lines import TopicMoved
from services.consultation.research.registers import standing
from services.consultation.tables import PARTICIPATIONS, RESULTS, TOPIC_PARTICIPANTS, TOPIC_STEPS, TOPICS
from services.consultation.usecases.acting import Actor, Moment
from shared.contracts import research
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, NotFound
from shared.i18n import N_
from shared.ids import derived_id, new_id
from shared.states import IllegalMove

STANDS: Mapping[TopicState, str] = {
    TopicState.PLANNED: N_("The work on this topic has not begun."),
    TopicState.UNDER_WAY: N_("The work on this topic is under way."),
    TopicState.UNDER_REVIEW: N_("This topic is being reviewed. Send it back first."),
    TopicState.CONCLUDED: N_("This topic is concluded."),
    TopicState.PUT_TO_USE: N_("This topic is concluded and put to use."),
    TopicState.DROPPED: N_("This topic was dropped."),
}
"""What stands in the way of a move that a state does not allow."""


@dataclass(slots=True)
class TopicInHand:
    """A topic, locked until the transaction ends."""

    tx: Transaction
    topic_id: str
    state: TopicState
    step: int
    moved_at: datetime

    def after(self, move: TopicMove) -> TopicState:
        """The state that ``move`` leads to. Raises Conflict that says what stands in the way."""
        try:
            return TOPIC.after(self.state, move)
        except IllegalMove as error:
            if move is TopicMove.USE:
                raise Conflict(
                    "not-concluded", "Only what came of a concluded topic is put to use. Conclude it first."
                ) from error
            raise Conflict(f"topic-{self.state.value}", STANDS[self.state]) from error

    async def move(self, move: TopicMove, actor: Actor, moment: Moment, note: str | None = None) -> None:
        """Make ``move``, and say so where it leads to another state.

        Raises Conflict, and DomainError on ``recorded_at`` for a day before the last step.
        """
        state = self.after(move)
        if state is self.state:
            return
        if moment.at < self.moved_at:
            raise DomainError(
                "before-last-step", "This is dated before the last step of the topic.", field="recorded_at"
            )
        self.state, self.step, self.moved_at = state, self.step + 1, moment.at
        changes = {"state": state.value, "step": self.step, "moved_at": moment.at}
        await self.tx.execute(TOPICS.update().where(TOPICS.c.topic_id == self.topic_id).values(changes))
        await _write_step(self, move, actor, moment, note)


async def take_topic(tx: Transaction, topic_id: str, field: str | None = None) -> TopicInHand:
    """The topic, locked. Raises NotFound, or DomainError on ``field`` where somebody named it there."""
    row = await tx.one(select(TOPICS).where(TOPICS.c.topic_id == topic_id).with_for_update())
    if row is None and field is not None:
        raise DomainError("unknown-topic", "There is no topic {named}.", field=field, named=topic_id)
    if row is None:
        raise NotFound("topic-not-found", "There is no such topic.")
    return TopicInHand(tx, topic_id, TopicState(row.state), row.step, row.moved_at)


async def plan_topic(tx: Transaction, actor: Actor, topic: TopicInput) -> TopicMoved:
    """A topic is to be worked on. Raises DomainError on ``participants`` for who does not take part."""
    moment = actor.moment(tx.now, topic.recorded_at)
    planned = TopicInHand(tx, new_id(), TopicState.PLANNED, 1, moment.at)
    await tx.execute(
        TOPICS.insert(),
        {
            "topic_id": planned.topic_id,
            "title": topic.title,
            "summary": topic.summary,
            "state": planned.state.value,
            "planned_at": moment.at,
            "moved_at": moment.at,
            "step": planned.step,
            "on_paper": moment.on_paper,
        },
    )
    await _assign(tx, planned.topic_id, topic.participants)
    await _write_step(planned, None, actor, moment, None)
    return _moved(planned)


async def assign(tx: Transaction, actor: Actor, topic_id: str, assigning: AssigningInput) -> TopicMoved:
    """More of those who take part work on the topic; saying so twice changes nothing.

    Raises NotFound, Conflict once it is reviewed, DomainError on ``participants``.
    """
    topic = await take_topic(tx, topic_id)
    topic.after(TopicMove.ASSIGN)
    await _assign(tx, topic_id, assigning.participants)
    return _moved(topic)


async def move_topic(tx: Transaction, actor: Actor, topic_id: str, move: TopicMove, step: TopicStepInput) -> TopicMoved:
    """One of the moves that an officer makes as such (``CHOSEN``).

    Raises NotFound; Conflict where somebody moved it meanwhile, where its state does not allow it, and where it is to
    be concluded without a result; DomainError on ``note`` where a reason is missing, or on ``recorded_at``.
    """
    moment = actor.moment(tx.now, step.recorded_at)
    topic = await take_topic(tx, topic_id)
    if step.step is not None and step.step != topic.step:
        raise Conflict("changed-meanwhile", "Somebody has changed this meanwhile: look again.", field="step")
    topic.after(move)
    if move in WITH_A_REASON and not step.note:
        raise DomainError("reason-missing", "Say why.", field="note")
    if move is TopicMove.CONCLUDE and not await results_of(tx, topic_id):
        raise Conflict("no-result", "A topic is concluded with a result. Record it first.")
    await topic.move(move, actor, moment, step.note)
    return _moved(topic)


async def results_of(tx: Transaction, topic_id: str) -> Sequence[str]:
    """The ids of at most two results that stand: all that is asked is whether there is one, and whether another."""
    standing_ones = select(RESULTS.c.record_id).where(RESULTS.c.topic_id == topic_id, standing(RESULTS)).limit(2)
    return [row[0] for row in await tx.all(standing_ones)]


async def _assign(tx: Transaction, topic_id: str, participants: Sequence[str]) -> None:
    wanted = list(dict.fromkeys(participants))
    if not wanted:
        return
    columns = PARTICIPATIONS.c
    known = select(columns.participant_id).where(columns.participant_id.in_(wanted), standing(PARTICIPATIONS))
    found = {row[0] for row in await tx.all(known.distinct())}
    missing = next((each for each in wanted if each not in found), None)
    if missing is not None:
        raise DomainError(
            "unknown-participant", "Nobody of the id {named} takes part.", field="participants", named=missing
        )
    rows = [{"topic_id": topic_id, "participant_id": each} for each in wanted]
    await tx.execute(tx.insert(TOPIC_PARTICIPANTS).on_conflict_do_nothing(), rows)


async def _write_step(
    topic: TopicInHand, move: TopicMove | None, actor: Actor, moment: Moment, note: str | None
) -> None:
    step = {
        "topic_id": topic.topic_id,
        "step": topic.step,
        "move": move.value if move is not None else None,
        "state": topic.state.value,
        "at": moment.at,
        "by": actor.account or "officer",
        "note": note,
    }
    await topic.tx.execute(TOPIC_STEPS.insert(), step)
    said = research.TopicMoved(
        occurred_at=moment.at,
        on_paper=moment.on_paper,
        topic_id=topic.topic_id,
        step=topic.step,
        state=topic.state.value,
    )
    topic.tx.announce(said, event_id=derived_id(topic.topic_id, "step", topic.step))


def _moved(topic: TopicInHand) -> TopicMoved:
    return TopicMoved(id=topic.topic_id, state=topic.state.value, step=topic.step)
