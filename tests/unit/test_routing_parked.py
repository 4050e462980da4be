"""What the office hears of parked and kept events, from services that answer, refuse, or are of another release."""

from __future__ import annotations

import httpx

from services.routing.parked import HttpParkedEvents, KeptLine

PARKED = {"id": 3, "subject": "s", "reason": "r", "tries": 7, "parked_at": "2026-03-02T09:00:00Z"}
KEPT = {
    "service": "reporting",
    "subject": "doorstep.zhaosu.report.issue.submitted.v2",
    "events": 14,
    "since": "2026-03-02T09:00:00Z",
    "newest_at": "2026-03-02T09:00:00Z",
    "release": "0.2.0",
}


async def test_kept_events_are_told_beside_the_parked_ones() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        _, _, _, service, what = request.url.path.split("/")
        assert request.headers["authorization"] == "Bearer mine"
        if service == "notify":
            return httpx.Response(503)
        if service == "intake" and what == "kept":
            return httpx.Response(404)  # a release from before there were kept events
        return httpx.Response(200, json={"items": {"parked": [PARKED], "kept": [KEPT]}[what]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://house") as http:
        found = {each.service: each for each in await HttpParkedEvents(http).everywhere("mine")}
    assert found["notify"].events is None
    reporting = found["reporting"]
    assert reporting.events is not None and [line.id for line in reporting.events] == [3]
    [kept] = reporting.kept
    assert isinstance(kept, KeptLine) and (kept.events, kept.release) == (14, "0.2.0")
    # In a body whose containers are renewed one after the other, an older service has nothing to keep.
    assert found["intake"].events is not None and found["intake"].kept == []
