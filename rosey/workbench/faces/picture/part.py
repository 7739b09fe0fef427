"""The part of an answer that is a graph: a picture in a notebook, and lines everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rosey.diagnostics.graph import Graph
from rosey.workbench.faces.answer import Lines
from rosey.workbench.faces.picture.drawing import MOST_NODES, svg_of
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
    def html(self) -> str:
        """The face in a notebook."""
        if len(self.graph.nodes) > MOST_NODES:
            return self._lines.html
        svg = svg_of(self.graph)
        return f'<div style="overflow-x:auto">{svg}</div><small>{_LEGEND}</small>{self._lines.html}'

    @property
    def _lines(self) -> Lines:
        return Lines(lines=sentences(self.graph))
