"""A body's one address before several replicas of each service: the next in turn is asked, or the one that is there."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import count

ANSWERED_WITHIN = 15.0
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"

Kept = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Door:
    """Passes requests on; what a replica that died had been asked is answered with 502, and the asker asks again."""

    def __init__(self, replicas: Mapping[str, Sequence[int]], prefixes: Mapping[str, Sequence[str]]) -> None:
        """``replicas``: the ports of each service; ``prefixes``: the paths of each, as the services name them."""
        self._replicas = replicas
        owners = {prefix.rstrip("/"): service for service, own in prefixes.items() for prefix in own}
        self._owners = sorted(owners.items(), key=lambda each: len(each[0]), reverse=True)
        self._turn = count()
        self._kept: defaultdict[int, list[Kept]] = defaultdict(list)
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> None:
        """Listen on the loopback ``port``."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    def close(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
        for kept in self._kept.values():
            for _, writer in kept:
                writer.close()

    async def ask(self, path: str, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer to the ``request``; 502 where no replica gave one."""
        ports = self._replicas[self._service(path)]
        first = next(self._turn)
        for place in range(len(ports)):
            port = ports[(first + place) % len(ports)]
            try:
                kept = await self._connect(port)
            except OSError:
                continue  # it is not there, so it has not been asked
            try:
                async with asyncio.timeout(ANSWERED_WITHIN):
                    answer, again = await _exchange(kept, request)
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                kept[1].close()
                break  # nobody knows how far it got
            if again:
                self._kept[port].append(kept)
            else:
                kept[1].close()
            return answer
        return 502, _BAD_GATEWAY, b""

    def _service(self, path: str) -> str:
        path = path.partition("?")[0]
        return next(service for prefix, service in self._owners if path == prefix or path.startswith(f"{prefix}/"))

    async def _connect(self, port: int) -> Kept:
        while self._kept[port]:
            kept = self._kept[port].pop()
            if not kept[0].at_eof() and not kept[1].is_closing():
                return kept
            kept[1].close()
        return await asyncio.open_connection("127.0.0.1", port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await _body(reader, head)
                path = head.split(b" ", 2)[1].decode()
                _, answer, content = await self.ask(path, head + body)
                writer.write(answer + content)
                await writer.drain()
        writer.close()


async def _exchange(kept: Kept, request: bytes) -> tuple[tuple[int, bytes, bytes], bool]:
    reader, writer = kept
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    body = b"" if status in (204, 304) else await _body(reader, head)
    return (status, head, body), b"connection: close" not in head.lower()


async def _body(reader: asyncio.StreamReader, head: bytes) -> bytes:
    """What follows a head, as it came."""
    lower = head.lower()
    if b"transfer-encoding: chunked" in lower:
        chunks = []
        while True:
            size = await reader.readuntil(b"\r\n")
            chunk = await reader.readexactly(int(size, 16) + 2)
            chunks += [size, chunk]
            if int(size, 16) == 0:
                return b"".join(chunks)
    at = lower.find(b"content-length:")
    if at < 0:
        return b""
    length = int(head[at + len(b"content-length:") : head.index(b"\r\n", at)])
    return await reader.readexactly(length)
