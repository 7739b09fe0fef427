"""Completion of `%rosey`: its commands, and the words that each of them takes."""

from __future__ import annotations

import re
from typing import Any

from IPython.core.completer import SimpleCompletion, context_matcher

from rosey.errors import RoseyError
from rosey.workbench.commands.table import COMMANDS
from rosey.workbench.session import Session

_LINE = re.compile(r"^\s*(?:[\w.\[\]'\"]+\s*=\s*)?%%?rosey(?P<rest>\s.*)$", re.DOTALL)


def candidates(session: Session, text: str) -> tuple[str, list[str]] | None:
    """What can stand at the end of a line.

    Args:
        session: Knows plugins, events and settings.
        text: The line up to the cursor.

    Returns:
        The word that is being typed, and what it can become; None where the line is not
        `%rosey`'s.
    """
    match = _LINE.match(text)
    if match is None:
        return None
    words = match["rest"].split()
    typed = words.pop() if words and not text[-1].isspace() else ""
    try:
        pool = _commands(text) if not words else _arguments(session, words)
        return typed, [word for word in pool if word.startswith(typed)]
    except (RoseyError, OSError):
        return typed, []


def _commands(text: str) -> list[str]:
    """The commands that a line can be, or those that take the rest of the cell too."""
    takes_body = text.lstrip().startswith("%%")
    return [
        name
        for name, command in COMMANDS.items()
        if (command.run_cell if takes_body else command.run) is not None
    ]


def _arguments(session: Session, words: list[str]) -> list[str]:
    command = COMMANDS.get(words[0])
    return list(command.complete(session, words[1:])) if command is not None else []


def matcher_of(session: Session) -> Any:  # noqa: ANN401  IPython's matcher, made by its decorator
    """A matcher for IPython's completer; the same serves JupyterLab and the terminal."""

    @context_matcher(identifier="rosey")  # type: ignore[untyped-decorator]  # IPython's is untyped
    def match(context: Any) -> dict[str, Any]:  # noqa: ANN401  IPython's own type
        found = None
        # The body of a cell magic is not IPython's language.
        if context.cursor_line == 0 or not context.full_text.lstrip().startswith("%%"):
            found = candidates(session, context.line_with_cursor[: context.cursor_position])
        if found is None:
            return {"completions": []}
        typed, words = found
        return {
            "completions": [SimpleCompletion(text=word, type="rosey") for word in words],
            "matched_fragment": typed,
            "ordered": True,
            "suppress": True,
        }

    return match
