"""The desk of a parent: lets an invited child in, once, and takes leave of one that goes.

It speaks with children over their leaf connection, on two subjects that the server lets each child say for itself
alone. Whatever it decides is in the register before it answers.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Literal

import httpx
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from deploy.nats.in_step import keep_in_step
from deploy.nats.names import bind_subject
from deploy.nats.streams import StewardUrls, StreamsNotDeclared, declare_handed, declare_streams
from deploy.sites import parent_of
from deploy.tiers.invitation import CLOCK_LIMIT
from deploy.tiers.own_body import OwnBody
from deploy.tiers.register import Child, Tiers
from deploy.tiers.reload import look, reload_server
from shared.tasks import stop

log = structlog.get_logger(__name__)

Said = Literal["bound", "gone", "unknown", "expired", "clock", "unreadable"]
Language = Annotated[str, Field(max_length=20)]
Name = Annotated[str, Field(max_length=200)]
_LINKED_WITHIN = 15.0
_LINK_LOOK_EVERY = 1.0
_PARENT_DECLARES_WITHIN = 2.0
"""Seconds from the link on, in which the parent's desk declares what it hands down; usually a tenth of it."""
_LOOK_EVERY = 0.1


class BindRequest(BaseModel):
    """A child asks to be let in from now on by a secret of its own; a newer child may say more than we understand."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    invitation: str
    secret_hash: str = Field(pattern=r"^\$2b\$\d\d\$[./A-Za-z0-9]{53}$")
    now: AwareDatetime
    names: dict[Language, Name] = Field(default_factory=dict, max_length=20)
    """What the child calls itself, by language."""


class Answer(BaseModel):
    """What the desk says; ``now`` is the parent's clock."""

    model_config = ConfigDict(frozen=True)

    said: Said
    now: AwareDatetime
    ancestors: tuple[str, ...] = ()
    names: dict[Language, Name] = Field(default_factory=dict, max_length=20)
    """What the parent calls itself, by language."""
    ancestor_names: dict[str, dict[Language, Name]] = Field(default_factory=dict, max_length=20)
    """What the bodies above it are called, by code and language."""


