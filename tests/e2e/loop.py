"""The steps of one issue over the public API, as the people of a body take them."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import nats

from deploy.topology import SERVICES
from tests.instance import Instance
from tests.servers import wait_until

STATION, COMMUNITY, CATEGORY = "zh-st01", "zh-t01-c1", "health-care"
UYGHUR_WORDS = "مەھەللىمىزدىكى داۋالاش پونكىتىدا دورا يېتىشمەيدۇ."
ARABIC_LETTERS = re.compile(r"[\u0600-\u06FF]")
CHINESE_LETTERS = re.compile(r"[\u4E00-\u9FFF]")


@dataclass(frozen=True)
class Submitted:
    """What a resident holds after submitting."""

    reference: str
    tracking_code: str


def ok(answer: httpx.Response, status: int = 200) -> Any:
    """The JSON of an answer with that status."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url.path}: {answer.text}"
    return answer.json() if answer.content else None


def problem(answer: httpx.Response, status: int, field: str | None = None) -> dict[str, Any]:
    """The problem document of a refusal; where ``field`` is given, it is about that field."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.headers
    document: dict[str, Any] = answer.json()
    assert document["status"] == status and document["code"], document
    if field is not None:
        assert field in [error["field"] for error in document["errors"]], document
    return document


def submit(instance: Instance, **changed: Any) -> Submitted:
    """A resident's issue at a station of the county, in Uyghur unless ``changed``."""
    words = {"station": STATION, "community": COMMUNITY, "category": CATEGORY, "words": UYGHUR_WORDS}
    sent = {**words, "language": "ug", "anonymous": False, **changed}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    said = ok(instance.anyone().post("/api/v1/issues", json=sent, headers=key), 201)
    return Submitted(said["reference"], said["tracking_code"])


def order_of(instance: Instance, reference: str) -> dict[str, Any]:
    """The order that became of an issue, as the dispatcher sees it once it is assigned."""

    def look() -> dict[str, Any] | None:
        answer = instance.staff("dispatcher").get(f"/api/v1/orders/{reference}")
        return ok(answer) if answer.status_code != 404 else None

    order: dict[str, Any] = wait_until(look, f"the order of {reference}")
    return order


def case_in_progress(instance: Instance, reference: str, member: httpx.Client) -> None:
    """Wait until consultation has heard that the member accepted."""

    def look() -> bool:
        answer = member.get(f"/api/v1/cases/{reference}")
        return answer.status_code == 200 and answer.json()["state"] == "in-progress"

    wait_until(look, f"the case of {reference}")


def in_progress(instance: Instance, **changed: Any) -> tuple[Submitted, httpx.Client, str]:
    """An issue whose assigned member has accepted it; the member, signed in, and the member's code."""
    issue = submit(instance, **changed)
    code = order_of(instance, issue.reference)["member"]
    member = instance.member(code)
    ok(member.post(f"/api/v1/orders/{issue.reference}/accept"))
    case_in_progress(instance, issue.reference, member)
    return issue, member, code


def figures(instance: Instance, at: str) -> dict[str, Any]:
    """The county's figures of yesterday to tomorrow (by any zone), once nothing is on its way to them."""
    wait_until(lambda: _on_their_way(instance) == 0, "events to become figures", seconds=60)
    today = datetime.now(UTC).date()
    period = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}
    said: dict[str, Any] = ok(instance.staff("officer", at).get("/api/v1/figures", params={"body": "zhaosu", **period}))
    return said


def _on_their_way(instance: Instance) -> int:
    county, prefecture = (instance.staff("officer", at) for at in ("zhaosu", "ili"))
    held = [ok(county.get(f"/api/v1/{service}/outbox")) for service in SERVICES]
    here, above = (ok(office.get("/api/v1/reporting/lag")) for office in (county, prefecture))
    rising = int(here["reported"]) - int(above["risen"]["zhaosu"])
    return sum(one["waiting"] + one["pending"] for one in held) + here["pending"] + above["pending"] + rising


async def say(instance: Instance, subject: str, body: bytes) -> str:
    """Put ``body`` on the county's ``subject`` as if its intake had said it; gives the id of that event."""
    event_id = str(uuid.uuid4())
    connection = await nats.connect(instance.run["bodies"]["zhaosu"]["nats_url"])
    try:
        headers = {"Nats-Msg-Id": event_id, "ce-id": event_id, "ce-source": "/zhaosu/intake"}
        await connection.jetstream().publish(f"doorstep.zhaosu.{subject}", body, headers=headers, timeout=5)
    finally:
        await connection.close()
    return event_id


def parked(instance: Instance, body: str, event_id: str, services: set[str]) -> list[dict[str, Any]]:
    """What was kept for people of that event at ``body``, once each of ``services`` has kept it."""
    officer = instance.staff("officer", body)
    items = [
        item
        for service in instance.run["bodies"][body]["database_urls"]
        for item in ok(officer.get(f"/api/v1/{service}/parked"))["items"]
        if item["event_id"] == event_id
    ]
    return items if {item["service"] for item in items} >= services else []


def drop(instance: Instance, body: str, item: dict[str, Any]) -> None:
    ok(instance.staff("officer", body).post(f"/api/v1/{item['service']}/parked/{item['id']}/drop"))
