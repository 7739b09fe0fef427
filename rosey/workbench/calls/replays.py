"""What a recording is good for: it is said again, to the bot or to a copy, or becomes a test."""

from __future__ import annotations

import asyncio
import dataclasses
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rosey.bot import Bot
from rosey.errors import RecordingError, RehearsalError
from rosey.recording.as_pytest import as_pytest
from rosey.recording.comparing import Comparison, as_recorded, compare
from rosey.recording.performing import Performance, perform
from rosey.recording.reading import read_recording
from rosey.recording.records import Heard, Recording, unusable
from rosey.rehearsal.replaying import replay_to_twin
from rosey.rehearsal.twin import Twin, twin_of
from rosey.workbench.calls.source_files import SourceFiles

Progress = Callable[[int, int], None]
"""Told, on the bot's thread, how many messages of how many were said."""

_LATER_S = (0.0, 100_000.0, 3_000_000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What came of saying a recorded chat again.

    Attributes:
        path: The recording.
        against: The plugin whose code was tried on a copy; None where it was the bot itself.
        comparison: How the replies compare with the recorded ones.
        beside_running: How they compare with those of the code that runs, on a copy too; None where
            that was not asked for: it does not run, or there is no difference.
        untried: Why the code that runs could not be asked, where it could not.
        faults: What went wrong in plugins meanwhile, a line each.
        damaged: The lines of the recording that were left out, each with what is wrong with it.
        duration_s: Seconds that it took.
    """

    path: Path
    against: str | None
    comparison: Comparison
    beside_running: Comparison | None = None
    untried: str | None = None
    faults: tuple[str, ...]
    damaged: tuple[str, ...]
    duration_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTest:
    """A test that was made of a recording.

    Attributes:
        path: Its file.
        messages: How many messages it says.
        varying: How many of them it does not check, as they are not answered alike each time.
        failing: How many of them it does not say, as a plugin fails at them.
    """

    path: Path
    messages: int
    varying: int
    failing: int


async def replay_to_bot(
    bot: Bot,
    path: Path,
    *,
    pace: float | None,
    ignore: re.Pattern[str] | None,
    progress: Progress,
) -> Replay:
    """Say a recorded chat to a bot; see `Recordings.replay`."""
    began_s = time.perf_counter()
    recording = await asyncio.to_thread(read_recording, path)
    said = 0

    def before(message: Heard | None) -> None:
        nonlocal said
        said += message is not None
        progress(said, len(recording.heard))

    performance = await perform(
        bot.bus,
        recording.heard,
        speed=pace,
        ends_s=recording.ends_s,
        redact=bot.redact,
        before=before,
    )
    return Replay(
        path=path,
        against=None,
        comparison=await _compared(recording, performance, ignore),
        faults=performance.faults,
        damaged=recording.damaged,
        duration_s=time.perf_counter() - began_s,
    )


async def replay_to_copy(  # noqa: PLR0913  all but two by name
    bot: Bot,
    path: Path,
    *,
    against: str,
    source: str | None,
    ignore: re.Pattern[str] | None,
    progress: Progress,
) -> Replay:
    """Say a recorded chat to a copy of a bot with new code; see `Recordings.replay`."""
    began_s = time.perf_counter()
    recording = await asyncio.to_thread(read_recording, path)
    twin = _twin(bot, against, source)
    performance = await _say_to(twin, recording, progress)
    comparison = await _compared(recording, performance, ignore)
    beside_running, untried = None, None
    running = _running_twin(bot, twin, against)
    if comparison.differences and running is not None:
        try:
            old = await _say_to(running, recording, progress)
        except RehearsalError as error:
            untried = str(error)
        else:
            beside_running = await _compared(as_recorded(recording, old), performance, ignore)
    return Replay(
        path=path,
        against=against,
        comparison=comparison,
        beside_running=beside_running,
        untried=untried,
        faults=performance.faults,
        damaged=recording.damaged,
        duration_s=time.perf_counter() - began_s,
    )


async def _compared(
    recording: Recording, performance: Performance, ignore: re.Pattern[str] | None = None
) -> Comparison:
    # Not on the bot's loop: a chat may be long.
    return await asyncio.to_thread(compare, recording, performance, ignore=ignore)


def _twin(bot: Bot, against: str, source: str | None) -> Twin:
    """A twin with everything that is loaded or waits to be, and a plugin as it stands now."""
    slots = bot.plugin_manager.slots
    names = [slot.name for slot in slots if slot.is_loaded or slot.dormant is not None]
    if source is None:
        return twin_of(bot, dict.fromkeys([*names, against]))
    twin = twin_of(bot, names)
    plugins = tuple(dict.fromkeys([*twin.plugins, against]))
    return dataclasses.replace(twin, plugins=plugins, texts={**twin.texts, against: {"": source}})


def _running_twin(bot: Bot, twin: Twin, name: str) -> Twin | None:
    """The same twin with a plugin as it runs; None where it does not."""
    if name not in bot.plugin_manager.list_plugins():
        return None
    running = bot.plugin_manager.running_source(name)
    return dataclasses.replace(twin, texts={**twin.texts, name: running})


async def _say_to(twin: Twin, recording: Recording, progress: Progress) -> Performance:
    return await replay_to_twin(
        twin,
        recording.heard,
        starts_at_s=recording.header.began_at,
        ends_s=recording.ends_s,
        before=lambda place: progress(place + 1, len(recording.heard)),
    )


async def write_test(bot: Bot, path: Path, to: Path, *, force: bool) -> WrittenTest:
    """Write a recorded chat as a test; see `Recordings.as_test`."""
    recording = _as_a_test_says_it(await asyncio.to_thread(read_recording, path))
    varying: set[int] = set()
    failing: set[int] = set()
    twin = twin_of(bot)
    # What chance or the clock decides may come out as recorded once.
    for later_s in _LATER_S:
        performance = await replay_to_twin(
            twin,
            recording.heard,
            starts_at_s=recording.header.began_at + later_s,
            ends_s=None,
            seed=int(later_s),
        )
        differences = (await _compared(recording, performance)).differences
        varying |= {d.message.id for d in differences if d.message is not None}
        failing |= performance.failing
    text = await asyncio.to_thread(
        as_pytest, recording, path.name, varying=varying, failing=failing
    )
    await asyncio.to_thread(_write, to, text, force=force)
    return WrittenTest(
        path=to,
        messages=len(recording.heard),
        varying=len(varying - failing),
        failing=len(failing),
    )


def _as_a_test_says_it(recording: Recording) -> Recording:
    """The recording with each message as the fixture of a test says it: in private, by guests."""

    def said(heard: Heard) -> Heard:
        user = dataclasses.replace(heard.message.user, account=None)
        message = dataclasses.replace(heard.message, user=user, is_private=True)
        return dataclasses.replace(heard, message=message)

    return dataclasses.replace(recording, heard=tuple(map(said, recording.heard)))


def _write(path: Path, text: str, *, force: bool) -> None:
    try:
        if force:
            SourceFiles().write({path: text}, force=True)
            return
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise RecordingError(f"{path} is there already: choose another name, or --force") from None
    except (OSError, ValueError) as error:
        raise unusable(path, error) from error
