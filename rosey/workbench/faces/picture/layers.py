"""In which column each node of a graph stands, and in which order within it: pure functions.

The method is Sugiyama's: no arrow leads back but those that close a circle, long arrows are broken
at each column that they pass, and neighbours are put side by side so that few arrows cross.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Link = tuple[str, str]
"""An arrow from one node to another."""

Column = list[str]
"""Nodes and bends, from top to bottom."""

_SWEEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """The columns of a graph.

    Attributes:
        columns: From left to right; beside nodes there are bends, which only arrows pass.
        ways: By arrow, the nodes and bends that it passes, from its beginning to its end.
    """

    columns: tuple[tuple[str, ...], ...]
    ways: Mapping[Link, tuple[str, ...]]


def layers_of(nodes: Iterable[str], links: Iterable[Link]) -> Layers:
    """Find columns and order for nodes that are linked with others.

    Args:
        nodes: The nodes, in the order that those keep which nothing else moves.
        links: The arrows; one from a node to itself is left out.
    """
    nodes = [*nodes]
    linked = [*dict.fromkeys(link for link in links if link[0] != link[1])]
    turned = _turned(nodes, linked)
    forward = {link: link[::-1] if link in turned else link for link in linked}
    depth = _depths(nodes, [*forward.values()])
    columns: list[Column] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node, place in depth.items():
        columns[place].append(node)
    ways: dict[Link, tuple[str, ...]] = {}
    for link, (start, end) in forward.items():
        bends = [f"{start}\0{end}\0{place}" for place in range(depth[start] + 1, depth[end])]
        for place, bend in enumerate(bends, depth[start] + 1):
            if bend not in columns[place]:
                columns[place].append(bend)
        way = (start, *bends, end)
        ways[link] = way[::-1] if link in turned else way
    ordered = _untangled(
        columns, [pair for way in ways.values() for pair in itertools.pairwise(way)]
    )
    return Layers(columns=tuple(map(tuple, ordered)), ways=ways)


def _turned(nodes: Sequence[str], links: Sequence[Link]) -> set[Link]:
    """The arrows that lead back to where a walk has come from: turned, they close no circle."""
    following: dict[str, list[str]] = {}
    for start, end in links:
        following.setdefault(start, []).append(end)
    back: set[Link] = set()
    done: set[str] = set()

    def walk(node: str, path: tuple[str, ...]) -> None:
        for end in following.get(node, ()):
            if end == node or end in path:
                back.add((node, end))
            elif end not in done:
                walk(end, (*path, node))
        done.add(node)

    for node in nodes:
        if node not in done:
            walk(node, ())
    return back


def _depths(nodes: Sequence[str], links: Sequence[Link]) -> dict[str, int]:
    """How many arrows lead to each node at the most, one after the other.

    What none leads to stands right before the first that it leads to, instead of far away.
    """
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for start, end in links:
        before.setdefault(end, []).append(start)
        after.setdefault(start, []).append(end)
    depth: dict[str, int] = {}

    def dig(node: str) -> int:
        if node not in depth:
            depth[node] = max((dig(start) + 1 for start in before.get(node, ())), default=0)
        return depth[node]

    found = {node: dig(node) for node in nodes}
    near = {n: min(found[end] for end in after[n]) - 1 for n in nodes if n in after}
    return {n: found[n] if n in before else near.get(n, 0) for n in nodes}


def _untangled(columns: list[Column], links: Sequence[Link]) -> list[Column]:
    """Move what belongs together side by side; the best order of some sweeps is kept."""
    beside: dict[str, list[str]] = {}
    for start, end in links:
        beside.setdefault(start, []).append(end)
        beside.setdefault(end, []).append(start)
    best, fewest = [[*c] for c in columns], _crossings(columns, beside)
    for sweep in range(_SWEEPS):
        places = range(1, len(columns)) if sweep % 2 == 0 else range(len(columns) - 2, -1, -1)
        for place in places:
            fixed = columns[place - 1 if sweep % 2 == 0 else place + 1]
            columns[place] = _drawn_to(columns[place], fixed, beside)
        crossings = _crossings(columns, beside)
        if crossings < fewest:
            best, fewest = [[*c] for c in columns], crossings
    return best


def _drawn_to(column: Column, fixed: Column, beside: Mapping[str, Sequence[str]]) -> Column:
    """A column in the order of the middles of its neighbours in another one."""
    places = {node: place for place, node in enumerate(fixed)}

    def middle(pair: tuple[int, str]) -> float:
        own, node = pair
        near = [places[other] for other in beside.get(node, ()) if other in places]
        return sum(near) / len(near) if near else own

    return [node for _, node in sorted(enumerate(column), key=middle)]


def _crossings(columns: Sequence[Column], beside: Mapping[str, Sequence[str]]) -> int:
    """How many arrows between neighbouring columns cross."""
    count = 0
    for left, right in itertools.pairwise(columns):
        places = {node: place for place, node in enumerate(right)}
        ends = [
            (start, places[other])
            for start, node in enumerate(left)
            for other in beside.get(node, ())
            if other in places
        ]
        count += sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in itertools.combinations(ends, 2))
    return count
