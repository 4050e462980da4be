"""``fakes``: the development inbox on its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.instance import machine
from deploy.cli.screen import remarks


def fakes(
    smtp_port: Annotated[int | None, typer.Option(help="Where mail is taken; from DOORSTEP_PORT_BASE.")] = None,
    page_port: Annotated[int | None, typer.Option(help="Where it is shown; from DOORSTEP_PORT_BASE.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where it is kept; var/inbox when left out.")] = None,
) -> None:
    """Take every mail, deliver none, and show them in a browser, until Ctrl-C. `up --sample` runs it too."""
    # Imported here: the other commands need no web server, and start half a second sooner.
    from deploy.fakes.server import serve

    place = machine()
    smtp, page = smtp_port or place.fakes.smtp, page_port or place.fakes.page
    remarks().print(f"Taking mail at smtp://127.0.0.1:{smtp}, showing it at http://127.0.0.1:{page}")
    serve(folder or place.inbox_folder, smtp, page)
