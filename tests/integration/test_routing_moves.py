"""Every move that the API offers, in every state in which an order can rest: done as the table says, or a clear 409."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.routing.domain.order import ORDER, Move, OrderState
from shared.contracts import inner
from tests.integration.routing_office import NOW, Office, member, running_office, until
from tests.servers import NatsServer

AWAY = {"begins_on": "2026-03-01", "ends_on": "2026-03-09", "stand_in": "m-3"}
HERE = [member("m-2", communities=[]), member("m-3", station="st-2", communities=["c-2"])]
RESTING = [state for state in OrderState if state not in (OrderState.DECLINED, OrderState.TIMED_OUT)]
"""The other two last only until the next member is found."""

OFFERED: dict[str, Move] = {
    "accept": Move.ACCEPT,
    "decline": Move.DECLINE,
    "wrong-body": Move.RETURN,
    "assign": Move.ASSIGN,
    "claim": Move.CLAIM,
    "take-over": Move.TAKE_OVER,
    "offer-again": Move.ASSIGN,
    "hand-on": Move.ASSIGN,
}
ONLY_IN = {
    # Narrower than the table: the rule decides anew only what nobody has, and passes on only what somebody is asked.
    "offer-again": {OrderState.UNROUTABLE, OrderState.RETURNED},
    "hand-on": {OrderState.ASSIGNED},
}


@pytest.fixture
async def office(tmp_path: Path, nats_server: NatsServer) -> AsyncIterator[Office]:
    async with running_office(f"sqlite:///{tmp_path}/service.db", nats_server, tmp_path) as running:
        yield running


async def try_move(office: Office, verb: str, reference: str) -> tuple[int, str]:
    """The answer to a move by whoever has the right to it: status, and the state or the problem's code."""
    sent: dict[str, tuple[str, str | None, dict[str, Any]]] = {
        "accept": ("member", "m-1", {}),
        "decline": ("officer", None, {"code": "busy", "reason": "x", "member": "m-1"}),
        "wrong-body": ("officer", None, {"reason": "x", "proposed_owner": "ili", "member": "m-1"}),
        "assign": ("dispatcher", None, {"member": "m-3"}),
        "claim": ("member", "m-2", {}),
        "take-over": ("member", "m-3", {}),
    }
    if verb in sent:
        role, code, body = sent[verb]
        answer = await office.http.post(f"/api/v1/orders/{reference}/{verb}", json=body, headers=office.as_(role, code))
        return answer.status_code, answer.json().get("state") or answer.json()["code"]
    batch = {"action": verb, "references": [reference]}
    answer = await office.http.post("/api/v1/orders/batch", json=batch, headers=office.as_("dispatcher"))
    [result] = answer.json()["results"]
    return result["status"], result["order"]["state"] if result["order"] else result["code"]


async def order_in(office: Office, state: OrderState) -> str:
    """An order of m-1's that rests in ``state``."""
    reference = await office.submit()
    about = {"occurred_at": NOW, "reference": reference}
    assert (await office.order(reference))["member"] == "m-1"
    if state in (OrderState.ACCEPTED, OrderState.CLOSED):
        assert await try_move(office, "accept", reference) == (200, "accepted")
    if state is OrderState.CLOSED:
        closed = inner.IssueClosed(**about, version_of_issue=1, outcome="solved", member="m-1")
        await office.tell(closed, "consultation")
    elif state is OrderState.WITHDRAWN:
        await office.tell(inner.IssueWithdrawn(**about, version_of_issue=2))
    elif state is OrderState.JOINED:
        await office.tell(inner.IssueJoined(**about, version_of_issue=2, joined_to="2345-679X"))
    elif state is OrderState.RETURNED:
        assert await try_move(office, "wrong-body", reference) == (200, "returned")
    elif state is OrderState.UNROUTABLE:
        for code in ("m-1", "m-2", "m-3"):
            assert (await office.order(reference))["member"] == code
            answer = await office.http.post(
                f"/api/v1/orders/{reference}/decline", json={"code": "busy"}, headers=office.as_("member", code)
            )
            assert answer.status_code == 200
    await until(lambda: _state(office, reference), state.value)
    return reference


async def _state(office: Office, reference: str) -> str:
    return str((await office.order(reference))["state"])


async def test_every_move_in_every_state_is_done_as_the_table_says_or_refused(
    office: Office, subtests: pytest.Subtests
) -> None:
    for state in RESTING:
        with subtests.test(state=state.value):
            await every_move(office, state)


async def every_move(office: Office, state: OrderState) -> None:
    """Each move, tried on an order of its own in ``state``."""
    for verb, move in OFFERED.items():
        # m-1, the nearest, has the order and goes on leave once it stands as it should.
        await office.import_roster(member("m-1", leave=[]), *HERE)
        reference = await order_in(office, state)
        if verb == "take-over":
            await office.import_roster(member("m-1", leave=[AWAY]), *HERE)
        status, said = await try_move(office, verb, reference)
        allowed = ORDER.allows(state, move) and state in ONLY_IN.get(verb, set(OrderState))
        if not allowed:
            assert status in (404, 409), (verb, state, status, said)
            assert (await office.order(reference))["state"] == state
        elif status == 200:
            told = (await office.order(reference))["state"]
            # Declining passes on at once; where everybody declined, nobody is left to offer it to.
            assert told == (OrderState.ASSIGNED if verb == "decline" else ORDER.after(state, move)), (verb, state)
        else:
            assert (verb, state, said) == ("offer-again", OrderState.UNROUTABLE, "nobody-fits")
