"""Mail on disk, one ``.eml`` file per message, and the same mail as something to read."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

_TIME = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Mail:
    """One message as a person reads it: headers decoded, HTML shown as text."""

    id: str
    to: str
    subject: str
    text: str
    received_at: datetime


class Mailbox:
    """The messages in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, raw: bytes, received_at: datetime) -> str:
        """Store a message so that it survives a power cut; its id, which sorts by time of receipt."""
        mail_id = f"{received_at.astimezone(UTC).strftime(_TIME)}-{secrets.token_hex(4)}"
        path = self._path(mail_id)
        draft = path.with_suffix(".part")
        with draft.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return mail_id

    def all(self) -> list[Mail]:
        """Every message, the latest first."""
        return [self._read(path) for path in sorted(self._folder.glob("*.eml"), reverse=True)]

    def find(self, mail_id: str) -> Mail | None:
        """The message of that id, or None."""
        path = self._path(mail_id)
        known = path.parent == self._folder and path.is_file()
        return self._read(path) if known else None

    def _path(self, mail_id: str) -> Path:
        return self._folder / f"{mail_id}.eml"

    def _read(self, path: Path) -> Mail:
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        return Mail(
            id=path.stem,
            to=str(message.get("X-Envelope-To") or message.get("To", "")),
            subject=str(message.get("Subject", "")).strip(),
            text=_text_of(message),
            received_at=datetime.strptime(path.stem.partition("-")[0], _TIME).replace(tzinfo=UTC),
        )


def _text_of(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    content = str(body.get_content())
    return _html_as_text(content) if body.get_content_subtype() == "html" else content


class _TextOnly(HTMLParser):
    _BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3"})
    _UNREAD = frozenset({"style", "script", "head"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in self._UNREAD:
            self._unread += 1
        elif tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._UNREAD:
            self._unread -= 1

    def handle_data(self, data: str) -> None:
        if self._unread <= 0:
            self.parts.append(data)


def _html_as_text(html: str) -> str:
    parser = _TextOnly()
    parser.feed(html)
    lines = (line.strip() for line in "".join(parser.parts).splitlines())
    return "\n".join(line for line in lines if line)
