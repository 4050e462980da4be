"""What every chart is drawn on: an SVG 360 units wide that mirrors itself for readers from right to left.

Each shape has its class and its colours as attributes: a page's style sheet, which knows of dark screens, outdoes the
attributes, and on paper and in a PDF there is no style sheet to find. No ``style`` attribute, which our pages refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Literal

WIDTH = 360
FONTS = "Noto Sans Arabic, Noto Sans CJK SC, Noto Sans SC, WenQuanYi Micro Hei, Noto Sans, sans-serif"

INK, SOFT, PAPER = "#1c2827", "#55605d", "#fffefb"
STYLES: dict[str, dict[str, str]] = {
    "said": {"fill": INK, "font-size": "13"},
    "axis-text": {"fill": SOFT, "font-size": "11"},
    "bar": {"fill": "#0f5f5c"},
    "bar-ground": {"fill": "#efece3"},
    "bar-late": {"stroke": "#a12a1c", "stroke-width": "1"},
    "hatch": {"stroke": "#a12a1c", "stroke-width": "2.5"},
    "line": {"fill": "none", "stroke": "#0f5f5c", "stroke-width": "2.5", "stroke-linejoin": "round"},
    "area": {"fill": "#dcefec"},
    "band": {"fill": "#dcefec", "stroke": "#d9d4c6", "stroke-width": "0.75"},
    "dot": {"fill": PAPER, "stroke": "#0f5f5c", "stroke-width": "2"},
    "cell-text": {"fill": INK, "font-size": "11"},
    "cell-text-pale": {"fill": PAPER, "font-size": "11"},
    "rule": {"stroke": "#d9d4c6", "stroke-width": "1"},
}
"""Colours of the light screen (``shared/web/static/tokens.css``). Text stands on paper or on the palest of them."""

Side = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn chart: ``svg`` is whole by itself, ``height`` in units of its width of 360."""

    svg: str
    height: int


@dataclass(slots=True)
class Drawing:
    """Collects shapes; ``key`` tells its parts from those of other charts of the page.

    ``title`` and ``description`` are what is read aloud. Places count from the side where reading begins.
    """

    key: str
    title: str
    description: str
    rtl: bool = False
    height: int = 0
    _shapes: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, said: str, side: Side = "start", kind: str = "said", **more: str) -> None:
        """``said`` at ``x``, which is where it starts, ends or has its middle in the direction of reading."""
        if self.rtl and side != "middle":
            side = "end" if side == "start" else "start"
        self._shape("text", kind, {"x": self._x(x), "y": _n(y), "text-anchor": side, **more}, escape(said))

    def rect(self, x: float, y: float, width: float, height: float, kind: str, **more: str) -> None:
        """A bar or a cell."""
        places = {"x": self._x(x, width), "y": _n(y), "width": _n(width), "height": _n(height)}
        self._shape("rect", kind, {**places, **more})

    def rule(self, y: float) -> None:
        """A thin line over the whole width."""
        self._shape("line", "rule", {"x1": "0", "y1": _n(y), "x2": str(WIDTH), "y2": _n(y)})

    def line(self, points: Sequence[tuple[float, float]]) -> None:
        """A line through ``points``."""
        self._shape("polyline", "line", {"points": self._points(points)})

    def area(self, points: Sequence[tuple[float, float]]) -> None:
        """What the closed line through ``points`` holds."""
        self._shape("polygon", "area", {"points": self._points(points)})

    def dot(self, x: float, y: float) -> None:
        """A point of a line."""
        self._shape("circle", "dot", {"cx": self._x(x), "cy": _n(y), "r": "3.5"})

    def band(self, x: float, y: float, to_x: float, to_y: float, thickness: float) -> None:
        """A band of even ``thickness`` from one upright to another, by its upper corners."""
        middle = (x + to_x) / 2
        a, b, m = self._x(x), self._x(to_x), self._x(middle)
        there = f"M{a},{_n(y)} C{m},{_n(y)} {m},{_n(to_y)} {b},{_n(to_y)}"
        low, low_there = _n(y + thickness), _n(to_y + thickness)
        self._shape("path", "band", {"d": f"{there} L{b},{low_there} C{m},{low_there} {m},{low} {a},{low} Z"})

    def hatch(self) -> str:
        """A pattern of slanting lines, as a value of ``fill``: what is late is told without its colour too."""
        name = f"{self.key}-hatch"
        lines = _element("path", "hatch", {"d": "M-2,8 L8,-2 M4,14 L14,4"}, "")
        self._shapes.append(
            f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
            f'<rect width="6" height="6" fill="#fbe4df"/>{lines}</pattern>'
        )
        return f"url(#{name})"

    def done(self) -> Picture:
        """The picture."""
        title, description = f"{self.key}-title", f"{self.key}-desc"
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" role="img" '
            f'aria-labelledby="{title}" aria-describedby="{description}" font-family="{FONTS}">'
            f'<title id="{title}">{escape(self.title)}</title>'
            f'<desc id="{description}">{escape(self.description)}</desc>'
        )
        return Picture("\n".join([head, *self._shapes, "</svg>"]), self.height)

    def _x(self, x: float, width: float = 0) -> str:
        return _n(WIDTH - x - width if self.rtl else x)

    def _points(self, points: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{self._x(x)},{_n(y)}" for x, y in points)

    def _shape(self, tag: str, kind: str, places: dict[str, str], inside: str = "") -> None:
        self._shapes.append(_element(tag, kind, places, inside))


def _element(tag: str, kind: str, places: dict[str, str], inside: str) -> str:
    attributes = {"class": kind, **places, **{k: v for k, v in STYLES.get(kind, {}).items() if k not in places}}
    said = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag} {said}>{inside}</{tag}>" if inside else f"<{tag} {said}/>"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
