"""A graph as a drawing, in the colour of the text around it, for light and dark notebooks alike."""

from __future__ import annotations

import itertools
import math
import unicodedata
from collections.abc import Mapping, Sequence

from rosey.diagnostics.graph import Edge, Graph, Kind, Node, Relation
from rosey.workbench.faces.markup import Element, Value, el
from rosey.workbench.faces.picture.layout import Box, Point, laid_out

MOST_NODES = 100
"""Of more than these, no picture is made that anybody could read."""

_MOST_CHARS = 32
_CHAR_PX = 7.4
_SMALL = 0.82
_HEIGHT_PX = 28.0
_NOTE_PX = 15.0
_LINE_PX = 1.2
_TOGETHER_PX = 2.2
_FOCUS_PX = 3.0
_TROUBLE = "#e5534b"
_COLOURS: Mapping[Kind, str] = {
    Kind.PLUGIN: "#4c8dff",
    Kind.SERVICE: "#2da44e",
    Kind.EVENT: "#bf8700",
}
_FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif"
_ABOUT = (
    "Plugins, services and events; what happens to one reaches those that its arrows lead to. The "
    "same stands below as text."
)


def drawing_of(graph: Graph) -> Element:
    """Draw a graph: plugins as boxes, services rounded, events slanted; trouble is red and dashed.

    It refers to nothing outside of itself.
    """
    sizes = {node.key: _size(node) for node in graph.nodes}
    layout = laid_out(sizes, [(edge.source, edge.target) for edge in graph.edges])
    lines_px = {f"{Kind.PLUGIN} {name}": _TOGETHER_PX for name in graph.reloads}
    lines_px[f"{Kind.PLUGIN} {graph.focus}"] = _FOCUS_PX
    edges = [
        _edge(edge, layout.ways[edge.source, edge.target], is_trouble=_is_in_circle(graph, edge))
        for edge in graph.edges
        if edge.source != edge.target
    ]
    nodes = [
        _node(node, layout.boxes[node.key], lines_px.get(node.key, _LINE_PX))
        for node in graph.nodes
    ]
    told = (el("title", {}, _title(graph)), el("desc", {}, _ABOUT))
    return el("svg", _frame(layout.width, layout.height), *told, *edges, *nodes)


def _frame(width: float, height: float) -> dict[str, Value]:
    return {
        "xmlns": "http://www.w3.org/2000/svg",
        "role": "img",
        "width": f"{width:.0f}",
        "height": f"{height:.0f}",
        "viewBox": f"0 0 {width:.0f} {height:.0f}",
        "font-family": _FONT,
        "font-size": 13,
        "fill": "currentColor",
    }


def _title(graph: Graph) -> str:
    counts = [f"{kind}s: {sum(node.kind is kind for node in graph.nodes)}" for kind in Kind]
    about = f"around the plugin {graph.focus}" if graph.focus is not None else "of the bot"
    return f"Graph {about}: {', '.join(counts)}"


def _size(node: Node) -> tuple[float, float]:
    width = max(_width(node.name), _width(node.note) * _SMALL) + 28
    return width, _HEIGHT_PX + (_NOTE_PX if node.note else 0)


def _width(text: str) -> float:
    """About how wide a text is drawn."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in _cut(text))
    return _CHAR_PX * (len(_cut(text)) + wide)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARS else f"{text[: _MOST_CHARS - 1]}…"


def _node(node: Node, box: Box, line_px: float) -> Element:
    colour = _TROUBLE if node.is_missing else _COLOURS[node.kind]
    paint: dict[str, Value] = {
        "fill": colour,
        "fill-opacity": 0.13,
        "stroke": colour,
        "stroke-width": line_px,
        "stroke-dasharray": "5 4" if node.is_missing else None,
    }
    texts = [_text(node.name, box, 18, {"font-weight": 600 if line_px == _FOCUS_PX else None})]
    if node.note:
        texts.append(_text(node.note, box, 34, {"font-size": 10.5, "opacity": 0.75}))
    told = " ".join(filter(None, [node.kind, node.name, node.note]))
    return el("g", {}, el("title", {}, told), _shape(node.kind, box, paint), *texts)


def _text(text: str, box: Box, down: float, look: Mapping[str, Value]) -> Element:
    x, y = box.x + box.width / 2, box.y + down
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": "middle"}
    return el("text", {**place, **look}, _cut(text))


def _shape(kind: Kind, box: Box, paint: Mapping[str, Value]) -> Element:
    if kind is Kind.EVENT:
        slant = 9
        x, y, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
        corners = ((x + slant, y), (right, y), (right - slant, bottom), (x, bottom))
        return el("polygon", {"points": " ".join(f"{a:.1f},{b:.1f}" for a, b in corners), **paint})
    round_px = box.height / 2 if kind is Kind.SERVICE else 5
    sides = {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "rx": round_px}
    return el("rect", {**{name: f"{px:.1f}" for name, px in sides.items()}, **paint})


def _is_in_circle(graph: Graph, edge: Edge) -> bool:
    """Whether an arrow is one of those by which plugins need each other in a circle."""
    needed, plugin = (key.partition(" ")[2] for key in (edge.source, edge.target))
    return any((plugin, needed) in itertools.pairwise((*cycle, cycle[0])) for cycle in graph.cycles)


def _edge(edge: Edge, way: Sequence[Point], *, is_trouble: bool) -> Element:
    colour = _TROUBLE if is_trouble else "currentColor"
    line = {
        "d": _curve(way),
        "fill": "none",
        "stroke": colour,
        "stroke-width": 2 if is_trouble else 1.2,
        "stroke-dasharray": "4 3" if edge.relation is Relation.IMPORTED_BY else None,
        "stroke-opacity": 1 if is_trouble else 0.55,
    }
    head = {"d": _head(way), "fill": colour, "fill-opacity": 1 if is_trouble else 0.7}
    told = f"{edge.source} {edge.relation} {edge.target}"
    return el("g", {}, el("title", {}, told), el("path", line), el("path", head))


def _curve(way: Sequence[Point]) -> str:
    """A line that leaves and enters each point level."""
    parts = [f"M{way[0][0]:.1f},{way[0][1]:.1f}"]
    for (x1, y1), (x2, y2) in itertools.pairwise(way):
        bend = (x2 - x1) / 2
        parts.append(f"C{x1 + bend:.1f},{y1:.1f} {x2 - bend:.1f},{y2:.1f} {x2:.1f},{y2:.1f}")
    return "".join(parts)


def _head(way: Sequence[Point]) -> str:
    (before, _), (x, y) = way[-2], way[-1]
    back = math.copysign(8, before - x)
    return f"M{x:.1f},{y:.1f}L{x + back:.1f},{y - 4:.1f}L{x + back:.1f},{y + 4:.1f}Z"
