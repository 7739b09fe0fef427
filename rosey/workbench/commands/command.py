"""What a command of `%rosey` is."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rosey.errors import UsageError
from rosey.workbench.commands.candidates import Complete, nothing
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session

Run = Callable[[Session, str], Answer]
"""Carries a command out, with the text after its word."""

RunCell = Callable[[Session, str, str], Answer]
"""Carries out the form of a command that has a body: with the text after its word, and the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbenchCommand:
    """One command of `%rosey`.

    Attributes:
        name: Its word.
        arguments: What it takes, as the usage shows it.
        help: What it does, in a sentence.
        example: A line to try.
        python: The call that does the same and returns data.
        run: Carries it out; None where it needs a body.
        complete: Candidates for the next word, given those before it.
        run_cell: Carries it out as `%%rosey`, with the rest of the cell; None where it takes none.
        other_words: What people may call it; a hint leads them here.
    """

    name: str
    arguments: str
    help: str
    example: str
    python: str
    run: Run | None
    complete: Complete = nothing
    run_cell: RunCell | None = None
    other_words: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """How to call it, on one line."""
        magic = "%rosey" if self.run is not None else "%%rosey"
        return f"{magic} {self.name} {self.arguments}".rstrip()


def find(commands: Mapping[str, WorkbenchCommand], word: str) -> WorkbenchCommand:
    """A command by its word.

    Raises:
        UsageError: There is none; the message names the nearest.
    """
    if word in commands:
        return commands[word]
    meant = {other: c.name for c in commands.values() for other in (c.name, *c.other_words)}
    nearest = difflib.get_close_matches(word.casefold(), meant, n=1)
    hint = f"; did you mean {meant[nearest[0]]}?" if nearest else ""
    raise UsageError(f"there is no %rosey {word}{hint}; %rosey help lists all")
