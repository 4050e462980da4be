"""What was wrong with one field, as a sentence a person can act on, never repeating what was entered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.i18n import N_, Translator

_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_PLACES = ("body", "query", "path", "header", "cookie", "form")

_SENTENCES = {
    "missing": N_("This is required."),
    "string_type": N_("This must be a text."),
    "string_unicode": N_("This text has characters that cannot be stored."),
    "control_character": N_("This text has characters that cannot be stored."),
    "string_too_short": N_("This must not be empty."),
    "string_too_long": N_("This may be at most {max_length} characters long."),
    "string_pattern_mismatch": N_("This is not written in the expected form."),
    "literal_error": N_("This must be one of: {expected}."),
    "enum": N_("This must be one of: {expected}."),
    "int_type": N_("This must be a whole number."),
    "int_parsing": N_("This must be a whole number."),
    "int_from_float": N_("This must be a whole number."),
    "float_type": N_("This must be a number."),
    "float_parsing": N_("This must be a number."),
    "bool_type": N_("This must be yes or no."),
    "bool_parsing": N_("This must be yes or no."),
    "greater_than": N_("This must be more than {gt}."),
    "greater_than_equal": N_("This must be at least {ge}."),
    "less_than": N_("This must be less than {lt}."),
    "less_than_equal": N_("This must be at most {le}."),
    "list_type": N_("This must be a list."),
    "tuple_type": N_("This must be a list."),
    "too_long": N_("This list may have at most {max_length} entries."),
    "too_short": N_("This list needs at least {min_length} entries."),
    "model_type": N_("This must be an object with fields."),
    "model_attributes_type": N_("This must be an object with fields."),
    "dict_type": N_("This must be an object with fields."),
    "extra_forbidden": N_("There is no such field here."),
    "timezone_aware": N_("This time needs its time zone, such as +08:00."),
    "datetime_type": N_("This must be a date and time."),
    "datetime_parsing": N_("This must be a date and time."),
    "datetime_from_date_parsing": N_("This must be a date and time."),
    "date_type": N_("This must be a date."),
    "date_parsing": N_("This must be a date."),
    "date_from_datetime_parsing": N_("This must be a date."),
    "date_from_datetime_inexact": N_("This must be a date."),
    "uuid_type": N_("This is not written in the expected form."),
    "uuid_parsing": N_("This is not written in the expected form."),
    "json_invalid": N_("What was sent is not valid JSON."),
}
_ANYTHING_ELSE = N_("This cannot be accepted.")


@dataclass(frozen=True)
class FieldError:
    """One field that was wrong: ``field`` as the sender named it (``members[3].stations``), ``pointer`` into
    the JSON body or None, a stable ``code`` and the sentence."""

    field: str
    pointer: str | None
    code: str
    detail: str


def field_errors(errors: Iterable[Mapping[str, Any]], translator: Translator) -> list[FieldError]:
    """Pydantic's own errors, in the reader's language."""
    return [_field_error(error, translator) for error in errors]


def pointer_of(field: str) -> str:
    """The JSON pointer (as a URI fragment) of a field name: ``members[3].name`` is ``#/members/3/name``."""
    return _pointer([name or index for name, index in _PART.findall(field)])


def _field_error(error: Mapping[str, Any], translator: Translator) -> FieldError:
    kind = str(error["type"])
    place, names = _split(tuple(error["loc"]))
    said = _SENTENCES.get(kind, _ANYTHING_ELSE)
    return FieldError(
        field="" if kind == "json_invalid" else _name(names) or place,
        pointer=_pointer(names) if place in ("body", "") and kind != "json_invalid" else None,
        code=kind.replace("_", "-"),
        detail=translator.sentence(said, **_params(error)),
    )


def _split(location: tuple[str | int, ...]) -> tuple[str, tuple[str | int, ...]]:
    if location and location[0] in _PLACES:
        return str(location[0]), location[1:]
    return "", location


def _params(error: Mapping[str, Any]) -> dict[str, object]:
    params = dict(error.get("ctx") or {})
    if "expected" in params:
        params["expected"] = str(params["expected"]).replace(" or ", ", ").replace("'", "")
    return params


def _name(location: Sequence[str | int]) -> str:
    name = ""
    for part in location:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else part
    return name


def _pointer(location: Sequence[str | int]) -> str:
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)
