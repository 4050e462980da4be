"""``python -m deploy.containers.health``: exits with 0 when ``DOORSTEP_HEALTH_URL`` answers with success, else with 1.

The check of the image itself; a service's ``/readyz`` where nothing else is said.
"""

from __future__ import annotations

import os
import sys
from urllib.error import URLError
from urllib.request import urlopen

from deploy.containers.addresses import SERVICE_PORT

_PATIENCE_SECONDS = 4


def main() -> int:
    """The exit code."""
    url = os.environ.get("DOORSTEP_HEALTH_URL") or f"http://127.0.0.1:{SERVICE_PORT}/readyz"
    try:
        with urlopen(url, timeout=_PATIENCE_SECONDS):
            return 0
    except (URLError, OSError) as reason:
        sys.stderr.write(f"{url}: {reason}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
