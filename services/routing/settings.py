"""What routing must be told beside what every service is told."""

from __future__ import annotations

from pydantic import Field, SecretStr

from shared.settings import NeighbourSettings


class RoutingSettings(NeighbourSettings):
    """Settings of the routing service of one body."""

    acceptance_hours: float = Field(default=16, gt=0)
    """How long a member has to accept or decline before the order passes on, in working hours of the body, until its
    rule says otherwise."""
    session_hours: float = Field(default=12, gt=0)
    bootstrap_officer: str | None = None
    """Login of the first officer, made at start where it does not exist yet."""
    bootstrap_password: SecretStr = SecretStr("")
    handover_take_days: int = Field(default=5, ge=1, le=250)
    """Working days in which the other body takes or returns what is offered to it."""
    handover_answer_days: int = Field(default=15, ge=1, le=250)
    """Working days in which it answers, from the offer on, unless the offer says otherwise."""
    supervision_answer_days: int = Field(default=5, ge=1, le=250)
    """Working days in which a body that is pressed for a late case answers, unless the question says otherwise."""
    sample_mail_domain: str | None = None
    """Sample runs only: a member without an address gets ``<code>@<this>``."""
