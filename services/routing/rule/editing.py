"""Change the rule: a new version beside the old ones."""

from __future__ import annotations

from services.routing.roster.book import RosterBook
from services.routing.rule import store
from services.routing.rule.book import RuleBook
from services.routing.rule.document import RuleDocument
from services.routing.rule.store import RuleVersion
from shared.db.transaction import Transaction
from shared.errors import Conflict


class RuleEditing:
    """Edits the rule of one body."""

    def __init__(self, rules: RuleBook, roster: RosterBook) -> None:
        self._rules = rules
        self._roster = roster

    async def change(self, tx: Transaction, by: str, based_on: int, document: RuleDocument) -> RuleVersion:
        """Make ``document`` the rule; the same one again makes no version.

        Raises DomainError on the field that cannot be meant, Conflict where version ``based_on`` is not the present
        one any more.
        """
        directory = await self._roster.present(tx)
        document.check(directory.roster.categories if directory else ())
        present = (await self._rules.present(tx)).written
        if present.version != based_on:
            raise _changed_meanwhile()
        if present.document == document:
            return present
        version = RuleVersion(present.version + 1, document, tx.now, by)
        if not await store.add(tx, version):
            raise _changed_meanwhile()
        return version


def _changed_meanwhile() -> Conflict:
    return Conflict("rule-changed", "Somebody changed the rule meanwhile. Please look at it again.", field="based_on")
