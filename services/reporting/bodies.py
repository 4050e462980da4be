"""The bodies that report here, as figures are asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

ROSTER_FIGURES = ("members", "stations", "stations_in_townships", "duty_days_per_month")


@dataclass(frozen=True, slots=True)
class KnownBody:
    """This body or one below it; what its roster would say is None until a roster has come."""

    code: str
    tier: str | None
    parent: str | None
    time_zone: str
    newest_at: datetime | None
    """When the newest thing that it reported occurred."""
    roster: Mapping[str, int | None]
    days_zone: str | None = None
    """In whose days its grains are counted; None where they are not kept (``services.reporting.grains``)."""
