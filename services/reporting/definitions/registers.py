"""What the figures of a body's places, units and posts count; their queries are in ``counting.registers``."""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.definitions.figure import Figure
from shared.i18n import N_

UNIT_KINDS: Mapping[str, str] = {"committees": N_("Committees"), "offices": N_("Offices")}

_COUNTED = N_("as the body counted itself in its newest roster")
_ROSTER = ("roster.published",)

FIGURES: tuple[Figure, ...] = (
    Figure(
        key="surveys",
        name=N_("Surveys"),
        definition=N_(
            "Surveys and inspections made in the period, by the name under which a prefecture publishes them; the "
            "register keeps both as one."
        ),
        formula=N_("surveys whose date lies in the period"),
        source=("survey.made",),
    ),
    Figure(
        key="units_added",
        name=N_("Units added"),
        definition=N_(
            "Committees and offices that were set up on a day of the period, also those dissolved since; of the body "
            "itself and of the bodies below it whose units it keeps. A unit without a date is in none of them."
        ),
        formula=N_("set-ups of committees and offices with a date in the period − those taken back since"),
        source=("unit.set-up", "unit.retracted"),
    ),
    Figure(
        key="posts_added",
        name=N_("Posts added"),
        definition=N_("Posts of units that were set up on a day of the period, filled or not."),
        formula=N_("set-ups of posts with a date in the period − those taken back since"),
        source=("post.set-up", "post.retracted"),
    ),
    Figure(
        key="units_required",
        name=N_("Units required"),
        definition=N_("Committees and offices that must be there by the newest roster, whatever the period."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="units_required_per_county_body",
        name=N_("Units required of each body below"),
        definition=N_(
            "Committees and offices that each body below must have whose units this body keeps, by the newest roster."
        ),
        formula=_COUNTED,
        source=_ROSTER,
        adds_up=False,
    ),
    Figure(
        key="units_set_up",
        name=N_("Units set up"),
        definition=N_("Committees and offices in the newest roster that are not dissolved, required or not."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="units_vacant",
        name=N_("Units vacant"),
        definition=N_(
            "Of the units required, those not set up, counted for each body and kind apart: a committee too many "
            "makes up for no office, and one body for no other."
        ),
        formula=N_("the sum, over bodies and kinds, of required − set up, where more are required"),
        source=_ROSTER,
    ),
    Figure(
        key="posts",
        name=N_("Posts"),
        definition=N_("Posts of the units in the newest roster that are not dissolved."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="posts_filled",
        name=N_("Posts filled"),
        definition=N_("Of the posts, those that somebody holds; who, no report says."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="posts_vacant",
        name=N_("Posts vacant"),
        definition=N_("Of the posts, those that nobody holds."),
        formula=N_("posts − posts filled"),
        source=_ROSTER,
    ),
    Figure(
        key="members_attached_to_stations",
        name=N_("Members attached to stations"),
        definition=N_("Members in the newest roster with at least one station, each counted once."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="members_attached_to_no_unit",
        name=N_("Members attached to no unit"),
        definition=N_("Members in the newest roster without a unit of the chain; none where the body keeps no units."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="townships",
        name=N_("Townships"),
        definition=N_("Townships and subdistricts in the newest roster."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="township_stations",
        name=N_("Township stations"),
        definition=N_("Stations of the kind township in the newest roster."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="townships_without_a_station",
        name=N_("Townships without a station"),
        definition=N_("Of the townships, those in which no station of any kind lies."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="communities",
        name=N_("Communities"),
        definition=N_("Communities and villages in the newest roster."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="communities_without_a_member",
        name=N_("Communities without a member"),
        definition=N_("Of the communities, those that no member covers."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
    Figure(
        key="duty_days_of_month",
        name=N_("Duty days of the month"),
        definition=N_("The days of each month on which members are at their stations, by the newest roster."),
        formula=_COUNTED,
        source=_ROSTER,
        adds_up=False,
    ),
    Figure(
        key="stations_ready",
        name=N_("Stations ready"),
        definition=N_("Stations that have all the things that the body asks of them; none where it asks for nothing."),
        formula=_COUNTED,
        source=_ROSTER,
    ),
)
