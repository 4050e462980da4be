"""Structured logs on stderr: one JSON object a line, or something pleasant when a person watches.

What a line may hold: codes, ids, counts, durations, error types. Never a body, a query string, a contact
or a tracking code: a log is read by more people than the vault.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

# Local variables of a failing frame hold residents' words: never in a log.
_TRACEBACK = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
)
_QUIET = ("asyncio", "httpx", "httpcore", "nats", "alembic", "faststream")


def configure(level: str = "INFO", *, body: str | None = None, service: str | None = None) -> None:
    """Send structlog's and the standard library's lines to stderr from ``level`` (a logging name) on.

    To be called once by whatever owns the process; ``body`` and ``service`` are put on every line that
    does not name its own.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _with_defaults(body=body, service=service),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    watched = sys.stderr.isatty()
    last: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if watched
        else [_TRACEBACK, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    threshold = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))


def _with_defaults(**values: str | None) -> structlog.typing.Processor:
    given = {key: value for key, value in values.items() if value is not None}

    def add(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in given.items():
            event.setdefault(key, value)
        return event

    return add
