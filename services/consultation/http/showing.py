"""What the pages under ``/work`` have in common."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.desk import Desk
from services.consultation.http.forms import M, R, Refused, Sent, act_on
from services.consultation.http.labels import badge, label, options
from services.consultation.usecases.acting import Actor
from shared.db.idempotency import Key
from shared.ids import new_id
from shared.web.forms import Form
from shared.web.pages import render, see_other

Station = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


def show(request: Request, template: str, actor: Actor, refused: Refused | None = None, **context: Any) -> Response:
    """A page of this service; ``refused`` is the form on it that went back to its sender."""
    return render(
        request,
        f"consultation/{template}",
        refused.status if refused else 200,
        failed=refused.name if refused else "",
        can_act=actor.is_officer or actor.member is not None,
        is_officer=actor.is_officer,
        new_key=new_id,
        label=label,
        badge=badge,
        options=options,
        **context,
    )


def entered(refused: Refused | None, **blanks: Form[Any]) -> dict[str, Form[Any]]:
    """The forms of a page by name, the refused one as it was filled in."""
    return {**blanks, refused.name: refused.form} if refused else blanks


async def take(request: Request, desk: Desk, key: Key, sent: Sent[M, R], next_path: str) -> Response:
    """Do what a form says and go on to ``next_path``. Raises Refused."""
    await act_on(request, desk, key, sent)
    return see_other(next_path, sent.said)


async def at_station(desk: Desk, actor: Actor, wanted: str | None, refused: Refused | None) -> dict[str, Any]:
    """The station to work at, a refused form's own before any other, and the members who are there."""
    stations = await desk.casebook.stations(actor)
    if refused is not None:
        wanted = refused.form.text("station") or wanted
    station = wanted if wanted in stations else next(iter(stations), "")
    return {"stations": stations, "station": station, "colleagues": await colleagues(desk, actor, station)}


async def colleagues(desk: Desk, actor: Actor, station: str, *others: str) -> list[str]:
    """The members to choose from: those of a station, the reader first if elsewhere, and ``others`` named already."""
    found = await desk.casebook.colleagues(station)
    missing = [code for code in (actor.member, *others) if code is not None and code not in found]
    return [*dict.fromkeys(missing), *found]
