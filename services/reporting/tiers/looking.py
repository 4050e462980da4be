"""Looks at the tree: a handful of questions to the body's own server, however many pages are read.

The connection that reporting has anyway answers them all: its own stream says who was ever heard and when, each
``FROM_<child>`` how far that child's server is behind, and the account's list of connections whether the parent's
server is there (docs/decisions/0022).
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import StreamInfo

from services.reporting.tiers.seen import ChildStream, LastEvent, Path, Seen, Voice
from shared.clock import Clock
from shared.contracts.envelope import release_of
from shared.contracts.subjects import parse
from shared.errors import Unavailable
from shared.messaging.link import Link

PATIENCE_SECONDS = 10.0
ASKED_AT_ONCE = 8
CONNECTIONS = "$SYS.REQ.ACCOUNT.PING.CONNZ"
"""Answered by the server itself, about the asker's own account only."""
LEAF_KIND = "Leafnode"
_FRACTION = re.compile(r"(\.\d{1,6})\d*")


class Looking:
    """One body's eye on the tree. Remembers what need not be asked again."""

    def __init__(self, link: Link, stream: str, body: str, clock: Clock) -> None:
        """``stream``: where the body's own events lie beside those that rose from below."""
        self._link = link
        self._stream = stream
        self._body = body
        self._clock = clock
        self._reported: int | None = None
        self._voices: dict[Path, Voice] = {}

    async def look(self) -> Seen:
        """What is to be seen now. Raises Unavailable while the server is away."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._look(await self._link.jetstream())
        except (NatsError, TimeoutError, OSError) as away:
            raise Unavailable("broker-away", "The message server cannot be reached just now.") from away

    async def _look(self, js: JetStreamContext) -> Seen:
        whole = await js.stream_info(self._stream)
        children = {}
        for source in whole.sources or ():
            child = await js.stream_info(source.name)
            children[source.name.removeprefix("FROM_")] = _child_stream(child, source.lag or 0)
        await self._listen(js, whole.state.last_seq)
        uplink_since, uplink_told = await self._uplink()
        return Seen(
            at=self._clock.now(),
            reported=whole.state.messages,
            to_apply=await self._link.pending(),
            uplink_since=uplink_since,
            uplink_told=uplink_told,
            children=children,
            voices=dict(self._voices),
        )

    async def _listen(self, js: JetStreamContext, last: int) -> None:
        # Where nothing was said since the last look, the list of subjects is the same, and it may be long.
        if self._reported == last:
            return
        whole = await js.stream_info(self._stream, subjects_filter=">")
        counted = _counted(whole.state.subjects or {})
        changed = [path for path, events in counted.items() if self._known(path) != events]
        limit = asyncio.Semaphore(ASKED_AT_ONCE)

        async def listen_to(path: Path) -> None:
            async with limit:
                self._voices[path] = Voice(counted[path], await self._last_of(path))

        await asyncio.gather(*(listen_to(path) for path in changed))
        self._reported = last

    def _known(self, path: Path) -> int | None:
        voice = self._voices.get(path)
        return None if voice is None else voice.events

    async def _last_of(self, path: Path) -> LastEvent | None:
        said_by = path[-1] if path else self._body
        stamps = "".join(f"from.{child}." for child in path)
        answer = await self._link.ask(
            f"$JS.API.STREAM.MSG.GET.{self._stream}", {"last_by_subj": f"{stamps}doorstep.{said_by}.>"}
        )
        found = answer.get("message")
        address = parse(found["subject"]) if found else None
        if not found or address is None:
            return None
        headers = headers_in(base64.b64decode(found.get("hdrs") or ""))
        return LastEvent(f"{address.noun}.{address.verb}", _moment(found["time"]), release_of(headers))

    async def _uplink(self) -> tuple[datetime | None, bool]:
        try:
            answer = await self._link.ask(CONNECTIONS, {})
        except (NatsError, TimeoutError):
            # It answered everything else: its configuration is older than this question.
            return None, False
        connections: Iterable[Mapping[str, Any]] = answer.get("data", {}).get("connections", ())
        # Links of children end in accounts of their own: a leaf connection of this account leads to the parent.
        started = [_moment(each["start"]) for each in connections if each.get("kind") == LEAF_KIND]
        return min(started, default=None), True


def _child_stream(info: StreamInfo, not_passed_on: int) -> ChildStream:
    source = info.sources[0] if info.sources else None
    active = source.active if source is not None else None
    quiet = None if active is None or active < 0 else timedelta(microseconds=active / 1000)
    return ChildStream(info.state.messages, source.lag if source is not None else None, quiet, not_passed_on)


def _counted(subjects: Mapping[str, int]) -> dict[Path, int]:
    counted: dict[Path, int] = {}
    for subject, events in subjects.items():
        address = parse(subject)
        # A body that was forged is nobody's place in the tree.
        if address is not None and (not address.via or address.via[-1] == address.body):
            counted[address.via] = counted.get(address.via, 0) + events
    return counted


def headers_in(raw: bytes) -> dict[str, str]:
    """The headers of a stored message, which the server gives as it got them: a line each, after a first line."""
    lines = raw.decode("utf-8", "replace").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _moment(text: str) -> datetime:
    # Go writes nanoseconds, of which Python reads six digits.
    return datetime.fromisoformat(_FRACTION.sub(r"\1", text).replace("Z", "+00:00"))
