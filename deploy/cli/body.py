"""``body init``."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from deploy.cli.instance import place_at
from deploy.cli.screen import print_json, remarks
from shared.settings import Tier


def build() -> typer.Typer:
    """The group."""
    app = typer.Typer(help="Make a body of one's own.", no_args_is_help=True)
    app.callback()(lambda: None)
    app.command("init")(init)
    return app


def init(
    code: Annotated[str, typer.Argument(help="Lower-case slug, unique in the tree: letters, digits, hyphens.")],
    tier: Annotated[str, typer.Option(help="county, prefecture, city, region or district.")],
    parent: Annotated[str | None, typer.Option(help="Code of the body above; none for the top of a tree.")] = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Where bodies lie here; DOORSTEP_VAR when left out.")
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option(help="What residents call it, by language: zh-Hans=昭苏县政协; once for each.")
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Of its calendar.")] = "Asia/Shanghai",
    origin: Annotated[str | None, typer.Option(help="What residents type: https://desk.example.org")] = None,
    leaf_listen: Annotated[
        str, typer.Option(help="Address to which children connect; 0.0.0.0 to be reached from other machines.")
    ] = "127.0.0.1",
    leaf_address: Annotated[str | None, typer.Option(help="host:port that invitations tell children.")] = None,
    smtp_url: Annotated[str | None, typer.Option(help="smtp://[user:password@]host:port for letters.")] = None,
    mail_from: Annotated[str | None, typer.Option(help="The sender of letters.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Where everything is, as JSON.")] = False,
) -> None:
    """Make a body: its configuration, keys, authority and message server, in a folder of its own."""
    # Imported here: certificates need a library that the other commands start sooner without.
    from deploy.tiers.authority import fingerprint
    from deploy.tiers.invitation import SLUG
    from deploy.tiers.own_body import NewBody, make_body

    for hint, slug in (("CODE", code), ("--parent", parent)):
        if slug is not None and not re.fullmatch(SLUG, slug):
            raise typer.BadParameter(f"{slug!r}: a lower-case letter, then letters, digits, hyphens", param_hint=hint)
    if parent == code:
        raise typer.BadParameter(f"{code} cannot be its own parent", param_hint="--parent")
    wanted = NewBody(
        code=code,
        tier=_tier(tier),
        parent=parent,
        time_zone=_zone(time_zone),
        names=dict(_name(one) for one in name or ()),
        leaf_host=leaf_listen,
        leaf_address=_address(leaf_address),
        origin=_origin(origin),
        smtp_url=smtp_url,
        mail_from=mail_from,
    )
    place = place_at(folder)
    body = make_body(place, wanted, datetime.now(UTC))
    seal = fingerprint(body.authority.certificate)
    if as_json:
        made = {"body": code, "folder": str(body.folder), "url": body.config.origin, "leaf_address": body.leaf_address}
        print_json({**made, "authority": seal})
        return
    remarks().print(f"{code} is made in {body.folder}. Its authority is {seal}.", highlight=False, soft_wrap=True)
    remarks().print(f"The first officer's sign-in code is in {body.folder}/body.json, under secrets.", soft_wrap=True)
    remarks().print(f"Start it: doorstep up {body.folder}/body.json", highlight=False, soft_wrap=True)


def _tier(text: str) -> Tier:
    for known in get_args(Tier):
        if text == known:
            return known  # type: ignore[no-any-return]
    raise typer.BadParameter(f"{text!r}; one of {', '.join(get_args(Tier))}", param_hint="--tier")


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise typer.BadParameter(f"{text!r}: no time zone, such as Asia/Shanghai", param_hint="--time-zone") from error
    return text


def _name(text: str) -> tuple[str, str]:
    language, equals, name = text.partition("=")
    if not (language and equals and name):
        raise typer.BadParameter(f"{text!r}: language=name is expected", param_hint="--name")
    return language, name


def _origin(text: str | None) -> str | None:
    if text is not None and not re.fullmatch(r"https?://[^/\s]+", text):
        raise typer.BadParameter(f"{text!r}: https://host, without a path", param_hint="--origin")
    return text


def _address(text: str | None) -> str | None:
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise typer.BadParameter(f"{text!r}: host:port is expected", param_hint="--leaf-address")
    return text
