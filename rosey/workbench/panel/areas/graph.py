"""The area of the graph: who needs whom, what is reloaded with what, and the services."""

from __future__ import annotations

import dataclasses
import shlex
import time
from collections.abc import Iterator, Sequence

from rosey.diagnostics.graph import Graph, Kind, Node, Relation, around
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.faces.picture.drawing import MOST_NODES, drawing_of
from rosey.workbench.faces.picture.sentences import answers, sentences, trouble
from rosey.workbench.panel.area import Area
from rosey.workbench.panel.areas.picking import no_plugins
from rosey.workbench.panel.controls import (
    button,
    div,
    field,
    head,
    hue,
    link,
    nothing,
    select,
)
from rosey.workbench.panel.sight import LOOK_S, Sight

PLUGIN, WIDTH = "graph.plugin", "graph.width"

_FIT = "fit"
_WIDTHS = ((_FIT, "as wide as fits"), *((str(n), f"{n} %") for n in (50, 100, 150, 200)))
_LOOKED, _DRAWN = "graph.looked", "graph.drawn"

_HOLDS_S = 1.0
"""Seconds for which a look at the graph does while no plugin changes: the bot has other work."""


def _draw(sight: Sight) -> Element:
    whole = _whole(sight)
    names = [n.name for n in whole.nodes if n.kind is Kind.PLUGIN and not n.is_missing]
    if not names:
        return no_plugins()
    focus = sight.view.text(PLUGIN)
    graph = around(whole, focus) if focus in names else whole
    return div(
        "graph",
        _tools(sight, graph, names),
        *_told(graph),
        _picture(sight, graph),
        _services(whole),
        _as_text(graph),
    )


def _whole(sight: Sight) -> Graph:
    standing, now = sight.bot.standing(), time.monotonic()
    last = sight.seen.get(_LOOKED)
    if last is None or last[0] != standing or now - last[1] >= _HOLDS_S:
        last = sight.seen[_LOOKED] = standing, now, sight.bot.graph(timeout_s=LOOK_S)
    graph: Graph = last[2]
    return graph


def _tools(sight: Sight, graph: Graph, names: Sequence[str]) -> Element:
    plugins = [("", "all plugins"), *((name, name) for name in names)]
    width = select(_WIDTHS, bind=WIDTH, value=_width(sight))
    tools = [
        field("around plugin", select(plugins, bind=PLUGIN, value=graph.focus or "")),
        field("width of the picture", width),
    ]
    if graph.focus is not None:
        given, line = {"plugin": graph.focus}, f"%rosey reload {graph.focus}"
        tools.append(button("Reload", "plugins.reload", given, line=line, about=graph.focus))
    return div("tools", *tools)


def _told(graph: Graph) -> Iterator[Element]:
    """The answers that people look for: what is reloaded together, and what is wrong."""
    told = [*answers(graph)] or ["Pick a plugin to see what is reloaded with it."]
    yield from (el("p", {}, one) for one in told)
    if wrong := [*trouble(graph)]:
        yield el("ul", {"class": "trouble"}, *(el("li", {}, one) for one in wrong))


def _picture(sight: Sight, graph: Graph) -> Element:
    if len(graph.nodes) > MOST_NODES:
        return nothing(f"{len(graph.nodes)} are too many to draw: pick a plugin.")
    width = _width(sight)
    attributes = {
        "class": f"wide picture{' picture-fit' * (width == _FIT)}",
        "role": "region",
        "aria-label": "Graph",
        "tabindex": "0",
    }
    drawn = _scaled(_drawn(sight, graph), width)
    return el("div", attributes, drawn, does={"key": "picture"})


def _drawn(sight: Sight, graph: Graph) -> Element:
    """The drawing; the last one where the graph is still the same, for to lay it out takes long."""
    last = sight.seen.get(_DRAWN)
    if last is not None and last[0] == graph:
        drawing: Element = last[1]
        return drawing
    drawing = drawing_of(graph)
    sight.seen[_DRAWN] = graph, drawing
    return drawing


def _scaled(drawing: Element, width: str) -> Element:
    if width == _FIT:
        return drawing
    sizes = {
        name: f"{float(str(drawing.attributes[name])) * int(width) / 100:.0f}"
        for name in ("width", "height")
    }
    return dataclasses.replace(drawing, attributes={**drawing.attributes, **sizes})


def _width(sight: Sight) -> str:
    width = sight.view.text(WIDTH)
    return width if width in dict(_WIDTHS) else _FIT


def _services(graph: Graph) -> Element:
    services = [node for node in graph.nodes if node.kind is Kind.SERVICE]
    if not services:
        return nothing("No plugin provides a service to others.")
    heads = head(("service", "provider", "version", "used by"))
    return el("table", {}, heads, el("tbody", {}, *(_service(graph, one) for one in services)))


def _service(graph: Graph, service: Node) -> Element:
    provider = [
        edge.source
        for edge in graph.edges
        if edge.relation is Relation.PROVIDES and edge.target == service.key
    ]
    users = [
        edge.target
        for edge in graph.edges
        if edge.relation is Relation.USED_BY and edge.source == service.key
    ]
    cells = (
        [el("td", {"class": "bad", "colspan": 2}, service.note)]
        if service.is_missing
        else [el("td", {}, *_links(provider, "rosey")), el("td", {}, service.note or "-")]
    )
    name = el("th", {"scope": "row"}, service.name)
    return el(
        "tr", {}, name, *cells, el("td", {}, *_links(users, "nobody")), does={"key": service.key}
    )


def _links(keys: Sequence[str], nobody: str) -> Iterator[Element | str]:
    """The names of plugins, each of which shows the graph around it."""
    for number, key in enumerate(keys):
        name = key.partition(" ")[2]
        yield from [", "] if number else []
        shows = link(name, {PLUGIN: name}, about="the graph around it")
        yield el("span", {"class": hue(name)}, shows)
    if not keys:
        yield nobody


def _as_text(graph: Graph) -> Element:
    lines = el("pre", {}, "\n".join(sentences(graph)))
    return el("details", {}, el("summary", {}, "The picture as text"), lines, does={"key": "text"})


def _line(sight: Sight) -> str:
    focus = sight.view.text(PLUGIN)
    return f"%rosey graph {shlex.quote(focus)}" if focus else "%rosey graph"


AREA = Area(name="graph", title="Graph", draw=_draw, line=_line, view={PLUGIN: "", WIDTH: _FIT})
