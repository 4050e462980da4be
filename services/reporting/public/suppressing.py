"""Which numbers of a table are left out so that no small one can be seen, nor worked out from the sum that is shown."""

from __future__ import annotations

from collections.abc import Sequence


def suppressed(cells: Sequence[int], least: int) -> list[int | None] | None:
    """The cells of a table that adds up to a sum everybody sees, None where one is left out.

    Small is what lies between 0 and ``least``. Zeros are shown: they are about nobody. Where something small is left
    out, others go with it until there are two at least, and what they add up to leaves every one of them free to be
    anything from 1 to ``least``. Where all together cannot have that, the table is not shown at all: None.

    The others are taken as they stand in the table and not by their size, from which, beside those that are shown,
    it could be told what they hide.
    """
    hidden = [at for at, number in enumerate(cells) if 0 < number < least]
    others = [at for at, number in enumerate(cells) if number >= least]
    while hidden and not _are_free([cells[at] for at in hidden], least):
        if not others:
            return None
        hidden.append(others.pop(0))
    return [None if at in hidden else number for at, number in enumerate(cells)]


def _are_free(hidden: Sequence[int], least: int) -> bool:
    return len(hidden) >= 2 and sum(hidden) - (len(hidden) - 1) >= least


def may_be_known(total: int, least: int) -> bool:
    """Whether a sum of residents or of their issues may be shown as it is."""
    return total == 0 or total >= least
