"""An SMTP server that keeps what it is given and delivers nothing."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.fakes.mailbox import Mailbox


class KeepMail:
    """aiosmtpd handler: a message is answered with 250 once it is safe on disk."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Keep one message, its real recipients noted before its own headers."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        recipients = ", ".join(str(one) for one in envelope.rcpt_tos)
        stamped = b"X-Envelope-To: " + recipients.encode("ascii", "replace") + b"\r\n" + raw
        await asyncio.to_thread(self._mailbox.keep, stamped, datetime.now(UTC))
        return "250 OK"


async def listen(mailbox: Mailbox, host: str, port: int) -> asyncio.Server:
    """Take mail on ``host:port``; raises :class:`OSError` when the port is taken."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(KeepMail(mailbox), hostname="localhost", enable_SMTPUTF8=True, loop=loop), host, port
    )
