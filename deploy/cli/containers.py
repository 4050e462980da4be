"""``containers``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.screen import print_json, remarks
from deploy.topology import SAMPLE
from deploy.topology_file import read_topology
from deploy.trouble import CalledWrongly


def containers(
    folder: Annotated[Path, typer.Argument(help="Where to write; what is secret there is kept when run again.")],
    body: Annotated[list[str], typer.Option(help="CODE=ORIGIN: a body and what a browser types to reach it.")],
    config: Annotated[Path | None, typer.Option(help="A topology file (TOML); the sample's when left out.")] = None,
    smtp: Annotated[str, typer.Option(help="Where letters are handed in.")] = "smtp://mail:25",
    leaf_address: Annotated[
        list[str] | None, typer.Option(help="CODE=HOST:PORT: where children on other hosts reach that body.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Write what the containers of bodies are told: settings, keys, nats-server's and the proxy's configuration."""
    # Imported here: the services' routes are read for the proxy's table.
    from deploy.containers.site import Site, write_sites

    topology = read_topology(config) if config is not None else SAMPLE
    origins, leafs = _pairs("--body", body), _pairs("--leaf-address", leaf_address or [])
    strangers = sorted(set(leafs) - set(origins))
    if strangers:
        raise CalledWrongly(f"--leaf-address: {strangers[0]} is not among --body")
    for code, origin in origins.items():
        if not origin.startswith(("http://", "https://")) or origin.endswith("/"):
            raise CalledWrongly(f"--body: the origin of {code} must be http(s)://host without a slash at its end")
    for code, address in leafs.items():
        host, _, port = address.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
            raise CalledWrongly(f"--leaf-address: {address!r} of {code} is not host:port")
    sites = {
        code: Site(origin=origin, smtp_url=smtp, mail_from=_mail_from(origin), leaf_address=leafs.get(code))
        for code, origin in origins.items()
    }
    write_sites(folder.absolute(), topology, sites)
    if as_json:
        print_json({"folder": str(folder.absolute()), "bodies": sorted(origins)})
    else:
        remarks().print(f"Written: {', '.join(str(folder / code) for code in origins)}")


def _pairs(option: str, texts: list[str]) -> dict[str, str]:
    pairs = dict(text.partition("=")[::2] for text in texts)
    if len(pairs) < len(texts) or not all(pairs.values()):
        raise CalledWrongly(f"{option} takes CODE=VALUE, and each body once")
    return pairs


def _mail_from(origin: str) -> str:
    host = origin.partition("://")[2].partition(":")[0]
    return f"doorstep@{host}"
