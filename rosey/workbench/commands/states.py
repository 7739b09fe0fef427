"""The commands for the state of a plugin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rosey.errors import UsageError
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.crossing.looks import TAB_S
from rosey.workbench.faces import render, state_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session

DIFF = "--diff"


def _state(session: Session, text: str) -> Answer:
    name, path = _name_and_rest(text)
    plugin = session.bot.plugins[name]
    if path == DIFF:
        return state_faces.changed(name, plugin.changes())
    return (
        state_faces.values(plugin.values(path), path) if path else state_faces.state(plugin.look())
    )


def _set(session: Session, text: str) -> Answer:
    name, assignment = _name_and_rest(text)
    if not assignment:
        raise UsageError("what to change is missing")
    change = session.bot.plugins[name].set_text(assignment)
    return render.lines(change, [str(change)])


def _name_and_rest(text: str) -> tuple[str, str]:
    """The name of a plugin, and what stands behind it, as it is: a path may have quotes."""
    name, rest = [*text.split(maxsplit=1), "", ""][:2]
    return arguments.plugin_name(name), rest.strip()


def _kept(session: Session, words: Sequence[str]) -> Iterable[str]:
    """Names of plugins, and then the option and what one keeps."""
    return [DIFF, *_paths(session, words)] if len(words) == 1 else _paths(session, words)


def _changing(session: Session, words: Sequence[str]) -> Iterable[str]:
    """Names of plugins, and then what one keeps, ready for another value."""
    return [f"{word}=" if words else word for word in _paths(session, words)]


def _paths(session: Session, words: Sequence[str]) -> Iterable[str]:
    if not words:
        return candidates.loaded(session, words)
    return session.bot.plugins[words[0]].paths(TAB_S) if len(words) == 1 else ()


COMMANDS = (
    WorkbenchCommand(
        name="state",
        arguments="NAME [PATH | --diff]",
        help="Show what a running plugin keeps, or one value, or what changed since the last look.",
        example="%rosey state trivia games",
        python='bot.plugins["trivia"].look()',
        run=_state,
        other_words=("inspect", "vars", "attributes"),
        complete=_kept,
    ),
    WorkbenchCommand(
        name="set",
        arguments="NAME PATH=VALUE",
        help="Change what a running plugin keeps.",
        example="%rosey set trivia newest_quote=3",
        python='bot.plugins["trivia"].set("newest_quote", 3)',
        run=_set,
        complete=_changing,
    ),
)
