"""What reporting alone must be told: where the reports of this body and of those below it lie."""

from __future__ import annotations

from shared.settings import ServiceSettings


def uplink_stream(settings: ServiceSettings) -> str:
    """The stream that holds the body's own reports and, stamped with their way, those of the bodies below it."""
    return f"UP_{settings.body}"


def uplink_url(settings: ServiceSettings) -> str:
    """Account UPLINK of the body's own server. Raises ValueError where nobody said it."""
    if settings.nats_uplink_url is None:
        raise ValueError("reporting needs nats_uplink_url")
    return settings.nats_uplink_url
