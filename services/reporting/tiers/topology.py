"""What the page and the API say of the tree."""

from __future__ import annotations

from datetime import timedelta

from services.reporting.queries import Reports
from services.reporting.tiers.tree import Known, Tree, tree_of
from services.reporting.tiers.watch import Watch
from shared.messaging.keeping import Keeping
from shared.release import RELEASE


class Topology:
    """Answers from the newest look and the database; asks the message server nothing."""

    def __init__(
        self,
        reports: Reports,
        watch: Watch,
        keeping: Keeping,
        *,
        parent: str | None,
        silent_after: timedelta,
    ) -> None:
        """``silent_after``: how long a body below may say nothing before it is marked."""
        self._reports = reports
        self._watch = watch
        self._keeping = keeping
        self._parent = parent
        self._silent_after = silent_after

    async def tree(self) -> Tree:
        """The tree as it is known now."""
        known = Known(
            bodies=await self._reports.bodies(),
            parent=self._parent,
            seen=self._watch.seen,
            away_since=self._watch.away_since,
            links=await self._watch.links.known(),
            kept=await self._keeping.kinds(),
        )
        return tree_of(known, release=RELEASE, silent_after=self._silent_after)
