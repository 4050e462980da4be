"""A letter as the bytes that a mail server takes."""

from __future__ import annotations

from datetime import datetime
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime

from services.notify.calendar_entry import CalendarEntry
from services.notify.letters import Letter


def message_id(notice_id: str, sender: str) -> str:
    """The Message-ID of a notice: every try has the same one, so that a mail sent twice can be seen to be one."""
    return f"<{notice_id}@{sender.rpartition('@')[2] or 'localhost'}>"


def mail_of(
    letter: Letter, *, notice_id: str, sender: str, to: str, at: datetime, entry: CalendarEntry | None = None
) -> bytes:
    """RFC 5322 bytes: plain text first, HTML as the alternative, and an entry for the calendar as another (RFC 6047).

    Built from the older parts of the standard library: ``EmailMessage`` of Python 3.11 loses a space where it
    breaks a long Chinese or Uyghur subject, ``Header`` does not.
    """
    message = MIMEMultipart("alternative")
    message["From"] = sender
    message["To"] = to
    message["Subject"] = Header(letter.subject, "utf-8", header_name="Subject")  # type: ignore[assignment]  # typeshed knows only text here
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(notice_id, sender)
    message["Content-Language"] = letter.language
    message["Auto-Submitted"] = "auto-generated"
    message.attach(MIMEText(letter.text, "plain", "utf-8"))
    message.attach(MIMEText(letter.html, "html", "utf-8"))
    if entry is not None:
        part = MIMEText(entry.content.decode(), "calendar", "utf-8")
        part.set_param("method", entry.method)
        message.attach(part)
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))
