"""A body that stands on its own: made once by ``body init``, run from its folder, linked by invitations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from deploy.body_config import BodyConfig, Secrets, neighbours_path
from deploy.machine import HOST, Machine
from deploy.nats.safety import check_settings
from deploy.nats.server_config import server_config
from deploy.nats.site import ChildAccess, LeafTls, ServerSecrets, ServerSite
from deploy.private_file import write_private
from deploy.tiers.authority import Authority, AuthorityFiles
from deploy.tiers.register import Register, Tiers
from deploy.trouble import CalledWrongly
from shared.settings import Tier

_CONFIG = "body.json"
_MOST = 9
"""As many bodies of one place as there are ports set aside for."""


class BodyExists(CalledWrongly):
    """The code is taken in this place."""


class NoSuchBody(CalledWrongly):
    """No body of that name was made in this place, or its configuration is damaged."""


@dataclass(frozen=True)
class NewBody:
    """What an operator decides about a body before it is made."""

    code: str
    tier: Tier
    parent: str | None
    time_zone: str
    names: dict[str, str]
    leaf_host: str
    leaf_address: str | None
    """``host:port``; the loopback port when None."""
    origin: str | None
    smtp_url: str | None
    mail_from: str | None


class OwnBody:
    """One such body, by its folder."""

    def __init__(self, folder: Path, config: BodyConfig) -> None:
        self.folder = folder
        self.config = config
        self.register = Register(folder)
        self._files = AuthorityFiles(folder)

    @classmethod
    def read(cls, folder: Path) -> OwnBody:
        """Raises :class:`NoSuchBody`."""
        path = folder / _CONFIG
        try:
            config = BodyConfig.read(path)
        except FileNotFoundError:
            raise NoSuchBody(f"there is no body in {folder}; `doorstep body init` makes one") from None
        except (OSError, ValidationError) as error:
            raise NoSuchBody(f"{path} is not readable as the configuration of a body: {error}") from error
        if not config.own:
            raise NoSuchBody(f"{config.body} in {folder} belongs to a topology; `doorstep body init` makes own bodies")
        return cls(folder, config)

    @property
    def code(self) -> str:
        """The body's code."""
        return self.config.body

    @property
    def authority(self) -> Authority:
        """Raises :class:`deploy.tiers.authority.DamagedAuthority`."""
        return Authority.read(self._files)

    @property
    def leaf_address(self) -> str:
        """``host:port`` at which children reach this body."""
        return self.config.leaf_address or f"{HOST}:{self.config.leaf_port}"

    @property
    def server_conf(self) -> Path:
        """What the message server is started with."""
        return self.folder / "nats.conf"

    def stand_under(self, parent: str) -> bool:
        """Take ``parent`` for the body above where none was named when this one was made; whether that was so.

        The services are told when they start next.
        """
        if self.config.parent is not None:
            return False
        self.config = self.config.model_copy(update={"parent": parent})
        self.config.write(self.folder / _CONFIG)
        return True

    def ancestors(self, tiers: Tiers) -> tuple[str, ...]:
        """The bodies above, the nearest first, as far as this one was told."""
        return (tiers.link.parent, *tiers.link.ancestors) if tiers.link else ()

    @property
    def neighbours_file(self) -> Path:
        """By which routing knows its neighbours while it runs."""
        return neighbours_path(self.folder)

    def write_server_conf(self, tiers: Tiers, now: datetime) -> None:
        """Bring the message server's files up to ``tiers``; a running server takes them at its next reload.

        Routing is told first who is next to the body, so that it knows whoever the server lets through. Raises
        :class:`deploy.nats.safety.UnsafeSettings`, leaving the old files.
        """
        self.authority.certify_listener((self.leaf_address.rpartition(":")[0].strip("[]"),), now)
        if tiers.link is not None:
            write_private(self._parent_authority, tiers.link.authority)
        conf = _merged(server_config(self._site(tiers)), self._additions())
        check_settings(self.code, conf)
        write_private(self.neighbours_file, json.dumps(self._neighbours(tiers), ensure_ascii=False, indent=2) + "\n")
        write_private(self.server_conf, json.dumps(conf, indent=2) + "\n")

    def _neighbours(self, tiers: Tiers) -> dict[str, Any]:
        """As ``shared.messaging.neighbours.Near`` reads it."""
        parent = tiers.link.parent if tiers.link else self.config.parent
        names = {code: tiers.children[code].names for code in tiers.admitted}
        if parent is not None:
            names[parent] = tiers.link.names if tiers.link else {}
        left = [code for code in tiers.admitted if tiers.children[code].left_at is not None]
        further = tiers.link.ancestor_names if tiers.link else {}
        return {"parent": parent, "names": names, "further": further, "left": left}

    @property
    def _parent_authority(self) -> Path:
        return self.folder / "parent.crt"

    def _additions(self) -> dict[str, Any]:
        """The operator's own settings of the server, such as limits: ``nats.extra.json``, over ours."""
        path = self.folder / "nats.extra.json"
        if not path.exists():
            return {}
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise CalledWrongly(f"{path} is not JSON: {error}") from error
        if not isinstance(found, dict):
            raise CalledWrongly(f"{path} must hold one JSON object")
        return found

    def _site(self, tiers: Tiers) -> ServerSite:
        config, secrets = self.config, self.config.secrets
        link = tiers.link
        return ServerSite(
            body=self.code,
            host=config.nats_listen,
            port=config.nats_port,
            monitor_port=config.monitor_port,
            leaf_port=config.leaf_port,
            store=self.folder / "jetstream",
            log=self.folder / "nats.log",
            secrets=ServerSecrets(
                services=secrets.nats_services,
                reporting=secrets.nats_reporting,
                steward=secrets.nats_steward,
                leaf=link.secret if link else secrets.nats_leaf,
                handover=secrets.nats_handover,
            ),
            parent=config.parent,
            parent_leaf=link.address if link else None,
            children={code: _access(tiers, code) for code in tiers.children},
            leaf_host=config.leaf_host,
            leaf_tls=LeafTls(self._files.listener_certificate, self._files.listener_key),
            parent_authority=self._parent_authority if link else None,
        )


