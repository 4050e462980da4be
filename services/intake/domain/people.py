"""Who can be told, and who may read what a resident wrote."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Contact:
    """How a resident can be told; at least one of ``phone`` and ``email`` is needed for that."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None

    @property
    def reply_by(self) -> Literal["email", "phone", "none"]:
        """``email``, else ``phone``, else ``none``."""
        return "email" if self.email else "phone" if self.phone else "none"


def may_read_words(
    role: str, *, member: str | None, stations: tuple[str, ...], holders: Collection[str], station: str | None
) -> bool:
    """Whether somebody in ``role`` has a reason to read what a resident wrote.

    Officers and dispatchers answer for the whole body; a member reads while working on it (``holders``: who has the
    order, and who was invited; of a joined issue, of the issue it was joined to); a clerk reads what came to one of
    the clerk's ``stations``, all of them where none is named.
    """
    if role in ("officer", "dispatcher"):
        return True
    if role == "member":
        return member in holders
    if role == "clerk":
        return not stations or station in stations
    return False
