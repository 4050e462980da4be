"""Why a member was chosen, as sentences that anybody can follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.routing.domain.choosing import Criterion, Nearness
from services.routing.orders import OrderRecord
from shared.i18n import CODES, N_, Translator, language
from shared.i18n.vocabulary import category_name

_NEARNESS = {
    Nearness.COMMUNITY: N_("{member} covers the community {community}, where the issue was raised."),
    Nearness.STATION: N_("{member} is stationed at {station}, which serves the community {community}."),
    Nearness.TOWNSHIP: N_("Nobody of the station {station} could be asked. {member} works in the same township."),
    Nearness.BODY: N_("Nobody nearby could be asked. {member} is a member of this body."),
}
_MATTER = {
    True: N_("{member} knows the matter: {category}."),
    False: N_("Among those equally near nobody knows the matter: {category}."),
}
_LANGUAGE = {
    True: N_("{member} speaks the resident's language: {language}."),
    False: N_("{member} does not speak the resident's language: {language}."),
}
_DECIDED = {
    Criterion.NEARNESS: N_("{next} would have come next, but is farther away."),
    Criterion.MATTER: N_("{next} would have come next, but knows other fields."),
    Criterion.LANGUAGE: N_("{next} would have come next, but does not speak the language."),
    Criterion.COMMUNITY: N_("{next} would have come next, but does not cover the community."),
    Criterion.LOAD: N_("{next} would have come next, but carries more open orders."),
    Criterion.TURN: N_("{next} would have come next, but was given an order more recently."),
    Criterion.CODE: N_("{next} would have come next; all else was equal, so the order of codes decided."),
}
_BY_HAND = {
    "dispatcher": N_("The dispatcher chose {member}."),
    "officer": N_("An officer recorded that {member} took the order."),
}


def sentences(order: OrderRecord, why: dict[str, Any], member: str | None, translator: Translator) -> list[str]:
    """Why ``member`` was asked for ``order``, one fact a sentence."""
    chosen_by = why["chosen_by"]
    if chosen_by == "nobody":
        return [_nobody(why["asked_before"], translator)]
    if chosen_by != "rule":
        return [translator.sentence(_BY_HAND[chosen_by], member=member)]
    return list(_by_rule(order, why, member, translator))


def _by_rule(order: OrderRecord, why: dict[str, Any], member: str | None, translator: Translator) -> Iterator[str]:
    say = translator.sentence
    nearness = _NEARNESS[Nearness(why["nearness"])]
    yield say(nearness, member=member, community=order.community, station=order.station)
    if order.category is not None:
        category = translator.gettext(category_name(order.category))
        yield say(_MATTER[why["knows_matter"]], member=member, category=category)
    spoken = language(order.language).name if order.language in CODES else order.language
    yield say(_LANGUAGE[why["speaks_language"]], member=member, language=spoken)
    carried = translator.ngettext(
        "{member} carried {n} open order then.", "{member} carried {n} open orders then.", why["open_orders"]
    )
    yield carried.format(member=member, n=why["open_orders"])
    if why["next"] is None:
        yield say(N_("Nobody else was left to ask."))
    else:
        yield say(_DECIDED[Criterion(why["decided_by"])], next=why["next"]["member"])


def _nobody(asked_before: int, translator: Translator) -> str:
    if not asked_before:
        return translator.gettext("The roster has nobody who could be asked.")
    said = translator.ngettext(
        "{n} member was asked, and nobody is left.", "{n} members were asked, and nobody is left.", asked_before
    )
    return said.format(n=asked_before)
