"""Sends submissions as fast as they are answered, or at a steady pace; a process of its own.

Raw HTTP/1.1 on kept connections: a client library would be slower than the servers that are measured here.
Run as ``python -m tests.bench.load`` with a :class:`Plan` as JSON on stdin; prints an :class:`Outcome`.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from itertools import count
from typing import cast
from urllib.parse import urlsplit

import uvloop

_END_OF_HEADERS = b"\r\n\r\n"
_LENGTH = b"content-length:"
_GIVE_UP_SECONDS = 30.0
_PATH = "/api/v1/issues"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send where. With ``per_second`` at that pace, else by ``clients`` that each wait for their answer.

    Ends after ``seconds`` or ``limit`` requests, whichever comes first.
    """

    url: str
    bodies: list[str]
    clients: int
    seconds: float
    limit: int = 1_000_000
    per_second: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was answered. Moments are seconds of the machine's clock (``time.time()``)."""

    began: float
    ended: float
    accepted: dict[str, float]
    """Reference to the moment at which its submission was sent, or should have been."""
    refused: int
    refusal: str = ""
    """Status and text of one of them."""

    @property
    def per_second(self) -> float:
        """Accepted (201) a second."""
        return len(self.accepted) / (self.ended - self.began)


class Connection(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class, of the same shape

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the server hung up") if error is None else error)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(_END_OF_HEADERS)
        if head < 0:
            return
        headers = bytes(self._buffer[:head]).lower()
        length_at = headers.index(_LENGTH) + len(_LENGTH)
        length = int(headers[length_at : (headers + b"\r").index(b"\r", length_at)])
        end = head + len(_END_OF_HEADERS) + length
        if len(self._buffer) < end:
            return
        body = bytes(self._buffer[end - length : end])
        del self._buffer[:end]
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((int(headers[9:12]), body))

    async def post(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer. Raises ConnectionError or TimeoutError."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            return await self._answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


class _Tally:
    def __init__(self) -> None:
        self.accepted: dict[str, float] = {}
        self.refused = 0
        self.refusal = ""

    async def send(self, connection: Connection, request: bytes, due: float) -> None:
        status, body = await connection.post(request)
        if status == 201:
            self.accepted[json.loads(body)["reference"]] = due
        else:
            self.refused += 1
            self.refusal = f"{status} {body.decode(errors='replace')}"


async def send_all(plan: Plan) -> Outcome:
    """Carry out ``plan``."""
    address = urlsplit(plan.url)
    requests = [_request(address.netloc, body) for body in plan.bodies]
    loop = asyncio.get_running_loop()

    async def connect() -> Connection:
        _, connection = await loop.create_connection(Connection, str(address.hostname), address.port or 80)
        return connection

    connections = [await connect() for _ in range(plan.clients)]
    tally = _Tally()
    began = time.time()
    if plan.per_second is None:
        await _as_answered(plan, connections, requests, tally)
    else:
        await _at_pace(plan, plan.per_second, connections, requests, tally)
    ended = time.time()
    for connection in connections:
        connection.close()
    return Outcome(began, ended, tally.accepted, tally.refused, tally.refusal)


async def _as_answered(plan: Plan, connections: list[Connection], requests: list[bytes], tally: _Tally) -> None:
    numbers = count()
    until = time.time() + plan.seconds

    async def client(connection: Connection) -> None:
        while (now := time.time()) < until and (number := next(numbers)) < plan.limit:
            await tally.send(connection, requests[number % len(requests)], now)

    await asyncio.gather(*(client(connection) for connection in connections))


async def _at_pace(
    plan: Plan, per_second: float, connections: list[Connection], requests: list[bytes], tally: _Tally
) -> None:
    # The last used first: a server closes what was idle for some seconds.
    idle: asyncio.Queue[Connection] = asyncio.LifoQueue()
    for connection in connections:
        idle.put_nowait(connection)
    began = time.time()

    async def one(request: bytes, due: float) -> None:
        # Counted from when it was due: waiting for a free connection is waiting, too.
        connection = await idle.get()
        while connection.closed:
            connection = await idle.get()
        try:
            await tally.send(connection, request, due)
        finally:
            idle.put_nowait(connection)

    async with asyncio.TaskGroup() as group:
        for number in range(min(plan.limit, int(plan.seconds * per_second))):
            due = began + number / per_second
            await asyncio.sleep(max(0.0, due - time.time()))
            group.create_task(one(requests[number % len(requests)], due))


def _request(host: str, body: str) -> bytes:
    raw = body.encode()
    head = f"POST {_PATH} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {len(raw)}"
    return f"{head}\r\n\r\n".encode() + raw


def run_load(plan: Plan) -> Outcome:
    """Carry out ``plan`` in a process of its own and wait for it. Raises CalledProcessError."""
    command = [sys.executable, "-m", "tests.bench.load"]
    done = subprocess.run(command, input=json.dumps(asdict(plan)), stdout=subprocess.PIPE, text=True, check=True)
    return Outcome(**json.loads(done.stdout))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(uvloop.run(send_all(Plan(**json.load(sys.stdin)))))))
