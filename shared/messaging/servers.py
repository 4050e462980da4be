"""Where a body's message servers are, as settings say it."""

from __future__ import annotations


def servers_of(url: str) -> list[str]:
    """The addresses in ``url``: one, or all of a cluster's, with commas between them.

    ``nats://user:password@one:4222,nats://user:password@two:4222``
    """
    return [server.strip() for server in url.split(",")]
