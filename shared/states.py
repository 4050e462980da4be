"""The lives of things: which move leads from which state to which, in one table each, and the picture drawn from it.

A service's ``states.py`` gathers its tables as ``TABLES``; ``python -m shared.states services.routing.states`` draws
each into ``docs/states/<name>.md``. Nothing here knows what an order or a case is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)

DOCS = Path("docs") / "states"


class IllegalMove(Exception):
    """A thing in ``state`` does not allow ``move``."""

    def __init__(self, thing: str, state: StrEnum, move: StrEnum) -> None:
        super().__init__(f"{thing}: {state} does not allow {move}")
        self.thing = thing
        self.state = state
        self.move = move


@dataclass(frozen=True)
class Table(Generic[S, M]):
    """Every move that one kind of thing allows; whatever is not in ``transitions`` does not happen.

    ``name`` is a slug (``order``) and the name of its page; ``begins`` are the states in which a thing may come to be.
    """

    name: str
    title: str
    states: type[S]
    moves: type[M]
    begins: tuple[S, ...]
    transitions: Mapping[tuple[S, M], S]

    def after(self, state: S, move: M) -> S:
        """The state that ``move`` leads to. Raises IllegalMove."""
        try:
            return self.transitions[state, move]
        except KeyError:
            raise IllegalMove(self.name, state, move) from None

    def allows(self, state: S, move: M) -> bool:
        """Whether ``move`` may happen in ``state``."""
        return (state, move) in self.transitions

    def moves_from(self, state: S) -> tuple[M, ...]:
        """What may happen in ``state``, in the order of the moves."""
        return tuple(move for move in self.moves if (state, move) in self.transitions)

    def states_allowing(self, move: M) -> tuple[S, ...]:
        """The states in which ``move`` may happen."""
        return tuple(state for state in self.states if (state, move) in self.transitions)

    def ends(self) -> tuple[S, ...]:
        """The states that nothing leads out of."""
        return tuple(state for state in self.states if not self.moves_from(state))

    def faults(self) -> Iterator[str]:
        """What is wrong with the table itself: states nothing leads to, moves that never happen."""
        reached = set(self.begins)
        while more := {to for (frm, _), to in self.transitions.items() if frm in reached} - reached:
            reached |= more
        yield from (f"nothing leads to {state}" for state in self.states if state not in reached)
        used = {move for _, move in self.transitions}
        yield from (f"{move} never happens" for move in self.moves if move not in used)


def diagram(table: Table[S, M]) -> str:
    """The table as a Mermaid state diagram; moves between the same two states share an arrow."""
    arrows: dict[tuple[S, S], list[str]] = {}
    for (frm, move), to in table.transitions.items():
        arrows.setdefault((frm, to), []).append(move)
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{state}" as {_id(state)}' for state in table.states]
    lines += [f"    [*] --> {_id(state)}" for state in table.begins]
    lines += [f"    {_id(frm)} --> {_id(to)}: {', '.join(moves)}" for (frm, to), moves in arrows.items()]
    lines += [f"    {_id(state)} --> [*]" for state in table.ends()]
    return "\n".join(lines)


def page(table: Table[S, M], module: str) -> str:
    """The page in ``docs/states``: the diagram, and the whole product of states and moves beneath it."""
    head = f"| state | {' | '.join(table.moves)} |"
    rule = "|---" * (1 + len(table.moves)) + "|"
    rows = [
        f"| **{state}** | {' | '.join(table.transitions.get((state, move), '·') for move in table.moves)} |"
        for state in table.states
    ]
    return "\n".join(
        [
            f"# {table.title}",
            "",
            f"Drawn from `{module}` by `python -m shared.states {module}`; do not edit it here.",
            "",
            "```mermaid",
            diagram(table),
            "```",
            "",
            "What each move makes of each state; `·` is refused.",
            "",
            head,
            rule,
            *rows,
            "",
        ]
    )


def _id(state: StrEnum) -> str:
    return state.replace("-", "_")


if __name__ == "__main__":
    import importlib
    import sys

    for module in sys.argv[1:]:
        for each in importlib.import_module(module).TABLES:
            (DOCS / f"{each.name}.md").write_text(page(each, module), encoding="utf-8")
