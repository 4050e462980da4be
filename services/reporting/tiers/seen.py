"""What can be seen of the tree through this body's own message server, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Path = tuple[str, ...]
"""The children an event rose through, nearest first: ``("ili", "zhaosu")`` at the region. Empty for the body itself."""


@dataclass(frozen=True, slots=True)
class LastEvent:
    """The newest event of a body. ``kind`` is noun and verb, ``release`` what wrote it, None where it does not say."""

    kind: str
    heard_at: datetime
    release: str | None


@dataclass(frozen=True, slots=True)
class Voice:
    """A body that was heard of: how many of its events are here, and the newest; None until that was looked up."""

    events: int
    last: LastEvent | None = None


@dataclass(frozen=True, slots=True)
class ChildStream:
    """What came from one child. ``held`` events are here; ``lag`` are at the child still, as its server last said.

    ``quiet_for`` is how long nothing was heard from the child's server, not even a heartbeat; None before the first.
    ``not_passed_on`` are here and not yet in this body's own stream.
    """

    held: int
    lag: int | None
    quiet_for: timedelta | None
    not_passed_on: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One look. ``reported`` events were ever reported here or below; ``to_apply`` are not in the figures yet.

    ``uplink_since`` is when the present connection to the parent's server was made, None where there is none;
    ``uplink_told`` is False where the server would not say.
    """

    at: datetime
    reported: int
    to_apply: int
    uplink_since: datetime | None
    uplink_told: bool = True
    children: Mapping[str, ChildStream] = field(default_factory=dict)
    voices: Mapping[Path, Voice] = field(default_factory=dict)
