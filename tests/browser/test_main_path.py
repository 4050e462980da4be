"""The way of one issue in a real browser: from the page behind a station's QR code to the prefecture's figures."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.walk import Walk
from tests.e2e.loop import case_in_progress, figures, order_of
from tests.instance import Instance
from tests.servers import wait_until

WORDS = {
    "zh-Hans": ("村口的路灯坏了两个星期，晚上老人出门看不见路。", "路灯已经换好，以后每月检查一次。", "路灯维修"),
    "ug": (
        "كەنت ئېغىزىدىكى يول چىرىغى ئىككى ھەپتىدىن بېرى يانمايدۇ.",
        "چىراغ ئالماشتۇرۇلدى، بۇندىن كېيىن ھەر ئايدا تەكشۈرۈلىدۇ.",
        "يول چىرىغى",
    ),
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("language", "locale", "width", "height", "scripts", "station"),
    [("zh-Hans", "zh-CN", 1280, 900, True, "zh-st02"), ("ug", "ug-CN", 360, 780, False, "zh-st03")],
    ids=["Chinese on a desk", "Uyghur on a phone, without scripts"],
)
def test_an_issue_goes_its_way(
    instance: Instance,
    browser: Browser,
    screens: Path | None,
    language: str,
    locale: str,
    width: int,
    height: int,
    scripts: bool,
    station: str,
) -> None:
    words, answer, topic = WORDS[language]
    email = f"{language.lower()}@mail.example"
    before = figures(instance, "ili")["opinions_answered"]

    def person(name: str, body: str = "zhaosu") -> Walk:
        context = browser.new_context(
            locale=locale, viewport={"width": width, "height": height}, java_script_enabled=scripts
        )
        context.set_default_timeout(10_000)
        folder = screens and screens / name
        return Walk(context, instance.url(body), language=language, pictures=folder, width=width)

    resident = person("resident")
    resident.open("/", "1-home")
    resident.open(f"/s/{station}", "2-station")
    receipt = resident.send(
        f"/s/{station}",
        "3-receipt",
        fill={"words": words, "contact.email": email},
        choose=["category=street-lighting", "reply=contact", "consent=true"],
    )
    code = receipt.url.split("/track/")[1].split("/")[0]
    reference = receipt.locator(".reference").first.inner_text()
    resident.open(f"/track/{code}", "4-submitted")

    assigned = order_of(instance, reference)["member"]
    account = instance.account("zhaosu", member=assigned)
    member = person("member")
    member.open(f"/login?next=/work/orders/{reference}", "1-sign-in")
    order = member.send("/login", "2-order", fill={"login": assigned, "password": account["password"]})
    assert words in order.inner_text("main")
    member.send(f"/work/orders/{reference}/accept", "3-case")
    case_in_progress(instance, reference, instance.member(assigned))
    case = member.open(f"/work/{reference}", "4-accepted")
    assert words in case.inner_text("main")
    earlier = _surveys_offered(case)  # of other matters of this station, where other tests made some
    member.send(f"/work/{reference}/visits", "5-visited", fill={"visit_note": topic})
    surveyed = member.send(f"/work/{reference}/surveys", "6-surveyed", fill={"findings": topic})
    (survey,) = _surveys_offered(surveyed) - earlier
    prepared = member.send(
        f"/work/{reference}/consultations",
        "7-prepared",
        fill={"topic": topic, "residents": "5"},
        choose=[f"surveys={survey}", "place=mobile", "gathering=concentrated", "setting=on-site"],
    )
    if "/consultations/" not in prepared.url:
        prepared = member.open(_link(prepared, "/work/consultations/"), "7-consultation")
    consultation = prepared.url.split("/consultations/")[1].partition("?")[0].partition("#")[0]
    member.send(f"/consultations/{consultation}/hold", "8-held")
    due_on = str(datetime.now(UTC).date() + timedelta(days=30))
    member.send(
        f"/consultations/{consultation}/close",
        "9-agreed",
        fill={"agreed": topic, "first.by": "zh-d-roads", "first.what": topic, "first.due_on": due_on},
    )
    member.open(f"/work/{reference}", "10-before-closing")
    member.send(f"/work/{reference}/close", "11-closed", fill={"answer": answer}, choose=["outcome=answered"])
    member.open("/work", "12-cases")

    wait_until(lambda: [mail for mail in _mails_to(instance, email) if answer in mail["text"]], "the answer by mail")
    inbox = person("inbox")
    listed = inbox.open(instance.run["inbox_url"], "1-inbox", own=False)
    assert listed.inner_text("body").count(reference) >= 2, "one to the member, one to the resident at least"
    letter = _mails_to(instance, email)[0]
    shown = inbox.open(f"{instance.run['inbox_url']}/messages/{letter['id']}", "2-letter", own=False)
    assert answer in shown.inner_text("body")

    wait_until(lambda: answer in resident.open(f"/track/{code}", "5-answered").inner_text("main"), "the answer")
    rated = resident.send(f"/track/{code}/rating", "6-rated", choose=["rating=satisfied"])
    assert rated.locator(f"form[action='/track/{code}/rating']").count() == 0

    wait_until(lambda: figures(instance, "ili")["opinions_answered"] == before + 1, "the figure at the prefecture")
    counted = figures(instance, "ili")
    for body in ("zhaosu", "ili"):
        officer = person(f"officer-{body}", body)
        officer.open("/login?next=/reports", "1-sign-in")
        login = instance.account(body, role="officer")
        officer.send("/login", "2-reports", fill={"login": login["login"], "password": login["password"]})
        report = officer.open(f"/reports?{_this_year()}&body=zhaosu", "3-county")
        numbers = re.findall(r"\d+", _western(report.inner_text("main")))
        assert str(counted["opinions_collected"]) in numbers and str(counted["members"]) in numbers


def _surveys_offered(case: Page) -> set[str]:
    return {str(box.get_attribute("value")) for box in case.locator("#consultation input[name='surveys']").all()}


def _link(page: Page, start: str) -> str:
    """The first address on the page that begins so."""
    found = page.locator(f"main a[href^='{start}']").first.get_attribute("href")
    assert found is not None
    return found


def _mails_to(instance: Instance, address: str) -> list[dict[str, Any]]:
    return [mail for mail in instance.mails() if mail["to"] == address]


def _this_year() -> str:
    year = datetime.now(UTC).year
    return f"from={year}-01-01&to={year}-12-31"


def _western(text: str) -> str:
    """``text`` with every digit as 0-9, for languages that write others."""
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)
