"""The measurements that the product and the textbook path both go through."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles

import psutil  # type: ignore[import-untyped] # it brings no types

from tests.bench.load import Outcome, Plan, run_load
from tests.bench.servers import Pipeline
from tests.bench.submission import submissions
from tests.bench.watch import Watch

CLIENTS = 16
PACED_CLIENTS = 64
PATIENCE_SECONDS = 15.0
_SAMPLE_EVERY_SECONDS = 0.1


class Refused(Exception):
    """Something other than 201 was answered, so the figures would say nothing."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """One closed-loop run, a second."""

    accepted: float
    end_to_end: float
    """Until the last notice of those accepted was visible."""


@dataclass(frozen=True, slots=True)
class Latency:
    """From a cause to its visible effect, milliseconds."""

    p50: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Latency:
        """Of single times in seconds."""
        took = [each * 1000 for each in seconds]
        return cls(median(took), quantiles(took, n=100)[98])


def bare_throughput(url: str, seconds: float) -> float:
    """Answers a second of the ceiling."""
    return _accepted_all(run_load(Plan(url, submissions(), CLIENTS, seconds))).per_second


def throughput(pipeline: Pipeline, seconds: float, limit: int) -> Throughput:
    """As many submissions as are answered in ``seconds``, ``limit`` at most, then wait until they are notices."""
    with Watch(pipeline) as watch:
        outcome = _accepted_all(run_load(Plan(pipeline.url, submissions(), CLIENTS, seconds, limit)))
        seen = watch.wait_for(set(outcome.accepted), patience=PATIENCE_SECONDS)
    return Throughput(outcome.per_second, len(seen) / (max(seen.values()) - outcome.began))


def latency(pipeline: Pipeline, per_second: float, seconds: float) -> Latency:
    """Submissions at a steady pace."""
    with Watch(pipeline) as watch:
        plan = Plan(pipeline.url, submissions(), PACED_CLIENTS, seconds, per_second=per_second)
        outcome = _accepted_all(run_load(plan))
        seen = watch.wait_for(set(outcome.accepted), patience=PATIENCE_SECONDS)
    return Latency.of([at - outcome.accepted[reference] for reference, at in seen.items()])


class Memory:
    """Resident memory of one process, megabytes (10^6 bytes)."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process

    def now(self) -> float:
        """At this moment."""
        return float(self._process.memory_info().rss) / 1e6

    @contextmanager
    def peak(self) -> Iterator[list[float]]:
        """The highest seen while inside, in a list of one."""
        highest, ended = [self.now()], threading.Event()

        def sample() -> None:
            while not ended.wait(_SAMPLE_EVERY_SECONDS):
                highest[0] = max(highest[0], self.now())

        thread = threading.Thread(target=sample, name="memory")
        thread.start()
        try:
            yield highest
        finally:
            ended.set()
            thread.join()


def _accepted_all(outcome: Outcome) -> Outcome:
    if outcome.refused:
        raise Refused(f"{outcome.refused} of {outcome.refused + len(outcome.accepted)} refused: {outcome.refusal}")
    return outcome
