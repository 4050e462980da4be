"""CloudEvents 1.0 in binary mode: every attribute a NATS header, the body the bare event.

Values are percent-encoded outside printable ASCII, and for space, ``"`` and ``%``, as the protocol binding says
(cloudevents/spec, bindings/nats-protocol-binding.md, 3.1.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from shared.contracts.event import Event
from shared.release import RELEASE

SPEC_VERSION = "1.0"
_RELEASE = re.compile(r"[0-9][0-9A-Za-z.+-]{0,31}")


@lru_cache(maxsize=256)  # a service says the same source with each of its events
def encode(value: str) -> str:
    """``value`` as a header may carry it."""
    return "".join(
        character
        if "!" <= character <= "~" and character not in '"%'
        else "".join(f"%{b:02X}" for b in character.encode())
        for character in value
    )


def decode(value: str) -> str:
    """What :func:`encode` was given. Raises UnicodeDecodeError for bytes that are not UTF-8."""
    return unquote_to_bytes(value).decode("utf-8")


def headers_of(event_id: str, body: str, service: str, event: type[Event], at: datetime) -> dict[str, str]:
    """The headers an event travels with; the server drops a repeat by ``Nats-Msg-Id`` while it remembers it."""
    return {
        "Nats-Msg-Id": event_id,
        "message_id": event_id,
        "content-type": "application/json",
        "ce-specversion": SPEC_VERSION,
        "ce-id": event_id,
        "ce-source": encode(f"/{body}/{service}"),
        "ce-type": f"doorstep.{event.plane}.{event.noun}.{event.verb}.v{event.version}",
        "ce-time": at.isoformat().replace("+00:00", "Z"),
        # An extension of ours: by it a parent knows what its children run, and what it may yet learn to read.
        "ce-release": RELEASE,
    }


def event_id_of(headers: Mapping[str, str] | None) -> str | None:
    """The event's own id, or None where a foreign publisher gave none or one that cannot be read."""
    if not headers:
        return None
    try:
        return decode(headers["ce-id"]) if "ce-id" in headers else headers.get("Nats-Msg-Id")
    except UnicodeDecodeError:
        return None


def release_of(headers: Mapping[str, str] | None) -> str | None:
    """The release that wrote the event; None of one that does not say, or says nothing like a release."""
    said = (headers or {}).get("ce-release", "")
    return said if _RELEASE.fullmatch(said) else None


def said_at_of(headers: Mapping[str, str] | None) -> datetime | None:
    """When the event was written down by its publisher, in UTC; None of one that does not say, or says no moment."""
    said = (headers or {}).get("ce-time", "")
    try:
        at = datetime.fromisoformat(said)
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def source_of(headers: Mapping[str, str] | None) -> str:
    """``/<body>/<service>`` as the publisher gave it, or an empty string."""
    return _source((headers or {}).get("ce-source", ""))


@lru_cache(maxsize=4096)  # few sources, each of very many events
def _source(value: str) -> str:
    try:
        return decode(value)
    except UnicodeDecodeError:
        return ""
