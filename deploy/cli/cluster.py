"""``cluster``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.screen import print_json, remarks


def cluster(
    folder: Annotated[Path, typer.Argument(help="Of the body, as `doorstep containers` wrote it: sites/zhaosu.")],
    server: Annotated[list[str], typer.Option(help="HOST or HOST:PORT of a message server; three of them.")],
    store: Annotated[
        Path, typer.Option(help="A folder on the machine of each server, for its streams and its log.")
    ] = Path("/data"),
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Write what three message servers of one body are told, and tell its services of all three."""
    # Imported here: the services' routes are read along with the rest of the containers.
    from deploy.cluster.servers import places_of
    from deploy.cluster.writing import write_cluster

    places = places_of(server)
    body = write_cluster(folder.absolute(), places, store=store)
    if as_json:
        print_json({"body": body, "folder": str(folder.absolute()), "servers": [str(place) for place in places]})
    else:
        remarks().print(f"Written for {body}: {', '.join(str(folder / f'nats-{n}') for n in range(len(places)))}")
