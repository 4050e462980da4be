"""How many notices ended each try how, for whoever watches over the instance."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

from services.notify.domain import Kind, State


class Tally:
    """Counts on the ``registry`` of one instance."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._tries = Counter(
            "doorstep_notice_tries", "Tries to send a notice, by how they ended.", ("kind", "state"), registry=registry
        )

    def settled(self, kind: Kind, state: State) -> None:
        """One try ended in ``state``."""
        self._tries.labels(kind.value, state.value).inc()
