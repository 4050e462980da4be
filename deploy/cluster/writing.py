"""Writes what a body's three message servers, its services and the job that declares its streams are told.

Beside what ``doorstep containers`` wrote in ``<folder>``:
  cluster.json             by what the servers know each other; made once and kept
  nats-0/nats.conf ...     one for each server
  streams/cluster.json     for ``python -m deploy.cluster.streams``
and in each ``<service>/settings.json`` the addresses of all three.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.cluster.servers import Place, server_sites
from deploy.cluster.streams import StreamsOfCluster
from deploy.containers.site import ContainerSecrets
from deploy.nats.cluster import NODES
from deploy.nats.safety import check_settings
from deploy.nats.server_config import render, server_config
from deploy.passwords import machine_secret
from deploy.private_file import write_private
from deploy.topology import SERVICES
from deploy.trouble import CalledWrongly
from shared.messaging.servers import servers_of

STORE = Path("/data")
"""Where each message server keeps its streams."""
_ADDRESSES = ("nats_url", "nats_uplink_url", "nats_handover_url")


def write_cluster(folder: Path, places: Sequence[Place], *, listen: str = "0.0.0.0", store: Path = STORE) -> str:
    """Write the files for the body in ``folder``; gives its code. Run again, it changes what it is told anew.

    Raises CalledWrongly where ``doorstep containers`` has not written there.
    """
    kept_file, settings = folder / "secrets.json", {name: folder / name / "settings.json" for name in SERVICES}
    missing = [path for path in (kept_file, *settings.values()) if not path.exists()]
    if missing:
        raise CalledWrongly(f"there is no {missing[0]}: `doorstep containers` writes it")
    kept = ContainerSecrets.model_validate_json(kept_file.read_bytes())
    sites = server_sites(
        kept.body, kept.secrets, places, secret=_secret(folder / "cluster.json"), listen=listen, store=store
    )
    for number, site in enumerate(sites):
        check_settings(kept.body, server_config(site))
        write_private(folder / f"nats-{number}" / "nats.conf", render(site))
    for path in settings.values():
        told = json.loads(path.read_bytes())
        write_private(path, json.dumps(told_of(told, places), indent=2, ensure_ascii=False) + "\n")
    steward = kept.secrets.nats_steward
    job = StreamsOfCluster(
        body=kept.body,
        copies=NODES,
        local=everywhere(f"nats://steward_local:{steward}@cluster", places),
        uplink=everywhere(f"nats://steward_uplink:{steward}@cluster", places),
    )
    write_private(folder / "streams" / "cluster.json", job.model_dump_json(indent=2) + "\n")
    return kept.body


def told_of(settings: dict[str, Any], places: Sequence[Place]) -> dict[str, Any]:
    """A service's settings with its message server at all of ``places``."""
    return settings | {name: everywhere(settings[name], places) for name in _ADDRESSES if settings.get(name)}


def everywhere(url: str, places: Sequence[Place]) -> str:
    """``url`` with its user, at each of ``places``."""
    user = urlsplit(servers_of(url)[0])
    return ",".join(f"nats://{user.username}:{user.password}@{place}" for place in places)


def _secret(path: Path) -> str:
    if not path.exists():
        write_private(path, json.dumps({"secret": machine_secret()}) + "\n")
    secret: str = json.loads(path.read_bytes())["secret"]
    return secret
