"""One body, one process: ``python -m deploy.body var/zhaosu/body.json`` serves all five services."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

from prometheus_client import CollectorRegistry

from deploy.body_config import BodyConfig, neighbours_path
from deploy.machine import HOST
from deploy.origin import OneOrigin
from deploy.serving import serve, settle_memory
from deploy.topology import SERVICES
from shared.observe import configure
from shared.settings import ServiceSettings
from shared.web.service import Service

Build = Callable[[ServiceSettings, CollectorRegistry], Service]


def build_of(service: str) -> Build:
    """The composition root of ``service``; imported by name, since services know nothing of each other."""
    build: Build = importlib.import_module(f"services.{service}.app").build
    return build


def service_values(config: BodyConfig, service: str) -> dict[str, object]:
    """What ``service`` is told, as plain values that JSON can hold; they contain its secrets.

    Each service gets its own signing key, everybody's public keys, and no secret of another service.
    """
    secrets = config.secrets
    handed: dict[str, object] = {
        "nats_handover_url": config.handover_nats_url,
        "neighbour_bodies": config.neighbours,
        "further_bodies": config.further,
        "neighbours_file": str(config.neighbours_file) if config.neighbours_file else None,
    }
    own: dict[str, dict[str, object]] = {
        "intake": {"vault_secret": secrets.vault},
        "routing": {
            "bootstrap_officer": secrets.officer.login,
            "bootstrap_password": secrets.officer.password,
            "sample_mail_domain": f"{config.body}.example" if config.sample else None,
            **handed,
        },
        "consultation": handed,
        "notify": {"smtp_url": config.smtp_url, "mail_from": config.mail_from},
        "reporting": {"nats_uplink_url": config.uplink_nats_url},
    }
    values: dict[str, object] = {
        "body": config.body,
        "tier": config.tier,
        "parent": config.parent,
        "time_zone": config.time_zone,
        "body_names": config.names,
        "service": service,
        "database_url": config.database_urls[service],
        "nats_url": config.services_nats_url,
        "origin": config.origin,
        "neighbours_url": config.neighbours_url,
        "signing_key": secrets.keys[service].private,
        "verify_keys": {name: pair.public for name, pair in secrets.keys.items()},
    }
    return values | own.get(service, {})


def service_settings(config: BodyConfig, service: str, kind: type[ServiceSettings]) -> ServiceSettings:
    """The same, as the class of settings that the service asks for."""
    return kind.model_validate(service_values(config, service))


def settings_of(build: Build) -> type[ServiceSettings]:
    """The class of settings that a service asks for."""
    kind: type[ServiceSettings] = get_type_hints(build).get("settings", ServiceSettings)
    return kind


def build_services(config: BodyConfig, registry: CollectorRegistry) -> list[Service]:
    """All five services of the body, wired and not yet started."""
    services = []
    for name in SERVICES:
        build = build_of(name)
        services.append(build(service_settings(config, name, settings_of(build)), registry))
    return services


def application(config: BodyConfig) -> OneOrigin:
    """The ASGI application of a body."""
    registry = CollectorRegistry()
    title = f"Doorstep at {config.body}"
    return OneOrigin(build_services(config, registry), registry, title=title, started=settle_memory)


def main() -> None:
    """Entry point of the body's process: serve until SIGTERM or SIGINT."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m deploy.body <body.json>")
    path = Path(sys.argv[1]).absolute()
    config = BodyConfig.read(path)
    if config.own:
        config = config.model_copy(update={"neighbours_file": neighbours_path(path.parent)})
    configure("INFO", body=config.body)
    serve(lambda: application(config), host=HOST, port=config.port)


if __name__ == "__main__":
    main()
