"""Figures as tables on a terminal."""

from __future__ import annotations

from typing import Any

from deploy.cli.screen import print_table, remarks


def show(found: dict[str, Any], title: str) -> None:
    """The figures of a body, its rates in words, and what was corrected since the day as of which they are."""
    now, corrections = found.pop("now", None), found.pop("corrections", [])
    rates = {f"{name} rate": _said(rate) for name, rate in found.pop("rates").items()}
    print_table(("figure", "value"), sorted((found | rates).items()), title=title)
    if now is not None:
        rows = [(each["figure"], each["then"], each["now"], each["difference"]) for each in corrections]
        print_table(("corrected since", "then", "now", "difference"), rows)


_SHOWN = (
    "members",
    "residents_received",
    "opinions_collected",
    "opinions_solved",
    "opinions_answered",
    "consultations",
)


def show_tree(found: dict[str, Any]) -> None:
    """A body and those below it, one line each, and what they come to."""
    first, *below = found["bodies"]
    rows = [
        (
            " > ".join(each["path"]) or each["body"],
            *(each["own"].get(key) for key in _SHOWN),
            each["as_of"],
            _marks(each),
        )
        for each in (first, *below)
    ]
    rows.append(("together", *(first["sum"].get(key) for key in _SHOWN), "", ""))
    print_table(("body", *_SHOWN, "as of", ""), rows)
    verdict = "come to" if found["agrees"] else "do NOT come to"
    remarks().print(
        f"Body by body {found['parts']} raised issues, which {verdict} the {found['whole']} counted at once."
    )


def _marks(branch: dict[str, Any]) -> str:
    waiting = f"{branch['waiting']} on their way" if branch["waiting"] else ""
    return ", ".join(mark for mark in ("silent" if branch["silent"] else "", waiting) if mark)


def _said(rate: dict[str, Any]) -> str:
    return f"{rate['counted']} of {rate['of']}; {rate['without_answer']} of {rate['asked']} without an answer"
