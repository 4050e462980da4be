"""Asking consultation for an answer: what it says, and what the page is told when it says nothing."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from services.intake.answers import HttpAnswers
from shared.clock import SystemClock
from shared.errors import Unavailable
from shared.web.auth import Role, TokenSigner, TokenVerifier, new_key_pair

PRIVATE, PUBLIC = new_key_pair()


def asking(neighbour: Callable[[httpx.Request], httpx.Response]) -> HttpAnswers:
    client = httpx.AsyncClient(transport=httpx.MockTransport(neighbour), base_url="http://neighbour")
    return HttpAnswers(client, TokenSigner("intake", PRIVATE, "zhaosu", SystemClock()))


async def test_the_answer_is_asked_for_in_intakes_own_name() -> None:
    def consultation(request: httpx.Request) -> httpx.Response:
        token = request.headers["authorization"].removeprefix("Bearer ")
        claims = TokenVerifier({"intake": PUBLIC}, "zhaosu", SystemClock()).verify(token)
        assert (claims.role, claims.issuer) == (Role.SERVICE, "intake")
        assert request.url.path == "/api/v1/answers/7K3F-9XQC"
        commitment = {"by": "roads-office", "what": "补灯", "due_on": "2023-05-01", "state": "open"}
        return httpx.Response(200, json={"answer": "已解决", "outcome": "solved", "commitments": [commitment]})

    answered = await asking(consultation).to("7K3F-9XQC")
    assert answered.answer == "已解决"
    assert answered.commitments[0].due_on.isoformat() == "2023-05-01"


async def test_no_case_is_no_answer() -> None:
    assert (await asking(lambda _: httpx.Response(404)).to("7K3F-9XQC")).answer is None


@pytest.mark.parametrize("response", [httpx.Response(500), httpx.Response(200, content=b"<html>")])
async def test_a_neighbour_in_trouble_is_unavailable(response: httpx.Response) -> None:
    with pytest.raises(Unavailable):
        await asking(lambda _: response).to("7K3F-9XQC")


async def test_a_neighbour_that_is_away_is_unavailable() -> None:
    def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(Unavailable):
        await asking(away).to("7K3F-9XQC")
