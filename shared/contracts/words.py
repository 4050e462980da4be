"""The closed lists that events, APIs and pages share."""

from __future__ import annotations

from typing import Literal

Channel = Literal["qr", "web", "walk-in", "phone"]
"""How a resident reached the body."""

HANDED_BY = (
    "The body that handed it to this one, which has its resident. The channel is then 'web', which is what a reader of "
    "before this field knows; who knows the field says that it was handed over"
)
"""What the field ``handed_by`` of an issue says."""

HandoverState = Literal["offered", "accepted", "returned", "withdrawn", "expired", "answered", "closed"]
"""How far the handover of an issue to another body has come."""

SupervisionState = Literal["open", "answered", "closed", "withdrawn"]
"""How far a parent's supervision of a late case has come."""

Outcome = Literal["solved", "answered", "referred-up", "not-ours", "withdrawn"]
"""How a case ended (``domain.md``, the life of an issue)."""

Quality = Literal["A", "B", "C", "D"]
"""How well a closed case ended: A solved, B started, C planned, D explained."""

PLANNED = (
    "Promised and followed by its commitment: the outcome is then 'answered', which is what a reader of before this "
    "field knows; who knows the field keeps the two apart"
)
"""What the field ``planned`` of a closing says."""

Rating = Literal["satisfied", "partly", "unsatisfied"]

ResidentWord = Literal["confirmed", "disputed", "silent"]
"""What the resident says of a closing, beside what the body says: it is so, it is not so, or nothing in time."""

ReplyBy = Literal["email", "phone", "none"]

DeclineReason = Literal["busy", "away", "other-field", "own-interest", "other"]
"""Why a member gives an order back: no time, not here, does not know the field, has an interest in it, or in words."""

ChosenBy = Literal["rule", "dispatcher", "officer", "colleague", "stand-in"]
"""Who or what gave a member an order: the body's rule, a dispatcher, an officer who recorded it from paper, the member
themselves for a colleague at the station, or a leave for which they stand in."""

StationKind = Literal["township", "community", "studio", "mobile"]

ActivityKind = Literal["talk", "good-deed", "study-session"]
"""Surveys and receptions have registers of their own, so they are not among these."""

BriefOutcome = Literal["adopted", "answered", "not-adopted"]
"""What the parent makes of an opinion brief: 采用, 回复, or neither."""

BriefHandingState = Literal["undecided", "adopted", "answered", "not-adopted", "withdrawn"]
"""How far a brief that was handed up has come."""

Place = Literal["fixed", "mobile"]
Gathering = Literal["concentrated", "dispersed"]
Setting = Literal["venue", "on-site"]

DeadlineKind = Literal["first-contact", "answer", "referral-reply", "commitment"]
"""What is owed by a moment: a first word to the resident, the answer, a department's reply, a promise kept."""

PauseReason = Literal["resident", "department", "season", "procedure", "other"]
"""Why a deadline may stand still: it waits for the resident, for a department, for the season or the weather, for
another procedure to end, or for what its note says."""

UnitKind = Literal["committee", "office", "body", "group"]
"""What a unit of a body's chain is: 专委会, 办公室, a body below that has no instance of its own, or anything else in
which members are gathered."""

UnitStep = Literal["set-up", "dissolved"]
PostStep = Literal["set-up", "filled", "vacated", "dissolved"]
"""What happens to a unit, and to a post of one."""
StudyForm = Literal["self", "led", "joint"]
"""How a study session was held: by oneself (自学), led by somebody (领学), together with others (联学)."""

TopicState = Literal["planned", "under-way", "under-review", "concluded", "put-to-use", "dropped"]
"""How far the work on a research topic (课题) has come."""

ParticipantKind = Literal["member-unit", "institute", "researcher"]
"""Who takes part in a research programme: a unit of the body's own, an institute from outside, a local researcher."""

FindKind = Literal[
    "beacon_tower", "fortress", "post_station", "settlement", "burial", "rock_art", "inscription", "relic", "other"
]
"""What a field survey finds. Underscores: the kinds are keys of a figure."""

ResultKind = Literal["book", "paper", "report", "collection", "film", "exhibition", "other"]
"""What comes of a topic."""

UseKind = Literal["policy", "protection", "tourism", "teaching", "exhibition", "other"]
"""What a result is used for."""

ResearchRecord = Literal["participation", "field-survey", "find", "document", "result", "use"]
"""The registers of a research programme whose lines can be withdrawn."""

FiveOne = Literal["talk", "good_deed", "survey", "opinion", "micro_consultation"]
"""The five ones (五个一) of a member in a year. Underscores: they are keys of a figure."""
