"""Watches from outside when notices become visible to a reader, which is after they are durable."""

from __future__ import annotations

import sqlite3
import threading
import time
from types import TracebackType

from tests.bench.servers import Pipeline

_LOOK_EVERY_SECONDS = 0.001
"""The resolution of what is seen; one look costs a few microseconds."""


class Stalled(Exception):
    """Accepted submissions did not all become notices."""


class Watch:
    """Sees notices appear in the background; use with ``with``."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._seen: dict[str, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch")

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def wait_for(self, references: set[str], *, patience: float) -> dict[str, float]:
        """When each of ``references`` was seen. Raises :class:`Stalled` after ``patience`` idle seconds."""
        known, since = -1, time.monotonic()
        while not references <= self._seen.keys():
            if len(self._seen) != known:
                known, since = len(self._seen), time.monotonic()
            if time.monotonic() - since > patience:
                missing = len(references - self._seen.keys())
                raise Stalled(f"{missing} of {len(references)} submissions to {self._pipeline.name} have no notice")
            time.sleep(0.02)  # between looks at a database that others fill
        return {reference: self._seen[reference] for reference in references}

    def _look(self) -> None:
        database = sqlite3.connect(f"file:{self._pipeline.notices}?mode=ro", uri=True)
        last, version = 0, -1
        while not self._ended.is_set():
            now_version = database.execute("PRAGMA data_version").fetchone()[0]
            if now_version != version:
                version = now_version
                rows = database.execute(self._pipeline.notices_query, (last,)).fetchall()
                now = time.time()
                for number, reference in rows:
                    last = number
                    self._seen.setdefault(reference, now)
            time.sleep(_LOOK_EVERY_SECONDS)  # between looks, whose spacing is the precision of the figure
        database.close()
