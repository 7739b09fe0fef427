"""A chart of sizes, in text and as a drawing."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from rosey.workbench.faces.chart import Chart
from rosey.workbench.faces.markup import to_html

SVG = "{http://www.w3.org/2000/svg}"


def chart(*values: float, slope: float = 0.0) -> Chart:
    """A chart of some values."""
    return Chart(title="memory", unit="reloads", values=values, slope=slope)


def html_of(shown: Chart) -> str:
    return to_html(shown.element)


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ((0, 100, 200, 400, 700), "▁▂▃▅█"),
        ((1000, 1000, 1000), "▅▅▅"),
        ((5,), "▅"),
        ((0, 0), "▅▅"),
        ((700, 0, 700), "█▁█"),
    ],
)
def test_text_has_a_bar_for_each_value(values: tuple[float, ...], bars: str) -> None:
    assert chart(*values).text.splitlines()[1].split("  ")[0] == bars


def test_many_values_share_bars() -> None:
    first, second = chart(*range(0, 100_000, 1000)).text.splitlines()

    assert first == "memory"
    bars, _, ends = second.partition("  ")
    assert len(bars) == 50
    assert "".join(sorted(bars)) == bars
    assert ends == "0 B to 99.0 kB in 100 reloads"


def test_drawing_has_axes_with_labels() -> None:
    drawing = ET.fromstring(html_of(chart(1000, 2000, 3000, 4000, 5000)))  # noqa: S314  our own
    texts = [text.text for text in drawing.iter(f"{SVG}text")]

    assert texts == [
        "memory", "1.0 kB", "2.0 kB", "3.0 kB", "4.0 kB", "5.0 kB", "1", "3", "5", "reloads",
    ]  # fmt: skip
    assert drawing.attrib["role"] == "img"
    assert [title.text for title in drawing.iter(f"{SVG}title")] == ["memory: 1.0 kB to 5.0 kB"]


def test_drawing_stays_inside_its_frame() -> None:
    drawing = html_of(chart(100, 900, 100, 900, slope=1e9))
    (points,) = re.findall(r'points="([^"]+)"', drawing)
    ys = [float(point.partition(",")[2]) for point in points.split()]
    ys += map(float, re.findall(r'y[12]="([^"]+)"', drawing))

    assert all(30 <= y <= 180 for y in ys)


def test_drawing_takes_the_colour_of_the_text_around_it() -> None:
    assert 'fill="currentColor"' in html_of(chart(1, 2))


def test_texts_are_escaped_and_mapped() -> None:
    hostile = Chart(title="<b>", unit="\x1b[1m", values=(1, 2), slope=0)

    assert "&lt;b&gt;" in html_of(hostile)
    assert "<b>" not in html_of(hostile)
    assert "\x1b" not in hostile.text
    assert hostile.mapped(str.upper).title == "<B>"
