"""One body, one process: ``python -m deploy.body var/zhaosu/body.json`` serves all five services."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import uvicorn
from prometheus_client import CollectorRegistry

from deploy.body_config import BodyConfig, neighbours_path
from deploy.machine import HOST
from deploy.origin import OneOrigin
from deploy.topology import SERVICES
from shared.observe import configure
from shared.settings import ServiceSettings
from shared.web.service import Service

Build = Callable[[ServiceSettings, CollectorRegistry], Service]

_GRACE_SECONDS = 10
_YOUNG_OBJECTS = 20_000
"""New objects between two collections, instead of Python's 700, which one batch of events makes several times over."""
_SWITCH_SECONDS = 0.0005
"""How long a finished commit may wait for the interpreter while the loop is busy. Python's own choice is ten times
this, and between a submission and its notice it is waited for at each step."""


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


def settle_memory() -> None:
    """What start-up made stays for good: a collection need not look through it again and again while requests wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)


def serve(config: BodyConfig) -> None:
    """Serve until SIGTERM or SIGINT; requests under way get ten seconds to end."""
    configure("INFO", body=config.body)
    sys.setswitchinterval(_SWITCH_SECONDS)
    uvicorn.run(
        application(config),
        host=HOST,
        port=config.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        # Nobody stands in front of us here, so nobody's word is taken for where a request came from.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def main() -> None:
    """Entry point of the body's process."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m deploy.body <body.json>")
    path = Path(sys.argv[1]).absolute()
    config = BodyConfig.read(path)
    if config.own:
        config = config.model_copy(update={"neighbours_file": neighbours_path(path.parent)})
    serve(config)


if __name__ == "__main__":
    main()
