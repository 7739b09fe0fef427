"""Answers: what a command of `%rosey` returns, with a face in plain text and one in HTML.

Both faces are made of the same parts, and whatever is shown is made harmless here: names, messages
and errors come from strangers.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rosey.chat.escaping import for_terminal
from rosey.workbench.faces.markup import Element, el, to_html

MOST_CHARS = 4_000
"""A longer cell or line is cut; the answer's value has all of it."""

# Notebooks align the cells of tables to the right, and set lines of text in by a margin.
_CELL = "text-align:left;white-space:pre-wrap;overflow-wrap:break-word"
# What is long stands in the last column, and may be one endless word.
_LAST_CELL = "text-align:left;white-space:pre-wrap;overflow-wrap:anywhere"
_LINES = f"margin:0.4em 0;{_LAST_CELL}"

# Notebooks typeset what stands between dollars, and what a formula may be: also a link to a script.
_NO_FORMULAS = "mathjax_ignore tex2jax_ignore"

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class Part(Protocol):
    """What is shown in one piece: as text and as an element, of the same facts."""

    def mapped(self, change: Callable[[str], str]) -> Part:
        """The same with each text changed."""

    @property
    def text(self) -> str:
        """The face in a terminal."""

    @property
    def element(self) -> Element:
        """The face in a notebook and in the panel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Lines of text.

    Attributes:
        lines: The lines, top down.
    """

    lines: tuple[str, ...]

    def mapped(self, change: Callable[[str], str]) -> Lines:
        """The same with each line changed."""
        return Lines(lines=tuple(map(change, self.lines)))

    @property
    def text(self) -> str:
        """The face in a terminal."""
        return "\n".join(for_terminal(line) for line in self.lines)

    @property
    def element(self) -> Element:
        """The face in a notebook and in the panel."""
        return el("pre", {"style": _LINES}, "\n".join(self.lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table.

    Attributes:
        title: What stands over it; may be empty.
        heads: What stands over each column; empty where rows are pairs of a name and a value.
        rows: The cells; one of several lines is higher.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def mapped(self, change: Callable[[str], str]) -> Table:
        """The same with the title and each cell changed."""
        rows = tuple(tuple(map(change, row)) for row in self.rows)
        return Table(title=change(self.title), heads=self.heads, rows=rows)

    @property
    def text(self) -> str:
        """The face in a terminal: columns of equal width."""
        title = [for_terminal(self.title)] if self.title else []
        rows = [self.heads, *self.rows] if self.heads else self.rows
        lines = [line for row in rows for line in _lines(row)]
        widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
        return "\n".join([*title, *(_aligned(line, widths) for line in lines)])

    @property
    def element(self) -> Element:
        """The face in a notebook and in the panel."""
        title = [el("caption", {"style": _CELL}, self.title)] if self.title else []
        heads = [el("th", {"scope": "col", "style": _CELL}, head) for head in self.heads]
        head = [el("thead", {}, el("tr", {}, *heads))] if heads else []
        body = el("tbody", {}, *(el("tr", {}, *self._cells(row)) for row in self.rows))
        return el("table", {}, *title, *head, body)

    def _cells(self, row: Sequence[str]) -> Iterable[Element]:
        styles = [_CELL] * (len(row) - 1) + [_LAST_CELL]
        for number, (style, cell) in enumerate(zip(styles, row, strict=True)):
            is_name = number == 0 and not self.heads
            scope = {"scope": "row"} if is_name else {}
            yield el("th" if is_name else "td", {**scope, "style": style}, cell)


class Answer:
    """What a command of `%rosey` returns.

    Args:
        value: The facts, as plain values or snapshots: keeping them keeps no plugin alive.
        *parts: What is shown of them.

    Attributes:
        value: As passed.
        parts: As passed.
    """

    def __init__(self, value: Any, *parts: Part) -> None:  # noqa: ANN401  each command's own
        self.value = value
        self.parts = parts

    @classmethod
    def of_lines(cls, value: object, lines: Iterable[str]) -> Answer:
        """An answer of some lines of text."""
        return cls(value, Lines(lines=tuple(lines)))

    def redacted(self, redact: Callable[[str], str]) -> Answer:
        """The same without secrets in its faces."""
        return Answer(self.value, *(part.mapped(redact) for part in self.parts))

    @property
    def text(self) -> str:
        """The face in a terminal."""
        return "\n".join(part.mapped(_cut).text for part in self.parts)

    @property
    def html(self) -> str:
        """The face in a notebook."""
        elements = (part.mapped(_cut).element for part in self.parts)
        return to_html(el("div", {"class": _NO_FORMULAS}, *elements))

    @property
    def elements(self) -> tuple[Element, ...]:
        """The face in the panel, not cut: the panel takes out secrets first, which may be long."""
        return tuple(part.element for part in self.parts)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


class LiveAnswer(Answer):
    """An answer that a notebook shows by something that goes on living in it.

    Args:
        value: The facts.
        show: Shows them in the cell that runs.
        *parts: What is shown of them where nothing lives.
    """

    def __init__(self, value: Any, show: Callable[[], None], *parts: Part) -> None:  # noqa: ANN401  as Answer's
        super().__init__(value, *parts)
        self._show = show

    def redacted(self, redact: Callable[[str], str]) -> LiveAnswer:
        """The same without secrets in the faces that do not live."""
        return LiveAnswer(self.value, self._show, *(part.mapped(redact) for part in self.parts))

    def _ipython_display_(self) -> None:
        self._show()


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARS:
        return text
    return f"{text[:MOST_CHARS]}… ({len(text) - MOST_CHARS} more characters)"


def _lines(row: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """One row of cells as lines of the terminal."""
    return itertools.zip_longest(
        *(for_terminal(cell).expandtabs(4).split("\n") for cell in row), fillvalue=""
    )


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """Columns that a terminal takes for a text."""
    if text.isascii():
        return len(text)
    # Most of a long text is ASCII, be it for the mark where it is cut.
    others = _NOT_ASCII.findall(text)
    marks = sum(unicodedata.combining(char) != 0 for char in others)
    return len(text) - marks + sum(unicodedata.east_asian_width(char) in "WF" for char in others)
