"""Writes what the containers of a body are told: a folder for each of them, read by that one alone.

<folder>/<body>/secrets.json            made once and kept: back it up, mount it nowhere
                intake/settings.json    and so for each service: its own key, its own database
                nats/body.json          the message server's passwords, where it listens, and no service's secret
                postgres/{init.sql,password}  proxy/{nginx.conf,start.sh}

Nothing of another body is in there: bodies are joined by invitations (docs/decisions/0018), and what comes of those,
like the body's own authority, is on the message server's volume.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from deploy.body import service_values
from deploy.body_config import BodyConfig, Secrets
from deploy.containers.addresses import (
    IMAGE_USER,
    LEAF_PORT,
    MONITOR_PORT,
    NATS_HOST,
    NATS_PORT,
    POSTGRES_HOST,
    POSTGRES_PORT,
    PROXY_HOST,
    PROXY_PORT,
    database_name,
    leaf_address,
)
from deploy.containers.proxy import START, nginx_conf, service_prefixes
from deploy.machine import HOST
from deploy.passwords import machine_secret
from deploy.private_file import write_private
from deploy.topology import SERVICES, Body, Topology
from deploy.trouble import CalledWrongly


class ContainerSecrets(BaseModel):
    """A body's secrets, with the passwords of its database server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body: str
    secrets: Secrets
    postgres: str
    """Of the server's own administrator."""
    databases: dict[str, str]
    """By service: each signs in as itself and can open no other's database."""

    @classmethod
    def kept(cls, path: Path, body: str) -> ContainerSecrets:
        """Those in the file at ``path``; fresh ones, written there, where there is no such file.

        Raises :class:`deploy.trouble.CalledWrongly` where the file is another body's.
        """
        if path.exists():
            known = cls.model_validate_json(path.read_bytes())
            if known.body != body:
                raise CalledWrongly(f"{path} has the secrets of {known.body}, not of {body}")
            return known
        fresh = cls(
            body=body,
            secrets=Secrets.generate(),
            postgres=machine_secret(),
            databases={name: machine_secret() for name in SERVICES},
        )
        write_private(path, fresh.model_dump_json(indent=2) + "\n")
        return fresh


@dataclass(frozen=True)
class Site:
    """How the containers of one body are reached, and what they reach."""

    origin: str
    """What a browser types, without a trailing slash."""
    smtp_url: str
    mail_from: str
    leaf_address: str | None = None
    """``host:port`` that invitations tell children, where they are not on the same host."""


def write_sites(
    folder: Path, topology: Topology, sites: Mapping[str, Site], *, sample: bool = False
) -> dict[str, BodyConfig]:
    """Write the folders of the bodies in ``sites``, which the topology describes; their configurations by code.

    Raises :class:`deploy.topology.UnknownBody` and :class:`deploy.trouble.CalledWrongly`.
    """
    bodies = [topology.body(code) for code in sites]
    configs = {}
    for body in bodies:
        kept = ContainerSecrets.kept(folder / body.code / "secrets.json", body.code)
        configs[body.code] = _config(topology, body, sites[body.code], kept, sample=sample)
        _write_body(folder / body.code, configs[body.code], kept)
    return configs


def _config(topology: Topology, body: Body, site: Site, kept: ContainerSecrets, *, sample: bool) -> BodyConfig:
    return BodyConfig(
        body=body.code,
        tier=body.tier,
        parent=body.parent,
        time_zone=body.time_zone,
        names=dict(body.names),
        neighbours=topology.near(body),
        further=topology.further(body),
        port=PROXY_PORT,
        origin=site.origin,
        nats_host=NATS_HOST,
        nats_port=NATS_PORT,
        monitor_port=MONITOR_PORT,
        leaf_port=LEAF_PORT,
        leaf_address=site.leaf_address or leaf_address(body.code),
        database_urls={name: _database_url(body.code, name, password) for name, password in kept.databases.items()},
        neighbours_url=f"http://{PROXY_HOST}:{PROXY_PORT}",
        smtp_url=site.smtp_url,
        mail_from=site.mail_from,
        secrets=kept.secrets,
        sample=sample,
    )


def _write_body(folder: Path, config: BodyConfig, kept: ContainerSecrets) -> None:
    for name in SERVICES:
        told = json.dumps(service_values(config, name), indent=2, ensure_ascii=False)
        _write(folder / name / "settings.json", told + "\n")
    _write(folder / "nats" / "body.json", _for_server(config).model_dump_json(indent=2) + "\n")
    _write(folder / "postgres" / "init.sql", _init_sql(config.body, kept.databases))
    _write(folder / "postgres" / "password", kept.postgres)
    _write(folder / "proxy" / "nginx.conf", nginx_conf(service_prefixes()))
    _write(folder / "proxy" / "start.sh", START)


def _for_server(config: BodyConfig) -> BodyConfig:
    """What the message server's container is told: it listens to its network, and reaches itself on loopback."""
    every = "0.0.0.0"
    listening = {"own": True, "nats_host": HOST, "nats_listen": every, "leaf_host": every}
    return config.without_services().model_copy(update=listening)


def _write(path: Path, text: str) -> None:
    write_private(path, text)
    if os.geteuid() == 0:
        # The containers run as nobody in particular, and what they read is for their eyes only.
        for mine in (path, path.parent):
            os.chown(mine, IMAGE_USER, IMAGE_USER)


def _database_url(body: str, service: str, password: str) -> str:
    place = f"{POSTGRES_HOST}:{POSTGRES_PORT}/{database_name(body, service)}"
    return f"postgresql+asyncpg://{service}:{password}@{place}"


def _init_sql(body: str, passwords: Mapping[str, str]) -> str:
    """Run once, on an empty database server. Codes are slugs and passwords URL-safe, so quoting is enough."""
    lines = []
    for service, password in passwords.items():
        name = database_name(body, service)
        lines += [
            f"CREATE ROLE {service} LOGIN PASSWORD '{password}';",
            # Named, since a server that was set up without a locale would take words for bytes.
            f"CREATE DATABASE \"{name}\" OWNER {service} ENCODING 'UTF8' TEMPLATE template0;",
            f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC;',
        ]
    return "\n".join([*lines, ""])
