"""Which days all of China works: the State Council's yearly list, with the weekends worked in exchange for holidays.

The list of a year is decided in the autumn before it. The library that keeps the lists is updated then, so there are
months in which next year is not known yet; see :func:`is_national_working_day` for what holds meanwhile.
"""

from __future__ import annotations

from datetime import date

from chinese_calendar import constants

_HOLIDAYS: frozenset[date] = frozenset(constants.holidays)
_MADE_UP: frozenset[date] = frozenset(constants.workdays)
_FIRST_YEAR = min(_HOLIDAYS).year
_LAST_YEAR = max(_HOLIDAYS).year
_SATURDAY = 5


def known_through() -> date:
    """The last day whose holidays are known; after it weekdays are taken for working days."""
    return date(_LAST_YEAR, 12, 31)


def is_known(day: date) -> bool:
    """Whether the list of the year of ``day`` is at hand."""
    return _FIRST_YEAR <= day.year <= _LAST_YEAR


def is_national_working_day(day: date) -> bool:
    """Whether the country works on ``day``: weekdays that are no holiday, and made-up days.

    In a year whose list is not at hand (:func:`is_known`) every weekday is a working day and no weekend is; a body
    can put in the days it knows as exceptions of its own.
    """
    if day in _MADE_UP:
        return True
    return day.weekday() < _SATURDAY and day not in _HOLIDAYS
