"""The words that pages say for codes. What is not listed here is shown as the code itself."""

from __future__ import annotations

from collections.abc import Mapping

from services.consultation.research.labels import BADGES, RESEARCH
from shared.i18n import N_
from shared.i18n.vocabulary import CATEGORIES, CHANNELS, OUTCOMES, RATINGS

CASE_STATES: Mapping[str, str] = {
    "assigned": N_("To be accepted"),
    "returned": N_("Given back"),
    "in-progress": N_("In progress"),
    "closed": N_("Closed"),
    "withdrawn": N_("Taken back by the resident"),
}
ENTRIES: Mapping[str, str] = {
    "assigned": N_("Given to a member"),
    "accepted": N_("Order accepted"),
    "declined": N_("Order given back"),
    "timed-out": N_("Not answered in time"),
    "returned": N_("Given back: of another body"),
    "contact": N_("Spoke with the resident"),
    "visit": N_("Looked on site"),
    "note": N_("Note"),
    "invited": N_("Further member invited"),
    "referral": N_("Referred to a department"),
    "reminder": N_("Department reminded"),
    "supervision": N_("Department pressed by the body"),
    "overdue": N_("The department's reply is overdue"),
    "link-revoked": N_("Reply link withdrawn"),
    "reply": N_("The department replied"),
    "survey": N_("Survey made"),
    "consultation-opened": N_("Consultation prepared"),
    "consultation-held": N_("Consultation held"),
    "consultation-cancelled": N_("Consultation called off"),
    "commitment-made": N_("Commitment made"),
    "commitment-kept": N_("Commitment kept"),
    "commitment-dropped": N_("Commitment dropped"),
    "closed": N_("Case closed"),
    "rated": N_("The resident rated the outcome"),
    "reopened": N_("The resident says that it is not solved"),
    "confirmed": N_("The resident confirmed that it is so"),
    "silent": N_("The resident said nothing in time"),
    "joined": N_("The same matter as another issue: worked on there"),
    "split": N_("A matter of its own again"),
    "resident-joined": N_("Another resident raised the same"),
    "resident-split": N_("What another resident raised is a matter of its own after all"),
    "deadline-paused": N_("A deadline stands still"),
    "deadline-resumed": N_("A deadline runs again"),
    "pressed-open": N_("The body above presses for it"),
    "pressed-answered": N_("The office has answered the body above"),
    "pressed-closed": N_("The body above is content with the answer"),
    "pressed-withdrawn": N_("The body above no longer waits for an answer"),
    "withdrawn": N_("Taken back by the resident"),
    "erased": N_("Words erased at the resident's wish"),
}
CONSULTATION_STATES: Mapping[str, str] = {
    "open": N_("In preparation"),
    "held": N_("Held, not closed yet"),
    "closed": N_("Closed"),
    "cancelled": N_("Called off"),
}
COMMITMENT_STATES: Mapping[str, str] = {
    "open": N_("Not done yet"),
    "kept": N_("Kept"),
    "dropped": N_("Dropped"),
}
REFERRAL_STATES: Mapping[str, str] = {
    "made": N_("Asked"),
    "reminded": N_("Reminded"),
    "supervised": N_("Pressed by the body"),
    "overdue": N_("Overdue"),
    "replied": N_("Replied"),
}
LINKS: Mapping[str, str] = {
    "none": N_("No reply link was sent"),
    "good": N_("The department can reply by its link"),
    "used": N_("The reply link has been used"),
    "over": N_("The reply link is no longer good"),
}
AUDIENCES: Mapping[str, str] = {
    "staff": N_("Members and staff"),
    "resident": N_("The resident too"),
    "office": N_("Staff of the body only"),
}
AUTHORS: Mapping[str, str] = {
    "member": N_("Member"),
    "staff": N_("An officer of the body"),
    "department": N_("Department"),
    "resident": N_("Resident"),
}
MEANS: Mapping[str, str] = {
    "phone": N_("By telephone"),
    "in-person": N_("In person"),
    "message": N_("By message"),
}
QUALITIES: Mapping[str, str] = {
    "A": N_("A: solved"),
    "B": N_("B: started"),
    "C": N_("C: planned"),
    "D": N_("D: explained"),
}
WORDS: Mapping[str, str] = {
    "confirmed": N_("The resident confirms it"),
    "disputed": N_("The resident says that it is not solved"),
    "silent": N_("The resident said nothing"),
}
PLACES: Mapping[str, str] = {"fixed": N_("At a fixed place"), "mobile": N_("Going to the people")}
GATHERINGS: Mapping[str, str] = {"concentrated": N_("Everybody together"), "dispersed": N_("In small circles")}
SETTINGS: Mapping[str, str] = {"venue": N_("In a meeting room"), "on-site": N_("On the spot")}
ACTIVITIES: Mapping[str, str] = {
    "reception": N_("Reception of residents"),
    "talk": N_("Policy talk"),
    "good-deed": N_("Good deed"),
    "survey": N_("Survey or inspection"),
    "study-session": N_("Study session"),
}
STUDY_FORMS: Mapping[str, str] = {
    "self": N_("By oneself"),
    "led": N_("Led by somebody"),
    "joint": N_("Together with others"),
}
FIVE_ONES: Mapping[str, str] = {
    "talk": N_("A talk"),
    "good_deed": N_("A good deed"),
    "survey": N_("A survey"),
    "opinion": N_("An opinion handed in"),
    "micro_consultation": N_("A micro-consultation"),
}
RESIDENT_ROLES: Mapping[str, str] = {
    "affected": N_("Residents concerned"),
    "representative": N_("Residents' representatives"),
    "owner": N_("Home owners"),
    "business": N_("Shops and businesses"),
    "volunteer": N_("Volunteers"),
}
BRIEF_STATES: Mapping[str, str] = {
    "draft": N_("Draft"),
    "in-review": N_("In review"),
    "returned": N_("Returned"),
    "numbered": N_("Numbered"),
    "handed-in": N_("Handed in"),
    "handed-up": N_("With the parent body"),
    "adopted": N_("Adopted"),
    "answered": N_("Answered by the parent"),
    "not-adopted": N_("Not adopted"),
}
HANDING_STATES: Mapping[str, str] = {
    "undecided": N_("Undecided"),
    "adopted": N_("Adopted"),
    "answered": N_("Answered"),
    "not-adopted": N_("Not adopted"),
    "withdrawn": N_("Taken back"),
}
HANDING_MOVES: Mapping[str, str] = {
    "adopt": N_("Adopted"),
    "answer": N_("Answered"),
    "not-adopt": N_("Not adopted"),
    "take-back": N_("Taken back"),
}
BRIEF_MOVES: Mapping[str, str] = {
    "edit": N_("Written anew"),
    "submit": N_("Sent for review"),
    "return": N_("Returned"),
    "number": N_("Given its number"),
    "hand-in": N_("Handed in"),
    "hand-up": N_("Handed up to the parent body"),
    "take-back": N_("Taken back from the parent body"),
    "adopt": N_("Adopted"),
    "answer": N_("Answered by the parent"),
    "not-adopt": N_("Not adopted"),
}

