"""What a parent holds of its children's chains, and which event it names when one is not as it was said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from services.reporting.ledger.comparing import PATIENCE, OfDay, Own, Standing, Told, first_day_apart, judge
from services.reporting.ledger.holdings import Holdings
from services.reporting.ledger.neighbours import Ledgers
from services.reporting.ledger.reconcile import Parent
from services.reporting.ledger.verifying import Verdict, Verifying
from services.reporting.rebuilding.rebuild import stream_at
from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.contracts.report import LedgerRestored
from shared.contracts.subjects import subject_of
from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.messaging.chain import Place, Said, beginning, hash_of
from shared.messaging.outbox import Letter
from tests.integration.reporting_run import NOW, STREAM, ReportingUnderTest, reporting_of_ili, submitted
from tests.servers import NatsServer

AT = datetime(2023, 5, 6, 8, tzinfo=UTC)


@dataclass
class ChainOfZhaosu:
    """Intake's chain at the child: what it says next follows on what it said last."""

    position: int = 0
    previous: str = field(default_factory=lambda: beginning("zhaosu", "intake"))

    def says(self, event_id: str, event: Event) -> Letter:
        headers = headers_of(event_id, "zhaosu", "intake", type(event), NOW)
        letter = Letter(event_id, subject_of("zhaosu", type(event)), headers, event.model_dump_json().encode())
        own = hash_of(self.previous, Said(event_id, letter.subject, headers["ce-time"], letter.body.decode()))
        place = Place(self.position + 1, self.previous, own)
        self.position, self.previous = place.position, own
        return replace(letter, headers=headers | place.headers())

    def issues(self, *references: str) -> list[Letter]:
        return [self.says(f"id-{reference}", submitted(reference, AT)) for reference in references]


@dataclass(frozen=True)
class Above:
    """Reporting of the prefecture, and what it finds when it is told to verify."""

    run: ReportingUnderTest
    holdings: Holdings
    verifying: Verifying

    async def hears(self, *letters: Letter) -> None:
        for letter in letters:
            headers = {key: value for key, value in letter.headers.items() if key != "Nats-Msg-Id"}
            await self.run.jetstream.publish(f"from.zhaosu.{letter.subject}", letter.body, headers=headers)
        await self.run.caught_up()

    async def verdict(self) -> Verdict:
        [found] = await self.verifying.below()
        return found

    async def issues(self) -> Any:
        answer = await self.run.get(
            "/api/v1/figures/residents", body="zhaosu", **{"from": "2023-01-01", "to": "2023-12-31"}
        )
        return answer.json()["issues"]


@pytest.fixture
async def above(nats_server: NatsServer, database_url: str) -> AsyncIterator[Above]:
    async with reporting_of_ili(nats_server, database_url) as run:
        database = open_database(database_url)
        holdings = Holdings(Reader(database))
        verifying = Verifying(
            body="ili",
            ledgers=_never(Ledgers),
            holdings=holdings,
            open_stream=partial(stream_at, nats_server.url, STREAM),
            reconcile=None,
            parent=_never(Parent),
        )
        yield Above(run, holdings, verifying)
        await database.dispose()


def _never(kind: type) -> Any:
    """One that nothing below needs."""
    return kind.__new__(kind)


async def test_a_whole_chain_is_held_and_a_repeat_changes_nothing(above: Above) -> None:
    letters = ChainOfZhaosu().issues("a", "b", "c")
    await above.hears(*letters)
    await above.hears(*letters)
    assert await above.verdict() == Verdict("zhaosu", "intake", 3, None)
    [held] = await above.holdings.chains("zhaosu")
    assert (held.told, held.child) == (Told(3, letters[2].headers["ce-doorstephash"], 3, 0), "zhaosu")
    assert await above.holdings.chains("hami") == [], "of its siblings a child learns nothing"
    [head] = (await above.run.get("/api/v1/reporting/ledger")).json()["heads"]
    assert (head["chain"], head["side"], head["there"], head["standing"]) == ("intake", "child", None, "unknown")
    assert head["here"] == {"position": 3, "hash": letters[2].headers["ce-doorstephash"]}


