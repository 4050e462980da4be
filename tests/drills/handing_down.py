"""Issues that a parent hands down to its child, as its officer would, and what becomes of them at both."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import nats

from deploy.body_config import BodyConfig
from shared.ids import new_id
from tests.servers import wait_until

TEXT = "请县里就近查看，并把结果报州里。"
WORDS = "路灯不亮，夜里看不见路。"


class HandingDown:
    """From the body of ``above`` to that of ``below``; both have a roster and run on this machine."""

    def __init__(self, above: BodyConfig, below: BodyConfig) -> None:
        self._below = below
        self._at = {config.body: _officer(config) for config in (above, below)}
        self._above, self._here = self._at[above.body], self._at[below.body]
        self.offered: list[str] = []

    def close(self) -> None:
        """End the connections."""
        for client in self._at.values():
            client.close()

    def offer(self, issues: int) -> None:
        """Residents of the parent raise so many issues, and each is offered to the child."""
        community = _said(self._above.get("/api/v1/roster"))["communities"][0]
        sent = {"community": community, "words": WORDS, "language": "zh-Hans", "anonymous": True}
        raised = [
            _said(self._above.post("/api/v1/issues", json=sent, headers={"Idempotency-Key": new_id()}))
            for _ in range(issues)
        ]
        for issue in raised:
            reference = issue["reference"]
            wait_until(lambda r=reference: self._above.get(f"/api/v1/orders/{r}").is_success, f"order {reference}", 30)
            offer = {"reference": reference, "text": TEXT, "to": self._below.body}
            self.offered.append(str(_said(self._above.post("/api/v1/handovers", json=offer))["handover_id"]))

    def arrived(self) -> int:
        """How many of them the child knows."""
        return sum(self._here.get(f"/api/v1/handovers/{each}").is_success for each in self.offered)

    def until_arrived(self, within: float, *, repeats: bool = False) -> float:
        """The seconds until the child knows all; fails where that takes longer, or one came twice without
        ``repeats``."""
        began = time.monotonic()
        wait_until(lambda: self.arrived() == len(self.offered), "what was handed down", within, pause=0.2)
        took = time.monotonic() - began
        kept = asyncio.run(self._handed())
        assert repeats or kept == len(self.offered), f"{kept} events came down, of {len(self.offered)} offers"
        return took

    def accept(self) -> None:
        """The child takes all of them, and the parent comes to know."""
        for each in self.offered:
            _said(self._here.post(f"/api/v1/handovers/{each}/accept"))
        for each in self.offered:
            wait_until(lambda e=each: self._state(e) == "accepted", "the parent to know what was taken", 120, pause=0.2)

    def _state(self, handover: str) -> str:
        return str(_said(self._above.get(f"/api/v1/handovers/{handover}"))["state"])

    async def _handed(self) -> int:
        client = await nats.connect(self._below.handover_nats_url)
        try:
            return int((await client.jetstream().stream_info(f"HAND_{self._below.body}")).state.messages)
        finally:
            await client.close()


def _officer(config: BodyConfig) -> httpx.Client:
    client = httpx.Client(base_url=f"http://127.0.0.1:{config.port}", timeout=30)
    officer = config.secrets.officer
    said = _said(client.post("/api/v1/login", json={"login": officer.login, "password": officer.password}))
    client.headers["authorization"] = f"Bearer {said['access_token']}"
    return client


def _said(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()
