"""The development inbox as a process: mail in, pages out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from deploy.fakes import page, smtp
from deploy.fakes.mailbox import Mailbox

_HOST = "127.0.0.1"


def serve(folder: Path, smtp_port: int, page_port: int) -> None:
    """Take mail and show it until SIGTERM or SIGINT."""
    mailbox = Mailbox(folder)

    @asynccontextmanager
    async def taking_mail(_: FastAPI) -> AsyncIterator[None]:
        server = await smtp.listen(mailbox, _HOST, smtp_port)
        try:
            yield
        finally:
            server.close()

    uvicorn.run(
        page.build(mailbox, taking_mail),
        host=_HOST,
        port=page_port,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=3,
    )