class Desk:
    """The desk of one body, as long as that runs."""

    def __init__(
        self,
        body: OwnBody,
        server_pid: Callable[[], int | None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._body = body
        self._server_pid = server_pid
        self._now = now
        self._client = Client()
        self._following: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled."""
        config = self._body.config
        client = self._client
        beside: list[asyncio.Task[None]] = []
        try:
            url = config.nats_url("desk", config.secrets.nats_steward)
            await client.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=1, error_cb=_log_error)
            await client.subscribe("tier.bind.*", cb=self._bind)
            await client.subscribe("tier.leave.*", cb=self._leave)
            in_step = keep_in_step(parent_of(config), lambda: self._body.register.read().admitted)
            beside += [asyncio.create_task(work, name="tier desk") for work in (self._follow_parent(), in_step)]
            await asyncio.wait(beside, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in beside:
                await stop(task)
            for task in self._following:
                task.cancel()
            await asyncio.gather(*self._following, return_exceptions=True)
            with suppress(Exception):  # the server may be gone before us
                await client.close()

    async def _follow_parent(self) -> None:
        """Declare what is handed down from a parent once the body is linked to it, whoever wrote the link down.

        Not left to ``tier join``: a command that is cut off after the parent let it in is not typed again.
        """
        declared_for: str | None = None
        while True:
            link = self._body.register.read().link
            parent = link.parent if link else None
            if parent is not None and parent != declared_for:
                await until_linked(self._body, "UPLINK", _LINKED_WITHIN)
                # A server that asks for a stream that is not there yet asks again only after 10 to 40 s.
                await asyncio.sleep(_PARENT_DECLARES_WITHIN)
                try:
                    await declare(self._body)
                    declared_for = parent
                except StreamsNotDeclared as error:
                    log.warning("tier-streams-wait", parent=parent, error=str(error))
            await asyncio.sleep(_LINK_LOOK_EVERY)  # the register is a file that other processes write, too

    async def _bind(self, message: Msg) -> None:
        code = message.subject.removeprefix(bind_subject(""))
        answer = self._decided(code, message.data)
        log.info("tier-bind", child=code, said=answer.said)
        await self._respond(message, answer)
        if answer.said == "bound":
            self._follow(partial(self._let_in, code))

    async def _leave(self, message: Msg) -> None:
        code = message.subject.rpartition(".")[2]
        with self._body.register.held():
            tiers = self._body.register.read()
            if code in tiers.children:
                self._body.register.write(dismissed(tiers, code, self._now()))
        log.info("tier-leave", child=code)
        await self._respond(message, Answer(said="gone", now=self._now()))
        self._follow(partial(self._apply, code))

    def _decided(self, code: str, content: bytes) -> Answer:
        now = self._now()
        try:
            request = BindRequest.model_validate_json(content)
        except ValidationError:
            return Answer(said="unreadable", now=now)
        with self._body.register.held():
            tiers = self._body.register.read()
            child = tiers.children.get(code)
            opened = child.invitation if child else None
            if opened is None or opened.id != request.invitation:
                return Answer(said="unknown", now=now)
            if now >= opened.expires_at:
                return Answer(said="expired", now=now)
            if abs(now - request.now) >= CLOCK_LIMIT:
                return Answer(said="clock", now=now)
            joined = Child(secret_hash=request.secret_hash, names=request.names, joined_at=now)
            spent = {**tiers.spent, opened.id: now}
            self._body.register.write(tiers.with_child(code, joined).model_copy(update={"spent": spent}))
            link = tiers.link
            return Answer(
                said="bound",
                now=now,
                ancestors=self._body.ancestors(tiers),
                names=self._body.config.names,
                ancestor_names={link.parent: link.names, **link.ancestor_names} if link else {},
            )

    async def _let_in(self, code: str) -> None:
        await self._apply(code)
        # A server that asks for a stream behind a link that is not there yet asks again only after 10 to 40 s.
        await until_linked(self._body, f"C_{code}", _LINKED_WITHIN)
        await declare(self._body)

    async def _apply(self, code: str) -> None:
        before = await connections(self._body, code)
        await apply(self._body, self._server_pid(), self._now())
        await unlink(self._body, before)

    async def _respond(self, message: Msg, answer: Answer) -> None:
        """Before the reload that ends the connection on which the answer goes."""
        if message.reply:
            await message.respond(answer.model_dump_json().encode())
            await self._client.flush()

    def _follow(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(_logged(work), name="tier desk")
        self._following.add(task)
        task.add_done_callback(self._following.discard)


def dismissed(tiers: Tiers, code: str, now: datetime) -> Tiers:
    """``tiers`` with a child that gets in no more; what it reported stays."""
    child = tiers.children[code]
    return tiers.with_child(code, Child(names=child.names, joined_at=child.joined_at, left_at=now))


async def apply(body: OwnBody, server_pid: int | None, now: datetime) -> None:
    """Bring the server of ``body`` up to its register; one that is down takes it when it starts.

    Raises :class:`deploy.tiers.reload.NotTaken`, :class:`deploy.nats.safety.UnsafeSettings`.
    """
    # Twice: after the first reload a new account of nats-server 2.15.1 imports from the accounts as they were before
    # it, so that nobody hears what the child asks; the second gives it the present ones.
    for _ in range(2):
        with body.register.held():
            body.write_server_conf(body.register.read(), now)
        if server_pid is None:
            return
        await reload_server(server_pid, body.config.monitor_url)


async def declare(body: OwnBody) -> None:
    """The streams of ``body`` and of all children that were ever let in, and that of what is handed to it.

    Raises :class:`deploy.nats.streams.StreamsNotDeclared`.
    """
    config, steward = body.config, body.config.secrets.nats_steward
    urls = StewardUrls(
        local=config.nats_url("steward_local", steward), uplink=config.nats_url("steward_uplink", steward)
    )
    tiers = body.register.read()
    await declare_streams(urls, body.code, children=tiers.admitted)
    parent = tiers.link.parent if tiers.link else None
    await declare_handed(urls, body.code, parent=parent, children=tiers.admitted)


async def connections(body: OwnBody, code: str) -> list[int]:
    """Numbers of the connections that ``code`` has now at the server of ``body``; none while that is down."""
    async with httpx.AsyncClient(timeout=2) as client:
        seen = await look(client, f"{body.config.monitor_url}/leafz") or {}
    return [int(leaf["id"]) for leaf in seen.get("leafs") or () if leaf["account"] == f"C_{code}"]


async def unlink(body: OwnBody, numbers: Sequence[int]) -> None:
    """End these connections; who has the present secret is back in a moment.

    A reload leaves them: the server looks at a link's secret only when it is made.
    """
    if not numbers:
        return
    config = body.config
    async with httpx.AsyncClient(timeout=2) as client:
        server = (await look(client, f"{config.monitor_url}/varz") or {}).get("server_id")
    warden = Client()
    try:
        url = config.nats_url("warden", config.secrets.nats_steward)
        await warden.connect(url, allow_reconnect=False, error_cb=_log_error)
        for number in numbers:
            content = json.dumps({"cid": number}).encode()
            await warden.request(f"$SYS.REQ.SERVER.{server}.KICK", content, timeout=2)
    finally:
        await warden.close()


async def until_linked(body: OwnBody, account: str, within: float) -> bool:
    """Whether another server was linked to ``account`` of this one within so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within), httpx.AsyncClient(timeout=2) as client:
            while True:
                seen = await look(client, f"{body.config.monitor_url}/leafz") or {}
                if any(leaf["account"] == account for leaf in seen.get("leafs") or ()):
                    return True
                await asyncio.sleep(_LOOK_EVERY)  # monitoring only answers, it never calls
    return False


async def _logged(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception as error:
        log.error("tier-desk", error=repr(error))


async def _log_error(error: Exception) -> None:
    log.debug("nats-error", error=repr(error))
