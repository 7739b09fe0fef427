"""The part of an answer that is a graph: a picture in a notebook, and lines everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rosey.diagnostics.graph import Graph
from rosey.workbench.faces.answer import Lines
from rosey.workbench.faces.markup import Element, el
from rosey.workbench.faces.picture.drawing import MOST_NODES, drawing_of
from rosey.workbench.faces.picture.sentences import sentences

_LEGEND = (
    "A box is a plugin, a rounded one a service, a slanted one an event. What happens to one "
    "reaches what its arrows lead to; a dashed arrow is an import. Red is missing, or a circle."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A graph.

    Attributes:
        graph: What is drawn.
    """

    graph: Graph

    def mapped(self, change: Callable[[str], str]) -> Picture:
        """The same with each text changed."""
        return Picture(graph=self.graph.mapped(change))

    @property
    def text(self) -> str:
        """The face in a terminal."""
        return self._lines.text

    @property
    def element(self) -> Element:
        """The face in a notebook and in the panel; one that is too wide scrolls."""
        if len(self.graph.nodes) > MOST_NODES:
            return self._lines.element
        drawing = el("div", {"style": "overflow-x:auto"}, drawing_of(self.graph))
        return el("div", {}, drawing, el("small", {}, _LEGEND), self._lines.element)

    @property
    def _lines(self) -> Lines:
        return Lines(lines=sentences(self.graph))
