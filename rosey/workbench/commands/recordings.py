"""Commands that record a chat, and say it again."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rosey.errors import UsageError
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.crossing.progress import follow
from rosey.workbench.crossing.waiting import wait
from rosey.workbench.faces.answer import Answer
from rosey.workbench.faces.recording_faces import recording_state, replay, written_test
from rosey.workbench.session import Session

SHOWN_AFTER_S = 3.0
"""Seconds after which a replay shows how far it is, and between two times that it does."""

_VALUED = ("--against", "--speed", "--ignore", "--as-test")
_FLAGS = ("--force",)
_SPEEDS = ("full", "recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What `%rosey replay` was asked for; options by their names, without those left out."""

    path: str
    options: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> _Request:
        found = arguments.options(text, valued=_VALUED, plain=_FLAGS)
        if len(found.words) != 1:
            raise UsageError("name one recording")
        return cls(path=found.words[0], options=found.values)

    def refuse(self, *options: str, why: str) -> None:
        """Refuse options that make no sense here."""
        for option in options:
            if option in self.options:
                raise UsageError(f"{option} {why}")


def _record(session: Session, text: str) -> Answer:
    words = arguments.words(text, most=1)
    recordings = session.bot.recordings
    if words == ["--stop"]:
        return recording_state(wait(recordings.stop()))
    if words:
        return recording_state(wait(recordings.start(words[0])))
    if recordings.state is None:
        return Answer.of_lines(None, ["nothing is recorded"])
    return recording_state(recordings.state)


def _replay(session: Session, text: str) -> Answer:
    request = _Request.parse(text)
    if "--as-test" in request.options:
        return _as_test(session, request)
    request.refuse("--force", why="is for --as-test")
    return _said_again(session, request, source=None)


def _replay_cell(session: Session, text: str, body: str) -> Answer:
    request = _Request.parse(text)
    request.refuse("--as-test", "--force", why="takes no cell")
    if "--against" not in request.options:
        raise UsageError("--against NAME says which plugin the cell is")
    return _said_again(session, request, source=body)


def _as_test(session: Session, request: _Request) -> Answer:
    request.refuse("--against", "--speed", "--ignore", why="makes no sense with --as-test")
    crossing = session.bot.recordings.as_test(
        request.path, request.options["--as-test"], force="--force" in request.options
    )
    return written_test(wait(crossing, deadline_s=None))


def _said_again(session: Session, request: _Request, *, source: str | None) -> Answer:
    options = request.options
    shown = _Shown()
    crossing = session.bot.recordings.replay(
        request.path,
        options.get("--against"),
        source=source,
        speed=options.get("--speed", "full"),
        ignore=options.get("--ignore"),
        progress=shown.note,
    )
    return replay(follow(crossing, shown, SHOWN_AFTER_S))


class _Shown:
    """How far a replay is; noted on the bot's thread, and shown in the cell's."""

    def __init__(self) -> None:
        self._text = ""
        self._is_shown = False

    def note(self, said: int, total: int) -> None:
        self._text = f"{said:,} of {total:,} messages said"

    def draw(self) -> None:
        sys.stdout.write(f"\r{self._text}")
        sys.stdout.flush()
        self._is_shown = True

    def end(self) -> None:
        if self._is_shown:
            sys.stdout.write("\n")


def _complete_record(session: Session, words: Sequence[str]) -> Iterable[str]:
    del session
    return () if words else ["--stop", *candidates.files(".jsonl")]


def _complete_replay(session: Session, words: Sequence[str]) -> Iterable[str]:
    last = words[-1] if words else None
    if last == "--against":
        return candidates.plugins_in()(session, ())
    if last == "--speed":
        return _SPEEDS
    if last == "--ignore":
        return ()
    if last == "--as-test":
        return candidates.files(".py")
    options = [option for option in (*_VALUED, *_FLAGS) if option not in words]
    return options if words else candidates.files(".jsonl")


COMMANDS = (
    WorkbenchCommand(
        name="record",
        arguments="[FILE | --stop]",
        help="Record what is said to the bot and what it says, or show how that stands.",
        example="%rosey record chat.jsonl",
        python='bot.recordings.start("chat.jsonl")',
        run=_record,
        complete=_complete_record,
    ),
    WorkbenchCommand(
        name="replay",
        arguments=(
            "FILE [--against NAME | --speed SPEED] [--ignore REGEX] | FILE --as-test PATH [--force]"
        ),
        help="Say a recorded chat again, to the bot or to a copy with new code; compare replies.",
        example="%rosey replay chat.jsonl --against trivia",
        python='bot.recordings.replay("chat.jsonl", against="trivia")',
        run=_replay,
        complete=_complete_replay,
        run_cell=_replay_cell,
    ),
)
