"""Each kind of chart: a pure function from rows of words and numbers to a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from services.reporting.charts.drawing import WIDTH, Drawing, Picture

Number = Callable[[int], str]
"""How the reader's language writes a number."""

HEAT = (
    ("#fffefb", "cell-text"),
    ("#dcefec", "cell-text"),
    ("#9fd0ca", "cell-text"),
    ("#0f5f5c", "cell-text-pale"),
    ("#0a4644", "cell-text-pale"),
)
"""Grounds from nothing to most, each with the text that can be read on it."""


def trend(drawing: Drawing, points: Sequence[tuple[str, int]], number: Number) -> Picture:
    """A line over time, which runs in the direction of reading; every point has its number while there is room."""
    drawing.height = 176
    top = max([value for _, value in points], default=0) or 1
    step = 320 / max(len(points) - 1, 1)
    places = [(20 + at * step, 150 - value / top * 115) for at, (_, value) in enumerate(points)]
    drawing.rule(35)
    drawing.rule(150)
    if places:
        drawing.area([(places[0][0], 150), *places, (places[-1][0], 150)])
        drawing.line(places)
    every = max((len(points) + 5) // 6, 1)
    for at, ((x, y), (name, value)) in enumerate(zip(places, points, strict=True)):
        drawing.dot(x, y)
        if len(points) <= 12 or at % every == 0:
            drawing.text(x, y - 9, number(value), "middle", "axis-text")
        if at % every == 0:
            drawing.text(min(max(x, 22), WIDTH - 22), 168, name, "middle", "axis-text")
    return drawing.done()


def bars(drawing: Drawing, rows: Sequence[tuple[str, int | None]], number: Number) -> Picture:
    """A bar for each row, its name and its number above it; what is not shown (None) has a dash."""
    drawing.height = max(len(rows) * 40, 40)
    top = max([value or 0 for _, value in rows], default=0) or 1
    for at, (name, value) in enumerate(rows):
        y = at * 40
        drawing.text(0, y + 15, name)
        drawing.text(WIDTH, y + 15, "–" if value is None else number(value), "end")
        drawing.rect(0, y + 21, WIDTH, 10, "bar-ground", rx="5")
        if value:
            drawing.rect(0, y + 21, value / top * WIDTH, 10, "bar", rx="5")
    return drawing.done()


def kept_and_missed(
    drawing: Drawing,
    rows: Sequence[tuple[str, int | None, int, int | None]],
    words: tuple[str, str, str],
    number: Number,
) -> Picture:
    """For each row how many were kept, missed and are still running: full, hatched and empty, the numbers in words.

    Where one of them is not known (None) there is no bar, which would look like a share of all.
    """
    drawing.height = max(len(rows) * 58, 40)
    hatch = drawing.hatch()
    for at, (name, *parts) in enumerate(rows):
        y = at * 58
        known = [(word, part, kind) for word, part, kind in zip(words, parts, _PARTS, strict=True) if part is not None]
        whole = sum(part for _, part, _ in known) if len(known) == len(words) else 0
        drawing.text(0, y + 14, name)
        drawing.text(0, y + 31, " · ".join(f"{word} {number(part)}" for word, part, _ in known), kind="axis-text")
        if whole:
            drawing.rect(0, y + 37, WIDTH, 12, "bar-ground")
        x = 0.0
        for _, part, kind in known:
            width = part / whole * WIDTH if whole else 0
            if width and kind != "bar-ground":
                more = {"fill": hatch} if kind == "bar-late" else {}
                drawing.rect(x, y + 37, width, 12, kind, **more)
            x += width
    return drawing.done()


_PARTS = ("bar", "bar-late", "bar-ground")


def heat(
    drawing: Drawing, rows: Sequence[tuple[str, Sequence[int]]], columns: Sequence[str], number: Number
) -> Picture:
    """A field of cells, the darker the more, each with its number where it has three digits at most."""
    drawing.height = 18 + max(len(rows), 1) * 42
    wide = WIDTH / len(columns)
    top = max([value for _, values in rows for value in values], default=0) or 1
    for at, name in enumerate(columns):
        drawing.text(at * wide + wide / 2, 12, name, "middle", "axis-text")
    for at, (name, values) in enumerate(rows):
        y = 18 + at * 42
        drawing.text(0, y + 14, name)
        for column, value in enumerate(values):
            ground, kind = HEAT[_level(value, top)]
            drawing.rect(column * wide + 1, y + 20, wide - 2, 18, "cell", fill=ground, stroke="#d9d4c6")
            if 0 < value < 1000:
                x = column * wide + wide / 2
                drawing.text(x, y + 33, number(value), "middle", kind)
    return drawing.done()


def _level(value: int, top: int) -> int:
    return 0 if value == 0 else min(1 + value * 4 // (top + 1), 4)


def flow(
    drawing: Drawing,
    sources: Sequence[tuple[str, str]],
    targets: Sequence[tuple[str, str]],
    amounts: Mapping[tuple[str, str], int],
    number: Number,
) -> Picture:
    """Bands from sources to targets (pairs of key and name), as thick as their ``amounts`` by the two keys."""
    out = {key: sum(amounts.get((key, to), 0) for to, _ in targets) for key, _ in sources}
    into = {key: sum(amounts.get((start, key), 0) for start, _ in sources) for key, _ in targets}
    unit = 150 / (sum(out.values()) or 1)
    at_left, left_end = _stacked(sources, out, unit)
    at_right, right_end = _stacked(targets, into, unit)
    drawing.height = max(left_end, right_end, 40)
    left, right = dict(at_left), dict(at_right)
    for start, _ in sources:
        for to, _ in targets:
            thick = amounts.get((start, to), 0) * unit
            if thick:
                drawing.band(8, left[start], WIDTH - 8, right[to], thick)
                left[start] += thick
                right[to] += thick
    for nodes, places, sums, x, side in (
        (sources, at_left, out, 0.0, "start"),
        (targets, at_right, into, WIDTH - 8.0, "end"),
    ):
        for key, name in nodes:
            thick = sums[key] * unit
            drawing.rect(x, places[key], 8, max(thick, 1), "bar")
            said = f"{name} {number(sums[key])}"
            middle = places[key] + max(thick, 18) / 2 + 4
            if side == "start":
                drawing.text(14, middle, said, "start")
            else:
                drawing.text(WIDTH - 14, middle, said, "end")
    return drawing.done()


def _stacked(nodes: Sequence[tuple[str, str]], sums: Mapping[str, int], unit: float) -> tuple[dict[str, float], int]:
    """The upper edge of each, with room for a line of text at least, and where the last ends."""
    places, y = {}, 0.0
    for key, _ in nodes:
        places[key] = y
        y += max(sums[key] * unit, 18) + 8
    return places, round(y)
