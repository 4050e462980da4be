"""Reads a roster file. Whatever is wrong is named by its line, all of it at once, and then nothing is taken."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError

from services.routing.roster.checking import mistakes
from services.routing.roster.completing import completed
from services.routing.roster.document import Roster
from services.routing.roster.lines import Location, line_at, lines_of
from shared.errors import DomainError
from shared.i18n import N_

MOST_FAULTS = 100
"""Faults that are named in one answer; a file with more is a file of another kind."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, and a msgid with its ``params``, or what the model said of it."""

    location: Location
    line: int
    title: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    of_model: Mapping[str, Any] | None = None


class RosterRefused(DomainError):
    """The file was refused whole; ``faults`` says why, in the order of its lines."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(
            "roster-refused",
            N_("The roster has mistakes, so nothing of it was taken. The first is in line {line}."),
            line=faults[0].line,
        )
        self.faults = tuple(faults[:MOST_FAULTS])


@dataclass(frozen=True)
class RosterFile:
    """A file whose every field is as it should be; what the fields say together is checked against a roster."""

    text: str = field(repr=False)
    roster: Roster

    def onto(self, before: Roster | None, body: str, today: date) -> Roster:
        """The roster of ``body`` that this file makes of the one ``before``; ``today`` is the date at the body.

        Raises RosterRefused.
        """
        roster = completed(self.roster, before)
        wrong = [(location, title, params, None) for location, title, params in mistakes(roster, body, today)]
        if wrong:
            raise _refused(self.text, wrong)
        return roster


def read_roster(content: bytes) -> RosterFile:
    """The roster in ``content``. Raises RosterRefused."""
    text = _text(content)
    data = _json(text)
    try:
        return RosterFile(text, Roster.model_validate(data))
    except ValidationError as error:
        raise _refused(text, [(each["loc"], "", {}, each) for each in _innermost(error.errors())]) from None


def _innermost(errors: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """Without what only follows: a list is called too short because its one entry was refused."""
    around = {each["loc"][:depth] for each in errors for depth in range(len(each["loc"]))}
    return (each for each in errors if each["loc"] not in around)


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise RosterRefused([Fault((), line, N_("This line is not UTF-8 text."))]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise RosterRefused([Fault((), line, N_("This line has a character that cannot be stored."))])
    return text


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise RosterRefused([Fault((), error.lineno, N_("This line is not valid JSON."))]) from None
    except RecursionError:
        raise RosterRefused([Fault((), 1, N_("This line is not valid JSON."))]) from None


def _refused(
    text: str, wrong: Iterable[tuple[Location, str, Mapping[str, object], Mapping[str, Any] | None]]
) -> RosterRefused:
    try:
        lines = lines_of(text)
    except RecursionError:  # no roster is nested that deeply, so no line of it is the wrong one
        lines = {}
    faults = [Fault(at, line_at(lines, at), title, params, of_model) for at, title, params, of_model in wrong]
    return RosterRefused(sorted(faults, key=lambda fault: fault.line))
