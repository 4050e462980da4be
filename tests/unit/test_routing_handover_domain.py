"""How handovers end when news cross, and what must not stand in a text that leaves."""

from __future__ import annotations

from itertools import product

import pytest

from services.routing.domain.handover import HANDOVER, HandoverMove, HandoverState
from services.routing.domain.supervision import SUPERVISION, SupervisionMove, SupervisionState
from services.routing.handover.leaving import check_leaving
from shared.errors import DomainError

SENDERS = (HandoverMove.WITHDRAW, HandoverMove.EXPIRE)
RECEIVERS = ((HandoverMove.ACCEPT,), (HandoverMove.RETURN,), (HandoverMove.ACCEPT, HandoverMove.ANSWER))


@pytest.mark.parametrize(("sent", "done"), list(product(SENDERS, RECEIVERS)))
def test_both_bodies_end_alike_whoever_heard_first(sent: HandoverMove, done: tuple[HandoverMove, ...]) -> None:
    at_sender = at_receiver = HandoverState.OFFERED
    for move in (sent, *done):
        at_sender = HANDOVER.after(at_sender, move)
    for move in (*done, sent):
        if (at_receiver, move) == (HandoverState.ANSWERED, HandoverMove.EXPIRE):
            continue  # said before the taking was heard of, so it comes before the answer is
        at_receiver = HANDOVER.after(at_receiver, move)
    assert at_sender is at_receiver


def test_a_withdrawal_and_an_answer_that_cross_end_alike_at_both_bodies() -> None:
    made = (SupervisionMove.WITHDRAW, SupervisionMove.ANSWER)
    for order in (made, made[::-1]):
        state = SupervisionState.OPEN
        for move in order:
            state = SUPERVISION.after(state, move)
        assert state is SupervisionState.WITHDRAWN


NAMES = ("阿依努尔·买买提", "ئايگۈل تۇرسۇن", "Wang Xiaoming")

REFUSED = (
    ("电话13800138000", "text-has-telephone"),
    ("tel +86 138-0013-8000.", "text-has-telephone"),
    ("１３８ ００１３ ８０００", "text-has-telephone"),
    ("١٣٨٠٠١٣٨٠٠٠", "text-has-telephone"),
    ("座机0999-6022345", "text-has-telephone"),
    ("座机(0999)6022345", "text-has-telephone"),
    ("010 8888 6666", "text-has-telephone"),
    ("654022199003071234", "text-has-identity-number"),
    ("65402219900307123X", "text-has-identity-number"),
    ("654022 19900307 123x", "text-has-identity-number"),
    ("654022900307123", "text-has-identity-number"),
    ("write to a.b@mail.example", "text-has-email"),
    ("阿依努尔 买买提说", "text-has-name"),
    ("阿依努尔买买提说", "text-has-name"),
    ("ئايگۈل  تۇرسۇن ئېيتتى", "text-has-name"),
    ("says WANG xiaoming", "text-has-name"),
)


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_must_not_leave(text: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_leaving(text, NAMES, field="text")
    assert (refused.value.code, refused.value.field) == (code, "text")


LEAVES = (
    "2026年3月2日起，共 1200000 元，涉及 13 户。",
    "2026-03-02 09:00 到 2026-03-09 18:00",
    "文号 新政办发〔2025〕12号，第3条第2款",
    "买买提江的商店旁边",
    "",
)


@pytest.mark.parametrize("text", LEAVES)
def test_what_may_leave(text: str) -> None:
    check_leaving(text, (*NAMES, "王", ""), field="text")
