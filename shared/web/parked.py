"""What waits in a service's messaging, for its officers and dispatchers: events parked, kept, not yet out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query

from shared.contracts.envelope import event_id_of
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError
from shared.messaging.parking import ParkedEvent, reason_of
from shared.runtime import Runtime
from shared.web.auth import Role, allow
from shared.web.paging import decode_cursor, encode_cursor
from shared.web.routers import api_router

PAGE = 50
STAFF = Depends(allow(Role.OFFICER, Role.DISPATCHER))


def parked_router(runtime: Runtime, service: str) -> APIRouter:
    """``/api/v1/<service>``: ``/parked`` and what is done about it, ``/kept``, ``/unpublished``, ``/outbox``."""
    router = api_router(f"/api/v1/{service}", "messaging", [STAFF])

    @router.get("/outbox")
    async def outbox() -> dict[str, int]:
        """How many events are written down and not yet with the server, and how many are still to be applied."""
        return {"waiting": await runtime.relay.depth(), "pending": await runtime.link.pending()}

    @router.get("/unpublished")
    async def unpublished() -> dict[str, Any]:
        """How many events are not yet with the server, and since when the oldest waits; told without the server."""
        return {"waiting": await runtime.relay.depth(), "oldest": await runtime.relay.oldest()}

    @router.get("/kept")
    async def kept() -> dict[str, Any]:
        """Events that a newer release wrote, by subject; one that can read them takes them up when it starts."""
        return {"items": [{"service": service, **asdict(kind)} for kind in await runtime.keeping.kinds()]}

    @router.get("/parked")
    async def list_parked(cursor: Annotated[str | None, Query(max_length=200)] = None) -> dict[str, Any]:
        """The newest first, 50 to a page."""
        before = cast(int, decode_cursor(cursor, int)[0]) if cursor else None
        found = await runtime.parking.waiting(PAGE, before)
        following = encode_cursor(found[-1].id) if len(found) == PAGE else None
        return {"items": [_line(parked, service) for parked in found], "next": following}

    @router.get("/parked/{parked_id}")
    async def show(parked_id: int) -> dict[str, Any]:
        """One, with its headers and body."""
        return _whole(await runtime.parking.get(parked_id), service)

    @router.post("/parked/{parked_id}/resend")
    async def resend(parked_id: int) -> dict[str, Any]:
        """Apply it after all; where that fails again it stays, and the reason is said."""
        parked = await runtime.parking.get(parked_id)
        try:
            await runtime.consumer.resend(parked)
        except DomainError:
            raise
        except Exception as error:  # whatever the handler met is the answer
            raise Conflict("still-failing", "It failed again: {reason}", reason=reason_of(error)) from error
        return {"id": parked_id, "state": "resent"}

    @router.post("/parked/{parked_id}/drop")
    async def drop(parked_id: int) -> dict[str, Any]:
        """Give it up; it stays in the table, marked so."""

        async def job(tx: Transaction) -> None:
            await runtime.parking.settle(tx, parked_id, "dropped")

        await runtime.writer.run(job)
        return {"id": parked_id, "state": "dropped"}

    return router


def _line(parked: ParkedEvent, service: str) -> dict[str, Any]:
    return {key: value for key, value in _whole(parked, service).items() if key not in ("headers", "body")}


def _whole(parked: ParkedEvent, service: str) -> dict[str, Any]:
    """With the id that its publisher gave it, by which people find it at the body that it came from."""
    whole = {"service": service, **asdict(parked)}
    return whole | {"event_id": event_id_of(parked.headers) or parked.event_id}
