"""What a monitor reads of the ledgers between this body and its neighbours above and below."""

from __future__ import annotations

import structlog
from prometheus_client import CollectorRegistry, Gauge

from services.reporting.ledger.comparing import Standing
from services.reporting.ledger.held import Chain

log = structlog.get_logger(__name__)


class Alarms:
    """Gauges, and a line in the log whenever something changes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._mismatch = Gauge(
            "doorstep_ledger_mismatch",
            "1 where a chain and what the parent holds of it disagree.",
            ("body", "chain"),
            registry=registry,
        )
        self._oldest = Gauge(
            "doorstep_ledger_unconfirmed_oldest_seconds",
            "Age of the oldest event that the parent has not confirmed.",
            ("chain",),
            registry=registry,
        )
        self._answers = Gauge(
            "doorstep_ledger_parent_answers", "1 where the parent answered the last comparison.", registry=registry
        )
        self._stream = Gauge(
            "doorstep_uplink_stream_went_back",
            "1 where the parent took more from the body's stream than the stream has.",
            registry=registry,
        )
        self._stood: dict[Chain, str] = {}
        self._stream_stood = False

    def stands(self, chain: Chain, standing: str) -> None:
        """How a chain stands now."""
        wrong = standing in {each.value for each in Standing if each.is_wrong}
        self._mismatch.labels(*chain).set(wrong)
        before = self._stood.get(chain)
        self._stood[chain] = standing
        if wrong and before != standing:
            log.error("ledger-mismatch", chain_of=chain[0], chain=chain[1], standing=str(standing))
        elif before is not None and not wrong and before in {each.value for each in Standing if each.is_wrong}:
            log.info("ledger-agrees-again", chain_of=chain[0], chain=chain[1], standing=str(standing))

    def unconfirmed(self, service: str, seconds: float) -> None:
        """How old the oldest event of ``service`` is that the parent lacks; 0 where it has all."""
        self._oldest.labels(service).set(seconds)

    def parent_answered(self, answered: bool) -> None:
        """Whether the last comparison came about."""
        self._answers.set(answered)

    def stream_went_back(self, went_back: bool) -> None:
        """Whether the stream is behind what the parent took from it."""
        self._stream.set(went_back)
        if went_back and not self._stream_stood:
            log.error("uplink-stream-went-back")
        self._stream_stood = went_back
