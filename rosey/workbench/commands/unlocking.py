"""Commands that let a bot in production be changed for a while."""

from __future__ import annotations

from rosey.diagnostics.state.texts import echoed
from rosey.errors import UsageError
from rosey.workbench.access.access import MINUTES
from rosey.workbench.commands import arguments
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.faces import access_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session

TIME = "-m"
"""The option of how many minutes."""


def _unlock(session: Session, text: str) -> Answer:
    reason, minutes = text, str(MINUTES)
    option, rest = arguments.first_word(text)
    if option == TIME:
        minutes, reason = arguments.first_word(rest)
    elif option.startswith("-"):
        raise UsageError(f"there is no option {echoed(option)}")
    if not arguments.is_number(minutes):
        raise UsageError(f"{TIME} takes a number of minutes, not {echoed(minutes)}")
    return access_faces.unlocked(session.bot.access.unlock(reason, int(minutes)))


def _lock(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    access = session.bot.access
    access.lock()
    return Answer(None, *access_faces.production(access))


COMMANDS = (
    WorkbenchCommand(
        name="unlock",
        arguments=f"[{TIME} MINUTES] REASON",
        help=f"Let a bot in production be changed for MINUTES, {MINUTES} without them; "
        "REASON is kept with each change.",
        example="%rosey unlock -m 5 trivia does not answer",
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
