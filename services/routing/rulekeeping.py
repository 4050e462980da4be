"""The rule of the body and what it would decide, as their endpoints see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.routing import reasons
from services.routing.domain.choosing import choose, ranked
from services.routing.domain.order import OrderState
from services.routing.domain.people import Standing
from services.routing.domain.rule import Criterion, Rule
from services.routing.orders import OrderRecord
from services.routing.reasons import Why
from services.routing.rule import store
from services.routing.rule.book import PresentRule, RuleBook
from services.routing.rule.document import RuleDocument
from services.routing.rule.editing import RuleEditing
from services.routing.rule.store import RuleVersion
from services.routing.usecases.deciding import Deciding
from shared.clock import Clock
from shared.contracts.words import Channel
from shared.db.reader import Reader
from shared.db.writer import Writer
from shared.errors import DomainError, NotFound

IN_LINE = 12
"""Members shown in the order in which they would be asked."""
VERSIONS = 20


@dataclass(frozen=True, slots=True)
class Supposed:
    """An issue that nobody raised: where, about what, in which language, by which channel, on which day."""

    community: str | None
    station: str | None
    category: str | None
    language: str
    channel: Channel
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rule would decide: the order as it would be, and everybody in line."""

    order: OrderRecord
    on: date
    rule: int
    criteria: Sequence[Criterion]
    why: Why
    line: Sequence[Standing]


@dataclass(frozen=True)
class RuleKeeping:
    """The rule of one body."""

    clock: Clock
    reader: Reader
    writer: Writer
    rules: RuleBook
    editing: RuleEditing
    deciding: Deciding

    async def present(self) -> PresentRule:
        """The rule that holds now."""
        return await self.rules.present(self.reader)

    async def versions(self, before: int | None) -> Sequence[RuleVersion]:
        """Older versions, the newest first."""
        return await store.versions(self.reader, before, VERSIONS)

    async def version(self, number: int) -> RuleVersion:
        """One version. Raises NotFound."""
        found = await store.load(self.reader, number)
        if found is None:
            raise NotFound("no-such-rule", "There is no such version of the rule.", field="version")
        return found

    async def change(self, by: str, based_on: int, document: RuleDocument) -> RuleVersion:
        """See :meth:`RuleEditing.change`."""
        return await self.writer.run(lambda tx: self.editing.change(tx, by, based_on, document))

    async def what_if(self, supposed: Supposed, rule: Rule | None = None) -> Decision:
        """Who would get such an issue, why, and who came next; nothing is changed.

        ``rule`` takes the place of the present one. Raises DomainError on the field that names nothing in the roster.
        """
        now = self.clock.now()
        scene = await self.deciding.scene(self.reader, now, supposed.on)
        directory = scene.directory
        if directory is None:
            raise NotFound("no-roster", "There is no roster yet. Bring a roster file first.")
        if rule is not None:
            scene = scene.under(rule)
        community, station = supposed.community, supposed.station
        if community is None and station is None:
            raise DomainError("place-needed", "Say in which community or at which station.", field="community")
        if community is not None and community not in directory.township_of_community:
            raise DomainError("unknown-community", "There is no such community in the roster.", field="community")
        if station is not None and station not in directory.township_of_station:
            raise DomainError("unknown-station", "There is no such station in the roster.", field="station")
        if supposed.category is not None and supposed.category not in directory.roster.categories:
            raise DomainError(
                "unknown-category",
                "Nobody in the roster knows this matter, and no department answers for it.",
                field="category",
            )
        station = station or directory.station_of_community.get(community or "") or community or ""
        order = _supposed(supposed, community or station, station, now)
        shortlist = scene.shortlist(scene.matter(order), (), IN_LINE)
        loads = await scene.loads(self.reader, [shortlist], IN_LINE)
        choice = choose(shortlist, loads)
        why = scene.why(choice, 0) if choice else reasons.nobody(0, shortlist.away)
        return Decision(
            order=order,
            on=scene.on,
            rule=scene.present.written.version,
            criteria=shortlist.order,
            why=why,
            line=ranked(shortlist, loads, IN_LINE),
        )


def _supposed(supposed: Supposed, community: str, station: str, now: datetime) -> OrderRecord:
    return OrderRecord(
        reference="",
        state=OrderState.ASSIGNED,
        station=station,
        community=community,
        category=supposed.category,
        channel=supposed.channel,
        language=supposed.language,
        submitted_at=now,
        on_paper=False,
        member=None,
        attempt=0,
        answer_by=None,
        why=None,
        version=0,
        intake_version=0,
        case_version=0,
    )
