"""From a form that was sent to the page that follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from services.consultation.desk import Desk
from shared.db.idempotency import Key
from shared.db.transaction import Transaction
from shared.errors import DomainError, Forbidden, NotFound
from shared.web.forms import Form, read_form
from shared.web.state import translator_of

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)
Job = Callable[[Transaction], Awaitable[R]]


@dataclass(frozen=True)
class Sent(Generic[M, R]):
    """One form of a page: its name there, what it is read into, what is then done, and what the page says after."""

    name: str
    model: type[M]
    job: Callable[[M], Job[R]]
    said: str
    field: Callable[[M, str], str] = lambda form, field: field
    """What a refusal calls a field, as the form does."""


class Refused(Exception):
    """The form goes back to who sent it, with what was wrong beside the fields."""

    def __init__(self, name: str, form: Form[Any], status: int) -> None:
        super().__init__(f"the form {name} was refused")
        self.name = name
        self.form = form
        self.status = status


async def act_on(request: Request, desk: Desk, key: Key, sent: Sent[M, R]) -> None:
    """Read the form and do what it says, once.

    Raises Refused for what its sender can mend; NotFound and Forbidden are pages of their own.
    """
    form = await read_form(request, sent.model)
    if form.value is None:
        raise Refused(sent.name, form, 422)
    try:
        await desk.do_once(key, 200, sent.job(form.value))
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        sentence = translator_of(request).sentence(error.title, **error.params)
        field = _as_sent(sent.model, sent.field(form.value, error.field or ""))
        beside = field if _is_shown(sent.model, field) else ""
        raise Refused(sent.name, replace(form, errors={beside: sentence}), error.status) from error


def _as_sent(model: type[BaseModel], field: str) -> str:
    """The name under which a page with several forms sends the field."""
    described = model.model_fields.get(field)
    alias = described.validation_alias if described is not None else None
    return alias if isinstance(alias, str) else field


SENT_ALONG = frozenset({"reference", "sequence", "station", "version"})
"""Fields that no page shows: what is wrong with them is said of the whole form."""


def _is_shown(model: type[BaseModel], field: str) -> bool:
    """Whether the form shows the field, under its own name or the one it is sent as."""
    if field in SENT_ALONG:
        return False
    names = {alias for each in model.model_fields.values() if isinstance(alias := each.validation_alias, str)}
    return field.partition(".")[0] in {*model.model_fields, *names}