def make_body(place: Machine, wanted: NewBody, now: datetime) -> OwnBody:
    """Configuration, keys, authority and server configuration of a new body in its folder.

    Raises :class:`BodyExists`, leaving what is there as it is.
    """
    folder = place.folder(wanted.code)
    if (folder / _CONFIG).exists():
        raise BodyExists(f"the code {wanted.code} exists: {folder / _CONFIG}")
    ports = place.ports(_free_slot(place))
    config = BodyConfig(
        body=wanted.code,
        tier=wanted.tier,
        parent=wanted.parent,
        time_zone=wanted.time_zone,
        names=wanted.names,
        port=ports.http,
        origin=wanted.origin or f"http://{HOST}:{ports.http}",
        nats_port=ports.nats,
        monitor_port=ports.monitor,
        leaf_port=ports.leaf,
        leaf_host=wanted.leaf_host,
        leaf_address=wanted.leaf_address,
        own=True,
        database_urls=place.database_urls(wanted.code),
        smtp_url=wanted.smtp_url or f"smtp://{HOST}:25",
        mail_from=wanted.mail_from or f"doorstep@{wanted.code}.localhost",
        secrets=Secrets.generate(),
    )
    body = OwnBody(folder, config)
    Authority.make(AuthorityFiles(folder), wanted.code, now)
    body.write_server_conf(Tiers(), now)
    # Last: a body is there once its configuration is, so that an attempt that was cut off can be repeated.
    config.write(folder / _CONFIG)
    return body


def own_bodies(place: Machine) -> Iterator[OwnBody]:
    """All bodies that were made in ``place``, by code."""
    for path in sorted(place.var.glob(f"*/{_CONFIG}")):
        if BodyConfig.read(path).own:
            yield OwnBody.read(path.parent)


def _free_slot(place: Machine) -> int:
    taken = {body.config.port for body in own_bodies(place)}
    for slot in range(_MOST):
        if place.ports(slot).http not in taken:
            return slot
    raise CalledWrongly(
        f"{place.var} holds {_MOST} bodies already; another DOORSTEP_VAR and DOORSTEP_PORT_BASE hold more"
    )


def _access(tiers: Tiers, code: str) -> ChildAccess:
    child = tiers.children[code]
    return ChildAccess(
        leaf_hash=child.secret_hash, invitation_hash=child.invitation.secret_hash if child.invitation else None
    )


def _merged(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    merged = dict(ours)
    for name, value in theirs.items():
        mine = merged.get(name)
        merged[name] = _merged(mine, value) if isinstance(mine, dict) and isinstance(value, dict) else value
    return merged


def codes(bodies: Sequence[OwnBody]) -> str:
    """For people."""
    return ", ".join(body.code for body in bodies)
