"""What a service hands to whatever runs it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import FastAPI


@dataclass(frozen=True)
class Service:
    """One service of one body, wired and ready to be served alone or beside the others of its body."""

    name: str
    app: FastAPI
    prefixes: tuple[str, ...]
    """Path prefixes it answers, at segment borders: ``("/api/v1/issues", "/track", "/s")``."""
    readiness: Callable[[], Awaitable[dict[str, bool]]]
    """What it needs, each with whether it is there now: ``{"database": True, "nats": False}``."""
