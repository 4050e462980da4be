"""The development inbox: real SMTP in, a page out, nothing lost once it was taken."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from deploy.fakes import page, smtp
from deploy.fakes.mailbox import Mailbox

SUBJECT = "№ ZS-24 · ماسەلەڭىز قابىلداندى · 您的问题已受理"


@pytest.fixture
async def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "inbox")


async def send(mailbox: Mailbox, message: EmailMessage, to: str = "zh-m001@zhaosu.example") -> None:
    server = await smtp.listen(mailbox, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        sender = "doorstep@zhaosu.localhost"
        await aiosmtplib.send(message, hostname="127.0.0.1", port=port, sender=sender, recipients=[to])
    finally:
        server.close()


def browser(mailbox: Mailbox) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(page.build(mailbox)), base_url="http://inbox")


async def test_mail_of_mixed_scripts_is_shown_as_it_was_meant(mailbox: Mailbox) -> None:
    message = EmailMessage()
    message["Subject"] = SUBJECT
    message.set_content("ھۆرمەتلىك ئاھالە\n您好")
    message["To"] = "zh-m001@zhaosu.example"
    await send(mailbox, message)
    async with browser(mailbox) as client:
        (mail,) = (await client.get("/api/messages")).json()
        assert set(mail) == {"id", "to", "subject", "text", "received_at"}
        assert (mail["subject"], mail["to"]) == (SUBJECT, "zh-m001@zhaosu.example")
        assert mail["text"].split() == ["ھۆرمەتلىك", "ئاھالە", "您好"]
        shown = await client.get(f"/messages/{mail['id']}")
        assert SUBJECT in shown.text and 'dir="auto"' in shown.text
        assert SUBJECT in (await client.get("/")).text


async def test_html_is_shown_as_text_and_runs_nothing(mailbox: Mailbox) -> None:
    message = EmailMessage()
    message["Subject"] = "<b>bold</b>"
    message.set_content("<style>p{}</style><p>one</p><script>alert(1)</script><p>two</p>", subtype="html")
    await send(mailbox, message)
    (mail,) = mailbox.all()
    assert mail.text == "one\ntwo"
    async with browser(mailbox) as client:
        shown = await client.get(f"/messages/{mail.id}")
    assert "<b>bold</b>" not in shown.text
    assert "&lt;b&gt;bold&lt;/b&gt;" in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]


async def test_the_latest_is_first_and_an_unknown_one_is_not_found(mailbox: Mailbox) -> None:
    for number in range(3):
        message = EmailMessage()
        message["Subject"] = f"{number}"
        message.set_content("-")
        await send(mailbox, message)
    assert [mail.subject for mail in mailbox.all()] == ["2", "1", "0"]
    async with browser(mailbox) as client:
        assert (await client.get("/messages/absent")).status_code == 404
        assert (await client.get("/messages/..%2f..%2fetc")).status_code == 404
        assert (await client.get("/livez")).status_code == 204
