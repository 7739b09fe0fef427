"""The picture of a graph: nothing overlaps, arrows lead right, and names are never markup."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rosey.diagnostics.graph import Edge, Graph, Kind, Node, Relation, around, graph_of
from rosey.workbench.faces.markup import to_html
from rosey.workbench.faces.picture.drawing import MOST_NODES, drawing_of
from rosey.workbench.faces.picture.layers import layers_of
from rosey.workbench.faces.picture.layout import Box, laid_out
from rosey.workbench.faces.picture.part import Picture
from tests.hostile.corpus import SMALL, name
from tests.hostile.test_escaping import Reader, is_visible

NAMES = "abcdefgh"
LINKS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=20)
SVG = "{http://www.w3.org/2000/svg}"


def svg_of(graph: Graph) -> str:
    return to_html(drawing_of(graph))


def html_of(graph: Graph) -> str:
    return to_html(Picture(graph=graph).element)


def overlap(one: Box, other: Box) -> bool:
    is_beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    is_below = one.y + one.height <= other.y + 0.01 or other.y + other.height <= one.y + 0.01
    return not is_beside and not is_below


@given(links=LINKS)
def test_nothing_overlaps_and_everything_is_inside(links: list[tuple[str, str]]) -> None:
    layout = laid_out({name: (80.0 + 9 * ord(name) % 50, 30.0) for name in NAMES}, links)

    assert layout.boxes.keys() == {*NAMES}
    for one, other in itertools.combinations(layout.boxes.values(), 2):
        assert not overlap(one, other)
    corners = [(b.x, b.y) for b in layout.boxes.values()]
    corners += [(b.x + b.width, b.y + b.height) for b in layout.boxes.values()]
    for x, y in [*corners, *itertools.chain.from_iterable(layout.ways.values())]:
        assert 0 <= x <= layout.width
        assert 0 <= y <= layout.height


@given(links=LINKS)
def test_every_arrow_leads_from_its_box_to_the_other(links: list[tuple[str, str]]) -> None:
    layout = laid_out(dict.fromkeys(NAMES, (80.0, 30.0)), links)

    assert layout.ways.keys() == {link for link in links if link[0] != link[1]}
    for (start, end), way in layout.ways.items():
        assert way[0] in {(layout.boxes[start].x + d, layout.boxes[start].middle) for d in (0, 80)}
        assert way[-1] in {(layout.boxes[end].x + d, layout.boxes[end].middle) for d in (0, 80)}


def test_what_comes_first_stands_left() -> None:
    layers = layers_of("abcd", [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")])

    assert layers.columns[0] == ("a",)
    assert "d" in layers.columns[1]
    assert layers.columns[2] == ("c",)
    assert len(layers.ways["a", "c"]) == 3


def test_circle_is_opened_at_one_arrow() -> None:
    layers = layers_of("abc", [("a", "b"), ("b", "c"), ("c", "a")])

    assert layers.columns[0] == ("a",)
    assert layers.ways["c", "a"][0] == "c"
    assert layers.ways["c", "a"][-1] == "a"


def test_arrows_are_untangled() -> None:
    layers = layers_of("abxy", [("a", "y"), ("b", "x")])

    assert layers.columns in {(("a", "b"), ("y", "x")), (("b", "a"), ("x", "y"))}


def plugin(name: str, note: str = "1.0 enabled", *, is_missing: bool = False) -> Node:
    return Node(kind=Kind.PLUGIN, name=name, note=note, is_missing=is_missing)


def edge(source: str, relation: Relation, target: str) -> Edge:
    return Edge(source=source, target=target, relation=relation)


@pytest.fixture
def graph() -> Graph:
    nodes = [plugin("dice"), plugin("game"), plugin("tally"), plugin("alone")]
    nodes += [
        Node(kind=Kind.SERVICE, name="rolls", note="2.0"),
        Node(kind=Kind.SERVICE, name="coins", note="nobody provides it", is_missing=True),
        Node(kind=Kind.EVENT, name="rolled"),
        Node(kind=Kind.EVENT, name="idle"),
    ]
    return graph_of(
        nodes,
        [
            edge("plugin dice", Relation.NEEDED_BY, "plugin game"),
            edge("plugin game", Relation.NEEDED_BY, "plugin dice"),
            edge("plugin dice", Relation.IMPORTED_BY, "plugin tally"),
            edge("plugin dice", Relation.PROVIDES, "service rolls"),
            edge("service rolls", Relation.USED_BY, "plugin game"),
            edge("service coins", Relation.USED_BY, "plugin game"),
            edge("plugin dice", Relation.EMITS, "event rolled"),
            edge("plugin dice", Relation.EMITS, "event idle"),
            edge("event rolled", Relation.HEARD_BY, "plugin game"),
            edge("plugin alone", Relation.NEEDED_BY, "plugin alone"),
        ],
    )


def test_lines_tell_all_that_the_picture_shows(graph: Graph) -> None:
    assert Picture(graph=graph).text.splitlines() == [
        "in a circle: alone needs alone",
        "in a circle: dice needs game needs dice",
        "missing: service coins, which game counts on",
        "alone (1.0 enabled)",
        "  needs alone",
        "dice (1.0 enabled)",
        "  needs game",
        "  provides rolls (used by game)",
        "  emits idle (heard by nobody), rolled (heard by game)",
        "game (1.0 enabled)",
        "  needs dice",
        "  uses coins, rolls",
        "  hears rolled",
        "tally (1.0 enabled)",
        "  imports from dice",
    ]


def test_focus_answers_what_is_reloaded() -> None:
    graph = graph_of(
        [plugin("dice"), plugin("game", "")],
        [edge("plugin dice", Relation.NEEDED_BY, "plugin game")],
    )

    assert "reloading dice reloads game with it" in Picture(graph=around(graph, "dice")).text
    assert "reloading game reloads nothing else" in Picture(graph=around(graph, "game")).text
    assert "\ngame\n" in Picture(graph=graph).text


def test_picture_is_sound_and_says_what_it_is(graph: Graph) -> None:
    root = ET.fromstring(svg_of(graph))  # noqa: S314  our own text

    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Graph of the bot: plugins: 4, services: 2, events: 2"
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {node.name for node in graph.nodes} <= {*texts}
    titles = [title.text for title in root.iter(f"{SVG}title")]
    assert "plugin dice is imported by plugin tally" in titles


def test_picture_takes_the_colour_of_the_text_and_shares_no_names(graph: Graph) -> None:
    svg = svg_of(graph)

    assert "currentColor" in svg
    assert not any(sign in svg for sign in ("<style", " id=", "url(", "href"))


def test_trouble_is_drawn_so_and_told(graph: Graph) -> None:
    svg = svg_of(graph)

    assert svg.count('stroke="#e5534b" stroke-width="2"') == 2  # the circle
    assert svg.count('stroke-dasharray="5 4"') == 1  # the service that nobody provides


def test_focus_stands_out(graph: Graph) -> None:
    svg = svg_of(around(graph, "dice"))

    assert svg.count('stroke-width="3.0"') == svg.count('font-weight="600"') == 1
    assert svg.count('stroke-width="2.2"') == 2
    assert "around the plugin dice" in svg


def test_no_name_becomes_markup_or_controls_the_terminal(graph: Graph) -> None:
    plain = Reader(html_of(graph.mapped("x{}".format))).markup
    for text in filter(None, SMALL):
        picture = Picture(graph=graph.mapped(text.__add__))

        assert Reader(to_html(picture.element)).markup == plain, name(text)
        assert is_visible(picture.text.replace("\n", "").replace("\t", "")), name(text)


def test_long_names_are_cut_in_the_picture_only() -> None:
    picture = Picture(graph=graph_of([plugin("x" * 100)], []))

    assert f">{'x' * 31}…<" in to_html(picture.element)
    assert "x" * 100 in picture.text


def test_of_too_many_nodes_only_the_lines_are_shown() -> None:
    many = graph_of([plugin(f"p{n}") for n in range(MOST_NODES + 1)], [])

    assert "<svg" not in html_of(many)
    assert "p100" in html_of(many)


def test_empty_graph_says_so() -> None:
    picture = Picture(graph=graph_of([], []))

    assert picture.text == "no plugins are known"
    ET.fromstring(svg_of(graph_of([], [])))  # noqa: S314  our own text
