"""Forms of pages, read into the same Pydantic models that the API takes.

::

    form = await read_form(request, Submission)
    if form.value is None:
        return render(request, "submit.html", 422, form=form)
    try:
        await submit(form.value)
    except DomainError as error:
        return render(request, "submit.html", error.status, form=form.refused(error, translator_of(request)))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from shared.errors import DomainError
from shared.i18n import Translator
from shared.web.sentences import field_errors
from shared.web.state import translator_of

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Form(Generic[M]):
    """What somebody entered, what it means if it is right, and beside each field what is wrong with it."""

    value: M | None = None
    entered: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    """Field name to sentence; ``""`` is about the whole form."""

    def text(self, name: str, otherwise: str = "") -> str:
        """What stands in a field now."""
        return next(iter(self.entered.get(name, ())), otherwise)

    def has(self, name: str, option: str) -> bool:
        """Whether ``option`` was chosen in field ``name``."""
        return option in self.entered.get(name, ())

    def refused(self, error: DomainError, translator: Translator) -> Form[M]:
        """The same form with the refusal beside the field it names."""
        sentence = translator.sentence(error.title, **error.params)
        return replace(self, value=None, errors={**self.errors, error.field or "": sentence})


def blank(**entered: str) -> Form[Any]:
    """A form before anybody wrote into it, with what is already known filled in."""
    return Form(entered={name: (value,) for name, value in entered.items()})


async def read_form(request: Request, model: type[M]) -> Form[M]:
    """Read an urlencoded or multipart form into ``model``; raises nothing for bad input, see ``Form.errors``.

    An empty field counts as absent. ``contact.name`` fills the field ``name`` of the nested ``contact``;
    a field of a list or tuple type takes every value of its name.
    """
    sent = await request.form()
    entered: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str) and name != "csrf":
            entered.setdefault(name, []).append(value)
    try:
        return Form(value=model.model_validate(_nested(entered, model)), entered=entered)
    except ValidationError as error:
        wrong = field_errors(error.errors(), translator_of(request))
        return Form(entered=entered, errors={each.field: each.detail for each in reversed(wrong)})


def _nested(entered: Mapping[str, Sequence[str]], model: type[BaseModel]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, values in entered.items():
        filled = [value for value in values if value.strip()]
        if not filled:
            continue
        outer, _, inner = name.partition(".")
        if inner:
            data.setdefault(outer, {})[inner] = filled[0]
        else:
            data[name] = filled if _takes_many(model, name) else filled[0]
    return data


def _takes_many(model: type[BaseModel], name: str) -> bool:
    described = model.model_fields.get(name)
    return described is not None and _is_sequence(described.annotation)


def _is_sequence(annotation: object) -> bool:
    if get_origin(annotation) in (list, tuple, set, frozenset):
        return True
    return any(_is_sequence(part) for part in get_args(annotation))
