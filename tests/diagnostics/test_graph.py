"""The graph tells who needs whom, and what is reloaded with what."""

from __future__ import annotations

from rosey.diagnostics.graph import Edge, Graph, Kind, Node, Relation, around, graph_of


def plugin(name: str) -> Node:
    return Node(kind=Kind.PLUGIN, name=name)


def needs(*pairs: str) -> Graph:
    """A graph of plugins from texts like `game<dice`: game needs dice."""
    split = [pair.split("<") for pair in pairs]
    nodes = [plugin(name) for names in split for name in names]
    edges = [
        Edge(source=f"plugin {needed}", target=f"plugin {name}", relation=Relation.NEEDED_BY)
        for name, needed in split
    ]
    return graph_of(nodes, edges)


def test_nodes_and_edges_are_in_order_and_there_once() -> None:
    graph = graph_of(
        [Node(kind=Kind.EVENT, name="a"), plugin("b"), plugin("a"), plugin("a")],
        [Edge(source="event a", target="plugin b", relation=Relation.HEARD_BY)] * 2,
    )

    assert [node.key for node in graph.nodes] == ["plugin a", "plugin b", "event a"]
    assert len(graph.edges) == 1


def test_circles_are_told_once_each() -> None:
    graph = needs("b<a", "a<c", "c<b", "c<d", "e<e", "f<a")

    assert graph.cycles == (("a", "c", "b"), ("e",))
    assert needs("b<a", "c<b").cycles == ()


def test_focus_tells_what_reloads_with_a_plugin_in_order() -> None:
    graph = around(needs("game<dice", "tally<game", "other<game2", "dice<base"), "dice")

    assert graph.focus == "dice"
    assert graph.reloads == ("game", "tally")
    assert [node.name for node in graph.nodes] == ["base", "dice", "game", "tally"]


def test_focus_shows_who_else_touches_its_services_and_events() -> None:
    def edge(source: str, target: str, relation: Relation) -> Edge:
        return Edge(source=source, target=target, relation=relation)

    nodes = [plugin(name) for name in "abcd"]
    nodes += [Node(kind=Kind.SERVICE, name="s"), Node(kind=Kind.EVENT, name="far")]
    graph = around(
        graph_of(
            nodes,
            [
                edge("plugin a", "service s", Relation.PROVIDES),
                edge("service s", "plugin b", Relation.USED_BY),
                edge("service s", "plugin c", Relation.USED_BY),
                edge("plugin c", "event far", Relation.EMITS),
                edge("event far", "plugin d", Relation.HEARD_BY),
            ],
        ),
        "b",
    )

    assert [node.name for node in graph.nodes] == ["a", "b", "c", "s"]


def test_plugin_without_relations_stands_alone() -> None:
    graph = around(graph_of([plugin("a"), plugin("b")], []), "a")

    assert [node.name for node in graph.nodes] == ["a"]
    assert graph.reloads == ()


def test_names_can_be_changed_throughout() -> None:
    graph = around(needs("b<a", "a<b"), "a").mapped(str.upper)

    assert [node.name for node in graph.nodes] == ["A", "B"]
    assert {edge.source for edge in graph.edges} == {"plugin A", "plugin B"}
    assert (graph.cycles, graph.focus, graph.reloads) == ((("A", "B"),), "A", ("B",))
    assert needs("b<a").mapped(str.upper).focus is None
