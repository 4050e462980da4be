"""What the codes of ``shared.contracts.words``, and the usual categories, are called on every page and in every letter.

A body may have categories of its own in its roster; those are shown as their codes.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.i18n import N_

CHANNELS: Mapping[str, str] = {
    "qr": N_("QR code"),
    "web": N_("Web page"),
    "walk-in": N_("Came to the station"),
    "phone": N_("Telephone"),
}
OUTCOMES: Mapping[str, str] = {
    "solved": N_("Solved"),
    "answered": N_("Answered and explained"),
    "planned": N_("Planned, with a commitment"),
    "referred-up": N_("Handed to the body above"),
    "not-ours": N_("Not for this body to decide"),
    "withdrawn": N_("Taken back"),
}
RATINGS: Mapping[str, str] = {
    "satisfied": N_("Satisfied"),
    "partly": N_("Partly satisfied"),
    "unsatisfied": N_("Not satisfied"),
}
STATION_KINDS: Mapping[str, str] = {
    "township": N_("Township station"),
    "community": N_("Community station"),
    "studio": N_("Member's studio"),
    "mobile": N_("Mobile station"),
}
CATEGORIES: Mapping[str, str] = {
    "beekeeping": N_("Beekeeping"),
    "crop-farming": N_("Crops"),
    "environment": N_("Environment"),
    "handicraft": N_("Handicraft"),
    "health-care": N_("Health care"),
    "heating": N_("Heating"),
    "housing": N_("Housing"),
    "livestock": N_("Livestock"),
    "market-supervision": N_("Shops and markets"),
    "noise": N_("Noise"),
    "roads": N_("Roads"),
    "sanitation": N_("Cleanliness"),
    "schooling": N_("Schools"),
    "social-insurance": N_("Social insurance"),
    "street-lighting": N_("Street lighting"),
    "tourism": N_("Tourism"),
    "transport": N_("Transport"),
    "water-supply": N_("Water supply"),
}


def category_name(code: str) -> str:
    """The msgid for a category's ``code``, or the code itself where it is a body's own."""
    return CATEGORIES.get(code, code)
