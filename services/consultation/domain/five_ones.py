"""The five ones (五个一): what a body asks of each member in a year, and when it is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from shared.contracts.words import FiveOne

ONES: tuple[FiveOne, ...] = get_args(FiveOne)
"""A talk, a good deed, a survey, an opinion handed in, a micro-consultation; in this order everywhere."""

ONE_OF_EACH: Mapping[FiveOne, int] = dict.fromkeys(ONES, 1)
"""What holds until a body decides otherwise."""


def owed(targets: Mapping[FiveOne, int], done: Mapping[FiveOne, int]) -> dict[FiveOne, int]:
    """How many of each are still to be done; what was done beyond its target makes up for nothing else."""
    return {one: max(0, targets[one] - done.get(one, 0)) for one in ONES}
