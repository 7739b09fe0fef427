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

from rosey.chat.escaping import for_html, for_terminal

MOST_CHARS = 4_000
"""A longer cell or line is cut; the answer's value has all of it."""

# Notebooks align the cells of tables to the right, and set lines of text in by a margin.
_CELL = "text-align:left;white-space:pre-wrap;overflow-wrap:break-word"
# What is long stands in the last column, and may be one endless word.
_LAST_CELL = "text-align:left;white-space:pre-wrap;overflow-wrap:anywhere"
_LINES = f"margin:0.4em 0;{_LAST_CELL}"

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class Part(Protocol):
    """What is shown in one piece: text and HTML, of the same facts."""

    def mapped(self, change: Callable[[str], str]) -> Part:
        """The same with each text changed."""

    @property
    def text(self) -> str:
        """The face in a terminal."""

    @property
    def html(self) -> str:
        """The face in a notebook, in which all text is escaped."""


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
    def html(self) -> str:
        """The face in a notebook."""
        return f'<pre style="{_LINES}">{for_html(chr(10).join(self.lines))}</pre>'


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
    def html(self) -> str:
        """The face in a notebook."""
        title = f'<caption style="{_CELL}">{for_html(self.title)}</caption>' if self.title else ""
        heads = "".join(_html_cell("th", 'scope="col"', _CELL, head) for head in self.heads)
        head = f"<thead><tr>{heads}</tr></thead>" if heads else ""
        body = "".join(f"<tr>{self._html_row(row)}</tr>" for row in self.rows)
        return f"<table>{title}{head}<tbody>{body}</tbody></table>"

    def _html_row(self, row: Sequence[str]) -> str:
        kinds = [("td", "")] * len(row) if self.heads else [("th", 'scope="row"'), ("td", "")]
        styles = [_CELL] * (len(row) - 1) + [_LAST_CELL]
        cells = zip(kinds, styles, row, strict=True)
        return "".join(_html_cell(*kind, style, cell) for kind, style, cell in cells)


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
        return "".join(part.mapped(_cut).html for part in self.parts)

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


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


def _html_cell(tag: str, scope: str, style: str, text: str) -> str:
    opening = " ".join(filter(None, [tag, scope, f'style="{style}"']))
    return f"<{opening}>{for_html(text)}</{tag}>"