DEADLINES: Mapping[str, str] = {
    "first-contact": N_("First contact"),
    "answer": N_("Answer"),
    "referral-reply": N_("A department's reply"),
    "commitment": N_("Commitment"),
}
DEADLINE_STATES: Mapping[str, str] = {
    "running": N_("Running"),
    "paused": N_("Stands still"),
    "missed": N_("Late"),
    "met": N_("Done in time"),
    "met-late": N_("Done late"),
    "released": N_("No longer owed"),
}
PAUSES: Mapping[str, str] = {
    "resident": N_("Waiting for the resident"),
    "department": N_("Waiting for a department"),
    "season": N_("Waiting for the season or the weather"),
    "procedure": N_("Waiting for another procedure to end"),
    "other": N_("Another reason"),
}
WHICH: Mapping[str, str] = {
    "late": N_("Late"),
    "soon": N_("Running"),
    "paused": N_("Standing still"),
}

_BY_KIND: Mapping[str, Mapping[str, str]] = {
    "case": CASE_STATES,
    "outcome": OUTCOMES,
    "rating": RATINGS,
    "referral": REFERRAL_STATES,
    "link": LINKS,
    "audience": AUDIENCES,
    "author": AUTHORS,
    "means": MEANS,
    "quality": QUALITIES,
    "word": WORDS,
    "channel": CHANNELS,
    "entry": ENTRIES,
    "consultation": CONSULTATION_STATES,
    "commitment": COMMITMENT_STATES,
    "place": PLACES,
    "gathering": GATHERINGS,
    "setting": SETTINGS,
    "activity": ACTIVITIES,
    "resident_role": RESIDENT_ROLES,
    "brief": BRIEF_STATES,
    "brief_move": BRIEF_MOVES,
    "handing": HANDING_STATES,
    "handing_move": HANDING_MOVES,
    "category": CATEGORIES,
    "deadline": DEADLINES,
    "deadline-state": DEADLINE_STATES,
    "pause": PAUSES,
    "which": WHICH,
    "one": FIVE_ONES,
    "form": STUDY_FORMS,
    **RESEARCH,
}
_BADGES: Mapping[str, str] = {
    "running": "badge-info",
    "paused": "badge-wait",
    "missed": "badge-bad",
    "met": "badge-good",
    "met-late": "badge-wait",
    "assigned": "badge-wait",
    "returned": "badge-wait",
    "open": "badge-wait",
    "in-progress": "badge-info",
    "held": "badge-info",
    "closed": "badge-good",
    "kept": "badge-good",
    "dropped": "badge-bad",
    "made": "badge-wait",
    "reminded": "badge-wait",
    "supervised": "badge-info",
    "overdue": "badge-bad",
    "replied": "badge-good",
    "confirmed": "badge-good",
    "disputed": "badge-bad",
    "cancelled": "badge-bad",
    "draft": "badge-wait",
    "in-review": "badge-info",
    "numbered": "badge-info",
    "handed-in": "badge-info",
    "handed-up": "badge-wait",
    "undecided": "badge-wait",
    "not-adopted": "badge-bad",
    "adopted": "badge-good",
    "answered": "badge-good",
    **BADGES,
}


def label(kind: str, code: str) -> str:
    """The msgid for ``code`` among codes of one ``kind``, or the code itself where it has no words of its own."""
    return _BY_KIND[kind].get(code, code)


def options(kind: str) -> list[tuple[str, str]]:
    """All codes of one ``kind`` with their msgids, in their order."""
    return list(_BY_KIND[kind].items())


def badge(state: str) -> str:
    """The style of the badge that shows ``state``."""
    return _BADGES.get(state, "")
