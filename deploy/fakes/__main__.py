"""``python -m deploy.fakes --smtp-port N --page-port N FOLDER``: the development inbox as a process."""

from __future__ import annotations

import argparse
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


def main() -> None:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(prog="deploy.fakes", description="The development inbox.")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--page-port", type=int, required=True)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    serve(asked.folder, asked.smtp_port, asked.page_port)


if __name__ == "__main__":
    main()
