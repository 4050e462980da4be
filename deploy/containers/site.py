"""Writes what the containers of a body are told: a folder for each of them, read by that one alone.

<folder>/<body>/secrets.json            made once and kept: back it up, mount it nowhere
                intake/settings.json    and so for each service: its own key, its own database
                nats/nats.conf  streams/streams.json  postgres/{init.sql,password}  proxy/{nginx.conf,start.sh}
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
    DATA,
    IMAGE_USER,
    LEAF_PORT,
    MONITOR_PORT,
    NATS_HOST,
    NATS_PORT,
    POSTGRES_HOST,
    POSTGRES_PORT,
    PROXY_HOST,
    PROXY_PORT,
    leaf_host,
)
from deploy.containers.proxy import START, nginx_conf, service_prefixes
from deploy.containers.streams import StreamsToDeclare
from deploy.nats.server_config import ServerSecrets, ServerSite, render
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
    parent_leaf: str | None = None
    """``host:port`` of the parent's leaf listener, where it is not the usual name."""


def write_sites(
    folder: Path, topology: Topology, sites: Mapping[str, Site], *, sample: bool = False
) -> dict[str, BodyConfig]:
    """Write the folders of all bodies in ``sites``; gives their configurations by code.

    All bodies of the topology get secrets, since a parent's server must know its children's. Raises
    :class:`deploy.topology.UnknownBody` and :class:`deploy.trouble.CalledWrongly`.
    """
    for code in sites:
        topology.body(code)
    kept = {body.code: ContainerSecrets.kept(folder / body.code / "secrets.json", body.code) for body in topology}
    configs = {}
    for code, site in sites.items():
        body = topology.body(code)
        config = _config(topology, body, site, kept[code], sample=sample)
        children = {child.code: kept[child.code].secrets.nats_leaf for child in topology.children_of(body)}
        _write_body(folder / code, config, kept[code], children)
        configs[code] = config
    return configs


def _config(topology: Topology, body: Body, site: Site, kept: ContainerSecrets, *, sample: bool) -> BodyConfig:
    parent = topology.parent_of(body)
    usual = f"{leaf_host(parent.code)}:{LEAF_PORT}" if parent else None
    return BodyConfig(
        body=body.code,
        tier=body.tier,
        parent=body.parent,
        time_zone=body.time_zone,
        names=dict(body.names),
        port=PROXY_PORT,
        origin=site.origin,
        nats_host=NATS_HOST,
        nats_port=NATS_PORT,
        monitor_port=MONITOR_PORT,
        leaf_port=LEAF_PORT,
        parent_leaf=site.parent_leaf or usual,
        database_urls={name: _database_url(body.code, name, password) for name, password in kept.databases.items()},
        neighbours_url=f"http://{PROXY_HOST}:{PROXY_PORT}",
        smtp_url=site.smtp_url,
        mail_from=site.mail_from,
        secrets=kept.secrets,
        sample=sample,
    )


def _write_body(folder: Path, config: BodyConfig, kept: ContainerSecrets, children: Mapping[str, str]) -> None:
    for name in SERVICES:
        told = json.dumps(service_values(config, name), indent=2, ensure_ascii=False)
        _write(folder / name / "settings.json", told + "\n")
    steward = config.secrets.nats_steward
    job = StreamsToDeclare(
        body=config.body,
        children=tuple(children),
        local=config.nats_url("steward_local", steward),
        uplink=config.nats_url("steward_uplink", steward),
    )
    _write(folder / "streams" / "streams.json", job.model_dump_json(indent=2) + "\n")
    _write(folder / "nats" / "nats.conf", render(_server_site(config, children)))
    _write(folder / "postgres" / "init.sql", _init_sql(config.body, kept.databases))
    _write(folder / "postgres" / "password", kept.postgres)
    _write(folder / "proxy" / "nginx.conf", nginx_conf(service_prefixes()))
    _write(folder / "proxy" / "start.sh", START)


def _write(path: Path, text: str) -> None:
    write_private(path, text)
    if os.geteuid() == 0:
        # The containers run as nobody in particular, and what they read is for their eyes only.
        for mine in (path, path.parent):
            os.chown(mine, IMAGE_USER, IMAGE_USER)


def _server_site(config: BodyConfig, children: Mapping[str, str]) -> ServerSite:
    secrets = config.secrets
    return ServerSite(
        body=config.body,
        host="0.0.0.0",
        port=config.nats_port,
        monitor_port=config.monitor_port,
        leaf_port=config.leaf_port,
        store=Path(DATA, "jetstream"),
        log=Path(DATA, "nats.log"),
        secrets=ServerSecrets(
            services=secrets.nats_services,
            reporting=secrets.nats_reporting,
            steward=secrets.nats_steward,
            leaf=secrets.nats_leaf,
        ),
        parent=config.parent,
        parent_leaf=config.parent_leaf,
        children=children,
    )


def _database(body: str, service: str) -> str:
    return f"{body}_{service}".replace("-", "_")


def _database_url(body: str, service: str, password: str) -> str:
    place = f"{POSTGRES_HOST}:{POSTGRES_PORT}/{_database(body, service)}"
    return f"postgresql+asyncpg://{service}:{password}@{place}"


def _init_sql(body: str, passwords: Mapping[str, str]) -> str:
    """Run once, on an empty database server. Codes are slugs and passwords URL-safe, so quoting is enough."""
    lines = []
    for service, password in passwords.items():
        name = _database(body, service)
        lines += [
            f"CREATE ROLE {service} LOGIN PASSWORD '{password}';",
            # Named, since a server that was set up without a locale would take words for bytes.
            f"CREATE DATABASE \"{name}\" OWNER {service} ENCODING 'UTF8' TEMPLATE template0;",
            f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC;',
        ]
    return "\n".join([*lines, ""])
