"""Types of input that every service reads the same way, and that no database chokes on.

``words: Annotated[str, Text(2000)]``, ``station: Code``, ``language: Language``, ``recorded_at: AwareUTC``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Text:
    """Text as a person writes it: stripped, composed (NFC), lines ended by a line feed, ``min_length`` to
    ``max_length`` characters.

    Refused: NUL and other control characters except newline and tab, lone surrogates, noncharacters.
    ``min_length=0`` allows nothing at all.
    """

    max_length: int
    min_length: int = 1

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        text = core_schema.str_schema(strip_whitespace=True, min_length=self.min_length, max_length=self.max_length)
        return core_schema.no_info_before_validator_function(_clean, text)


def _clean(value: object) -> object:
    if not isinstance(value, str):
        return value
    cleaned = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if _CONTROLS.search(cleaned):
        raise PydanticCustomError("control_character", "Control characters are not allowed")
    return cleaned


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise PydanticCustomError("datetime_parsing", "Out of range") from error


Code = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A code of the roster, a reference, a category: ASCII, at most 64 characters."""

Language = Literal["zh-Hans", "ug", "kk-Arab", "kk", "en"]
"""One of :data:`shared.i18n.CODES`."""

AwareUTC = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment sent with its zone or offset, held in UTC."""
