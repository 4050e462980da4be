"""Why a member was chosen, as sentences that anybody can follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from services.routing.domain.people import Nearness
from services.routing.domain.rule import USUAL, Criterion
from services.routing.orders import OrderRecord
from services.routing.reasons import Why
from shared.i18n import CODES, N_, Translator, language
from shared.i18n.vocabulary import category_name

_NEARNESS = {
    Nearness.COMMUNITY: N_("{member} covers the community {community}, where the issue was raised."),
    Nearness.STATION: N_("{member} is stationed at {station}, which serves the community {community}."),
    Nearness.TOWNSHIP: N_("Nobody of the station {station} could be asked. {member} works in the same township."),
    Nearness.BODY: N_("Nobody nearby could be asked. {member} is a member of this body."),
}
_FAR_FOR_ANOTHER_REASON = {
    Nearness.TOWNSHIP: N_("{member} works in the same township."),
    Nearness.BODY: N_("{member} works elsewhere in this body."),
}
_BEFORE_NEARNESS = {
    Criterion.MATTER: N_("For this matter, whoever knows it comes before whoever is nearer."),
    Criterion.LANGUAGE: N_("For this matter, whoever speaks the resident's language comes before whoever is nearer."),
}
_DUTY = {True: N_("{member} is on duty today."), False: N_("{member} is not on duty today.")}
_MATTER = {
    True: N_("{member} knows the matter: {category}."),
    False: N_("{member} does not know the matter: {category}."),
}
_NOBODY_NEAR_KNOWS = N_("Among those equally near nobody knows the matter: {category}.")
_LANGUAGE = {
    True: N_("{member} speaks the resident's language: {language}."),
    False: N_("{member} does not speak the resident's language: {language}."),
}
_DECIDED = {
    Criterion.NEARNESS: N_("{next} would have come next, but is farther away."),
    Criterion.DUTY: N_("{next} would have come next, but is not on duty today."),
    Criterion.MATTER: N_("{next} would have come next, but knows other fields."),
    Criterion.LANGUAGE: N_("{next} would have come next, but does not speak the language."),
    Criterion.COMMUNITY: N_("{next} would have come next, but does not cover the community."),
    Criterion.LOAD: N_("{next} would have come next, but carries more open orders."),
    Criterion.RECENT: N_("{next} would have come next, but was given more orders lately."),
    Criterion.TURN: N_("{next} would have come next, but was given an order more recently."),
    Criterion.CODE: N_("{next} would have come next; all else was equal, so the order of codes decided."),
}
_BY_HAND = {
    "dispatcher": N_("The dispatcher chose {member}."),
    "officer": N_("An officer recorded that {member} took the order."),
}
_STANDS_IN = N_("{away} is on leave until {date}; {member} stands in.")

_ALWAYS_SAID = (Criterion.NEARNESS, Criterion.MATTER, Criterion.LANGUAGE, Criterion.LOAD)
"""What an explanation from before rules were data tells."""


Called = Callable[[str, str], str]
"""What the code of a kind is called, for the same reader."""


def by_code(_: str, code: str) -> str:
    """Codes as they are."""
    return code


def sentences(
    order: OrderRecord, why: Why, member: str | None, translator: Translator, called: Called = by_code
) -> list[str]:
    """Why ``member`` was asked for ``order``, one fact a sentence."""
    chosen_by = why["chosen_by"]
    if chosen_by == "nobody":
        return list(_nobody(why, translator, called))
    if chosen_by == "colleague":
        return list(_colleague(why, member, translator, called))
    if chosen_by == "stand-in":
        return [_stands_in(why, member, translator)]
    if chosen_by != "rule":
        return [translator.sentence(_BY_HAND[chosen_by], member=member)]
    return list(_by_rule(order, why, member, translator, called))


def _by_rule(order: OrderRecord, why: Why, member: str | None, translator: Translator, called: Called) -> Iterator[str]:
    """What the rule looked at, in its order. A stand-in has the place of whoever is away: those facts are theirs."""
    away = why.get("stand_in_for")
    if away:
        yield _stands_in(why, member, translator)
    placed = away or member
    order_of = [Criterion(each["criterion"]) for each in why.get("criteria", ())] or list(_ALWAYS_SAID)
    for criterion in order_of:
        if criterion is Criterion.NEARNESS:
            yield from _near(order, why, placed, order_of, translator, called)
        elif criterion is Criterion.DUTY and why["on_duty"] is not None:
            on_duty = _DUTY[why["on_duty"]]
            yield translator.sentence(on_duty, member=placed)
        elif criterion is Criterion.MATTER and order.category is not None:
            yield _knows(order.category, why, placed, order_of, translator)
        elif criterion is Criterion.LANGUAGE:
            speaks = _LANGUAGE[why["speaks_language"]]
            spoken = language(order.language).name if order.language in CODES else order.language
            yield translator.sentence(speaks, member=placed, language=spoken)
        elif criterion is Criterion.LOAD:
            yield _carried(why, member, translator)
        elif criterion is Criterion.RECENT:
            yield _lately(why, member, translator)
    yield from _passed_over(why, translator)
    if why["next"] is None:
        yield translator.gettext("Nobody else was left to ask.")
    else:
        yield translator.sentence(_DECIDED[Criterion(why["decided_by"])], next=why["next"]["member"])


def _near(
    order: OrderRecord,
    why: Why,
    member: str | None,
    order_of: list[Criterion],
    translator: Translator,
    called: Called,
) -> Iterator[str]:
    nearness = Nearness(why["nearness"])
    before = [each for each in order_of[: order_of.index(Criterion.NEARNESS)] if each in _BEFORE_NEARNESS]
    said = _FAR_FOR_ANOTHER_REASON.get(nearness) if before else None
    yield translator.sentence(
        said or _NEARNESS[nearness],
        member=member,
        community=called("community", order.community),
        station=called("station", order.station),
    )
    if said:
        yield from (translator.gettext(_BEFORE_NEARNESS[each]) for each in before)


def _knows(category: str, why: Why, member: str | None, order_of: list[Criterion], translator: Translator) -> str:
    said = _MATTER[why["knows_matter"]]
    before = order_of[: order_of.index(Criterion.MATTER)]
    if not why["knows_matter"] and before == [Criterion.NEARNESS]:
        said = _NOBODY_NEAR_KNOWS
    return translator.sentence(said, member=member, category=translator.gettext(category_name(category)))


def _carried(why: Why, member: str | None, translator: Translator) -> str:
    n = why["open_orders"]
    said = translator.ngettext("{member} carried {n} open order then.", "{member} carried {n} open orders then.", n)
    return said.format(member=member, n=n)


def _lately(why: Why, member: str | None, translator: Translator) -> str:
    n = why["recent_orders"]
    days = next((each["days"] for each in why["criteria"] if "days" in each), USUAL.recent_days)
    said = translator.ngettext(
        "{member} had been given {n} order in the {days} days before.",
        "{member} had been given {n} orders in the {days} days before.",
        n,
    )
    return said.format(member=member, n=n, days=days)


def _passed_over(why: Mapping[str, Any], translator: Translator) -> Iterator[str]:
    for each in why.get("passed_over", ()):
        until = translator.format_date(date.fromisoformat(each["until"]))
        yield translator.sentence(
            N_("{member} is on leave until {date}, and nobody stands in."), member=each["member"], date=until
        )


def _stands_in(why: Why, member: str | None, translator: Translator) -> str:
    until = translator.format_date(date.fromisoformat(why["away_until"]))
    return translator.sentence(_STANDS_IN, away=why["stand_in_for"], date=until, member=member)


def _colleague(why: Why, member: str | None, translator: Translator, called: Called) -> Iterator[str]:
    said = N_("{member}, a colleague at the station {station}, took it.")
    yield translator.sentence(said, member=member, station=called("station", why["at"]))
    if why["instead_of"]:
        yield translator.sentence(N_("{member} had been asked and had not answered yet."), member=why["instead_of"])


def _nobody(why: Why, translator: Translator, called: Called) -> Iterator[str]:
    if returned_by := why.get("returned_by"):
        said = N_("{member} says that this belongs to {owner}.")
        yield translator.sentence(said, member=returned_by, owner=called("department", why["proposed_owner"]))
        return
    asked_before = why["asked_before"]
    if not asked_before:
        yield translator.gettext("The roster has nobody who could be asked.")
    else:
        said = translator.ngettext(
            "{n} member was asked, and nobody is left.", "{n} members were asked, and nobody is left.", asked_before
        )
        yield said.format(n=asked_before)
    yield from _passed_over(why, translator)
