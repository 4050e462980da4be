"""How a process answers requests, be it a whole body's or one service's."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import uvicorn

_GRACE_SECONDS = 10
_YOUNG_OBJECTS = 20_000
"""New objects between two collections, instead of Python's 700, which one batch of events makes several times over."""
_SWITCH_SECONDS = 0.0005
"""How long a finished commit may wait for the interpreter while the loop is busy. Python's own choice is ten times
this, and between a submission and its notice it is waited for at each step."""


def serve(build: Callable[[], Any], *, host: str, port: int) -> None:
    """Serve the ASGI application that ``build`` makes until SIGTERM or SIGINT.

    Requests under way then get ten seconds to end.
    """
    _collect_seldom()
    sys.setswitchinterval(_SWITCH_SECONDS)
    uvicorn.run(
        build(),
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        # Nobody's word is taken for where a request came from.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def settle_memory() -> None:
    """What start-up made stays for good: a collection need not look through it again and again while requests wait."""
    gc.collect()
    gc.freeze()
    _collect_seldom()


def _collect_seldom() -> None:
    # Also while a body starts: nearly all that is imported and wired stays, and looking through it was a sixth of that.
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
