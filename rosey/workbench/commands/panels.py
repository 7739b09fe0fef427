"""The command that opens the control panel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rosey.workbench.commands import arguments
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.faces.answer import Answer, Lines, LiveAnswer
from rosey.workbench.session import Session

NO_NOTEBOOK = Lines(lines=("a panel needs a notebook; this is what it would show",))


def _panel(session: Session, text: str) -> Answer:
    area = arguments.words(text, most=1)
    panel = session.panels.open(area[0] if area else None)
    if hasattr(session.shell, "kernel"):
        return LiveAnswer(panel, panel.show, *panel.answer.parts)
    shown = panel.answer
    panel.close()
    return Answer(None, NO_NOTEBOOK, *shown.parts)


def _areas(session: Session, words: Sequence[str]) -> Iterable[str]:
    return () if words else session.panels.areas


PANEL = WorkbenchCommand(
    name="panel",
    arguments="[AREA]",
    help="Open the control panel: plugins, chat, events, settings, memory, log at a glance.",
    example="%rosey panel chat",
    python='bot.panel("chat")',
    run=_panel,
    complete=_areas,
    other_words=("dashboard", "gui", "ui", "widget", "console"),
)
