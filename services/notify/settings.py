"""What notify must be told beside what every service is told."""

from __future__ import annotations

from pydantic import Field

from shared.settings import ServiceSettings


class NotifySettings(ServiceSettings):
    """Settings of the notify service of one body."""

    mails_per_second: float = Field(default=25, gt=0)
    """The pace of sending: a mail server that is hurried answers with refusals, and a burst of mail must not
    slow down those who are raising issues."""
