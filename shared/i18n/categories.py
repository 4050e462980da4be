"""What categories of issues are called. A body names its own in its roster; these are the ones with translations."""

from __future__ import annotations

from collections.abc import Mapping

from shared.i18n import N_

CATEGORY_NAMES: Mapping[str, str] = {
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
    return CATEGORY_NAMES.get(code, code)
