"""What codes are called: in the reader's language, else in Chinese, else in any; without an answer they stay codes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from shared.web import names
from shared.web.names import NameBook

GOOD = '{"station": {"st-1": {"zh-Hans": "一号站", "ug": "1-پونكىت"}, "st-2": {"en": "Second"}}}'


@contextmanager
def keeper(answers: list[tuple[int, str]]) -> Iterator[str]:
    """Answers one after the other, and the last one from then on."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def until_called(book: NameBook, code: str, name: str) -> None:
    deadline = asyncio.get_running_loop().time() + 10
    while book.called("station", code, "ug") != name:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


async def test_names_come_once_the_keeper_answers_and_stay_when_it_talks_nonsense(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(names, "FIRST_TRY_SECONDS", 0.01)
    monkeypatch.setattr(names, "READ_AGAIN_SECONDS", 0.05)
    answers = [(404, "{}"), (200, "no json"), (200, '{"station": ["st-1"]}'), (200, GOOD), (500, ""), (200, "[]")]
    with keeper(answers) as url:
        book = NameBook(url)
        assert book.called("station", "st-1", "ug") == "st-1"
        async with book.running():
            await until_called(book, "st-1", "1-پونكىت")
            for _ in range(1000):
                if len(answers) > 1:
                    await asyncio.sleep(0.01)
            assert len(answers) == 1
        assert book.called("station", "st-1", "kk") == "一号站"
        assert book.called("station", "st-2", "ug") == "Second"
        assert book.called("station", "st-9", "ug") == "st-9"
        assert book.called("member", "st-1", "ug") == "st-1"


async def test_without_a_keeper_codes_stay_codes_and_the_end_is_clean() -> None:
    book = NameBook("http://127.0.0.1:9")
    async with book.running():
        await asyncio.sleep(0)
    assert book.called("station", "st-1", "ug") == "st-1"
