"""The way to the mail server, and what its refusals mean."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib

SMTP_SECONDS = 20.0
MAIL_SERVER_AWAY = "mail-server-away"


class NotTaken(Exception):
    """The mail was not taken. ``for_good``: trying again would not help. ``reason``: a code, never the server's own
    words, which may repeat the address."""

    def __init__(self, reason: str, for_good: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good


class Postbox(Protocol):
    """Takes mail."""

    async def post(self, sender: str, to: str, mail: bytes) -> None:
        """Returns once the mail server answers for ``mail``. Raises :class:`NotTaken`."""

    async def close(self) -> None:
        """Hang up; the next :meth:`post` calls again."""


class SmtpPostbox:
    """One SMTP connection, opened when it is needed, to ``smtp://[user:password@]host:port``.

    ``smtps://`` is TLS at once; with ``smtp://`` the connection is upgraded where the server offers STARTTLS.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "smtps"
        self._smtp = aiosmtplib.SMTP(
            hostname=parts.hostname or "127.0.0.1",
            port=parts.port or (465 if secure else 25),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=secure,
            timeout=SMTP_SECONDS,
        )

    async def post(self, sender: str, to: str, mail: bytes) -> None:
        try:
            if not self._smtp.is_connected:
                await self._smtp.connect()
            await self._smtp.sendmail(sender, [to], mail)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise what_it_means(error) from error

    async def close(self) -> None:
        self._smtp.close()


def what_it_means(error: Exception) -> NotTaken:
    """A refusal for good is the server's 5xx to this mail, sender or recipient; everything else may pass.

    A refused sign-in is 5xx too, but it is our own settings that are wrong then, and they can be set right.
    """
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return what_it_means(error.recipients[0])
    if isinstance(error, (aiosmtplib.SMTPNotSupported, ValueError)):
        return NotTaken("address-not-accepted", True)
    if isinstance(error, (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPConnectError, aiosmtplib.SMTPHeloError)):
        return NotTaken("mail-server-refuses-us", False)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return NotTaken(f"smtp-{error.code}", error.code >= 500)
    return NotTaken(MAIL_SERVER_AWAY, False)
