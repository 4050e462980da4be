"""Why a member was asked, in plain codes, as it is kept with the order; sentences are made of it for each reader."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.routing.domain.choosing import Choice
from services.routing.domain.people import PassedOver, Standing
from services.routing.domain.rule import Criterion, Rule

PASSED_OVER_KEPT = 5

Why = dict[str, Any]


def by_rule(choice: Choice, asked_before: int, rule: Rule, version: int) -> Why:
    """The rule decided: everything it looked at of the first and of the one who came next, in its order.

    ``version`` is the rule's; ``criteria`` hold each criterion's value for both.
    """
    return {
        "chosen_by": "rule",
        "rule": version,
        **facts(choice.first),
        "considered": choice.considered,
        "asked_before": asked_before,
        "decided_by": choice.decided_by,
        "criteria": [
            {
                "criterion": criterion,
                "value": value_of(criterion, choice.first),
                "next": value_of(criterion, choice.next) if choice.next else None,
                **({"days": rule.recent_days} if criterion is Criterion.RECENT else {}),
            }
            for criterion in choice.order
            if criterion is not Criterion.CODE
        ],
        "next": facts(choice.next) if choice.next else None,
        "passed_over": [_away(each) for each in choice.away[:PASSED_OVER_KEPT]],
    }


def nobody(asked_before: int, away: tuple[PassedOver, ...] = ()) -> Why:
    """Nobody was left to ask."""
    kept = [_away(each) for each in away[:PASSED_OVER_KEPT]]
    return {"chosen_by": "nobody", "asked_before": asked_before, "passed_over": kept}


def by_dispatcher() -> Why:
    """The dispatcher chose."""
    return {"chosen_by": "dispatcher"}


def on_paper() -> Why:
    """An officer recorded from paper who took it."""
    return {"chosen_by": "officer"}


def by_colleague(station: str, instead_of: str | None) -> Why:
    """A member of the same station took it, from ``instead_of`` or from the dispatcher's queue."""
    return {"chosen_by": "colleague", "at": station, "instead_of": instead_of}


def by_stand_in(away: str, until: date) -> Why:
    """The order's member is on leave; their stand-in has it now."""
    return {"chosen_by": "stand-in", "stand_in_for": away, "away_until": until.isoformat()}


def returned(member: str, proposed_owner: str) -> Why:
    """``member`` says that it belongs to ``proposed_owner``."""
    return {"chosen_by": "nobody", "returned_by": member, "proposed_owner": proposed_owner, "asked_before": 0}


def value_of(criterion: Criterion, standing: Standing) -> Any:
    """What a member is worth under a criterion, as JSON has it."""
    last = standing.last_assigned_at
    values: dict[Criterion, Any] = {
        Criterion.NEARNESS: standing.nearness,
        Criterion.DUTY: standing.on_duty,
        Criterion.MATTER: standing.knows_matter,
        Criterion.LANGUAGE: standing.speaks_language,
        Criterion.COMMUNITY: standing.nearness == "community",
        Criterion.LOAD: standing.open_orders,
        Criterion.RECENT: standing.recent_orders,
        Criterion.TURN: last.isoformat() if last else None,
        Criterion.CODE: standing.member,
    }
    return values[criterion]


def facts(standing: Standing) -> Why:
    """Everything by which a member is compared, as JSON has it."""
    last, until = standing.last_assigned_at, standing.away_until
    return {
        "member": standing.member,
        "nearness": standing.nearness,
        "on_duty": standing.on_duty,
        "knows_matter": standing.knows_matter,
        "speaks_language": standing.speaks_language,
        "open_orders": standing.open_orders,
        "recent_orders": standing.recent_orders,
        "last_assigned_at": last.isoformat() if last else None,
        "stand_in_for": standing.stand_in_for,
        "away_until": until.isoformat() if until else None,
    }


def _away(passed_over: PassedOver) -> Why:
    return {"member": passed_over.member, "until": passed_over.until.isoformat()}
