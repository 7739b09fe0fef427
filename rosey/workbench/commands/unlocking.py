"""Commands that let a bot in production be changed for a while."""

from __future__ import annotations

from rosey.workbench.access.access import MINUTES
from rosey.workbench.commands import arguments
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.faces import access_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session


def _unlock(session: Session, text: str) -> Answer:
    first, rest = arguments.first_word(text)
    is_timed = arguments.is_number(first)
    reason, minutes = (rest, int(first)) if is_timed else (text, MINUTES)
    return access_faces.unlocked(session.bot.access.unlock(reason, minutes))


def _lock(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    access = session.bot.access
    access.lock()
    return Answer(None, *access_faces.production(access))


COMMANDS = (
    WorkbenchCommand(
        name="unlock",
        arguments="[MINUTES] REASON",
        help=f"Let a bot in production be changed for MINUTES, {MINUTES} without them; "
        "REASON is kept with each change.",
        example="%rosey unlock 5 trivia does not answer",
        python='bot.access.unlock("trivia does not answer", minutes=5)',
        run=_unlock,
        other_words=("sudo", "write"),
    ),
    WorkbenchCommand(
        name="lock",
        arguments="",
        help="Let a bot in production be looked at only.",
        example="%rosey lock",
        python="bot.access.lock()",
        run=_lock,
        other_words=("readonly",),
    ),
)
