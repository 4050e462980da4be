"""Renders the configuration of one body's nats-server.

The server reads JSON as well as its own notation, so the configuration is built as plain data.
"""

from __future__ import annotations

import json

from deploy.nats.accounts import Conf, accounts, hash_secret, leaf_user
from deploy.nats.cluster import cluster_section
from deploy.nats.site import ServerSite

MAX_PAYLOAD = 256 * 1024
"""Bytes; equal on every tier, or one large message would block a child's whole way up."""


def render(site: ServerSite) -> str:
    """The configuration file as text; it holds the leaf's plain password, so keep it private (0600)."""
    return json.dumps(server_config(site), indent=2) + "\n"


def server_config(site: ServerSite) -> Conf:
    """The configuration as data."""
    conf: Conf = {
        "server_name": site.body if site.cluster is None else site.cluster.node,
        "listen": f"{site.host}:{site.port}",
        # Monitoring has no authentication of its own.
        "http": f"127.0.0.1:{site.monitor_port}",
        "max_payload": MAX_PAYLOAD,
        # A cable that is unplugged tells nobody: without an answer to two of these a connection is ended, and made
        # anew once the cable is back, instead of when TCP thinks of trying again, which may be two minutes later.
        "ping_interval": "15s",
        "ping_max": 2,
        "log_file": str(site.log),
        "logfile_size_limit": 16 * 1024 * 1024,
        "logfile_max_num": 4,
        # An acknowledged message must survive a power cut: a single server has no replica to ask, and those of a
        # cluster may lose their power together.
        "jetstream": {"store_dir": str(site.store), "domain": site.body, "sync_interval": "always"},
        "leafnodes": _leafnodes(site),
        "accounts": accounts(site),
        "system_account": "SYS",
    }
    if site.cluster is not None:
        conf["cluster"] = cluster_section(site.body, site.cluster, hash_secret(site.cluster.secret))
    return conf


def _leafnodes(site: ServerSite) -> Conf:
    # Always there: a server takes a new parent or child without a restart, but not another delay.
    leafnodes: Conf = {"reconnect": "2s"}
    if site.children or site.leaf_tls is not None:
        leafnodes |= {
            "listen": f"{site.leaf_host or site.host}:{site.leaf_port}",
            # Children learn neither our inner addresses nor each other's interest.
            "no_advertise": True,
            "isolate_leafnode_interest": True,
        }
    if site.leaf_tls is not None:
        files = {"cert_file": str(site.leaf_tls.certificate), "key_file": str(site.leaf_tls.key)}
        # The handshake first: not even the server's name is said in plain text.
        leafnodes["tls"] = {**files, "min_version": "1.3", "handshake_first": True}
    if site.parent_leaf is not None:
        leafnodes["remotes"] = [_remote(site, site.parent_leaf)]
    return leafnodes


def _remote(site: ServerSite, parent_leaf: str) -> Conf:
    user, password = leaf_user(site.body), site.secrets.leaf
    remote: Conf = {
        "url": f"nats-leaf://{user}:{password}@{parent_leaf}",
        "account": "UPLINK",
        "deny_exports": ["$JS.API.>"],
    }
    if site.parent_authority is not None:
        remote["tls"] = {"ca_file": str(site.parent_authority), "min_version": "1.3", "handshake_first": True}
    return remote
