"""The sample bodies as compose runs them, asked like any other instance."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from deploy.accounts import Account
from deploy.body_config import BodyConfig
from deploy.sample_run import settle_sample
from tests.e2e.loop import ok
from tests.instance import Instance


class ComposedBodies(Instance):
    """Both of them, by the addresses of their proxies."""

    def __init__(self, folder: Path, configs: Mapping[str, BodyConfig]) -> None:
        super().__init__(folder)
        self._configs = configs
        self._codes: dict[str, tuple[Account, ...]] = {}

    def settle(self) -> None:
        """Import the sample rosters and make the accounts, over HTTP as an office would."""
        for code, config in self._configs.items():
            self._codes[code] = asyncio.run(settle_sample(config, self.var / f"{code}.json"))

    @property
    def run(self) -> Mapping[str, Any]:
        """What ``run.json`` says of an instance on a machine."""
        return {
            "bodies": {
                code: {"url": config.origin, "accounts": [one.model_dump() for one in self._codes.get(code, ())]}
                for code, config in self._configs.items()
            }
        }


def counted(bodies: Instance, at: str) -> dict[str, Any]:
    """The county's figures as ``at`` has them now, whatever is on its way."""
    today = datetime.now(UTC).date()
    period = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}
    said: dict[str, Any] = ok(bodies.staff("officer", at).get("/api/v1/figures", params={"body": "zhaosu", **period}))
    return said


def answers(url: str) -> bool:
    """Whether somebody is there who does not say that it is their own fault."""
    try:
        return httpx.get(url, timeout=5).status_code < 500
    except httpx.TransportError:
        return False
