"""A ledger file: read whole or refused by line; recorded in order, once, through whatever passes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy import sample
from deploy.client import BodyClient, Refused
from deploy.ledger.arrival import NotCaughtUp, wait_for_figures
from deploy.ledger.facts import BadLedger, read_ledger
from deploy.ledger.persistence import OUTSTANDING, PersistentSender, idempotency_key
from deploy.ledger.replay import LedgerFailed, Replay

SAMPLE_LEDGER = sample.ledger("zhaosu")


class FakeBody:
    """A body that answers as the real one does, refusing each new step a few times first.

    It checks nothing but keys: a key seen before gets the answer that it got.
    """

    def __init__(self, refusals: Sequence[int] = ()) -> None:
        self.refusals = tuple(refusals)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answers: dict[str, Any] = {}
        self._refused: dict[str, int] = {}
        self.under_way = self.most_under_way = 0

    async def post(self, path: str, content: Any = None, *, key: str | None = None) -> Any:
        assert key is not None
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return self._answer(path, content, key)
        finally:
            self.under_way -= 1

    def _answer(self, path: str, content: Any, key: str) -> Any:
        number = self._refused.get(key, 0)
        if number < len(self.refusals):
            self._refused[key] = number + 1
            status = self.refusals[number]
            if status == 0:
                raise httpx.ConnectError("not there")
            raise Refused(status, "not yet", {"code": "order-unknown"})
        if key not in self._answers:
            self.asked.append((path, content))
            self._answers[key] = self._make(path, content)
        return self._answers[key]

    def _make(self, path: str, content: dict[str, Any]) -> Any:
        made = f"id-{len(self._answers)}"
        if path == "/api/v1/issues":
            return {"reference": f"REF-{made}", "tracking_code": f"code-{made}"}
        if re.fullmatch(r"/api/v1/consultations/.*/close", path):
            return {"commitments": [{"id": f"{made}-{n}"} for n in range(len(content["commitments"]))]}
        return {"id": made}


def replay_at(body: FakeBody, patience: float = 5) -> Replay:
    sender = PersistentSender(body, "zhaosu", patience=patience)  # type: ignore[arg-type]  # it posts, no more is asked
    return Replay(sender)


async def test_every_fact_is_recorded_once_after_those_it_depends_on() -> None:
    body = FakeBody()
    lines = read_ledger(SAMPLE_LEDGER)
    recorded = 0

    def count() -> None:
        nonlocal recorded
        recorded += 1

    await replay_at(body).record(lines, count)
    assert recorded == len(lines) == 738
    assert body.most_under_way <= OUTSTANDING
    steps = [path.rpartition("/")[2] for path, _ in body.asked]
    assert (steps.count("receptions"), steps.count("issues"), steps.count("accept")) == (216, 65, 65)
    assert (steps.count("hold"), steps.count("close"), steps.count("rating")) == (47, 47 + 65, 65)
    first_of = {step: steps.index(step) for step in ("issues", "accept", "visits", "consultations", "rating")}
    assert sorted(first_of, key=lambda step: first_of[step]) == list(first_of)
    assert all("recorded_at" in content for _, content in body.asked)
    asked = len(body.asked)
    await replay_at(body).record(lines, count)
    assert len(body.asked) == asked, "a second run asks for nothing new"


async def test_an_issue_names_the_reception_it_came_of_and_a_kept_promise_its_day() -> None:
    body = FakeBody()
    await replay_at(body).record(read_ledger(SAMPLE_LEDGER), lambda: None)
    issues = [content for path, content in body.asked if path == "/api/v1/issues"]
    assert all(issue["reception"] is None or issue["reception"].startswith("id-") for issue in issues)
    assert any(issue["reception"] for issue in issues)
    kept = [content["recorded_at"][:10] for path, content in body.asked if path.endswith("/keep")]
    assert "2023-02-04" in kept


async def test_what_is_not_there_yet_is_asked_for_again() -> None:
    body = FakeBody(refusals=[404, 0, 503])
    lines = [line for line in read_ledger(SAMPLE_LEDGER) if line.number <= 5]
    await replay_at(body).record(lines, lambda: None)
    assert len(body.asked) == 5


@pytest.mark.parametrize(("refusals", "patience"), [([422], 5.0), ([404] * 50, 0.2)])
async def test_what_is_refused_for_good_or_too_long_is_named_by_its_line(refusals: list[int], patience: float) -> None:
    lines = [line for line in read_ledger(SAMPLE_LEDGER) if line.number == 2]
    with pytest.raises(LedgerFailed, match=r"line 2 .*reception/R-0185.*/api/v1/receptions.*not yet"):
        await replay_at(FakeBody(refusals), patience).record(lines, lambda: None)


def test_keys_depend_on_body_and_step_alone() -> None:
    assert idempotency_key("zhaosu", "issue/L-0001") == idempotency_key("zhaosu", "issue/L-0001")
    assert len({idempotency_key(body, step) for body in ("zhaosu", "ili") for step in ("a", "b")}) == 4


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"kind": "reception"', "line 3: "),
        ("[]", "line 3: "),
        ('{"kind": "birthday"}', "line 3: "),
        ('{"kind": "rating", "issue": "L-1", "at": "2023-01-01T00:00:00", "rating": "satisfied"}', "line 3: at: "),
        ('{"kind": "rating", "issue": "L-1", "at": "2023-01-01T00:00:00Z"}', "line 3: rating: "),
        (
            '{"kind": "rating", "issue": "L-1", "at": "2023-01-01T00:00:00Z", "rating": "partly"}',
            "line 3: there is no issue L-1",
        ),
        ("\ufffd", "line 3: "),
    ],
)
def test_a_broken_line_is_named_and_nothing_is_taken(tmp_path: Path, line: str, says: str) -> None:
    good = [each for each in SAMPLE_LEDGER.read_text().splitlines() if '"kind": "survey"' in each][:1]
    file = tmp_path / "ledger.jsonl"
    file.write_text("\n".join([*good, "", line]))
    with pytest.raises(BadLedger) as refusal:
        read_ledger(file)
    assert says in str(refusal.value)


def test_a_fact_that_stands_twice_is_named(tmp_path: Path) -> None:
    first = SAMPLE_LEDGER.read_text().splitlines()[0]
    file = tmp_path / "ledger.jsonl"
    file.write_text(f"{first}\n{first}\n")
    with pytest.raises(BadLedger, match="line 2: survey/S-001 is already on line 1"):
        read_ledger(file)


class FakeLag:
    """A body whose pending, unpublished (of its intake) and rising (of a child) events go down with every look, and
    so do its years that are to be counted again.
    """

    def __init__(self, pending: int, waiting: int = 0, falls: bool = True, rising: int = 0, uncounted: int = 0) -> None:
        self.pending, self.waiting, self.rising, self._falls = pending, waiting, rising, falls
        self.uncounted = uncounted

    async def get(self, path: str) -> dict[str, Any]:
        if path == "/api/v1/reporting/lag":
            said, self.pending = self.pending, max(0, self.pending - self._falls)
            self.rising = max(0, self.rising - self._falls)
            return {"pending": said, "reported": 9, "risen": {"county": 9 - self.rising, "elsewhere": 3}}
        if path == "/api/v1/intake/outbox":
            said, self.waiting = self.waiting, max(0, self.waiting - self._falls)
            return {"waiting": said, "pending": 0}
        if path == "/api/v1/five-ones/uncounted":
            said, self.uncounted = self.uncounted, max(0, self.uncounted - self._falls)
            return {"years": said}
        assert path.endswith("/outbox")
        return {"waiting": 0, "pending": 0}


async def test_figures_are_waited_for_and_not_for_ever() -> None:
    bodies: dict[str, Any] = {"county": FakeLag(2), "prefecture": FakeLag(1, waiting=4, rising=6, uncounted=9)}
    await wait_for_figures(bodies, within=10)
    left = [(body.pending, body.waiting, body.rising, body.uncounted) for body in bodies.values()]
    assert left == [(0, 0, 0, 0)] * 2
    with pytest.raises(NotCaughtUp, match="7 events pending"):
        stuck: dict[str, Any] = {"county": FakeLag(7, falls=False)}
        await wait_for_figures(stuck, within=0.5)


async def test_a_refusal_is_a_sentence_with_its_field_and_a_token_is_renewed() -> None:
    tokens = iter(["old", "new"])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/login":
            return httpx.Response(200, json={"access_token": next(tokens)})
        if request.headers["authorization"] == "Bearer old":
            return httpx.Response(401, json={"code": "session-expired"})
        errors = [{"line": 12, "pointer": "#/members/3", "detail": "There is no such station."}]
        return httpx.Response(422, json={"code": "roster-refused", "title": "No.", "errors": errors})

    transport = httpx.MockTransport(answer)
    async with BodyClient("http://body", "officer", "pw", transport=transport) as client:
        with pytest.raises(Refused) as refusal:
            await client.post_bytes("/api/v1/roster", b"{}", dry_run="true")
    assert str(refusal.value) == "line 12, #/members/3: There is no such station. (roster-refused 422)"


def test_the_sample_is_whole() -> None:
    for body in ("zhaosu", "ili"):
        assert json.loads(sample.roster(body).read_text())["body"]["code"] == body
