"""``python -m deploy.containers.still``: the half of a backup that happens beside the message server.

It speaks with ``deploy.backup.containers`` over standard input and output: freezes the server, says ``still <body>``,
and waits for ``copy`` while the other half holds the databases; then copies the streams, lets the server go on, and
writes all of the body's folder as one archive. Whatever becomes of the other half, the server goes on.
"""

from __future__ import annotations

import os
import select
import sys
from fnmatch import fnmatch
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.backup.archive import pack
from deploy.backup.taking import BODY, NOT_TAKEN, STREAMS, copy_streams, ended_in_order, frozen, server_pid
from deploy.machine import Machine
from deploy.tiers.own_body import own_bodies

_PATIENCE_SECONDS = 60.0
"""How long the server stands still for the sake of somebody who says nothing."""


def main() -> int:
    """The exit code: 1 where nobody said ``copy``."""
    place = Machine.from_environment(os.environ)
    [body] = own_bodies(place)
    with ended_in_order(), TemporaryDirectory(prefix=".backup-", dir=place.var) as aside:
        streams = Path(aside) / STREAMS
        with frozen(server_pid(place, body.code)):
            sys.stdout.write(f"still {body.code}\n")
            sys.stdout.flush()
            if not _told("copy"):
                return 1
            copy_streams(body.folder / STREAMS, streams)
        kept = [path for path in body.folder.iterdir() if not any(fnmatch(path.name, not_) for not_ in NOT_TAKEN)]
        pack(sys.stdout.buffer, {STREAMS: streams, **{f"{BODY}/{path.name}": path for path in kept}})
    return 0


def _told(word: str) -> bool:
    heard, _, _ = select.select([sys.stdin], [], [], _PATIENCE_SECONDS)
    return bool(heard) and sys.stdin.readline().strip() == word


if __name__ == "__main__":
    sys.exit(main())
