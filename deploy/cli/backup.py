"""``backup`` and ``restore``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.instance import machine
from deploy.cli.screen import answers, print_json, remarks
from deploy.machine import Machine
from deploy.topology import UnknownBody
from deploy.trouble import CalledWrongly, Trouble

if TYPE_CHECKING:
    from deploy.backup.containers import Containers
    from deploy.backup.manifest import Manifest

_JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]
_NatsOption = Annotated[
    str | None, typer.Option("--nats", help="In containers: how to run something beside the message server.")
]
_PostgresOption = Annotated[
    str | None, typer.Option("--postgres", help="In containers: the same beside PostgreSQL, as `podman exec -i NAME`.")
]
_SitesOption = Annotated[
    Path | None, typer.Option("--sites", help="In containers: the folder that `doorstep containers` wrote.")
]


def backup(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    body: Annotated[str | None, typer.Option(help="Whose; may be left out where one body lives here.")] = None,
    nats: _NatsOption = None,
    postgres: _PostgresOption = None,
    sites: _SitesOption = None,
    as_json: _JsonOption = False,
) -> None:
    """Write all that a body is into a folder, while it runs or not: databases, streams, keys, configuration."""
    # Imported here, as below: other commands copy nothing.
    from deploy.backup import containers, taking

    apart = _containers(nats, postgres, sites)
    with _full_disks():
        if apart is not None:
            manifest = containers.take(apart, folder.absolute(), expected=body)
        else:
            place = machine()
            manifest = taking.take(place, _only_body(place, body), folder.absolute())
    _say(manifest, as_json, {"folder": str(folder.absolute())})


def restore(
    folder: Annotated[Path, typer.Argument(help="What `doorstep backup` wrote.")],
    body: Annotated[str | None, typer.Option(help="Refuse the backup of any other body.")] = None,
    nats: _NatsOption = None,
    postgres: _PostgresOption = None,
    sites: _SitesOption = None,
    as_json: _JsonOption = False,
) -> None:
    """Bring a body back from its backup; it must not run, and what is here of it is moved aside."""
    from deploy.backup import containers, returning

    apart, aside = _containers(nats, postgres, sites), None
    with _full_disks():
        if apart is not None:
            manifest = containers.restore(apart, folder.absolute(), expected=body)
        else:
            manifest, aside = returning.restore(machine(), folder.absolute(), expected=body)
    _say(manifest, as_json, {"moved_aside": str(aside) if aside else None})
    if not as_json and aside is not None:
        remarks().print(f"What was here before is in {aside}; remove it when all is well.")


def _containers(nats: str | None, postgres: str | None, sites: Path | None) -> Containers | None:
    from deploy.backup.containers import Containers

    if nats is not None and postgres is not None and sites is not None:
        return Containers.described(nats, postgres, sites)
    if (nats, postgres, sites) != (None, None, None):
        raise CalledWrongly("--nats, --postgres and --sites belong together: they say where a body in containers is")
    return None


def _only_body(place: Machine, named: str | None) -> str:
    known = sorted(path.parent.name for path in place.var.glob("[!.]*/body.json"))
    # A parent's machine also keeps a file of secrets for each child that it has never run.
    lived = [code for code in known if (place.folder(code) / "jetstream").exists()]
    if named is None and len(lived) == 1:
        return lived[0]
    if named is None:
        raise CalledWrongly(f"--body says whose backup it is to be; here are {', '.join(known) or 'none'}")
    if named not in known:
        raise UnknownBody(named, tuple(known))
    return named


@contextmanager
def _full_disks() -> Iterator[None]:
    """What the system refuses is said in a sentence: no room, no right to read or write."""
    try:
        yield
    except OSError as error:
        raise Trouble(f"{error.filename or 'the files'}: {error.strerror or error}") from error


def _say(manifest: Manifest, as_json: bool, more: dict[str, str | None]) -> None:
    size = sum(kept.size for kept in manifest.files)
    said = {
        "body": manifest.body,
        "taken_at": f"{manifest.taken_at:%FT%TZ}",
        "files": len(manifest.files),
        "bytes": size,
    }
    if as_json:
        print_json(said | more)
    else:
        answers().print(
            f"{manifest.body} as of {said['taken_at']}: {said['files']} files, {size:,} bytes", highlight=False
        )
