"""Two residents of one matter in a real browser: the second is asked, joins, and reads the same answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.walk import Walk
from tests.e2e.loop import case_in_progress, ok, order_of
from tests.instance import Instance
from tests.servers import wait_until

WORDS = {
    "zh-Hans": (
        "暖气不热，屋里只有十四度，孩子感冒了。",
        "家里暖气温度上不去，屋里才十四度，孩子冷。",
        "管道已清洗，室温已达标。",
    ),
    "ug": (
        "ئۆيدە پار بەك سوغۇق، ئون تۆت گرادۇسلا بار، بالىلار زۇكام بولدى.",
        "پار سوغۇق، ئۆيدە ئون تۆت گرادۇس، بالىلارغا سوغۇق.",
        "پار تۇرۇبىسى تازىلاندى، ئۆي ئىسسىدى.",
    ),
}


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("language", "locale", "width", "scripts", "station"),
    [
        ("zh-Hans", "zh-CN", 1280, True, "zh-st04"),
        ("zh-Hans", "zh-CN", 360, False, "zh-st05"),
        ("ug", "ug-CN", 360, True, "zh-st06"),
        ("ug", "ug-CN", 1280, False, "zh-st07"),
    ],
    ids=["Chinese on a desk", "Chinese on a phone, without scripts", "Uyghur on a phone", "Uyghur without scripts"],
)
def test_the_second_resident_joins_the_first(
    instance: Instance,
    browser: Browser,
    screens: Path | None,
    language: str,
    locale: str,
    width: int,
    scripts: bool,
    station: str,
) -> None:
    said, said_again, answer = WORDS[language]
    context = browser.new_context(locale=locale, viewport={"width": width, "height": 850}, java_script_enabled=scripts)
    context.set_default_timeout(10_000)
    folder = screens and screens / f"one-matter-{width}"
    resident = Walk(context, instance.url("zhaosu"), language=language, pictures=folder, width=width)

    receipts = []
    for number, words in enumerate((said, said_again), start=1):
        resident.open(f"/s/{station}", f"{number}-station")
        page = resident.send(
            f"/s/{station}",
            f"{number}-sent",
            fill={"words": words},
            choose=["category=heating", "reply=anonymous"],
        )
        if number == 2:
            assert "/same/" in page.url
            text = page.inner_text("main")
            assert said_again in text and said not in text, "nothing of what another wrote is shown"
            shown = page.locator("input[name='choice']").first.get_attribute("value")
            page = resident.send(f"/s/{station}/same/", "2-receipt", choose=[f"choice={shown}"])
        code = page.url.split("/track/")[1].split("/")[0]
        receipts.append((page.locator(".reference").first.inner_text(), code))
    (first, _), (second, code) = receipts
    assert first != second

    member_code = order_of(instance, first)["member"]
    member = instance.member(member_code)
    ok(member.post(f"/api/v1/orders/{first}/accept"))
    case_in_progress(instance, first, member)
    ok(member.post(f"/api/v1/cases/{first}/close", json={"outcome": "solved", "answer": answer}))
    wait_until(lambda: answer in resident.open(f"/track/{code}", "3-answered").inner_text("main"), "the answer")
    confirmed = resident.send(f"/track/{code}/confirm", "4-confirmed")
    assert confirmed.locator(f"form[action='/track/{code}/confirm']").count() == 0

    clerk = instance.account("zhaosu", role="officer")
    resident.open(f"/login?next=/desk/issues/{first}", "5-sign-in")
    desk = resident.send("/login", "6-desk", fill={"login": clerk["login"], "password": clerk["password"]})
    assert said in desk.inner_text("main") and said_again in desk.inner_text("main")
    context.close()
