"""``python -m deploy.cluster.streams cluster.json``: declares the streams of a body with three servers, and ends.

Run again it changes nothing; services that start before it wait for the streams.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.nats.streams import StewardUrls, declare_streams

_WITHIN_SECONDS = 120.0
"""The servers find each other, and agree on one of them, before any takes a declaration."""


class StreamsOfCluster(BaseModel):
    """What this job is told; the addresses hold the steward's password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: str
    copies: int
    """Of each stream, each on another server."""
    local: str
    uplink: str

    def declare(self) -> None:
        """Raises :class:`deploy.nats.streams.StreamsNotDeclared` after two minutes."""
        urls = StewardUrls(local=self.local, uplink=self.uplink)
        asyncio.run(declare_streams(urls, self.body, children=(), within=_WITHIN_SECONDS, copies=self.copies))


def main() -> None:
    """Exits with 0 once the servers have taken the declarations."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m deploy.cluster.streams <cluster.json>")
    StreamsOfCluster.model_validate_json(Path(sys.argv[1]).read_bytes()).declare()


if __name__ == "__main__":
    main()
