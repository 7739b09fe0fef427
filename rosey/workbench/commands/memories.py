"""Commands about the memory that plugins take: which generations live on, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rosey.diagnostics.profile.profiling import RELOADS, WARM_UP
from rosey.errors import UsageError
from rosey.workbench.calls.memory import MOST_RELOADS
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.crossing.progress import Bar, follow
from rosey.workbench.faces import memory_faces, profile_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session

_FORGET, _LIVE = "--forget", "--live"
_NUMBERS = ("--reloads", "--warm-up")


def _profile(session: Session, text: str) -> Answer:
    asked = arguments.options(text, valued=_NUMBERS, plain=[_LIVE], most=1)
    if not asked.words:
        raise UsageError("the name of a plugin is missing")
    reloads = asked.number("--reloads", RELOADS, most=MOST_RELOADS)
    warm_up = asked.number("--warm-up", WARM_UP, most=MOST_RELOADS)
    name = session.bot.plugin(asked.words[0]).name
    bar = Bar(f"profile {name}", warm_up + reloads, "reloads")
    crossing = session.bot.memory.profile(
        name, reloads=reloads, warm_up=warm_up, live=_LIVE in asked.values, progress=bar.note
    )
    return profile_faces.profile(follow(crossing, bar))


def _complete_profile(session: Session, words: Sequence[str]) -> Iterable[str]:
    if not words:
        return candidates.loaded(session, words)
    if words[-1] in _NUMBERS:
        return ()
    return [option for option in (*_NUMBERS, _LIVE) if option not in words]


def _leaks(session: Session, text: str) -> Answer:
    asked = arguments.options(text, plain=[_FORGET], most=1)
    name = asked.words[0] if asked.words else None
    memory = session.bot.memory
    dropped = memory_faces.forgotten(memory.forget(name)).parts if _FORGET in asked.values else ()
    seen = memory_faces.leaks(memory.leaks(name))
    return Answer(seen.value, *dropped, *seen.parts)


def _complete_leaks(session: Session, words: Sequence[str]) -> Iterable[str]:
    names = [word for word in words if word != _FORGET]
    options = [_FORGET] if _FORGET not in words else []
    return [*candidates.plugins_in()(session, names), *options]


COMMANDS = (
    WorkbenchCommand(
        name="profile",
        arguments="NAME [--reloads COUNT] [--warm-up COUNT] [--live]",
        help="Reload a copy of a plugin many times, and show whether its memory is flat.",
        example="%rosey profile trivia --reloads 100",
        python='bot.memory.profile("trivia", reloads=100)',
        run=_profile,
        other_words=("memory", "memray"),
        complete=_complete_profile,
    ),
    WorkbenchCommand(
        name="leaks",
        arguments="[NAME] [--forget]",
        help="Show old versions that are still in memory, and who keeps each.",
        example="%rosey leaks trivia",
        python='bot.memory.leaks("trivia")',
        run=_leaks,
        complete=_complete_leaks,
    ),
)
