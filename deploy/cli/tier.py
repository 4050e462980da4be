"""``tier invite|join|rotate|dismiss|leave|status``: how bodies stand above and below each other."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.instance import place_at, server_pid
from deploy.cli.screen import print_json, print_table, remarks
from deploy.trouble import CalledWrongly

if TYPE_CHECKING:
    from deploy.tiers.invitation import Invitation
    from deploy.tiers.own_body import OwnBody

_AtOption = Annotated[str | None, typer.Option("--at", help="Which body, where this place has several.")]
_DirOption = Annotated[Path | None, typer.Option("--dir", help="Where bodies lie here; DOORSTEP_VAR when left out.")]
_OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="The file to write, - for standard output; <child>.invitation when left out."),
]
_HoursOption = Annotated[float, typer.Option(help="How long the file may be used.")]
_AddressOption = Annotated[
    str | None, typer.Option("--address", help="host:port at which the child reaches this body, if not the usual one.")
]
_ChildArgument = Annotated[str, typer.Argument(help="Code of the child.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]
_A_WEEK = 7 * 24.0
_LINKED_WITHIN = 20.0
_LOOK_EVERY = 0.2


def build() -> typer.Typer:
    """The group."""
    app = typer.Typer(help="Parents and children: invite, join, rotate, leave, look.", no_args_is_help=True)
    app.command("invite")(invite)
    app.command("join")(join)
    app.command("rotate")(rotate)
    app.command("dismiss")(dismiss)
    app.command("leave")(leave)
    app.command("status")(status)
    return app


def invite(
    child: _ChildArgument,
    at: _AtOption = None,
    folder: _DirOption = None,
    out: _OutOption = None,
    hours: _HoursOption = _A_WEEK,
    address: _AddressOption = None,
) -> None:
    """At the parent: write the one file by which a child joins, once. An earlier one that was not used ends."""
    from deploy.tiers.inviting import invite as opened

    body = _body(folder, at)
    now = datetime.now(UTC)
    slug = _slug(child)
    _write(body, opened(body, slug, address=address or body.leaf_address, now=now, life=_life(hours)), out, folder)


def rotate(
    child: _ChildArgument,
    at: _AtOption = None,
    folder: _DirOption = None,
    out: _OutOption = None,
    hours: _HoursOption = _A_WEEK,
    address: _AddressOption = None,
    at_once: Annotated[bool, typer.Option("--now", help="End the present secret, and the link, at once.")] = False,
) -> None:
    """At the parent: write a file that gives a joined child a new secret; the present one ends when it is used."""
    from deploy.tiers.inviting import rotate as opened

    body = _body(folder, at)
    now, reached_at = datetime.now(UTC), address or body.leaf_address
    opening = opened(body, _slug(child), address=reached_at, now=now, life=_life(hours), at_once=at_once)
    _write(body, opening, out, folder)
    if at_once:
        _unlink(body, child)


def join(
    file: Annotated[Path, typer.Argument(help="What the parent wrote; - for standard input.")],
    at: _AtOption = None,
    folder: _DirOption = None,
) -> None:
    """At the child: take the file of `invite` or `rotate`, and link. Whoever was up stays up."""
    from deploy.tiers.authority import fingerprint
    from deploy.tiers.desk import apply
    from deploy.tiers.invitation import CLOCK_TOLERANCE, read_invitation
    from deploy.tiers.joining import join as joined

    invitation = read_invitation(Path("/dev/stdin") if str(file) == "-" else file)
    body = _body(folder, at)
    ahead = asyncio.run(joined(body, invitation, datetime.now(UTC)))
    newly_under = body.stand_under(invitation.parent)
    pid = server_pid(body.folder.parent, body.code)
    asyncio.run(apply(body, pid, datetime.now(UTC)))
    seal = fingerprint(invitation.authority)
    _say(f"{body.code} is joined to {invitation.parent}, whose authority is {seal}: compare it by telephone.")
    if abs(ahead) > CLOCK_TOLERANCE:
        _say(f"The clocks differ by {abs(ahead).total_seconds() / 60:.0f} minutes: set this machine's.")
    if newly_under and pid is not None:
        _say(f"{body.code} was made without a parent: start it anew once, so that its pages name {invitation.parent}.")
    if pid is None:
        _say(f"{body.code} is not up; the link is made when it starts.")
    elif asyncio.run(_linked(body)):
        _say(f"The link to {invitation.parent} is up.")
    else:
        _say("The link is not up yet; `doorstep tier status` shows it.")


def leave(at: _AtOption = None, folder: _DirOption = None) -> None:
    """At the child: end the link to the parent. The body works on; what it reported stays at the parent."""
    from deploy.tiers.desk import apply
    from deploy.tiers.joining import leave as left

    body = _body(folder, at)
    link = body.register.read().link
    told = asyncio.run(left(body))
    asyncio.run(apply(body, server_pid(body.folder.parent, body.code), datetime.now(UTC)))
    parent = link.parent if link else ""
    _say(f"{body.code} is linked to {parent} no more.")
    if not told:
        _say(f"{parent} could not be told: `doorstep tier dismiss {body.code}` there ends what is left of it.")


def dismiss(child: _ChildArgument, at: _AtOption = None, folder: _DirOption = None) -> None:
    """At the parent: let a child in no more, invited or joined. What it reported stays."""
    from deploy.tiers.inviting import dismiss as dismissed

    body = _body(folder, at)
    dismissed(body, child, datetime.now(UTC))
    _apply(body, folder)
    _unlink(body, child)
    _say(f"{body.code} lets {child} in no more.")


def status(at: _AtOption = None, folder: _DirOption = None, as_json: _JsonOption = False) -> None:
    """Each link: up or down, how far it lags, what came last, where its chains end; 3 when one that should be up is
    not."""
    from deploy.cli.tier_heads import heads_of, print_heads
    from deploy.tiers.links import links

    body = _body(folder, at)
    seen = asyncio.run(links(body))
    heads = asyncio.run(heads_of(body))
    if as_json:
        print_json({"body": body.code, "links": [asdict(link) for link in seen], "chains": heads})
    else:
        columns = ("body", "is our", "link", "up", "events", "lag", "last event", "down", "lag")
        rows = [
            (
                *(one.body, one.side, one.state, one.stream),
                *map(_or_dash, (one.events, one.lag, one.last_event, one.down_stream, one.down_lag)),
            )
            for one in seen
        ]
        print_table(columns, rows, title=f"Links of {body.code}")
        print_heads(body.code, heads)
    if any(link.state in ("down", "unknown") for link in seen):
        raise typer.Exit(3)


def _body(folder: Path | None, at: str | None) -> OwnBody:
    from deploy.tiers.own_body import NoSuchBody, OwnBody, codes, own_bodies

    place = place_at(folder)
    if at is not None:
        return OwnBody.read(place.folder(at))
    found = list(own_bodies(place))
    if not found:
        raise NoSuchBody(f"no body was made in {place.var}; `doorstep body init` makes one, --dir names another place")
    if len(found) > 1:
        raise CalledWrongly(f"--at: which of {codes(found)}?")
    return found[0]


def _write(body: OwnBody, invitation: Invitation, out: Path | None, folder: Path | None) -> None:
    from deploy.tiers.authority import fingerprint
    from deploy.tiers.invitation import sealed_text, write_invitation

    path = out or Path(f"{invitation.child}.invitation")
    # The server first: a file that is carried away must open something.
    _apply(body, folder)
    if str(path) == "-":
        path = Path(f"{invitation.child}.invitation")
        typer.echo(sealed_text(invitation, body.authority), nl=False)
    else:
        write_invitation(path, invitation, body.authority)
    _say(f"{path} lets {invitation.child} in, once, until {invitation.expires_at:%Y-%m-%d %H:%M} UTC.")
    _say(f"Carry it by hand; whoever has it first is {invitation.child}. There: doorstep tier join {path.name}")
    _say(f"The authority of {body.code} is {fingerprint(invitation.authority)}; {invitation.child} must see the same.")


def _apply(body: OwnBody, folder: Path | None) -> None:
    from deploy.tiers.desk import apply

    asyncio.run(apply(body, server_pid(body.folder.parent, body.code), datetime.now(UTC)))


def _unlink(body: OwnBody, child: str) -> None:
    from deploy.tiers.desk import connections, unlink

    async def end() -> None:
        await unlink(body, await connections(body, child))

    asyncio.run(end())


async def _linked(body: OwnBody) -> bool:
    from deploy.tiers.links import links

    for _ in range(round(_LINKED_WITHIN / _LOOK_EVERY)):
        if any(one.side == "parent" and one.state == "up" for one in await links(body)):
            return True
        await asyncio.sleep(_LOOK_EVERY)
    return False


def _slug(child: str) -> str:
    import re

    from deploy.tiers.invitation import SLUG

    if not re.fullmatch(SLUG, child):
        raise typer.BadParameter(f"{child!r}: a lower-case letter, then letters, digits, hyphens", param_hint="CHILD")
    return child


def _life(hours: float) -> timedelta:
    if not 0 < hours <= 24 * 90:
        raise typer.BadParameter("more than none, and 90 days at most", param_hint="--hours")
    return timedelta(hours=hours)


def _or_dash(value: object) -> object:
    return "-" if value is None else value


def _say(sentence: str) -> None:
    remarks().print(sentence, highlight=False, markup=False, soft_wrap=True)
