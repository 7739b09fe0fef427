"""Who needs whom: plugins, the services that they share, and the events that pass between them."""

from __future__ import annotations

import collections
import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rosey.plugins.lifecycle import dependents_of


class Kind(enum.StrEnum):
    """What a node is."""

    PLUGIN = "plugin"
    SERVICE = "service"
    EVENT = "event"


class Relation(enum.StrEnum):
    """What leads from one node to another: whatever happens to the first reaches the second."""

    NEEDED_BY = "is needed by"
    IMPORTED_BY = "is imported by"
    PROVIDES = "provides"
    USED_BY = "is used by"
    EMITS = "emits"
    HEARD_BY = "is heard by"


DEPENDENCIES = frozenset({Relation.NEEDED_BY, Relation.IMPORTED_BY})
"""What makes one plugin reload with another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A plugin, a service or an event.

    Attributes:
        kind: Which of them.
        name: Its name.
        note: What people want to know beside: a plugin's version and state.
        is_missing: Others count on it, and it is not there.
    """

    kind: Kind
    name: str
    note: str = ""
    is_missing: bool = False

    @property
    def key(self) -> str:
        """What edges call it: a service may have a plugin's name."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One relation.

    Attributes:
        source: The key of the node that it leads from.
        target: The key of the node that it leads to.
        relation: Which one.
    """

    source: str
    target: str
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Nodes and what leads from one to another, as plain values.

    Attributes:
        nodes: Plugins, then services, then events, each by name.
        edges: In the order of their ends.
        cycles: Plugins that need each other in a circle, each circle once.
        focus: The plugin that it was asked for; None where it shows everything.
        reloads: What is reloaded together with that.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cycles: tuple[tuple[str, ...], ...] = ()
    focus: str | None = None
    reloads: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Node, ...]:
        """What is counted on, and is not there."""
        return tuple(node for node in self.nodes if node.is_missing)

    def mapped(self, change: Callable[[str], str]) -> Graph:
        """The same with each name and note changed."""
        keys = {n.key: Node(kind=n.kind, name=change(n.name)).key for n in self.nodes}
        return Graph(
            nodes=tuple(
                Node(kind=n.kind, name=change(n.name), note=change(n.note), is_missing=n.is_missing)
                for n in self.nodes
            ),
            edges=tuple(
                Edge(source=keys[e.source], target=keys[e.target], relation=e.relation)
                for e in self.edges
            ),
            cycles=tuple(tuple(map(change, cycle)) for cycle in self.cycles),
            focus=None if self.focus is None else change(self.focus),
            reloads=tuple(map(change, self.reloads)),
        )


def graph_of(nodes: Iterable[Node], edges: Iterable[Edge]) -> Graph:
    """Put nodes and edges in order, and find the circles."""
    kinds = [*Kind]
    in_order = sorted(set(edges), key=lambda e: (e.source, e.target, e.relation))
    return Graph(
        nodes=tuple(sorted(set(nodes), key=lambda n: (kinds.index(n.kind), n.name))),
        edges=tuple(in_order),
        cycles=_cycles(needs_of(in_order)),
    )


def around(graph: Graph, plugin: str) -> Graph:
    """The part of a graph that has to do with one plugin.

    That is what it touches, who else touches those services and events, and what is reloaded with
    it.
    """
    own = Node(kind=Kind.PLUGIN, name=plugin).key
    reloads = dependents_of(plugin, needs_of(graph.edges))
    together = {own, *(Node(kind=Kind.PLUGIN, name=name).key for name in reloads)}
    near = {key for e in graph.edges if own in {e.source, e.target} for key in (e.source, e.target)}
    shared = {n.key for n in graph.nodes if n.kind is not Kind.PLUGIN} & near

    def is_part(edge: Edge) -> bool:
        ends = {edge.source, edge.target}
        if edge.relation in DEPENDENCIES:
            return own in ends or ends <= together
        return bool(ends & shared)

    edges = tuple(filter(is_part, graph.edges))
    kept = {own, *(key for e in edges for key in (e.source, e.target))}
    return Graph(
        nodes=tuple(n for n in graph.nodes if n.key in kept),
        edges=edges,
        cycles=tuple(c for c in graph.cycles if plugin in c),
        focus=plugin,
        reloads=tuple(reversed(reloads)),
    )


def needs_of(edges: Iterable[Edge]) -> dict[str, set[str]]:
    """For each plugin that needs others, their names."""
    needs: dict[str, set[str]] = {}
    for edge in edges:
        if edge.relation in DEPENDENCIES:
            names = (key.partition(" ")[2] for key in (edge.target, edge.source))
            needs.setdefault(next(names), set()).add(next(names))
    return needs


def _cycles(needs: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """For each plugin the shortest way to itself; a circle that several are in is there once."""
    found = {_turned(way) for name in needs if (way := _way(name, needs))}
    return tuple(sorted(found))


def _way(start: str, needs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The shortest way from a plugin to itself; nothing where there is none."""
    waiting: collections.deque[tuple[str, ...]] = collections.deque([(start,)])
    seen: set[str] = set()
    while waiting:
        way = waiting.popleft()
        for name in sorted(needs.get(way[-1], ())):
            if name == start:
                return way
            if name not in seen:
                seen.add(name)
                waiting.append((*way, name))
    return ()


def _turned(way: tuple[str, ...]) -> tuple[str, ...]:
    """A circle as it begins with the first of its names."""
    first = way.index(min(way))
    return (*way[first:], *way[:first])
