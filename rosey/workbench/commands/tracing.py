"""The command that follows events live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from IPython.display import display

from rosey.errors import UsageError
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer
from rosey.workbench.following import Following
from rosey.workbench.session import Session

_ON, _OFF = "on", "off"


def _trace(session: Session, text: str) -> Answer:
    *names, switch = arguments.words(text) or [""]
    if switch == _OFF:
        before = session.follow(None)
        return before.answer if before is not None else render.lines(None, ["nothing is followed"])
    if switch != _ON:
        raise UsageError("end with on or off")
    show = in_place(session.shell, session.redact)
    session.follow(Following(session.bot.traces, names, show))
    of = f" of {', '.join(names)}" if names else ""
    return render.lines(None, [f"events{of} are shown as they are handled"])


def in_place(shell: Any, redact: Callable[[str], str]) -> Callable[[Answer], object]:  # noqa: ANN401  IPython's own type
    """What shows an answer in place of the one before, or below it where a terminal cannot."""
    if hasattr(shell, "kernel"):
        handle: Any = display(render.lines(None, ["no event yet"]), display_id=True)  # type: ignore[no-untyped-call]  # IPython's is untyped
        return lambda answer: handle.update(answer.redacted(redact))
    shown: list[str] = []

    def write(answer: Answer) -> None:
        lines = answer.redacted(redact).text.splitlines()[1:]
        for line in [line for line in lines if line not in shown]:
            print(line)  # noqa: T201  a terminal's prompt makes room for it
        shown[:] = lines

    return write


def _complete(session: Session, words: Sequence[str]) -> Iterable[str]:
    if _ON in words or _OFF in words:
        return ()
    return [_ON, _OFF, *candidates.loaded(session, ()), *candidates.events(session, ())]


COMMANDS = (
    WorkbenchCommand(
        name="trace",
        arguments="[NAME | EVENT ...] on | off",
        help="Show events live, those of some plugins or names, or all; or end that.",
        example="%rosey trace trivia user_* on",
        python="bot.traces.following(print)",
        run=_trace,
        other_words=("follow", "watch"),
        complete=_complete,
    ),
)
