"""``python -m deploy.containers.streams /run/doorstep/streams.json``: declares a body's streams, and ends.

Run again it changes nothing; services that start before it wait for the streams.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.nats.streams import StewardUrls, declare_streams

_WITHIN_SECONDS = 120.0
"""Neither compose nor Kubernetes starts things in our order."""


class StreamsToDeclare(BaseModel):
    """What this job is told; the addresses hold the steward's password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: str
    children: tuple[str, ...]
    local: str
    uplink: str


def main() -> None:
    """Exits with 0 once the server has taken the declarations; raises ``StreamsNotDeclared`` after two minutes."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m deploy.containers.streams <streams.json>")
    told = StreamsToDeclare.model_validate_json(Path(sys.argv[1]).read_bytes())
    urls = StewardUrls(local=told.local, uplink=told.uplink)
    asyncio.run(declare_streams(urls, told.body, children=told.children, within=_WITHIN_SECONDS))


if __name__ == "__main__":
    main()
