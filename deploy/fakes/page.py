"""The inbox in a browser, without a script or anything from outside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from datetime import datetime
from html import escape
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse, Response

from deploy.fakes.mailbox import Mail, Mailbox

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, sans-serif; max-inline-size: 46rem; margin: 2rem auto; padding-inline: 1rem; }
ol { list-style: none; padding: 0; }
li { border-block-end: 1px solid #8886; padding-block: .75rem; }
li a { display: block; font-weight: 600; }
small, dt { color: #666; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
pre { border-block-start: 1px solid #8886; padding-block: 1rem; }
@media (prefers-color-scheme: dark) { small, dt { color: #aaa; } }
"""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build(mailbox: Mailbox, lifespan: Lifespan | None = None) -> FastAPI:
    """The inbox's application: ``/``, ``/messages/{id}``, ``/api/messages``, ``/livez``."""
    app = FastAPI(title="Doorstep development inbox", docs_url=None, redoc_url=None, lifespan=lifespan)

    @app.get("/livez", status_code=204)
    def livez() -> None:
        """Whether the inbox is there."""

    @app.get("/api/messages")
    def messages() -> list[dict[str, Any]]:
        """Every message, the latest first: id, to, subject, text, received_at."""
        return [asdict(mail) for mail in mailbox.all()]

    @app.get("/style.css", include_in_schema=False)
    def style() -> Response:
        return Response(_STYLE, media_type="text/css", headers=_HEADERS)

    @app.get("/", include_in_schema=False)
    def index() -> HTMLResponse:
        mails = mailbox.all()
        items = "".join(_row(mail) for mail in mails) or "<li>Nothing has arrived yet.</li>"
        return _page("Inbox", f"<h1>Inbox</h1><p>{len(mails)} messages</p><ol>{items}</ol>")

    @app.get("/messages/{mail_id}", include_in_schema=False)
    def message(mail_id: str) -> HTMLResponse:
        mail = mailbox.find(mail_id)
        if mail is None:
            raise HTTPException(404, "There is no such message.")
        return _page(mail.subject, _whole(mail))

    return app


def _row(mail: Mail) -> str:
    return (
        f'<li><a dir="auto" href="/messages/{escape(mail.id)}">{escape(mail.subject) or "(no subject)"}</a>'
        f"<small>{escape(mail.to)} · {_moment(mail.received_at)}</small></li>"
    )


def _whole(mail: Mail) -> str:
    return (
        f'<p><a href="/">← Inbox</a></p><h1 dir="auto">{escape(mail.subject)}</h1>'
        f"<dl><dt>To</dt><dd>{escape(mail.to)}</dd><dt>Received</dt><dd>{_moment(mail.received_at)}</dd></dl>"
        f'<pre dir="auto">{escape(mail.text)}</pre>'
    )


def _moment(moment: datetime) -> str:
    return f'<time datetime="{moment.isoformat()}">{moment:%Y-%m-%d %H:%M:%S} UTC</time>'


def _page(title: str, content: str) -> HTMLResponse:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head>'
        f"<body><main>{content}</main></body></html>"
    )
    return HTMLResponse(html, headers=_HEADERS)
