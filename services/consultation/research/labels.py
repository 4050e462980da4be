"""The words that the pages of the research programme say for codes."""

from __future__ import annotations

from collections.abc import Mapping

from shared.i18n import N_

TOPIC_STATES: Mapping[str, str] = {
    "planned": N_("Planned"),
    "under-way": N_("Under way"),
    "under-review": N_("Under review"),
    "concluded": N_("Concluded"),
    "put-to-use": N_("Put to use"),
    "dropped": N_("Dropped"),
}
TOPIC_MOVES: Mapping[str, str] = {
    "begin": N_("Begin the work"),
    "submit": N_("Send for review"),
    "send-back": N_("Send it back"),
    "conclude": N_("Conclude it"),
    "drop": N_("Drop it"),
    "use": N_("Put to use"),
    "take-back-use": N_("The use was entered wrongly"),
}
PARTICIPANTS: Mapping[str, str] = {
    "member-unit": N_("Member units"),
    "institute": N_("Institutes from outside"),
    "researcher": N_("Local researchers"),
}
REGISTERS: Mapping[str, str] = {
    "field-survey": N_("Field surveys"),
    "find": N_("Finds"),
    "document": N_("Documents collated"),
    "result": N_("Results"),
    "use": N_("Uses of results"),
}
FINDS: Mapping[str, str] = {
    "beacon_tower": N_("Beacon tower"),
    "fortress": N_("Fortress"),
    "post_station": N_("Post station"),
    "settlement": N_("Settlement"),
    "burial": N_("Burial ground"),
    "rock_art": N_("Rock art"),
    "inscription": N_("Inscription"),
    "relic": N_("Relic"),
    "other": N_("Something else"),
}
RESULTS: Mapping[str, str] = {
    "book": N_("Book"),
    "paper": N_("Paper"),
    "report": N_("Report"),
    "collection": N_("Collected documents"),
    "film": N_("Film"),
    "exhibition": N_("Exhibition"),
    "other": N_("Something else"),
}
USES: Mapping[str, str] = {
    "policy": N_("A decision of the government"),
    "protection": N_("Protection of monuments"),
    "tourism": N_("Tourism"),
    "teaching": N_("Teaching"),
    "exhibition": N_("Exhibition"),
    "other": N_("Something else"),
}

RESEARCH: Mapping[str, Mapping[str, str]] = {
    "topic": TOPIC_STATES,
    "topic_move": TOPIC_MOVES,
    "participant": PARTICIPANTS,
    "register": REGISTERS,
    "find": FINDS,
    "result": RESULTS,
    "use": USES,
}
"""By kind of code, as ``services.consultation.http.labels`` looks them up."""

BADGES: Mapping[str, str] = {
    "planned": "badge-wait",
    "under-way": "badge-info",
    "under-review": "badge-info",
    "concluded": "badge-good",
    "put-to-use": "badge-good",
    "dropped": "badge-bad",
}
