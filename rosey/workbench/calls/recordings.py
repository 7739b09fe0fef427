"""The notebook's `bot.recordings`: chats that are recorded, and said again."""

from __future__ import annotations

import asyncio
import math
import re
import time
from importlib.metadata import version
from pathlib import Path

from rosey.bot import Bot
from rosey.errors import RecordingError, UsageError
from rosey.recording.recorder import Recorder, RecordingState, opened
from rosey.recording.records import Header
from rosey.workbench.access.access import Access
from rosey.workbench.calls.replays import (
    Progress,
    Replay,
    WrittenTest,
    replay_to_bot,
    replay_to_copy,
    write_test,
)
from rosey.workbench.crossing.loop import Crossing


class Recordings:
    """Records what is said to a bot and what it says, and says it again.

    Args:
        bot: The bot.
        access: What may be done to it.
    """

    def __init__(self, bot: Bot, access: Access) -> None:
        self._bot = bot
        self._access = access
        self._recorder: Recorder | None = None

    @property
    def state(self) -> RecordingState | None:
        """How the last recording stands; None before the first."""
        return self._recorder.state if self._recorder is not None else None

    def start(self, path: str | Path) -> Crossing[RecordingState]:
        """Record into a new file, which only its owner can read; one that is under way ends.

        Raises:
            RecordingError: In the crossing: there is such a file, or it cannot be made.
        """
        return self._access.loop_for(f"record into {path}").submit(
            self._start(Path(path).absolute())
        )

    def stop(self) -> Crossing[RecordingState]:
        """Record no more.

        Raises:
            RecordingError: In the crossing: nothing is recorded.
        """
        return self._access.loop_for("record no more").submit(self._stop())

    def replay(  # noqa: PLR0913  all but two by name
        self,
        path: str | Path,
        against: str | None = None,
        *,
        source: str | None = None,
        speed: float | str = "full",
        ignore: str | None = None,
        progress: Progress = lambda _said, _all: None,
    ) -> Crossing[Replay]:
        """Say the users' half of a recording again, and compare the replies.

        Args:
            path: The recording.
            against: A plugin whose code, as it stands now, is tried on a copy of the bot; None
                says it to the bot itself.
            source: The code to try, instead of the plugin's own.
            speed: To the bot: `full` says each line as soon as the last one is handled, `recorded`
                when it was said then, a number so many times faster.
            ignore: A regular expression for what does not count in a reply.
            progress: Told of each message.

        Raises:
            RecordingError: In the crossing: it is no recording that can be read.
            RehearsalError: In the crossing: the copy was refused, hung or crashed.
            UsageError: The speed or the expression is none, a speed is given for a copy, or a
                source without its plugin.
        """
        pace, pattern, place = _pace(speed), _pattern(ignore), Path(path).absolute()
        if against is None:
            if source is not None:
                raise UsageError("the source is of which plugin? Name it by `against`")
            loop = self._access.loop_for(f"replay {place}")
            return loop.submit(
                replay_to_bot(self._bot, place, pace=pace, ignore=pattern, progress=progress)
            )
        if pace is not None:
            raise UsageError("a copy's clock is moved by hand: a speed is for the bot itself")
        loop = self._access.loop_for(f"replay {place} against {against}")
        work = replay_to_copy(
            self._bot, place, against=against, source=source, ignore=pattern, progress=progress
        )
        return loop.submit(work)

    def as_test(
        self, path: str | Path, to: str | Path, *, force: bool = False
    ) -> Crossing[WrittenTest]:
        """Write a recording as a test for pytest, with the fixture `bot` of `rosey.testing`.

        It is tried on copies of the bot before, at different times: what is not answered there as
        it was recorded is not checked by the test.

        Args:
            path: The recording.
            to: The test's file.
            force: Whether it may be there already.

        Raises:
            RecordingError: In the crossing: the one cannot be read, or the other not be written.
            RehearsalError: In the crossing: a copy was refused, hung or crashed.
        """
        paths = Path(path).absolute(), Path(to).absolute()
        loop = self._access.loop_for(f"write {paths[1]}, a test of {paths[0]}")
        return loop.submit(write_test(self._bot, *paths, force=force))

    async def _start(self, path: Path) -> RecordingState:
        bot = self._bot
        plugins = {s.name: s.serving.plugin.version for s in bot.plugin_manager.slots.loaded()}
        header = Header(
            began_at=time.time(),
            prefix=bot.router.prefix,
            rosey=await asyncio.to_thread(version, "rosey"),
            plugins=plugins,
        )
        file = await opened(path)
        if self._recorder is not None:
            self._recorder.stop("another one has begun")
        self._recorder = Recorder(bot.bus, file, path=path, header=header, redact=bot.redact)
        return self._recorder.state

    async def _stop(self) -> RecordingState:
        if self._recorder is None or self._recorder.state.ended is not None:
            raise RecordingError("nothing is recorded: %rosey record FILE begins")
        return self._recorder.stop()


def _pace(speed: float | str) -> float | None:
    if speed == "full":
        return None
    try:
        pace = 1.0 if speed == "recorded" else float(speed)
    except ValueError:
        pace = math.nan
    if not 0 < pace < math.inf:
        raise UsageError(f"the speed is full, recorded or a number above 0, not {speed!r}")
    return pace


def _pattern(ignore: str | None) -> re.Pattern[str] | None:
    try:
        return None if ignore is None else re.compile(ignore)
    except re.error as error:
        raise UsageError(f"{ignore!r} is no regular expression: {error}") from error
