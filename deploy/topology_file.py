"""A topology of one's own, as a TOML file for ``doorstep up --config``::

[[bodies]]
code = "zhaosu"
tier = "county"
parent = "ili"              # left out where it stands under nobody
time_zone = "Asia/Shanghai"
names = { zh-Hans = "昭苏县政协", en = "Zhaosu County" }
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from deploy.topology import Body, Topology
from deploy.trouble import CalledWrongly

_BODIES = TypeAdapter(list[Body])


class BadTopology(CalledWrongly):
    """The file is no topology; the text says where and why."""


def read_topology(path: Path) -> Topology:
    """The bodies that the file names, in its order; raises :class:`BadTopology`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        bodies = content.get("bodies", [])
        # TOML has no word for nothing: who stands under nobody leaves the line out.
        if isinstance(bodies, list):
            bodies = [{"parent": None, **body} if isinstance(body, dict) else body for body in bodies]
        return Topology(tuple(_BODIES.validate_python(bodies)))
    except (OSError, ValueError, ValidationError) as error:
        raise BadTopology(f"{path}: {error}") from error
