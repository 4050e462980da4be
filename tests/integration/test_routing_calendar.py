"""The body's calendar: edited by an officer, dated and attributable, told to the neighbours, refused with its field."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.terms import DEFAULT_TERMS
from tests.integration.routing_office import Office, running_office, until
from tests.servers import NatsServer

RULES: dict[str, Any] = {
    "hours": ["10:00-14:00", "16:00-20:00"],
    "terms": [term.model_dump() for term in DEFAULT_TERMS],
    "office_email": "office@example.org",
    "office_language": "ug",
}
FORM = {
    "hours": "10:00-14:00, 16:00-20:00",
    **{
        f"{kind}_{part}": value
        for kind in ("first_contact", "answer", "referral_reply")
        for part, value in (("days", "7"), ("warn", "2"), ("escalate", "0"))
    },
    "commitment_escalate": "1",
}


@pytest.fixture
async def office(database_url: str, nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Office]:
    async with running_office(database_url, nats_server, tmp_path) as running:
        yield running


def told(office: Office) -> list[dict[str, Any]]:
    return [event for _, event in office.said("inner.calendar.published")]


async def test_each_change_is_dated_attributable_and_told_once(office: Office) -> None:
    officer = office.as_("officer", "li")
    for said in ({"works": False, "note": "古尔邦节"}, {"works": False, "note": "古尔邦节"}, {"works": True}):
        answer = await office.http.put("/api/v1/calendar/days/2026-05-27", json=said, headers=officer)
        assert answer.status_code == 200, answer.text
    answer = await office.http.put("/api/v1/calendar/rules", json=RULES, headers=officer)
    assert answer.json()["hours"] == RULES["hours"]
    answer = await office.http.delete("/api/v1/calendar/days/2026-05-27", headers=officer)
    assert (answer.json()["revision"], answer.json()["days"]) == (4, [])

    async def revisions() -> list[int]:
        return [event["revision"] for event in told(office)]

    await until(revisions, [1, 2, 3, 4])
    first, second, third, _ = told(office)
    assert (first["days_off"], first["days_on"]) == (["2026-05-27"], [])
    assert (second["days_off"], second["days_on"]) == ([], ["2026-05-27"])
    assert third["hours"] == RULES["hours"]
    assert not {"note", "office_email"} & set(third)
    changes = (await office.http.get("/api/v1/calendar/changes", headers=officer)).json()["items"]
    assert [(each["subject"], each["changed_by"]) for each in changes] == [
        ("day", "li"),
        ("rules", "li"),
        ("day", "li"),
        ("day", "li"),
    ]
    assert changes[-1]["became"] == {"day": "2026-05-27", "works": False, "note": "古尔邦节"}
    assert changes[1]["was"]["hours"] == ["09:00-13:00", "14:00-18:00"]


async def test_the_office_s_address_is_for_the_body_s_own_services(office: Office) -> None:
    await office.http.put("/api/v1/calendar/rules", json=RULES, headers=office.as_("officer"))
    path = "/api/v1/calendar/office-address"
    asked = await office.http.get(path, headers=office.as_("service", service="notify"))
    assert asked.json() == {"email": "office@example.org", "language": "ug"}
    assert (await office.http.get(path, headers=office.as_("officer"))).status_code == 403


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"hours": ["14:00-10:00"]}, "hours"),
    ({"hours": ["10:00-14:00", "13:00-18:00"]}, "hours"),
    ({"hours": []}, "hours"),
    ({"terms": RULES["terms"][:3]}, "terms"),
    ({"terms": [{"kind": "first-contact"}, *RULES["terms"][1:]]}, "terms[0].days"),
    ({"terms": [*RULES["terms"][:3], {"kind": "commitment", "days": 4}]}, "terms[3].days"),
    ({"terms": [{**RULES["terms"][0], "warn_days_before": 3}, *RULES["terms"][1:]]}, "terms[0].warn_days_before"),
    ({"terms": [{**RULES["terms"][0], "days": 0}, *RULES["terms"][1:]]}, "terms[0].days"),
    ({"office_email": "two@example.org, three@example.org"}, "office_email"),
    ({"office_language": "fr"}, "office_language"),
]


async def test_what_cannot_be_is_refused_with_its_field(office: Office, subtests: pytest.Subtests) -> None:
    headers = {**office.as_("officer"), "Accept-Language": "zh-Hans"}
    for changed, field in IMPOSSIBLE:
        with subtests.test(changed=changed):
            answer = await office.http.put("/api/v1/calendar/rules", json={**RULES, **changed}, headers=headers)
            assert answer.status_code == 422
            assert [each["field"] for each in answer.json()["errors"]][:1] == [field]
            shown = (await office.http.get("/api/v1/calendar", headers=headers)).json()
            assert (shown["revision"], told(office)) == (0, [])


async def test_days_too_far_and_days_nobody_said_anything_of(office: Office) -> None:
    officer = office.as_("officer")
    answer = await office.http.put("/api/v1/calendar/days/2062-01-01", json={"works": True}, headers=officer)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "day")
    assert (await office.http.delete("/api/v1/calendar/days/2026-01-05", headers=officer)).status_code == 404
    for role in ("dispatcher", "member"):
        answer = await office.http.put(
            "/api/v1/calendar/days/2026-05-27", json={"works": True}, headers=office.as_(role)
        )
        assert answer.status_code == 403


async def test_an_officer_edits_it_on_a_page(office: Office) -> None:
    await office.sign_in_a_browser()
    page = await office.http.get("/office/calendar?month=2026-10", headers={"Accept-Language": "zh-Hans"})
    csrf = {"csrf": page.text.split('name="csrf" value="')[1].split('"')[0]}
    # The tenth of October 2026 is a Saturday that is worked for the national day.
    assert page.status_code == 200
    assert page.text.count("month-rest") == 31 - 18
    day = {**csrf, "day": office.clock.at.date().isoformat(), "works": "false", "note": "雪灾"}
    assert (await office.http.post("/office/calendar/days", data=day)).status_code == 303
    assert (await office.http.post("/office/calendar/rules", data={**csrf, **FORM})).status_code == 303
    shown = await office.http.get("/office/calendar")
    assert "雪灾" in shown.text
    assert "10:00-14:00, 16:00-20:00" in shown.text
    refused = await office.http.post("/office/calendar/rules", data={**csrf, **FORM, "answer_warn": "7"})
    assert refused.status_code == 422
    assert 'id="answer_warn-error"' in refused.text
    refused = await office.http.post("/office/calendar/days", data={**csrf, "works": "false"})
    assert 'id="day-error"' in refused.text
