"""Settings of a message server that this program does not start with, each named with what is wrong about it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deploy.trouble import Trouble

_MONITORING = ("http", "https", "http_port", "https_port", "monitor_port")
_BCRYPT = ("$2a$", "$2b$", "$2x$", "$2y$")

Conf = Mapping[str, Any]


class UnsafeSettings(Trouble):
    """The configuration about to be run would lose or show what it must not."""

    def __init__(self, body: str, found: Iterable[str]) -> None:
        super().__init__(f"the message server of {body} is not started: {'; '.join(found)}")


def check_settings(body: str, conf: Conf) -> None:
    """Raises :class:`UnsafeSettings` naming everything that :func:`unsafe_settings` finds."""
    found = list(unsafe_settings(conf))
    if found:
        raise UnsafeSettings(body, found)


def unsafe_settings(conf: Conf) -> Iterator[str]:
    """What is unsafe in the configuration of a body's server, a sentence each."""
    yield from _durability(conf)
    yield from _passwords(conf)
    yield from _links(conf)
    yield from _cluster(conf)
    yield from _monitoring(conf)


def _durability(conf: Conf) -> Iterator[str]:
    jetstream = conf.get("jetstream")
    synced = jetstream.get("sync_interval") if isinstance(jetstream, Mapping) else None
    if synced != "always":
        yield (
            f"jetstream.sync_interval is {synced or 'not set'}: anything but always loses acknowledged events in a "
            "power cut"
        )


def _passwords(conf: Conf) -> Iterator[str]:
    for where, user in _users(conf):
        password = user.get("password", user.get("pass"))
        if password is not None and not str(password).startswith(_BCRYPT):
            yield f"{where}: the password of {user.get('user', 'a user')} is in plain text; only bcrypt hashes are kept"
        if user.get("token"):
            yield f"{where}: a token in plain text"
    if conf.get("no_auth_user"):
        yield f"no_auth_user is {conf['no_auth_user']}: whoever reaches the port would be signed in"


def _users(conf: Conf) -> Iterator[tuple[str, Conf]]:
    for name, account in (conf.get("accounts") or {}).items():
        for user in account.get("users") or ():
            yield f"accounts.{name}", user
    for where in ("", "leafnodes", "cluster"):
        section = conf.get(where) or {} if where else conf
        authorization = section.get("authorization")
        if isinstance(authorization, Mapping):
            path = f"{where}.authorization" if where else "authorization"
            yield path, authorization
            for user in authorization.get("users") or ():
                yield path, user


def _links(conf: Conf) -> Iterator[str]:
    leafnodes = conf.get("leafnodes") or {}
    for remote in leafnodes.get("remotes") or ():
        account = remote.get("account")
        if account == "LOCAL":
            yield "leafnodes.remotes: account LOCAL is bound to a link, and what stays in the body would leave it"
        elif account is None:
            yield "leafnodes.remotes: a link without an account"
    for user in (conf.get("accounts") or {}).get("LOCAL", {}).get("users") or ():
        if "LEAFNODE" in (user.get("allowed_connection_types") or ["LEAFNODE"]):
            yield f"accounts.LOCAL: {user.get('user', 'a user')} may sign in as a link, and LOCAL has none"
    listen = leafnodes.get("listen")
    if listen is not None and not _is_loopback(str(listen)) and not leafnodes.get("tls"):
        yield f"leafnodes.listen is {listen} without tls: secrets of children would cross the network in plain text"


def _cluster(conf: Conf) -> Iterator[str]:
    cluster = conf.get("cluster")
    if cluster and not cluster.get("authorization"):
        yield "cluster has no authorization: whoever reaches its port would be one of the body's servers"


def _monitoring(conf: Conf) -> Iterator[str]:
    for name in _MONITORING:
        listen = conf.get(name)
        if listen is not None and not _is_loopback(str(listen)):
            yield f"{name} is {listen}: monitoring has no sign-in of its own, so it listens on 127.0.0.1 alone"


def _is_loopback(listen: str) -> bool:
    """Whether ``host:port`` names the loopback; a port alone means every address."""
    host, colon, _ = listen.rpartition(":")
    if not colon:
        return False
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
