"""Several replicas number briefs at once on one database: no gap, no twin, and nobody is refused for the others."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from services.consultation import tables
from services.consultation.tables import BRIEF_ISSUES, BRIEF_NUMBERS, BRIEFS
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.briefs import Briefs
from shared.clock import FixedClock
from shared.db.engine import open_database
from shared.db.migrate import upgrade
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import Conflict
from shared.ids import new_id

NOW = datetime(2023, 3, 1, 9, tzinfo=UTC)
MIGRATIONS = Path(tables.__file__).parent / "migrations"
OFFICER = Actor(member=None, is_officer=True, account="officer")
HOW_MANY = 40


async def test_replicas_that_number_at_once_leave_no_gap(database_url: str) -> None:
    # SQLite has one writer by nature; on PostgreSQL each replica brings its own.
    replicas = 4 if database_url.startswith("postgresql") else 1
    databases = [open_database(database_url) for _ in range(replicas)]
    await upgrade(databases[0], MIGRATIONS)
    briefs = Briefs("Asia/Shanghai")
    ids = [new_id() for _ in range(HOW_MANY)]
    async with AsyncExitStack() as stack:
        writers = [Writer(database, FixedClock(NOW)) for database in databases]
        for writer in writers:
            await stack.enter_async_context(writer.running())

        async def write(tx: Transaction) -> None:
            of_all = {"state": "in-review", "title": "t", "author": "officer", "written_at": NOW, "version": 2}
            # The text of every fourth holds a telephone number, which is found after the brief is locked.
            texts = ["电话13812345678" if place % 4 == 3 else "管网老化" for place in range(HOW_MANY)]
            rows = [{"brief_id": ident, "text": text, **of_all} for ident, text in zip(ids, texts, strict=True)]
            await tx.execute(BRIEFS.insert(), rows)
            await tx.execute(BRIEF_ISSUES.insert(), [{"brief_id": ident, "reference": "R"} for ident in ids])

        await writers[0].run(write)

        async def number(writer: Writer, ident: str, *, and_fail: bool) -> int | Exception:
            async def job(tx: Transaction) -> int:
                given = (await briefs.number(tx, OFFICER, ident)).number
                if and_fail:
                    raise Conflict("too-bad", "The number goes back.")
                assert given is not None
                return given

            try:
                return await writer.run(job)
            except Exception as error:
                return error

        asked = [
            number(writers[place % replicas], ident, and_fail=place % 5 == 4)
            for place, ident in enumerate(ids)
            for _ in range(2)
        ]
        answers = await asyncio.gather(*asked)
        given = sorted(answer for answer in answers if isinstance(answer, int))
        wanted = sum(1 for place in range(HOW_MANY) if place % 4 != 3 and place % 5 != 4)
        assert given == list(range(1, wanted + 1))
        refused = {getattr(answer, "code", repr(answer)) for answer in answers if isinstance(answer, Exception)}
        assert refused == {"too-bad", "holds-telephone", "brief-numbered"}
        reader = Reader(databases[0])
        kept = [row.number for row in await reader.all(select(BRIEFS.c.number).where(BRIEFS.c.number.is_not(None)))]
        assert sorted(kept) == given
        assert await reader.scalar(select(BRIEF_NUMBERS.c.last)) == wanted
    for database in databases:
        await database.dispose()
