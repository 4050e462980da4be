"""The pages of the research programme: a topic from its plan to its use by forms alone, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from shared.contracts import research
from shared.web.auth import Role
from tests.integration.consultation_service import Bench, running
from tests.integration.test_consultation_pages import Browser
from tests.servers import NatsServer

HOME = "/office/research"


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(database_url, nats_server) as bench:
        yield bench


def officer(bench: Bench) -> Browser:
    return Browser(bench, Role.OFFICER, None)


async def planned(bench: Bench) -> str:
    """A topic that was planned and begun by its pages; gives its own page's path."""
    browser = officer(bench)
    join = await browser.get(f"{HOME}/participants?kind=institute")
    await browser.send(join, "/participants", code="i1", name="考古所", kind="institute")
    twice = await browser.send(await browser.get(f"{HOME}/participants"), "/participants", code="u1", name="文史委")
    assert twice.status_code == 303, twice.text
    units = await browser.get(f"{HOME}/participants")
    empty = await browser.send(units, "/withdraw", reason="")
    assert (empty.status_code, "message-bad" in empty.text) == (422, True)
    assert (await browser.send(units, "/withdraw", reason="登记有误")).status_code == 303
    assert "Withdrawn" in await browser.get(f"{HOME}/participants")
    page = await browser.get(HOME)
    [institute] = re.findall(r'name="participants" value="([^"]+)"', page)
    answer = await browser.send(page, HOME, title="烽燧<b>", participants=[institute])
    assert answer.status_code == 303, answer.text
    [topic] = set(re.findall(rf'href="({HOME}/topics/[0-9a-f-]+)"', await browser.get(HOME)))
    await browser.send(await browser.get(topic), "/begin", note="")
    return str(topic)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_topic_is_worked_on_by_forms(bench: Bench) -> None:
    browser, topic = officer(bench), await planned(bench)
    await browser.send(await browser.get(f"{topic}/field-survey"), "/field-survey", place="戈壁", on="2023-02-01")
    finds = await browser.get(f"{topic}/find")
    [survey] = re.findall(r'<option value="([0-9a-f-]{36})"', finds)
    wrong = await browser.send(finds, "/find", kind="beacon_tower", field_survey=survey)
    assert (wrong.status_code, 'id="place-error"' in wrong.text) == (422, True)
    answer = await browser.send(finds, "/find", kind="fortress", place="土台", field_survey=survey, on="2023-02-01")
    assert answer.status_code == 303, answer.text
    finds = await browser.get(f"{topic}/find")
    late = await browser.send(finds, "/find", kind="relic", place="某处", field_survey=survey, on="2024-02-01")
    assert (late.status_code, 'id="on-error"' in late.text) == (422, True)
    [find] = set(re.findall(rf'href="({HOME}/find/[0-9a-f-]+)"', await browser.get(topic)))
    picture = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(picture, "PNG")
    sent = await browser.send(await browser.get(find), "/photos", files=[("photos", ("p.png", picture.getvalue()))])
    assert sent.status_code == 303, sent.text
    answer = await browser.send(await browser.get(find), "/correct", kind="beacon_tower", place="烽燧", note="")
    assert answer.status_code == 303, answer.text
    old = await browser.get(find)
    assert "Replaced" in old and "/correct" not in old
    page = await browser.get(topic)
    assert "烽燧&lt;b&gt;" in page and "1 photograph" in page
    await bench.all_said()
    [event] = [each for each in await bench.said(research.FindRecorded) if each.kind == "beacon_tower"]
    assert event.occurred_at.isoformat() == "2023-02-01T04:00:00+00:00", "midday in Shanghai"

    # Staff who keep no registers look, and have no forms.
    dispatcher = Browser(bench, Role.DISPATCHER, None)
    for path in (HOME, f"{HOME}/participants", topic, f"{topic}/document"):
        for language in ("zh-Hans", "ug"):
            page = await dispatcher.get(path, language)
            assert f'action="{HOME}' not in page, path
    sent = await browser.send(await browser.get(topic), "/drop", note="")
    assert (sent.status_code, "Say why." in sent.text) == (422, True)
