"""Where the nodes of a graph stand, and which way its arrows take: numbers only."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rosey.workbench.faces.picture.layers import Layers, Link, layers_of

Point = tuple[float, float]
Size = tuple[float, float]

_ROUNDS = 16
_COLUMN_GAP = 64.0
_ROW_GAP = 14.0
_GAP = 28.0
_MARGIN = 8.0
_BEND_HEIGHT = 6.0
_ALONE_IN_A_ROW = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The place of a node.

    Attributes:
        x: Of its left side.
        y: Of its upper side.
        width: Its width.
        height: Its height.
    """

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Half way down."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A graph as it is drawn.

    Attributes:
        boxes: By node, its place.
        ways: By arrow, the points that it passes.
        width: Of it all.
        height: Of it all.
    """

    boxes: Mapping[str, Box]
    ways: Mapping[Link, tuple[Point, ...]]
    width: float
    height: float


def laid_out(sizes: Mapping[str, Size], links: Sequence[Link]) -> Layout:
    """Place nodes in columns, so that arrows lead from left to right; what has none stands below.

    Args:
        sizes: By node, its width and height.
        links: The arrows.
    """
    parts = [part for part in _parts(sizes, links) if len(part) > 1]
    boxes: dict[str, Box] = {}
    ways: dict[Link, tuple[Point, ...]] = {}
    bottom = _MARGIN
    for part in parts:
        layers = layers_of(part, [link for link in links if link[0] in part])
        placed = _columns(layers, sizes, bottom)
        ways |= {link: _way(link, way, placed, sizes) for link, way in layers.ways.items()}
        boxes |= {node: box for node, box in placed.items() if node in sizes}
        bottom = _GAP + max(box.y + box.height for box in placed.values())
    linked = {node for part in parts for node in part}
    alone = _alone([node for node in sizes if node not in linked], sizes, bottom)
    lowest = max((box.y + box.height for box in alone.values()), default=bottom - _GAP)
    boxes |= alone
    return Layout(
        boxes=boxes,
        ways=ways,
        width=max((box.x + box.width for box in boxes.values()), default=0.0) + _MARGIN,
        height=max(0.0, lowest) + _MARGIN,
    )


def _parts(nodes: Iterable[str], links: Sequence[Link]) -> list[list[str]]:
    """Nodes that arrows connect, directly or through others; the largest part first."""
    beside: dict[str, list[str]] = {}
    for start, end in links:
        beside.setdefault(start, []).append(end)
        beside.setdefault(end, []).append(start)
    parts: list[list[str]] = []
    seen: set[str] = set()
    for node in nodes:
        part: dict[str, None] = {}
        waiting = [] if node in seen else [node]
        while waiting:
            here = waiting.pop()
            if here not in part:
                part[here] = None
                waiting += beside.get(here, ())
        seen |= part.keys()
        parts.append([*part])
    return sorted(parts, key=len, reverse=True)


def _columns(layers: Layers, sizes: Mapping[str, Size], top: float) -> dict[str, Box]:
    """Places for nodes and bends, from `top` down; a bend is as wide as its column."""
    rows = _rows(layers, sizes)
    highest = min(rows.values())
    boxes: dict[str, Box] = {}
    left = _MARGIN
    for column in layers.columns:
        width = max(sizes[node][0] for node in column if node in sizes)
        for node in column:
            own, height = sizes.get(node, (width, _BEND_HEIGHT))
            x = left + (width - own) / 2
            boxes[node] = Box(x=x, y=rows[node] - highest + top, width=own, height=height)
        left += width + _COLUMN_GAP
    return boxes


def _rows(layers: Layers, sizes: Mapping[str, Size]) -> dict[str, float]:
    """How far down each node and bend stands: near the middle of its neighbours."""
    heights = {node: sizes.get(node, (0.0, _BEND_HEIGHT))[1] for c in layers.columns for node in c}
    beside: dict[str, list[str]] = {}
    for way in layers.ways.values():
        for one, other in itertools.pairwise(way):
            beside.setdefault(one, []).append(other)
            beside.setdefault(other, []).append(one)
    rows: dict[str, float] = {}
    for column in layers.columns:
        rows |= _stacked(column, heights, dict.fromkeys(column, 0.0))
    for turn in range(_ROUNDS):
        for column in layers.columns if turn % 2 else layers.columns[::-1]:
            wanted = {node: _middle(node, beside[node], rows, heights) for node in column}
            rows |= _stacked(column, heights, wanted)
    return rows


def _middle(
    node: str, near: Sequence[str], rows: Mapping[str, float], heights: Mapping[str, float]
) -> float:
    middles = [rows[other] + heights[other] / 2 for other in near]
    return sum(middles) / len(middles) - heights[node] / 2


def _stacked(
    column: Sequence[str], heights: Mapping[str, float], wanted: Mapping[str, float]
) -> dict[str, float]:
    """Places in the given order and apart, as near as may be to those that are wanted."""
    rows: dict[str, float] = {}
    end = float("-inf")
    for node in column:
        rows[node] = max(wanted[node], end)
        end = rows[node] + heights[node] + _ROW_GAP
    shift = sum(wanted[node] - rows[node] for node in column) / len(column)
    return {node: row + shift for node, row in rows.items()}


def _alone(nodes: Sequence[str], sizes: Mapping[str, Size], top: float) -> dict[str, Box]:
    """Places for nodes without arrows, a few in a row."""
    boxes: dict[str, Box] = {}
    for first in range(0, len(nodes), _ALONE_IN_A_ROW):
        row = nodes[first : first + _ALONE_IN_A_ROW]
        left = _MARGIN
        for node in row:
            width, height = sizes[node]
            boxes[node] = Box(x=left, y=top, width=width, height=height)
            left += width + 2 * _ROW_GAP
        top += max(sizes[node][1] for node in row) + _ROW_GAP
    return boxes


def _way(
    link: Link, way: Sequence[str], boxes: Mapping[str, Box], sizes: Mapping[str, Size]
) -> tuple[Point, ...]:
    """The points of an arrow, from one box's side to another's, straight through each bend."""
    is_forward = boxes[link[0]].x < boxes[link[1]].x
    points: list[Point] = []
    for node in way:
        box = boxes[node]
        sides = [(box.x, box.middle), (box.x + box.width, box.middle)]
        if node in sizes:
            points.append(sides[(node == link[0]) is is_forward])
        else:
            points += sides if is_forward else sides[::-1]
    return tuple(points)
