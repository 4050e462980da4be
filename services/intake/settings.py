"""What intake must be told beside what every service is told."""

from __future__ import annotations

from pydantic import Field

from shared.settings import ServiceSettings


class IntakeSettings(ServiceSettings):
    """Settings of the intake service of one body."""

    word_window_days: int = Field(default=15, ge=1, le=250)
    """Working days after a closing in which its resident may confirm it or say that it is not solved."""
    likely_closed_days: int = Field(default=30, ge=0, le=365)
    """Days for which a closed issue is still shown as a likely same one."""
    draft_minutes: float = Field(default=30, gt=0, le=1440)
    """Minutes after which an issue is raised as it was written, where its resident was asked whether it is the same
    as another one and did not say."""
    look_again_seconds: float = Field(default=60, gt=0)
    """How often the clocks look for what is due, whatever they expect: another replica may have made it so."""
