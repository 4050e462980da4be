"""What one service of one body must be told to start: the same fields in a container and on one machine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Tier = Literal["county", "prefecture", "city", "region", "district"]


class ServiceSettings(BaseSettings):
    """Read from ``DOORSTEP_*`` environment variables (containers) or built in code (one machine)."""

    model_config = SettingsConfigDict(env_prefix="DOORSTEP_", secrets_dir=None, extra="ignore")

    body: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    body_names: dict[str, str] = Field(default_factory=dict)
    """Language code to the body's own name; its code is shown where no name is given."""
    tier: Tier
    parent: str | None = None
    time_zone: str = "Asia/Shanghai"
    service: str
    database_url: str
    nats_url: str
    """Account LOCAL of the body's own server; of a cluster every server's address, with commas between them."""
    nats_uplink_url: str | None = None
    """Account UPLINK, in the same way; only reporting has it."""
    origin: str
    """What a browser types, without a trailing slash: ``http://127.0.0.1:8600``."""
    neighbours_url: str | None = None
    """Where the body's other services answer; the origin, unless an inner address is shorter."""
    signing_key: SecretStr
    """This service's own Ed25519 private key, PEM (PKCS8)."""
    verify_keys: dict[str, str]
    """Issuer (a service's name) to its Ed25519 public key, PEM."""
    vault_secret: SecretStr = SecretStr("")
    """Intake only: tracking codes are derived from it, so that no table holds one."""
    smtp_url: str = "smtp://127.0.0.1:25"
    """Notify only: ``smtp://[user:password@]host:port``."""
    mail_from: str = "doorstep@localhost"
    tier_look_seconds: float = Field(default=10, gt=0)
    """Reporting only: how often it looks at the links to its parent and its children."""
    tier_silent_hours: float = Field(default=72, gt=0)
    """Reporting only: after how long without an event a body below is marked as silent."""
    default_language: str = "zh-Hans"
    log_level: str = "INFO"

    @property
    def neighbours(self) -> str:
        """Base URL for calls to the body's other services."""
        return self.neighbours_url or self.origin

    @property
    def secure_cookies(self) -> bool:
        """Cookies are marked Secure exactly when the public address is behind TLS."""
        return self.origin.startswith("https://")


class NeighbourSettings(ServiceSettings):
    """What a service is told beside, that hears what the bodies next to its own hand to it."""

    nats_handover_url: str | None = None
    """Account UPLINK; without it nothing that is handed to the body is heard."""
    neighbour_bodies: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Names by code and language of the bodies next to this one in the tree: its parent and its children."""
    further_bodies: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Names of bodies further off in the tree: a neighbour may hand an issue on to them."""
    neighbours_file: Path | None = None
    """A file that says the same and follows who joins and leaves (:class:`~shared.messaging.neighbours.Near`)."""
