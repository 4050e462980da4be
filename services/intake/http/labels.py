"""The words that pages say for codes. What is not listed here is shown as the code itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from shared.i18n import N_
from shared.i18n.vocabulary import CATEGORIES, CHANNELS, OUTCOMES, RATINGS, STATION_KINDS

STATES: Mapping[str, str] = {
    "submitted": N_("Received"),
    "assigned": N_("Offered to a member"),
    "accepted": N_("Taken on by a member"),
    "in-progress": N_("Being worked on"),
    "closed": N_("Closed"),
    "withdrawn": N_("Taken back"),
    "joined": N_("Joined to another"),
}

BADGES: Mapping[str, str] = {
    "submitted": "badge-wait",
    "assigned": "badge-wait",
    "accepted": "badge-info",
    "in-progress": "badge-info",
    "closed": "badge-good",
    "withdrawn": "",
    "joined": "badge-info",
}

STEPS: Mapping[str, str] = {
    "submitted": N_("What was written was received."),
    "assigned": N_("A member of the station was asked to take it on."),
    "unroutable": N_("No member was free: the body's dispatcher is looking for one."),
    "accepted": N_("A member took it on."),
    "visited": N_("The member came to look at the place."),
    "referred": N_("A government department was asked to act."),
    "replied": N_("The department answered."),
    "consulted": N_("It was talked over with those concerned."),
    "promised": N_("Somebody undertook to do something by a set day."),
    "kept": N_("What was undertaken has been done."),
    "dropped": N_("What was undertaken will not be done; the reason is on record."),
    "closed": N_("It was closed with an answer."),
    "rated": N_("The resident rated the outcome."),
    "reopened": N_("A resident said that it is not solved: work goes on."),
    "confirmed": N_("The resident confirmed that it is as the answer says."),
    "silent": N_("The time to say something about the answer passed in silence."),
    "withdrawn": N_("The resident took it back."),
    "joined": N_("Others had raised the same: it is worked on together with theirs."),
    "split": N_("It is worked on by itself again."),
    "erased": N_("Words and contact were erased at the resident's wish."),
    "handed": N_("Another body was asked to take it on:"),
    "handed-taken": N_("It has taken it on and is working on it:"),
    "handed-on": N_("It was handed on, and is now with:"),
    "handed-back": N_("It has given it back; work goes on here:"),
    "handed-withdrawn": N_("It is no longer asked of it:"),
    "handed-expired": N_("It did not answer in time; work goes on here:"),
    "handed-answered": N_("Its answer has come and will be passed on:"),
}

TOLD: Mapping[str, str] = {
    "contact": N_("The member spoke with you"),
    "visit": N_("The member came to look at the place."),
    "note": N_("The member writes"),
    "survey": N_("The member made a survey"),
    "reply": N_("The department answered."),
}

COMMITMENTS: Mapping[str, str] = {
    "open": N_("Not done yet"),
    "made": N_("Not done yet"),
    "kept": N_("Done"),
    "dropped": N_("Will not be done"),
}

WORDS: Mapping[str, str] = {
    "confirmed": N_("Confirmed: it is as the answer says"),
    "disputed": N_("Disputed: it is not as the answer says"),
    "silent": N_("Nothing was said in the time there was"),
}

ROLES: Mapping[str, str] = {
    "officer": N_("Officer"),
    "dispatcher": N_("Dispatcher"),
    "clerk": N_("Station clerk"),
    "member": N_("Member"),
    "service": N_("Notices to the resident"),
}

LABELS: Mapping[str, Mapping[str, str]] = {
    "state": STATES,
    "step": STEPS,
    "told": TOLD,
    "outcome": OUTCOMES,
    "rating": RATINGS,
    "commitment": COMMITMENTS,
    "channel": CHANNELS,
    "kind": STATION_KINDS,
    "role": ROLES,
    "word": WORDS,
    "category": CATEGORIES,
}


def label(kind: str, code: str) -> str:
    """The msgid for ``code``, or the code."""
    return LABELS[kind].get(code, code)


def badge(state: str) -> str:
    """The class of a state's badge."""
    return BADGES.get(state, "")


def options(kind: str, codes: Iterable[str], say: Callable[[str], str]) -> list[tuple[str, str]]:
    """Codes with what a list shows for them, in the reader's language by ``say``."""
    return [(code, say(label(kind, code))) for code in codes]


def plain(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Codes that nothing but themselves can be shown for."""
    return [(code, code) for code in codes]
