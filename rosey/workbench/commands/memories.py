"""Commands about the memory that plugins take: which generations live on, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rosey.diagnostics.profile.profiling import RELOADS, WARM_UP, Progress
from rosey.diagnostics.profile.result import MemoryProfile
from rosey.errors import UsageError
from rosey.workbench.calls.memory import MOST_RELOADS
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.crossing.loop import Crossing
from rosey.workbench.crossing.progress import Bar, follow
from rosey.workbench.faces import memory_faces, profile_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session

_FORGET, _LIVE = "--forget", "--live"
_NUMBERS = ("--reloads", "--warm-up")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedProfile:
    """A profile that somebody asks for.

    Attributes:
        name: The plugin.
        reloads: How many are measured.
        warm_up: How many go before them.
        is_live: The running plugin is reloaded, and no copy.
    """

    name: str
    reloads: int
    warm_up: int
    is_live: bool

    def begin(self, session: Session, progress: Progress) -> Crossing[MemoryProfile]:
        """Begin it.

        Raises:
            PluginNotFoundError: There is no such plugin.
            RoseyError: A profile runs already, or a number is out of range.
        """
        return session.bot.memory.profile(
            session.bot.plugin(self.name).name,
            reloads=self.reloads,
            warm_up=self.warm_up,
            live=self.is_live,
            progress=progress,
        )


def asked_profile(text: str) -> AskedProfile:
    """What stands after `%rosey profile`.

    Raises:
        UsageError: It is not of the form that the usage shows.
    """
    asked = arguments.options(text, valued=_NUMBERS, plain=[_LIVE], most=1)
    if not asked.words:
        raise UsageError("the name of a plugin is missing")
    return AskedProfile(
        name=asked.words[0],
        reloads=asked.number("--reloads", RELOADS, most=MOST_RELOADS),
        warm_up=asked.number("--warm-up", WARM_UP, most=MOST_RELOADS),
        is_live=_LIVE in asked.values,
    )


def _profile(session: Session, text: str) -> Answer:
    if not text.strip():
        return profile_faces.profiles(session.bot.memory.profiles)
    asked = asked_profile(text)
    bar = Bar(f"profile {asked.name}", asked.warm_up + asked.reloads, "reloads")
    return profile_faces.profile(follow(asked.begin(session, bar.note), bar))


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
        arguments="[NAME] [--reloads COUNT] [--warm-up COUNT] [--live]",
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
