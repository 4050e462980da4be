"""Every page of the staff, fit to be seen on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.walk import Walk
from tests.e2e.loop import in_progress, order_of, submit
from tests.instance import Instance

PAGES = {
    "officer": (
        "/office",
        "/office/orders",
        "/office/supervisions",
        "/office/tiers/late",
        "/office/roster",
        "/office/units",
        "/office/coverage",
        "/office/calendar",
        "/office/deadlines",
        "/office/five-ones",
        "/office/research",
        "/office/research/participants",
        "/office/parked",
        "/work",
        "/work/briefs/received",
        "/work/consultations/rule",
        "/notices",
        "/reports",
        "/reports/definitions",
        "/reports/times",
        "/reports/dashboard",
        "/reports/briefings",
        "/reports/showing",
        "/office/search",
    ),
    "clerk": ("/desk",),
    "member": (
        "/work",
        "/work/deadlines",
        "/work/consultations",
        "/work/commitments",
        "/work/activities",
        "/work/five-ones",
        "/work/briefs",
        "/account",
    ),
}


@pytest.mark.parametrize(
    ("language", "locale", "width", "height"),
    [("zh-Hans", "zh-CN", 1280, 900), ("ug", "ug-CN", 360, 780), ("kk", "kk-KZ", 360, 780), ("en", "en-GB", 1024, 768)],
    ids=["Chinese", "Uyghur", "Kazakh", "English"],
)
def test_the_staffs_pages_are_fit_to_be_seen(
    instance: Instance, browser: Browser, screens: Path | None, language: str, locale: str, width: int, height: int
) -> None:
    waiting = submit(instance)
    order_of(instance, waiting.reference)
    _, _, code = in_progress(instance)
    for role, paths in PAGES.items():
        account = instance.account("zhaosu", member=code) if role == "member" else instance.account("zhaosu", role=role)
        context = browser.new_context(locale=locale, viewport={"width": width, "height": height})
        context.set_default_timeout(10_000)
        folder = screens and screens / role
        walk = Walk(context, instance.url("zhaosu"), language=language, pictures=folder, width=width)
        walk.open("/login", "0-sign-in")
        walk.send("/login", "1-signed-in", fill={"login": account["login"], "password": account["password"]})
        for path in paths:
            walk.open(path, path.strip("/").replace("/", "-"))
        context.close()
