"""A graph as text: what stands in the picture, for a terminal and for who does not see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rosey.diagnostics.graph import Edge, Graph, Kind, Node, Relation


def sentences(graph: Graph) -> tuple[str, ...]:
    """The graph in lines: answers first, then each plugin with what it has to do with others."""
    lines = [*answers(graph), *trouble(graph)]
    for node in graph.nodes:
        if node.kind is Kind.PLUGIN and not node.is_missing:
            note = f" ({node.note})" if node.note else ""
            lines += [f"{node.name}{note}", *_of_plugin(graph, node)]
    return tuple(lines) or ("no plugins are known",)


def answers(graph: Graph) -> Iterator[str]:
    """What people ask a graph that is drawn around a plugin."""
    if graph.focus is None:
        return
    also = ", ".join(graph.reloads)
    yield f"reloading {graph.focus} reloads {f'{also} with it' if also else 'nothing else'}"


def trouble(graph: Graph) -> Iterator[str]:
    """What is wrong in a graph: circles, and what is missing."""
    for cycle in graph.cycles:
        yield f"in a circle: {' needs '.join((*cycle, cycle[0]))}"
    for node in graph.missing:
        who = ", ".join(_names(graph, source=node.key))
        yield f"missing: {node.kind} {node.name}, which {who} counts on"


def _of_plugin(graph: Graph, node: Node) -> Iterator[str]:
    told: tuple[tuple[str, Sequence[str]], ...] = (
        ("needs", _names(graph, Relation.NEEDED_BY, target=node.key)),
        ("imports from", _names(graph, Relation.IMPORTED_BY, target=node.key)),
        ("provides", _passed_on(graph, Relation.PROVIDES, node, "used by")),
        ("uses", _names(graph, Relation.USED_BY, target=node.key)),
        ("emits", _passed_on(graph, Relation.EMITS, node, "heard by")),
        ("hears", _names(graph, Relation.HEARD_BY, target=node.key)),
    )
    yield from (f"  {relation} {', '.join(names)}" for relation, names in told if names)


def _passed_on(graph: Graph, relation: Relation, node: Node, who: str) -> list[str]:
    """What a plugin gives, each with those who take it."""
    texts: list[str] = []
    for edge in _edges(graph, relation, source=node.key):
        takers = ", ".join(_names(graph, source=edge.target)) or "nobody"
        texts.append(f"{_name(edge.target)} ({who} {takers})")
    return texts


def _names(
    graph: Graph, relation: Relation | None = None, *, source: str = "", target: str = ""
) -> list[str]:
    """The names at the other ends of some edges."""
    found = _edges(graph, relation, source=source, target=target)
    return [_name(edge.target if source else edge.source) for edge in found]


def _edges(
    graph: Graph, relation: Relation | None, *, source: str = "", target: str = ""
) -> list[Edge]:
    return [
        edge
        for edge in graph.edges
        if (relation is None or edge.relation is relation)
        and (not source or edge.source == source)
        and (not target or edge.target == target)
    ]


def _name(key: str) -> str:
    return key.partition(" ")[2]
