"""The shape of a definition."""

from __future__ import annotations

from dataclasses import dataclass

Value = str | int | float | list[int] | list[str] | dict[str, int] | None
"""A list are days of a month, or kinds; a dict counts apart what must not be added up, such as kinds of units."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: its key in JSON, and everything that somebody must know who is asked to believe it.

    ``name``, ``definition``, ``denominator`` (of a share), ``formula`` and ``rule`` are marked msgids; ``rule`` says
    where the way of counting comes from, where somebody could count otherwise. ``source`` names the kinds of events
    that the figure is made of, as ``noun.verb``.
    """

    key: str
    name: str
    definition: str
    denominator: str | None = None
    formula: str | None = None
    source: tuple[str, ...] = ()
    rule: str | None = None
    adds_up: bool = True
    """Whether a body's value and those of the bodies below it come to one of the whole; a share's parts always do."""

    @property
    def is_percent(self) -> bool:
        """Whether the value is a percentage."""
        return self.denominator is not None
