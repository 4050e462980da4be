"""Where the chains end that rose over a body's links, as its own reporting says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import httpx

from deploy.cli.screen import print_table, remarks
from deploy.client import BodyClient, Refused
from deploy.machine import HOST

if TYPE_CHECKING:
    from deploy.tiers.own_body import OwnBody

_PATIENCE_SECONDS = 10.0
_SHOWN = 12
"""Characters of a hash, enough to be read to each other over the telephone."""


async def heads_of(body: OwnBody) -> list[dict[str, Any]] | None:
    """Each chain with ``here`` and ``there``, the last place and its hash; None while reporting cannot be asked."""
    login, password = os.environ.get("DOORSTEP_LOGIN"), os.environ.get("DOORSTEP_PASSWORD")
    officer = body.config.secrets.officer
    if not (login and password):
        login, password = officer.login, officer.password
    url = body.config.neighbours_url or f"http://{HOST}:{body.config.port}"
    try:
        async with BodyClient(url, login, password, timeout=_PATIENCE_SECONDS) as client:
            heads: list[dict[str, Any]] = (await client.get("/api/v1/reporting/ledger"))["heads"]
            return heads
    except (httpx.TransportError, Refused) as away:
        remarks().print(f"Where the chains of {body.code} end cannot be asked: {str(away) or type(away).__name__}")
        return None


def print_heads(code: str, heads: list[dict[str, Any]] | None) -> None:
    """A table of them; nothing where there are none."""
    if heads:
        columns = ("body", "chain", "other side", "here", "there", "standing")
        rows = [
            (each["body"], each["chain"], each["side"], _head(each["here"]), _head(each["there"]), each["standing"])
            for each in heads
        ]
        print_table(columns, rows, title=f"Chains at {code}")


def _head(head: dict[str, Any] | None) -> str:
    if head is None:
        return "-"
    return f"{head['position']} {(head['hash'] or '')[:_SHOWN]}".strip()
