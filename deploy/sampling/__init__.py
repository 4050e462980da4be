"""Made-up bodies whose records add up to what real ones published; every person and word in them is invented.

A module for each body: ``roster()`` is what its roster file holds, ``facts()`` the lines of its ledger in the order of
their dates. Both are the same every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from deploy.sampling import hami, ili, karamay, kashgar, zhaosu


@dataclass(frozen=True)
class Sample:
    """What is made up of one body."""

    roster: Callable[[], dict[str, Any]]
    facts: Callable[[], Iterable[dict[str, Any]]]
    rest_of_year: Callable[[], Iterable[dict[str, Any]]] = tuple
    """What is made up of the year besides, where only a part of it was published."""


BODIES: Mapping[str, Sample] = {
    "hami": Sample(hami.roster, hami.facts),
    "ili": Sample(ili.roster, ili.facts),
    "karamay": Sample(karamay.roster, karamay.facts),
    "kashgar": Sample(kashgar.roster, kashgar.facts),
    "zhaosu": Sample(zhaosu.roster, zhaosu.facts, partial(ili.facts_of, "zhaosu")),
    **{code: Sample(partial(ili.roster_of, code), partial(ili.facts_of, code)) for code in ili.BELOW},
}
