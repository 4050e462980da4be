"""Residents, what they raised, and the three rates by which every hotline is judged."""

from __future__ import annotations

from services.reporting.definitions.figure import Figure
from shared.i18n import N_

_LIFE = ("issue.submitted", "issue.joined", "issue.split")
_END = (*_LIFE, "issue.closed", "issue.reopened", "issue.withdrawn")

FIGURES: tuple[Figure, ...] = (
    Figure(
        "residents_received",
        N_("Residents received"),
        N_("Receptions held in the period, online and in person, whether or not an issue came of them."),
        formula=N_("number of receptions"),
        source=("reception.held", "issue.submitted"),
    ),
    Figure(
        "opinions_collected",
        N_("Opinions collected"),
        N_(
            "Issues that residents submitted in the period, withdrawn ones included; what several residents raised "
            "and is worked on together is one."
        ),
        formula=N_("issues submitted − issues that stood joined to another one at the end of the period"),
        source=_LIFE,
    ),
    Figure(
        "opinions_solved",
        N_("Opinions solved"),
        N_("Of the opinions collected, those that stood closed as solved at the end of the period."),
        formula=N_("number of opinions whose last closing says: solved"),
        source=_END,
    ),
    Figure(
        "opinions_answered",
        N_("Opinions answered"),
        N_("Of the opinions collected, those that stood closed as answered at the end of the period."),
        formula=N_("number of opinions whose last closing says: answered, or planned with a commitment"),
        source=_END,
        rule=N_("A plan is a promise and not a solution: it counts as an answer until the issue is closed as solved."),
    ),
    Figure(
        "response_percent",
        N_("Response rate"),
        N_("Of the opinions collected, those that a member had accepted or that were closed by the end of the period."),
        N_("The opinions collected that their residents had not withdrawn by then."),
        formula=N_("accepted or closed ÷ opinions collected and not withdrawn × 100"),
        source=(*_END, "issue.accepted"),
        rule=N_("An order that was given and not yet accepted is no response, whoever has it."),
    ),
    Figure(
        "solution_percent",
        N_("Solution rate"),
        N_("Of the opinions that stood closed at the end of the period, those closed as solved."),
        N_("The opinions collected that stood closed then, with any outcome; those still open stand apart."),
        formula=N_("closed as solved ÷ closed with any outcome × 100"),
        source=_END,
        rule=N_("Answered, referred up and not ours are outcomes, and not solutions. What was withdrawn has none."),
    ),
    Figure(
        "satisfaction_percent",
        N_("Satisfaction"),
        N_(
            "Of the residents who raised issues in the period, those whose latest rating is “satisfied”, whenever it "
            "was given."
        ),
        N_("Those residents who gave a rating; who gave none is on neither side."),
        formula=N_("latest rating “satisfied” ÷ residents who gave a rating × 100"),
        source=("issue.submitted", "feedback.given"),
        rule=N_("Partly satisfied is not satisfied. How many gave no rating is always said beside it."),
    ),
)
