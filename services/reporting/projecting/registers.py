"""The counts of a roster, and the steps of units and posts, as rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.reporting.rows.registers import RosterCount, UnitStep
from services.reporting.schema import KNOWN_AT, Row
from shared.contracts import report, units
from shared.contracts.event import Event

Fields = dict[str, Any]

_NAMED_OTHERWISE = {"township_stations": "stations_in_townships"}
_COUNTED = tuple(column for column in RosterCount.model_fields if column not in ("body", KNOWN_AT))


def _roster_count(event: report.RosterPublished) -> Fields:
    counted = {name: getattr(event, _NAMED_OTHERWISE.get(name, name)) for name in _COUNTED}
    return {**counted, "duty_days_of_month": list(event.duty_days_of_month)}


def _unit_step(step: str) -> Callable[[Any], Fields]:
    """A step of a unit or of one of its posts."""

    def row(event: units.OfUnit) -> Fields:
        return _of_unit(event, step, stands=True)

    return row


def _retracted(event: units.UnitRetracted | units.PostRetracted) -> Fields:
    return _of_unit(event, event.step, stands=False)


def _of_unit(event: units.OfUnit, step: str, *, stands: bool) -> Fields:
    return {
        "unit": event.unit,
        "unit_kind": event.unit_kind,
        "post": event.post if isinstance(event, units.OfPost) else "",
        "step": step,
        "on_day": event.on,
        "revision": event.revision,
        "stands": stands,
    }


REGISTERS: tuple[tuple[type[Event], type[Row], Callable[[Any], Fields]], ...] = (
    (report.RosterPublished, RosterCount, _roster_count),
    (units.UnitSetUp, UnitStep, _unit_step("set-up")),
    (units.UnitDissolved, UnitStep, _unit_step("dissolved")),
    (units.UnitRetracted, UnitStep, _retracted),
    (units.PostSetUp, UnitStep, _unit_step("set-up")),
    (units.PostFilled, UnitStep, _unit_step("filled")),
    (units.PostVacated, UnitStep, _unit_step("vacated")),
    (units.PostDissolved, UnitStep, _unit_step("dissolved")),
    (units.PostRetracted, UnitStep, _retracted),
)
