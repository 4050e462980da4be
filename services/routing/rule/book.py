"""The present rule in memory, read again only when it changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.routing.domain.rule import USUAL, Rule
from services.routing.roster.reads import Reads
from services.routing.rule.document import RuleDocument
from services.routing.rule.store import Edition, RuleVersion, edition_of, load


@dataclass(frozen=True, slots=True)
class PresentRule:
    """The rule that holds now, as it is written and as it is used."""

    written: RuleVersion
    rule: Rule


class RuleBook:
    """Hands out the :class:`PresentRule`; one per service."""

    def __init__(self, answer_within: float = USUAL.answer_within) -> None:
        """``answer_within``: working hours that members have to answer until the body says otherwise."""
        usual = replace(USUAL, answer_within=answer_within)
        self._usual = PresentRule(RuleVersion(0, RuleDocument.of(usual)), usual)
        self._edition: Edition | None = None
        self._present = self._usual

    async def present(self, reads: Reads) -> PresentRule:
        """The rule as ``reads`` sees it; before the first version the usual one."""
        edition = await edition_of(reads)
        if edition != self._edition:
            written = await load(reads, edition[0]) if edition else None
            self._present = PresentRule(written, written.document.rule()) if written else self._usual
            self._edition = edition
        return self._present
