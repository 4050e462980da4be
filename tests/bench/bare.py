"""The ceiling of every FastAPI service: reads the same submission, does nothing, answers."""

from __future__ import annotations

import sys
from itertools import count

import uvicorn
from fastapi import FastAPI

from tests.bench.submission import Receipt, Submission


def bare_app() -> FastAPI:
    """One endpoint that validates and answers."""
    app = FastAPI()
    numbers = count()

    @app.get("/readyz")
    async def readyz() -> dict[str, bool]:
        return {}

    @app.post("/api/v1/issues", status_code=201)
    async def submit(submission: Submission) -> Receipt:
        return Receipt(reference=str(next(numbers)), tracking_code="abcdefghijklmnopqrstuvwxyz")

    return app


def serve(app: FastAPI, port: int) -> None:
    """With the options of ``deploy/body.py``."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
    )


if __name__ == "__main__":
    serve(bare_app(), int(sys.argv[1]))
