"""The weekly briefing is one letter to the office, however often reporting says that there is one."""

from __future__ import annotations

from datetime import timedelta

from shared.web.auth import Role
from tests.integration.notify_run import ORIGIN, notify_of_zhaosu
from tests.servers import NatsServer


async def test_a_week_is_one_letter(nats_server: NatsServer, database_url: str) -> None:
    async with notify_of_zhaosu(nats_server, database_url) as zhaosu:
        zhaosu.neighbours.emails = {"office": "office@mail.example"}

        async def told(week: str, role: Role = Role.SERVICE) -> int:
            token = zhaosu.signer.sign(subject="reporting", role=role, lifetime=timedelta(hours=1))
            path = f"/api/v1/notify/briefings/{week}"
            return (await zhaosu.client.put(path, headers={"Authorization": f"Bearer {token}"})).status_code

        assert await told("2026-03-09", Role.OFFICER) == 403
        assert [await told("2026-03-09"), await told("2026-03-09"), await told("2026-03-16")] == [204] * 3
        assert await zhaosu.states(2, "sent") == ["sent", "sent"]
        first, second = zhaosu.mail.taken
        assert (first["To"], first["Subject"]) == ("office@mail.example", "简报 2026-03-09 zh-Hans")
        text = first.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert "接待群众：12" in text and f"{ORIGIN}/reports/briefings/2026-03-09" in text
        assert second["Subject"] == "简报 2026-03-16 zh-Hans"
        assert await told("2026-03-09") == 204
        assert len(await zhaosu.log()) == 2
