"""The forms of the roster's pages: what people type, turned into entries of the roster."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, Field
from starlette.requests import Request
from starlette.responses import Response

from services.routing.http.bodies import Input
from services.routing.roster.alterations import DayException
from services.routing.roster.document import DepartmentEntry, Email, MemberEntry, Phone, StationEntry
from services.routing.roster.parts import DutyRuleEntry, LeaveEntry, Names, StationItem, StationPart, TermEntry, Weekday
from shared.contracts.words import StationKind
from shared.errors import DomainError
from shared.web.fields import Code, Language, Text
from shared.web.forms import Form, read_form
from shared.web.state import translator_of

M = TypeVar("M", bound=BaseModel)
_BETWEEN = re.compile(r"[\s,，、;；]+")


def _split(sent: object) -> object:
    """Codes or numbers as people write them one after the other, and as a list of boxes sends them."""
    texts = [sent] if isinstance(sent, str) else sent
    if not isinstance(texts, list | tuple):
        return sent
    return [part for text in texts for part in (_BETWEEN.split(text) if isinstance(text, str) else [text]) if part]


Codes = Annotated[tuple[Code, ...], BeforeValidator(_split), Field(max_length=500)]
Days = Annotated[tuple[Annotated[int, Field(ge=1, le=31)], ...], BeforeValidator(_split), Field(max_length=31)]
Months = Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], BeforeValidator(_split), Field(max_length=12)]
Seen = Annotated[str, Field(max_length=64)] | None


class MemberForm(Input):
    """A member without their dated parts."""

    code: Code
    display: Annotated[str, Text(100)] | None = None
    email: Email | None = None
    stations: Codes = ()
    communities: Codes = ()
    expertise: Codes = ()
    first_language: Language
    languages: Annotated[tuple[Language, ...], Field(max_length=5)] = ()
    stand_in: Code | None = None
    units: Codes = ()
    seen: Seen = None

    def entry(self, there: MemberEntry | None) -> MemberEntry:
        """The member as they are now to be, with the terms and the leave of the one who is ``there``."""
        return MemberEntry(
            code=self.code,
            stations=self.stations,
            communities=self.communities,
            expertise=self.expertise,
            languages=tuple(dict.fromkeys((self.first_language, *self.languages))),
            email=self.email,
            display=self.display,
            stand_in=self.stand_in,
            units=self.units,
            terms=there.terms if there else (),
            leave=there.leave if there else (),
        )


class TermForm(Input):
    """A term of office."""

    term: TermEntry


class LeaveForm(Input):
    """A leave."""

    leave: LeaveEntry


class EndForm(Input):
    """The last day of a leave."""

    ends_on: date


class StationForm(Input):
    """A station without its parts."""

    code: Code
    kind: StationKind
    township: Code
    names: Names = Field(default_factory=dict)
    seen: Seen = None

    def entry(self, there: StationEntry | None) -> StationEntry:
        """The station as it is now to be, with the parts of the one that is ``there``."""
        own = {"code": self.code, "kind": self.kind, "township": self.township, "names": self.names}
        return there.model_copy(update=own) if there else StationEntry.model_validate(own)


class CompositionForm(Input):
    """How many of each part, and which."""

    count: dict[Code, Annotated[int, Field(ge=0, le=10_000)]] = Field(default_factory=dict)
    units: dict[Code, Codes] = Field(default_factory=dict)

    def parts(self) -> tuple[StationPart, ...]:
        """Every part of which there are some, or of which units are named."""
        return tuple(
            StationPart(part=code, count=self.count.get(code, 0), units=self.units.get(code, ()))
            for code in sorted(self.count.keys() | self.units.keys())
        )


class ReadinessForm(Input):
    """Whether each thing is there, and when somebody looked; without a day: today."""

    present: dict[Code, Literal["yes", "no"]] = Field(default_factory=dict)
    checked: dict[Code, date] = Field(default_factory=dict)

    def items(self, today: date) -> tuple[StationItem, ...]:
        """Everything of which something is said."""
        return tuple(
            StationItem(item=code, present=said == "yes", checked_on=self.checked.get(code, today))
            for code, said in sorted(self.present.items())
        )


class RuleForm(Input):
    """One rule of duty days."""

    days_of_month: Days = ()
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    times_a_month: Annotated[int, Field(ge=1, le=4)] | None = None
    months: Months = ()

    def rule(self) -> DutyRuleEntry:
        """As the roster has it."""
        return DutyRuleEntry(**self.model_dump())


class HoursForm(Input):
    """From when to when members are there on a duty day."""

    hours: Annotated[str, Text(64)] | None = None


class DayForm(Input):
    """A single day on which the rules do not hold."""

    day: date
    exception: DayException


class DepartmentForm(Input):
    """A department."""

    code: Code
    categories: Codes = ()
    names: Names = Field(default_factory=dict)
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    days_to_reply: Annotated[int, Field(ge=1, le=250)] | None = None
    seen: Seen = None

    def entry(self) -> DepartmentEntry:
        """As the roster has it."""
        return DepartmentEntry.model_validate(self.model_dump(exclude={"seen"}))


class NamedForm(Input):
    """Something the body names: a part of a composition, or an item of readiness."""

    code: Code
    names: Names = Field(default_factory=dict)
    counts: Literal["station", "members"] | None = None


class DutyDaysForm(HoursForm):
    """The duty days of every station that has none of its own."""

    days_of_month: Days = ()


def filled(**values: object) -> Form[Any]:
    """A form with what is known already; a list fills a field of boxes, a mapping one field for each of its keys."""
    entered: dict[str, tuple[str, ...]] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            entered |= {f"{name}.{key}": _texts(each) for key, each in value.items()}
        else:
            entered[name] = _texts(value)
    return Form(entered=entered)


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(str(each) for each in value)
    return (str(value),)


async def taken(
    request: Request,
    model: type[M],
    use: Callable[[M], Awaitable[object]],
    done: Callable[[], Response],
    again: Callable[[Form[M], int], Awaitable[Response]],
    beside: Callable[[str], str] = lambda field: field.partition("[")[0],
) -> Response:
    """Read a form into ``model`` and ``use`` it; ``again`` shows it with its errors, each ``beside`` its field."""
    form = await read_form(request, model)
    status = 422
    if form.value is not None:
        try:
            await use(form.value)
            return done()
        except DomainError as error:
            form, status = form.refused(error, translator_of(request)), error.status
    return await again(replace(form, errors={beside(name): said for name, said in form.errors.items()}), status)
