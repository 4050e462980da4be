"""Each route's description worked out once in a process of tests, not again for the app of every test.

What FastAPI reads out of an endpoint (its parameters, its bodies, its answer) follows from the endpoint's code. The
suite builds a thousand apps out of the same code, and that reading was a quarter of its time. The first app of each
kind in a process is built as ever; instances that tests start as programs never see this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fastapi import routing


def read_once(patch: pytest.MonkeyPatch) -> None:
    """From now on a route made of the same code, at the same path, takes over what the first one of it found."""
    read: Callable[..., None] = routing._populate_api_route_state
    found: dict[Any, tuple[dict[str, Any], Any]] = {}

    def populate(route: Any, path: str, endpoint: Any, **more: Any) -> None:
        dependencies = more.get("dependencies") or ()
        key = (
            endpoint.__code__,
            path,
            tuple(more.get("methods") or ()),
            # What is given as a default, or asked before, may be made anew with each app: then it is another route.
            tuple(map(id, endpoint.__defaults__ or ())),
            tuple(map(id, endpoint.__annotations__.values())),
            id(more.get("response_model")),
            tuple(id(depends.dependency) for depends in dependencies),
        )
        if key not in found:
            read(route, path, endpoint, **more)
            found[key] = dict(vars(route)), (endpoint, more)  # kept, so that no id is given twice
            return
        described, _ = found[key]
        vars(route).update(described)
        route.endpoint = endpoint
        route.dependant = replace(described["dependant"], call=endpoint)

    patch.setattr(routing, "_populate_api_route_state", populate)
