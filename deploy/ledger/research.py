"""The lines of a ledger about a research programme, and how they are recorded: in the order of the file by topic."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from deploy.ledger.fact import Code, Coded, Fact

Text = Annotated[str, Field(min_length=1)]


class Participant(Coded):
    """A unit, an institute or a local researcher took part from then on; a researcher has no name."""

    kind: Literal["participant"]
    role: Literal["member-unit", "institute", "researcher"]
    called: Text | None = None


class Topic(Coded):
    """A topic was planned, to be worked on by participants."""

    kind: Literal["topic"]
    title: Text
    participants: tuple[Code, ...]

    @property
    def topic(self) -> str:
        """Its own code."""
        return self.code

    def refers_to(self) -> Iterator[tuple[str, str]]:
        yield from (("participant", code) for code in self.participants)


class OfTopic(Fact):
    """Something that was done for a topic."""

    topic: Code

    def refers_to(self) -> Iterator[tuple[str, str]]:
        yield "topic", self.topic


class TopicStep(OfTopic):
    """A topic was begun, sent for review, sent back, concluded or dropped."""

    kind: Literal["topic-step"]
    move: Literal["begin", "submit", "send-back", "conclude", "drop"]
    note: str | None = None

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.topic}/{self.move}/{self.at.isoformat()}"


class OfTopicCoded(OfTopic):
    """The same, with a code of its own."""

    code: Code

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.code}"


class FieldSurvey(OfTopicCoded):
    """Somebody went out to look."""

    kind: Literal["field-survey"]
    place: Text


class Find(OfTopicCoded):
    """A field survey found something."""

    kind: Literal["find"]
    survey: Code
    what: Code
    place: Text

    def refers_to(self) -> Iterator[tuple[str, str]]:
        yield from super().refers_to()
        yield "field-survey", self.survey


class Document(OfTopicCoded):
    """A text was collated."""

    kind: Literal["document"]
    title: Text
    characters: Annotated[int, Field(ge=1)]


class Result(OfTopicCoded):
    """Something came of a topic."""

    kind: Literal["result"]
    what: Code
    title: Text


class ResultUse(OfTopicCoded):
    """A result was put to use."""

    kind: Literal["result-use"]
    result: Code
    what: Code

    def refers_to(self) -> Iterator[tuple[str, str]]:
        yield from super().refers_to()
        yield "result", self.result


AnyResearch = Participant | Topic | TopicStep | FieldSurvey | Find | Document | Result | ResultUse
TopicFact = Topic | OfTopic
T = TypeVar("T")
Post = Callable[[str, Fact, dict[str, Any]], Awaitable[Any]]


def by_topic(lines: Sequence[T], fact_of: Callable[[T], Fact]) -> list[list[T]]:
    """Those of ``lines`` that are about topics, a list for each in the order of the file: a topic is a story."""
    found: defaultdict[str, list[T]] = defaultdict(list)
    for line in lines:
        fact = fact_of(line)
        if isinstance(fact, Topic | OfTopic):
            found[fact.topic].append(line)
    return list(found.values())


class ResearchReplay:
    """Records facts of a research programme by ``post``, and remembers what the body called each."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._ids: dict[str, str] = {}
        """A fact's name in the ledger to its id."""
        self.record_by_kind: dict[type[Fact], Callable[[Any], Awaitable[None]]] = {
            Participant: self._participant,
            Topic: self._topic,
            TopicStep: self._step,
            FieldSurvey: self._survey,
            Find: self._find,
            Document: self._document,
            Result: self._result,
            ResultUse: self._use,
        }

    async def _participant(self, fact: Participant) -> None:
        content = {"kind": fact.role, "code": fact.code, "name": fact.called}
        made = await self._post("/api/v1/research/participants", fact, content)
        self._ids[fact.name] = made["participant"]

    async def _topic(self, fact: Topic) -> None:
        participants = [self._ids[f"participant/{code}"] for code in fact.participants]
        content = {"title": fact.title, "participants": participants}
        self._ids[fact.name] = (await self._post("/api/v1/research/topics", fact, content))["id"]

    async def _step(self, fact: TopicStep) -> None:
        await self._post(f"/api/v1/research/topics/{self._of(fact)}/{fact.move}", fact, {"note": fact.note})

    async def _survey(self, fact: FieldSurvey) -> None:
        await self._enter("field-surveys", fact, {"topic": self._of(fact), "place": fact.place})

    async def _find(self, fact: Find) -> None:
        survey = self._ids[f"field-survey/{fact.survey}"]
        await self._enter("finds", fact, {"field_survey": survey, "kind": fact.what, "place": fact.place})

    async def _document(self, fact: Document) -> None:
        content = {"topic": self._of(fact), "title": fact.title, "characters": fact.characters}
        await self._enter("documents", fact, content)

    async def _result(self, fact: Result) -> None:
        await self._enter("results", fact, {"topic": self._of(fact), "kind": fact.what, "title": fact.title})

    async def _use(self, fact: ResultUse) -> None:
        await self._enter("uses", fact, {"result": self._ids[f"result/{fact.result}"], "kind": fact.what})

    async def _enter(self, register: str, fact: OfTopicCoded, content: dict[str, Any]) -> None:
        self._ids[fact.name] = (await self._post(f"/api/v1/research/{register}", fact, content))["id"]

    def _of(self, fact: OfTopic) -> str:
        return self._ids[f"topic/{fact.topic}"]


async def in_turn(stories: Sequence[Sequence[T]], record: Callable[[T], Awaitable[None]]) -> None:
    """Record each story in its order, and all of them side by side."""

    async def tell(story: Sequence[T]) -> None:
        for line in story:
            await record(line)

    async with asyncio.TaskGroup() as group:
        for story in stories:
            group.create_task(tell(story))
