"""The command that explains the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from rosey.workbench.commands import arguments
from rosey.workbench.commands.candidates import Complete
from rosey.workbench.commands.command import Run, WorkbenchCommand, find
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session

Known = Callable[[], Mapping[str, WorkbenchCommand]]
"""All commands, once there are all."""


def help_command(known: Known) -> WorkbenchCommand:
    """The command that explains the commands of a table, which has it too."""
    return WorkbenchCommand(
        name="help",
        arguments="[COMMAND]",
        help="Explain one command, or list all.",
        example="%rosey help reload",
        python="",
        run=_help(known),
        complete=_words(known),
    )


def explained(command: WorkbenchCommand) -> list[str]:
    """All about one command, in lines."""
    lines = [command.usage, f"  {command.help}", f"  for example: {command.example}"]
    return [*lines, f"  in Python: {command.python}"] if command.python else lines


def _help(known: Known) -> Run:
    def run(session: Session, text: str) -> Answer:
        del session
        words, commands = arguments.words(text, most=1), known()
        if not words:
            rows = [[command.usage, command.help] for command in commands.values()]
            return render.table(tuple(commands.values()), ("command", "what it does"), rows)
        command = find(commands, words[0])
        return render.lines(command, explained(command))

    return run


def _words(known: Known) -> Complete:
    def complete(session: Session, words: Sequence[str]) -> tuple[str, ...]:
        del session
        return () if words else tuple(known())

    return complete
