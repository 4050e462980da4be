"""Settings that no message server is started with: each is named, and our own configuration has none of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.nats.safety import UnsafeSettings, check_settings, unsafe_settings
from deploy.nats.server_config import server_config
from deploy.nats.site import LeafTls, ServerSecrets, ServerSite

Conf = dict[str, Any]


def ours() -> Conf:
    """What a county is started with that has a parent and a child."""
    folder = Path("/nowhere")
    return server_config(
        ServerSite(
            body="zhaosu",
            host="127.0.0.1",
            port=4222,
            monitor_port=8222,
            leaf_port=7422,
            store=folder,
            log=folder,
            secrets=ServerSecrets(services="s", reporting="r", steward="d", leaf="l"),
            parent="ili",
            parent_leaf="ili.example:7422",
            children={"town": "t"},
            leaf_host="0.0.0.0",
            leaf_tls=LeafTls(folder, folder),
            parent_authority=folder,
        )
    )


def test_our_own_configuration_is_safe() -> None:
    assert list(unsafe_settings(ours())) == []
    check_settings("zhaosu", ours())


def _sync(conf: Conf) -> None:
    conf["jetstream"]["sync_interval"] = "2m"


def _no_sync(conf: Conf) -> None:
    del conf["jetstream"]["sync_interval"]


def _plain_password(conf: Conf) -> None:
    conf["accounts"]["UPLINK"]["users"][0]["password"] = "secret"


def _plain_authorization(conf: Conf) -> None:
    conf["leafnodes"]["authorization"] = {"user": "leaf", "password": "secret"}


def _nobody_asked(conf: Conf) -> None:
    conf["no_auth_user"] = "services"


def _local_linked(conf: Conf) -> None:
    conf["leafnodes"]["remotes"][0]["account"] = "LOCAL"


def _link_without_account(conf: Conf) -> None:
    del conf["leafnodes"]["remotes"][0]["account"]


def _link_into_local(conf: Conf) -> None:
    del conf["accounts"]["LOCAL"]["users"][0]["allowed_connection_types"]


def _open_monitoring(conf: Conf) -> None:
    conf["http"] = "0.0.0.0:8222"


def _port_alone(conf: Conf) -> None:
    conf["http_port"] = 8222


def _plain_leafs(conf: Conf) -> None:
    del conf["leafnodes"]["tls"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_sync, "jetstream.sync_interval is 2m"),
        (_no_sync, "jetstream.sync_interval is not set"),
        (_plain_password, "accounts.UPLINK: the password of reporting is in plain text"),
        (_plain_authorization, "leafnodes.authorization: the password of leaf is in plain text"),
        (_nobody_asked, "no_auth_user is services"),
        (_local_linked, "account LOCAL is bound to a link"),
        (_link_without_account, "a link without an account"),
        (_link_into_local, "accounts.LOCAL: services may sign in as a link"),
        (_open_monitoring, "http is 0.0.0.0:8222: monitoring"),
        (_port_alone, "http_port is 8222: monitoring"),
        (_plain_leafs, "leafnodes.listen is 0.0.0.0:7422 without tls"),
    ],
)
def test_each_unsafe_setting_is_named(spoil: Callable[[Conf], None], said: str) -> None:
    conf = ours()
    spoil(conf)
    (found,) = unsafe_settings(conf)
    assert said in found


def test_a_server_with_several_is_refused_naming_all(tmp_path: Path) -> None:
    conf = ours()
    _sync(conf)
    _open_monitoring(conf)
    with pytest.raises(UnsafeSettings, match=r"zhaosu is not started.*sync_interval.*monitoring"):
        check_settings("zhaosu", conf)


@pytest.mark.parametrize("listen", ["127.0.0.1:8222", "localhost:8222", "[::1]:8222"])
def test_monitoring_on_the_loopback_is_safe(listen: str) -> None:
    assert list(unsafe_settings({**ours(), "http": listen})) == []
