"""The contracts as files: one JSON Schema an event, and one AsyncAPI 3 document of them all.

``python -m shared.contracts.golden`` compares, ``--write`` writes; it refuses to write a change that is not
additive, which needs a class of the next version beside the old one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.contracts.catalogue import EVENTS
from shared.contracts.compatibility import breaks
from shared.contracts.event import Event
from shared.contracts.subjects import subject_of

FOLDER = Path(__file__).parents[2] / "docs" / "api"


def name_of(event: type[Event]) -> str:
    """``report.issue.closed.v1``: the event's file name and AsyncAPI channel."""
    return f"{event.plane}.{event.noun}.{event.verb}.v{event.version}"


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The event's JSON Schema, as a reader of the wire sees it."""
    return event.model_json_schema(mode="serialization")


def asyncapi() -> dict[str, Any]:
    """Every event as an AsyncAPI 3.0 document, the body a parameter of the address."""
    channels = {
        name_of(event): {
            "address": subject_of("{body}", event),
            "parameters": {"body": {"description": "The code of the body that publishes"}},
            "messages": {event.__name__: {"$ref": f"#/components/messages/{name_of(event)}"}},
        }
        for event in EVENTS
    }
    messages = {
        name_of(event): {
            "name": name_of(event),
            "summary": (event.__doc__ or event.__name__).strip().splitlines()[0],
            "contentType": "application/json",
            "bindings": {"nats": {"bindingVersion": "0.1.0"}},
            "payload": {"$ref": f"./events/{name_of(event)}.json"},
        }
        for event in EVENTS
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Doorstep events",
            "version": "1",
            "description": "CloudEvents 1.0 in binary mode on NATS JetStream. No event carries personal data.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "components": {"messages": messages},
    }


def files() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every golden file, relative to ``docs/api``, with what belongs in it."""
    for event in EVENTS:
        yield Path("events") / f"{name_of(event)}.json", schema_of(event)
    yield Path("asyncapi.json"), asyncapi()


def differences(folder: Path = FOLDER) -> list[str]:
    """What in ``folder`` is not what the code says, one sentence each."""
    wanted = dict(files())
    found = {path.relative_to(folder) for path in folder.rglob("*.json")}
    problems = [f"{path} is of no event" for path in sorted(found - set(wanted)) if path.parts[0] == "events"]
    for path, content in wanted.items():
        if path not in found:
            problems.append(f"{path} is missing")
        elif json.loads((folder / path).read_text()) != content:
            problems.append(f"{path} differs")
    return problems


def write(folder: Path = FOLDER) -> list[str]:
    """Write what differs; gives instead, and writes nothing, what would break readers."""
    broken = []
    for event in EVENTS:
        path = folder / "events" / f"{name_of(event)}.json"
        if path.exists():
            broken += [f"{name_of(event)}: {why}" for why in breaks(json.loads(path.read_text()), schema_of(event))]
    if broken:
        return broken
    for relative, content in files():
        path = folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    return []


if __name__ == "__main__":
    problems = write() if "--write" in sys.argv else differences()
    sys.stdout.writelines(problem + "\n" for problem in problems)
    sys.exit(1 if problems else 0)
