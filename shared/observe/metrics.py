"""The few figures an operator watches, the same names in every service."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

M = TypeVar("M", bound=MetricWrapperBase)


class Metrics:
    """The metrics of one ``service`` on a ``registry`` that several services may share."""

    def __init__(self, registry: CollectorRegistry, service: str) -> None:
        self.registry = registry
        self._service = service
        self._requests = _on(
            registry,
            Counter,
            "doorstep_http_requests",
            "HTTP requests answered.",
            ("service", "method", "route", "status"),
        )
        self._latency = _on(
            registry,
            partial(Histogram, buckets=_SECONDS),
            "doorstep_http_seconds",
            "Time to answer.",
            ("service", "route"),
        )
        self._pending = _on(
            registry,
            Gauge,
            "doorstep_consumer_pending",
            "Events that a durable has still to read.",
            ("service", "durable"),
        )
        self.outbox_depth = self._gauge("doorstep_outbox_rows", "Events committed and not yet published.")
        """Set by the runtime, as are the next four."""
        self.outbox_oldest_seconds = self._gauge(
            "doorstep_outbox_oldest_seconds", "Age of the oldest unpublished event."
        )
        self.parked = self._gauge("doorstep_parked_events", "Events put aside for a person to look at.")
        self.kept = self._gauge("doorstep_kept_events", "Events kept until a release that reads them starts.")
        self.leads = self._gauge("doorstep_leads", "1 where this process publishes, reads events and keeps the clocks.")
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; ``route`` is the template (``/api/v1/track/{tracking_code}``), never a path."""
        key = (method, route, status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = (
                self._requests.labels(self._service, method, route, str(status)),
                self._latency.labels(self._service, route),
            )
        child[0].inc()
        child[1].observe(seconds)

    def pending(self, durable: str) -> Gauge:
        """The gauge of one durable consumer."""
        return self._pending.labels(self._service, durable)

    def _gauge(self, name: str, says: str) -> Gauge:
        return _on(self.registry, Gauge, name, says, ("service",)).labels(self._service)


def _on(
    registry: CollectorRegistry,
    make: Callable[..., M],
    name: str,
    says: str,
    labels: tuple[str, ...],
) -> M:
    # prometheus_client has no public look-up, and registering a name twice raises: services of one process
    # share a registry, so the second one takes the first one's metric.
    existing = registry._names_to_collectors.get(name)
    if existing is not None:
        return cast(M, existing)
    return make(name, says, labels, registry=registry)