async def test_an_altered_event_is_named_parked_and_not_counted(above: Above) -> None:
    a, b, c = ChainOfZhaosu().issues("a", "b", "c")
    await above.hears(a, replace(b, body=b.body.replace(b'"qr"', b'"web"')), c)
    fault = (await above.verdict()).fault
    assert fault is not None
    assert (fault.kind, fault.position, fault.event_id) == ("altered", 2, "id-b")
    [parked] = (await above.run.get("/api/v1/reporting/parked")).json()["items"]
    assert (parked["event_id"], "altered" in parked["reason"]) == ("id-b", True)
    assert await above.issues() == 2
    await above.hears(b)  # once more from the ledger
    assert (await above.issues(), await above.verdict()) == (3, Verdict("zhaosu", "intake", 3, None))


async def test_a_missing_event_is_named(above: Above) -> None:
    a, _, c = ChainOfZhaosu().issues("a", "b", "c")
    await above.hears(a, c)
    fault = (await above.verdict()).fault
    assert fault is not None
    assert (fault.kind, fault.position) == ("missing", 2)


@pytest.mark.parametrize("how", ["without a place", "in a place that is taken"])
async def test_an_inserted_event_is_named(above: Above, how: str) -> None:
    chain = ChainOfZhaosu()
    letters = chain.issues("a", "b")
    if how == "without a place":
        forged = ChainOfZhaosu().issues("forged")[0]
        forged = replace(
            forged, headers={k: v for k, v in forged.headers.items() if "doorstep" not in k or k == "ce-type"}
        )
    else:
        other = ChainOfZhaosu()
        other.issues("a")
        [forged] = other.issues("forged")
    await above.hears(*letters, forged, *chain.issues("c"))
    fault = (await above.verdict()).fault
    assert fault is not None
    assert (fault.kind, fault.event_id) == ("inserted", "id-forged")


@pytest.mark.parametrize("turn", [lambda letters: letters, lambda letters: [*reversed(letters)]])
async def test_a_ledger_that_went_back_sets_aside_what_it_no_longer_says(
    above: Above, turn: Callable[[list[Letter]], list[Letter]]
) -> None:
    chain = ChainOfZhaosu()
    kept = chain.issues("a", "b")
    restored = replace(chain)
    await above.hears(*kept, *chain.issues("lost-1", "lost-2", "again"))
    assert await above.issues() == 5

    after = restored.issues("new")
    after += [restored.says("restored", LedgerRestored(occurred_at=AT, position=2)), *restored.issues("again")]
    await above.hears(*turn(after))
    await above.hears(*kept, *after)  # the whole ledger once more

    async with asyncio.timeout(20):
        while await above.holdings.stale_figures():  # noqa: ASYNC110 (made anew in the background)
            await asyncio.sleep(0.05)
    assert await above.issues() == 4, "a, b, new, and what was said again"
    verdict = await above.verdict()
    assert (verdict.events, verdict.fault, verdict.set_aside) == (5, None, 3)
    assert {each.event_id for each in await above.holdings.beside()} == {"id-lost-1", "id-lost-2", "id-again"}


def test_how_a_chain_stands() -> None:
    told, soon = Told(5, "h5", 5), PATIENCE / 2
    assert judge(Own(5, "h5"), told, soon) is Standing.AGREES
    assert judge(Own(9, "h5"), told, soon) is Standing.RISING
    assert judge(Own(9, "h5"), told, PATIENCE) is Standing.LACKS
    assert judge(Own(9, "h5"), told, PATIENCE, on_its_way=True) is Standing.RISING
    assert judge(Own(9, "h5"), replace(told, events=4), soon) is Standing.LACKS
    assert judge(Own(4, None), told, soon) is Standing.WENT_BACK
    assert judge(Own(9, "other"), told, soon) is Standing.DIFFERS
    assert judge(Own(5, "h5"), replace(told, strays=1), soon) is Standing.DIFFERS


def test_the_first_day_apart_is_named() -> None:
    first, second, third = (OfDay("2026-01-0" + str(n), 2, 2 * n, f"h{n}") for n in (1, 2, 3))
    assert first_day_apart([first, second, third], [first, second, third], 6) is None
    assert first_day_apart([first, second, third], [first, second], 4) is None, "the third day is on its way"
    assert first_day_apart([first, second], [first, replace(second, count=1)], 4) == "2026-01-02"
    assert first_day_apart([first, second], [second], 4) == "2026-01-01"
