"""Waits until what was recorded at a body has become figures there, and at its parent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from deploy.client import BodyClient, Refused
from deploy.topology import SERVICES
from deploy.trouble import Trouble

_QUIET_LOOKS = 2
_LOOK_EVERY = 0.3
"""Seconds. The services are asked one after the other, and an event may pass from one not asked yet to one that
was: so only quiet looks in a row are believed."""


class NotCaughtUp(Trouble):
    """Figures still lag behind after the time that was given."""


async def wait_for_figures(bodies: Mapping[str, BodyClient], *, within: float = 120.0) -> None:
    """Return once nothing is pending at any of ``bodies``, by code (a body, and its parent if it runs here too).

    Raises :class:`NotCaughtUp` after ``within`` seconds.
    """
    quiet = 0
    last = "no answer"
    try:
        async with asyncio.timeout(within):
            while quiet < _QUIET_LOOKS:
                try:
                    waiting = await _waiting(bodies)
                    quiet = quiet + 1 if waiting == 0 else 0
                    last = f"{waiting} events pending"
                except (Refused, httpx.TransportError) as away:
                    quiet, last = 0, str(away) or type(away).__name__
                await asyncio.sleep(_LOOK_EVERY)
    except TimeoutError:
        raise NotCaughtUp(f"the figures have not caught up within {within:.0f} s: {last}") from None


async def _waiting(bodies: Mapping[str, BodyClient]) -> int:
    uncounted = sum([await _uncounted(body) for body in bodies.values()])
    # What was never published is asked first: an event that is published meanwhile is then seen further on.
    unpublished = sum([await _unpublished(body) for body in bodies.values()])
    lags: dict[str, Any] = {code: await body.get("/api/v1/reporting/lag") for code, body in bodies.items()}
    rising = sum(
        # A stream that was damaged has less than rose from it; that is the ledger's to mend, and nothing to wait for.
        max(0, int(lags[child]["reported"]) - int(here))
        for lag in lags.values()
        for child, here in lag["risen"].items()
        if child in lags
    )
    return uncounted + unpublished + rising + sum(int(lag["pending"]) for lag in lags.values())


async def _uncounted(body: BodyClient) -> int:
    """Years of the five ones that are counted again, and said, a moment after something was recorded in them."""
    found: dict[str, int] = await body.get("/api/v1/five-ones/uncounted")
    return found["years"]


async def _unpublished(body: BodyClient) -> int:
    held: list[dict[str, int]] = [await body.get(f"/api/v1/{service}/outbox") for service in SERVICES]
    return sum(one["waiting"] + one["pending"] for one in held)
