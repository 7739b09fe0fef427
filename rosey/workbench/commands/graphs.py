"""The command that draws who needs whom."""

from __future__ import annotations

from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.picture.part import Picture
from rosey.workbench.session import Session


def _graph(session: Session, text: str) -> Answer:
    words = arguments.words(text, most=1)
    graph = session.bot.graph(words[0] if words else None)
    return Answer(graph, Picture(graph=graph))


COMMANDS = (
    WorkbenchCommand(
        name="graph",
        arguments="[NAME]",
        help="Draw who needs, uses and hears whom, or what has to do with one plugin.",
        example="%rosey graph trivia",
        python="bot.graph()",
        run=_graph,
        complete=candidates.plugins_in(),
    ),
)
