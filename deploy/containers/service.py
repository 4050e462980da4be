"""One service of a body in a process of its own: ``python -m deploy.containers.service settings.json [port]``.

The port is for replicas that share an address; a container has one of its own.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry

from deploy.body import build_of, settings_of
from deploy.containers.addresses import SERVICE_PORT
from deploy.serving import serve
from shared.observe import configure
from shared.web.service import Service

_DATABASE_WITHIN_SECONDS = 60.0
_LOOK_EVERY = 0.2


def load(path: Path) -> Service:
    """The service that the file describes, wired and not started.

    Raises :class:`OSError` where there is no such file, pydantic's ``ValidationError`` for one that lacks something.
    """
    values = json.loads(path.read_bytes())
    build = build_of(values["service"])
    return build(settings_of(build).model_validate(values), CollectorRegistry())


def wait_for_database(url: str, within: float = _DATABASE_WITHIN_SECONDS) -> bool:
    """Whether somebody listens where the database is, looked at for ``within`` seconds.

    Nothing starts in our order, and a service that finds no database ends: started again and again until there is one,
    ten of them would keep a machine from ever making it.
    """
    address = urlsplit(url)
    if address.hostname is None:
        return True  # a file
    deadline = monotonic() + within
    while monotonic() < deadline:
        try:
            socket.create_connection((address.hostname, address.port or 5432), 2).close()
        except OSError:
            sleep(_LOOK_EVERY)  # between looks: a server that is not there calls nobody
        else:
            return True
    return False


def main() -> None:
    """Serve until SIGTERM."""
    if len(sys.argv) not in (2, 3) or not all(port.isdecimal() for port in sys.argv[2:]):
        raise SystemExit("usage: python -m deploy.containers.service <settings.json> [port]")
    path = Path(sys.argv[1])
    values = json.loads(path.read_bytes())
    configure("INFO", body=values["body"], service=values["service"])
    wait_for_database(values["database_url"])
    # A container has an address of its own; who reaches it is for its network to say.
    serve(lambda: load(path).app, host="0.0.0.0", port=int(sys.argv[2]) if len(sys.argv) == 3 else SERVICE_PORT)


if __name__ == "__main__":
    main()
