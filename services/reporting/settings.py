"""What reporting alone must be told: where the reports of this body and of those below it lie."""

from __future__ import annotations

from pydantic import Field

from shared.settings import ServiceSettings


class ReportingSettings(ServiceSettings):
    """How often the ledgers are compared."""

    reconcile_seconds: float = Field(default=15.0, ge=0.1)
    """Between two comparisons of the heads with the parent; days are compared at each twentieth."""


def ledger_subject(body: str) -> str:
    """On which a child asks its parent what it holds of the child's chains."""
    return f"ledger.{body}"


def uplink_stream(settings: ServiceSettings) -> str:
    """The stream that holds the body's own reports and, stamped with their way, those of the bodies below it."""
    return f"UP_{settings.body}"


def uplink_url(settings: ServiceSettings) -> str:
    """Account UPLINK of the body's own server. Raises ValueError where nobody said it."""
    if settings.nats_uplink_url is None:
        raise ValueError("reporting needs nats_uplink_url")
    return settings.nats_uplink_url
