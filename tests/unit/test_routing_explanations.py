"""Why a member was chosen can be said for every outcome of the rule, in every language, with nothing left blank."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import services.routing
from services.routing.domain.choosing import Choice
from services.routing.domain.order import OrderState
from services.routing.domain.people import Matter, Nearness, PassedOver, Standing
from services.routing.domain.rule import USUAL, Criterion
from services.routing.http.comparisons import compared
from services.routing.http.explanations import sentences
from services.routing.orders import OrderRecord
from services.routing.reasons import by_colleague, by_dispatcher, by_rule, by_stand_in, nobody, on_paper, returned
from shared.i18n import CODES, SHARED_LOCALE, Catalogues, language

LOCALE = Path(services.routing.__file__).parent / "locale"
CATALOGUES = Catalogues.load(SHARED_LOCALE, LOCALE)
ORDER = OrderRecord(
    reference="7K3F-9XQC",
    state=OrderState.ASSIGNED,
    station="st-1",
    community="c-1",
    category="roads",
    channel="web",
    language="ug",
    submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
    on_paper=False,
    member="m-1",
    attempt=1,
    answer_by=None,
    why=None,
    version=1,
    intake_version=1,
    case_version=0,
)


NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MATTER = Matter("c-1", "st-1", "t-1", "roads", "ug")
EXPERTS = replace(USUAL, matter_first_for=frozenset({"roads"}), language_first_for=frozenset({"roads"}))
AWAY = {"stand_in_for": "m-away", "away_until": "2026-03-20"}
ORDERS_OF_CRITERIA = (USUAL.order_for(MATTER), EXPERTS.order_for(MATTER), (Criterion.LOAD, Criterion.MATTER))


def _first_release(nearness: Nearness, criterion: Criterion | None, fits: bool, carried: int) -> dict[str, Any]:
    """As the first release kept it."""
    return {
        "chosen_by": "rule",
        "nearness": nearness.value,
        "knows_matter": fits,
        "speaks_language": fits,
        "open_orders": carried,
        "decided_by": criterion.value if criterion else None,
        "next": {"member": "m-2"} if criterion else None,
    }


def _by_rule(
    order: tuple[Criterion, ...], nearness: Nearness, criterion: Criterion | None, fits: bool, carried: int
) -> dict[str, Any]:
    first = Standing("m-1", nearness, fits, fits, fits, carried, carried, NOW if fits else None)
    following = replace(first, member="m-2") if criterion else None
    away = () if fits else (PassedOver("m-3", NOW.date()),)
    choice = Choice(order, first, following, 2, criterion, away)
    return by_rule(choice, 0, USUAL, 3)


EVERY_WHY = [
    *(_first_release(*each) for each in product(Nearness, [*Criterion, None], (True, False), (0, 1, 5))),
    *(_by_rule(*each) for each in product(ORDERS_OF_CRITERIA, Nearness, [*Criterion, None], (True, False), (0, 1, 5))),
    {**_by_rule(USUAL.order_for(MATTER), Nearness.BODY, Criterion.MATTER, True, 1), **AWAY},
    *({"chosen_by": "nobody", "asked_before": asked} for asked in (0, 1, 3)),
    nobody(0, (PassedOver("m-3", NOW.date()),)),
    returned("m-1", "ili"),
    by_dispatcher(),
    on_paper(),
    by_colleague("st-1", "m-2"),
    by_colleague("st-1", None),
    by_stand_in("m-away", NOW.date()),
]


@pytest.mark.parametrize("code", CODES)
def test_every_outcome_can_be_said(code: str) -> None:
    for why in EVERY_WHY:
        said = sentences(ORDER, why, "m-1", CATALOGUES.translator(code))
        assert said and all(sentence and "{" not in sentence and "None" not in sentence for sentence in said), why
        assert why["chosen_by"] == "nobody" or "m-1" in " ".join(said)


@pytest.mark.parametrize("code", CODES)
def test_every_criterion_of_a_decision_can_be_shown(code: str) -> None:
    translator = CATALOGUES.translator(code)
    for why in EVERY_WHY:
        rows = compared(why, translator, lambda moment: moment.isoformat())
        told = why.get("criteria", ())
        expected = [each for each in told if each["value"] is not None or each["criterion"] != "duty"]
        assert len(rows) == len(expected)
        assert all(row.criterion and row.value and row.next and "None" not in row.value for row in rows)
        assert sum(row.decided for row in rows) == (why.get("decided_by") in [each["criterion"] for each in expected])


def test_the_reason_of_the_expert_names_what_put_them_first() -> None:
    translator = CATALOGUES.translator("en")
    why = _by_rule(EXPERTS.order_for(MATTER), Nearness.BODY, Criterion.MATTER, True, 1)
    assert sentences(ORDER, why, "m-1", translator)[:4] == [
        "m-1 knows the matter: Roads.",
        "m-1 speaks the resident's language: " + language("ug").name + ".",
        "m-1 works elsewhere in this body.",
        "For this matter, whoever knows it comes before whoever is nearer.",
    ]
    said = sentences(ORDER, {**why, **AWAY}, "m-1", translator)
    assert said[:2] == ["m-away is on leave until Mar 20, 2026; m-1 stands in.", "m-away knows the matter: Roads."]
    assert "m-1 carried 1 open order then." in said
