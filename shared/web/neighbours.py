"""How a service asks the others of its body: over HTTP, at the body's own origin."""

from __future__ import annotations

import ssl
from functools import cache

import httpx

PATIENCE_SECONDS = 5.0


def neighbour_client(url: str, patience: float = PATIENCE_SECONDS) -> httpx.AsyncClient:
    """A client of the services at ``url``, each answer of which may take ``patience`` seconds.

    A proxy that the machine is told to use has no business between a body's own services (``trust_env``).
    """
    return httpx.AsyncClient(base_url=url, timeout=patience, trust_env=False, verify=_authorities())


@cache
def _authorities() -> ssl.SSLContext:
    # Reading the machine's certificates takes longer than building a service's routes, and megabytes: once a process.
    return ssl.create_default_context()
