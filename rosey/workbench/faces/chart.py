"""A chart of sizes: a row of bars in a terminal, and a drawing in a notebook."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rosey.chat.escaping import for_terminal
from rosey.diagnostics.sizes import size
from rosey.workbench.faces.markup import Element, Value, el

_BARS = "▁▂▃▄▅▆▇█"
_MOST_BARS = 50
_LEAST_SPAN = 0.1
"""How much of the lowest value the axis spans at the least: what is flat is to look flat."""

_WIDTH, _HEIGHT = 560, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 548, 30, 180
_TICKS = 4
_FONT = "system-ui, sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """How a size went.

    Attributes:
        title: What is shown.
        unit: What the values follow each other by, such as `reloads`.
        values: The sizes in bytes, in order; at least one.
        slope: By how many bytes they grow from one to the next, drawn as a line.
    """

    title: str
    unit: str
    values: tuple[float, ...]
    slope: float

    def mapped(self, change: Callable[[str], str]) -> Chart:
        """The same with title and unit changed."""
        return Chart(
            title=change(self.title), unit=change(self.unit), values=self.values, slope=self.slope
        )

    @property
    def text(self) -> str:
        """The face in a terminal: a bar for each value, or for each few of them."""
        low, high = self._span
        heights = [(value - low) / (high - low) for value in _binned(self.values, _MOST_BARS)]
        bars = "".join(_BARS[min(int(height * len(_BARS)), len(_BARS) - 1)] for height in heights)
        ends = f"{size(self.values[0])} to {size(self.values[-1])}"
        unit = f"{len(self.values)} {for_terminal(self.unit)}"
        return f"{for_terminal(self.title)}\n{bars}  {ends} in {unit}"

    @property
    def element(self) -> Element:
        """The face in a notebook and in the panel, in the colour of the text around it."""
        label = f"{self.title}: {size(self.values[0])} to {size(self.values[-1])}"
        return el(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "role": "img",
                "width": _WIDTH,
                "height": _HEIGHT,
                "viewBox": f"0 0 {_WIDTH} {_HEIGHT}",
                "font-family": _FONT,
                "font-size": 12,
                "fill": "currentColor",
                "stroke": "none",
            },
            el("title", {}, label),
            _text(_LEFT, 16, self.title, "start"),
            *self._y_axis(),
            *self._x_axis(),
            *self._lines(),
        )

    @property
    def _span(self) -> tuple[float, float]:
        """Where the axis begins and ends."""
        low, high = min(self.values), max(self.values)
        room = max(abs(low) * _LEAST_SPAN, 1.0) - (high - low)
        return (low - room / 2, high + room / 2) if room > 0 else (low, high)

    def _y_axis(self) -> Iterator[Element]:
        low, high = self._span
        for tick in range(_TICKS + 1):
            value = low + (high - low) * tick / _TICKS
            y = self._y(value)
            yield _line((_LEFT, y), (_RIGHT, y), {"stroke": "currentColor", "stroke-opacity": 0.2})
            yield _text(_LEFT - 8, y + 4, size(value), "end")

    def _x_axis(self) -> Iterator[Element]:
        count = len(self.values)
        for number in sorted({1, (count + 1) // 2, count}):
            yield _text(self._x(number - 1), _BOTTOM + 18, str(number), "middle")
        yield _text((_LEFT + _RIGHT) / 2, _BOTTOM + 36, self.unit, "middle")

    def _lines(self) -> Iterator[Element]:
        points = " ".join(
            f"{self._x(number):.1f},{self._y(value):.1f}"
            for number, value in enumerate(self.values)
        )
        look: dict[str, Value] = {"fill": "none", "stroke": "dodgerblue", "stroke-width": 2}
        yield el("polyline", {**look, "points": points})
        last = len(self.values) - 1
        start = statistics.median(v - self.slope * n for n, v in enumerate(self.values))
        first, end = ((self._x(n), self._y(start + self.slope * n)) for n in (0, last))
        yield _line(first, end, {"stroke": "currentColor", "stroke-dasharray": "5 4"})

    def _x(self, number: int) -> float:
        return _LEFT + (_RIGHT - _LEFT) * number / max(len(self.values) - 1, 1)

    def _y(self, value: float) -> float:
        low, high = self._span
        return _BOTTOM - (_BOTTOM - _TOP) * (min(max(value, low), high) - low) / (high - low)


def _binned(values: Sequence[float], most: int) -> list[float]:
    """The values, or the middle one of each few where there are more than `most`."""
    each = -(-len(values) // most)
    starts = range(0, len(values), each)
    return [statistics.median(values[start : start + each]) for start in starts]


def _line(
    start: tuple[float, float], end: tuple[float, float], look: Mapping[str, Value]
) -> Element:
    (x1, y1), (x2, y2) = start, end
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    return el("line", {**ends, **look})


def _text(x: float, y: float, text: str, anchor: str) -> Element:
    return el("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}, text)
