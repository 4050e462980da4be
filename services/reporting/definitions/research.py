"""What the figures of a research programme count; their queries are in ``counting.research``."""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.definitions.figure import Figure
from shared.i18n import N_

FIND_KINDS: Mapping[str, str] = {
    "beacon_tower": N_("Beacon towers"),
    "fortress": N_("Fortresses"),
    "post_station": N_("Post stations"),
    "settlement": N_("Settlements"),
    "burial": N_("Burial grounds"),
    "rock_art": N_("Rock art"),
    "inscription": N_("Inscriptions"),
    "relic": N_("Relics"),
    "other": N_("Other finds"),
}
TOPIC_STATES: Mapping[str, str] = {
    "planned": N_("Planned"),
    "under-way": N_("Under way"),
    "under-review": N_("Under review"),
    "concluded": N_("Concluded"),
    "put-to-use": N_("Put to use"),
    "dropped": N_("Dropped"),
}

_TOOK_PART = N_("those who had begun by the end of the period and had not left before it began, each once")
_WITHOUT = N_("What was entered wrongly and withdrawn is counted in no period; what replaced it has its own date.")
_PARTICIPANTS = ("participant.joined", "participant.left", "research-record.withdrawn")

FIGURES: tuple[Figure, ...] = (
    Figure(
        key="member_units",
        name=N_("Member units in research"),
        definition=N_("Units of the body that took part in its research programme at any time in the period."),
        formula=_TOOK_PART,
        source=_PARTICIPANTS,
        rule=_WITHOUT,
    ),
    Figure(
        key="institutes",
        name=N_("Institutes in research"),
        definition=N_("Institutes from outside that took part in the research programme at any time in the period."),
        formula=_TOOK_PART,
        source=_PARTICIPANTS,
        rule=_WITHOUT,
    ),
    Figure(
        key="local_researchers",
        name=N_("Local researchers"),
        definition=N_("Local researchers who took part in the research programme at any time in the period."),
        formula=_TOOK_PART,
        source=_PARTICIPANTS,
        rule=_WITHOUT,
    ),
    Figure(
        key="topics",
        name=N_("Research topics"),
        definition=N_("Topics planned by the end of the period, by how they stood then."),
        formula=N_("number of topics by the state of the last step that is dated before the end of the period"),
        source=("topic.moved",),
    ),
    Figure(
        key="topic_results",
        name=N_("Topic results"),
        definition=N_("Results of topics published in the period, of every kind."),
        formula=N_("number of results"),
        source=("result.published", "research-record.withdrawn"),
        rule=_WITHOUT,
    ),
    Figure(
        key="results_put_to_use",
        name=N_("Uses of results"),
        definition=N_("Uses to which results were put in the period; a result used twice counts twice."),
        formula=N_("number of uses"),
        source=("result.put-to-use", "research-record.withdrawn"),
        rule=_WITHOUT,
    ),
    Figure(
        key="field_surveys",
        name=N_("Field surveys"),
        definition=N_(
            "Field surveys of the research programme made in the period; members' surveys are not among them."
        ),
        formula=N_("number of field surveys"),
        source=("field-survey.made", "research-record.withdrawn"),
        rule=_WITHOUT,
    ),
    Figure(
        key="finds",
        name=N_("Finds"),
        definition=N_(
            "What field surveys found in the period, by kind; kinds of which nothing was found are left out."
        ),
        formula=N_("number of finds of each kind"),
        source=("find.recorded", "research-record.withdrawn"),
        rule=_WITHOUT,
    ),
    Figure(
        key="document_characters",
        name=N_("Characters of documents collated"),
        definition=N_("The length of all documents collated in the period, in characters, as entered with each."),
        formula=N_("sum of the characters of each document"),
        source=("document.collated", "research-record.withdrawn"),
        rule=_WITHOUT,
    ),
)
