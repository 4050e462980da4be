"""Names and ports inside a body's own network, the same under compose and under Kubernetes.

Every body has a network (or a namespace) of its own, so these short names mean its own servers. Only its message
server is known outside, as :func:`leaf_host`.
"""

from __future__ import annotations

IMAGE_USER = 10001
"""The uid and gid that everything in the containers runs as."""

SERVICE_PORT = 8000
"""Each service listens here, in a container of its own."""
PROXY_HOST, PROXY_PORT = "proxy", 8080
NATS_HOST, NATS_PORT, MONITOR_PORT, LEAF_PORT = "nats", 4222, 8222, 7422
POSTGRES_HOST, POSTGRES_PORT = "postgres", 5432

TOLD = "/run/doorstep"
"""Where a container finds what it is told: the folder of that name and of no other, mounted read-only."""
DATA = "/data"
"""The message server's volume: the body's folder is below it."""


def leaf_address(body: str) -> str:
    """``host:port`` at which the children's servers reach the one of ``body`` on the same host."""
    return f"{body}-nats:{LEAF_PORT}"


def database_name(body: str, service: str) -> str:
    """What the database of a service is called; each is its service's own."""
    return f"{body}_{service}".replace("-", "_")
