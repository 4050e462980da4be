"""One question to a parent's leaf listener, spoken by ourselves.

The command asks before any server is configured, so that a link is only written down that was seen to work. The
parent opens no other port to its children than this one, and client libraries do not speak the leaf protocol: of it
this is as much as one question needs (https://docs.nats.io/reference/reference-protocols/leafnode-protocol).
"""

from __future__ import annotations

import asyncio
import json
import secrets
import ssl
from contextlib import suppress
from dataclasses import dataclass

from deploy.trouble import NothingUp, Trouble

PATIENCE_SECONDS = 10.0
_SPOKEN_VERSION = "2.15.1"


class ParentUnreachable(NothingUp):
    """Nobody answers at the parent's address, or somebody else does."""


class SignInRefused(Trouble):
    """The parent's server does not take the user and the secret."""


class NoAnswer(NothingUp):
    """The parent's server let us in, but nobody at its desk answered."""


@dataclass(frozen=True)
class LeafAddress:
    """A parent's leaf listener and the authority (PEM) that vouches for it."""

    address: str
    authority: str

    @property
    def host_and_port(self) -> tuple[str, int]:
        """Raises :class:`ParentUnreachable` for an address that is none."""
        host, _, port = self.address.rpartition(":")
        if not host or not port.isdecimal():
            raise ParentUnreachable(f"{self.address!r} is no address: host:port is expected")
        return host.strip("[]"), int(port)


async def ask(
    at: LeafAddress,
    *,
    user: str,
    secret: str,
    subject: str,
    inbox: str,
    content: bytes,
    within: float = PATIENCE_SECONDS,
) -> bytes:
    """What is answered to ``content`` on ``subject``; the answer comes to a subject below ``inbox``.

    Raises :class:`ParentUnreachable`, :class:`SignInRefused`, :class:`NoAnswer`.
    """
    reply = f"{inbox}.{secrets.token_hex(8)}"
    question = f"LS+ {reply}\r\nLMSG {subject} {reply} {len(content)}\r\n".encode() + content + b"\r\n"
    return await _exchange(at, user, secret, question, reply, within)


async def is_let_in(at: LeafAddress, *, user: str, secret: str, within: float = PATIENCE_SECONDS) -> bool:
    """Whether the parent's server takes ``user`` with ``secret``; raises :class:`ParentUnreachable`."""
    try:
        await _exchange(at, user, secret, b"", None, within)
    except SignInRefused:
        return False
    return True


async def _exchange(
    at: LeafAddress, user: str, secret: str, question: bytes, reply: str | None, within: float
) -> bytes:
    reader, writer = await _connected(at)
    try:
        async with asyncio.timeout(within):
            return await _spoken(reader, writer, user, secret, question, reply)
    except TimeoutError:
        raise NoAnswer(f"the parent's server at {at.address} answers, but its desk does not: is it up?") from None
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


async def _connected(at: LeafAddress) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = at.host_and_port
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await asyncio.open_connection(host, port, ssl=_trusting(at.authority))
    except TimeoutError:
        raise ParentUnreachable(f"the parent does not answer at {at.address} within {PATIENCE_SECONDS:.0f} s") from None
    except ssl.SSLError as error:
        said = getattr(error, "verify_message", None) or error.reason or str(error)
        raise ParentUnreachable(
            f"who answers at {at.address} is not the parent that wrote this file: {said}"
        ) from error
    except OSError as error:
        said = error.strerror or str(error)
        raise ParentUnreachable(f"the parent does not answer at {at.address}: {said}") from error


async def _spoken(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    user: str,
    secret: str,
    question: bytes,
    reply: str | None,
) -> bytes:
    connect = {"user": user, "pass": secret, "name": f"{user}-asks", "server_id": secrets.token_hex(16)}
    connect |= {"version": _SPOKEN_VERSION}
    try:
        await reader.readline()  # INFO
        writer.write(f"CONNECT {json.dumps(connect | {'headers': True})}\r\nPING\r\n".encode() + question)
        while line := await reader.readline():
            verb, *words = line.decode().split()
            if verb == "-ERR":
                raise SignInRefused(f"the parent's server refuses: {line.decode()[5:].strip()}")
            if verb == "PONG" and reply is None:
                return b""
            if verb == "PING":
                writer.write(b"PONG\r\n")
            if verb in ("LMSG", "HMSG"):
                whole = await reader.readexactly(int(words[-1]) + 2)
                skipped = int(words[-2]) if verb == "HMSG" else 0
                if words[0] == reply:
                    return whole[skipped:-2]
    except (ConnectionResetError, asyncio.IncompleteReadError):
        pass  # a server that refuses may hang up before its reason is read
    raise SignInRefused("the parent's server refuses the sign-in")


def _trusting(authority: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cadata=authority)
    return context
