"""Commands that measure how long plugins take."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rosey.errors import UsageError
from rosey.workbench.calls.measuring import MESSAGES
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.arguments import Options
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.crossing.looks import TAB_S
from rosey.workbench.crossing.progress import Bar, follow
from rosey.workbench.crossing.waiting import wait
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session

MOST_MESSAGES = 1_000_000

_LIVE = "--live"


def _time(session: Session, text: str) -> Answer:
    asked = arguments.options(text, valued=["-n"], plain=[_LIVE])
    plugin, message = _name_and_message(session, asked)
    count = asked.number("-n", MESSAGES, most=MOST_MESSAGES)
    is_live = _LIVE in asked.values
    bar = Bar(f"time {plugin}", count, "messages")
    crossing = session.bot.timing.time(plugin, message, count, live=is_live, progress=bar.note)
    timing = follow(crossing, bar)
    return render.lines(timing, timing.lines)


def _prof(session: Session, text: str) -> Answer:
    asked = arguments.options(text, valued=["-n"])
    plugin, message = _name_and_message(session, asked)
    count = asked.number("-n", MESSAGES, most=MOST_MESSAGES)
    profile = wait(session.bot.timing.profile(plugin, message, count), None)
    return render.lines(profile, profile.lines)


def _name_and_message(session: Session, asked: Options) -> tuple[str, str]:
    if len(asked.words) < 2:  # noqa: PLR2004  as the usage says
        raise UsageError("the name of a plugin and a message are needed")
    plugin, *words = asked.words
    return session.bot.plugin(plugin).name, " ".join(words)


def _complete(session: Session, words: Sequence[str]) -> Iterable[str]:
    if not words:
        return candidates.loaded(session, words)
    if len(words) == 1:
        commands = session.bot.snapshot(TAB_S).commands
        return [c.usage.split()[0] for c in commands if c.plugin == words[0]]
    return () if words[-1] == "-n" else [o for o in ("-n", _LIVE) if o not in words]


COMMANDS = (
    WorkbenchCommand(
        name="time",
        arguments="NAME MESSAGE [-n COUNT] [--live]",
        help="Say a message many times to a copy of the bot, and show how long that takes.",
        example='%rosey time dice_roller "!roll 2d6" -n 1000',
        python='bot.timing.time("dice_roller", "!roll 2d6", 1000)',
        run=_time,
        other_words=("timeit", "bench"),
        complete=_complete,
    ),
    WorkbenchCommand(
        name="prof",
        arguments="NAME MESSAGE [-n COUNT]",
        help="Do the same, and show in which functions the time goes; it needs pyinstrument.",
        example='%rosey prof dice_roller "!roll 2d6"',
        python='bot.timing.profile("dice_roller", "!roll 2d6")',
        run=_prof,
        other_words=("pyinstrument", "cprofile"),
        complete=_complete,
    ),
)
