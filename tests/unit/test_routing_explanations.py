"""Why a member was chosen can be said for every outcome of the rule, in every language, with nothing left blank."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import services.routing
from services.routing.domain.choosing import Criterion, Nearness
from services.routing.domain.order import OrderState
from services.routing.http.explanations import sentences
from services.routing.orders import OrderRecord
from shared.i18n import CODES, SHARED_LOCALE, Catalogues

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


def _by_rule(nearness: Nearness, criterion: Criterion | None, fits: bool, carried: int) -> dict[str, Any]:
    return {
        "chosen_by": "rule",
        "nearness": nearness.value,
        "knows_matter": fits,
        "speaks_language": fits,
        "open_orders": carried,
        "decided_by": criterion.value if criterion else None,
        "next": {"member": "m-2"} if criterion else None,
    }


EVERY_WHY = [
    *(_by_rule(*each) for each in product(Nearness, [*Criterion, None], (True, False), (0, 1, 5))),
    *({"chosen_by": "nobody", "asked_before": asked} for asked in (0, 1, 3)),
    {"chosen_by": "dispatcher"},
    {"chosen_by": "officer"},
]


@pytest.mark.parametrize("code", CODES)
def test_every_outcome_can_be_said(code: str) -> None:
    for why in EVERY_WHY:
        said = sentences(ORDER, why, "m-1", CATALOGUES.translator(code))
        assert said and all(sentence and "{" not in sentence and "None" not in sentence for sentence in said), why
        assert why["chosen_by"] == "nobody" or "m-1" in said[0]
