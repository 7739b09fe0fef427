"""Writes a chat down as it happens."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rosey.chat.model import LOCAL, Message, Reply, User
from rosey.errors import RecordingError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.uncancelled import to_its_end
from rosey.plugins.events import Delivery, Event
from rosey.recording.reading import MOST_BYTES
from rosey.recording.records import Header, Heard, Said, as_line, cut, unusable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingState:
    """How a recording stands.

    Attributes:
        path: Its file.
        heard: How many messages it has.
        said: How many replies it has.
        size_bytes: How large the file is.
        ended: Why it goes on no more; None while it does.
    """

    path: Path
    heard: int
    said: int
    size_bytes: int
    ended: str | None


class Recorder:
    """Records what is said to a bot and what it says, until it is stopped, or its bot is.

    A message is in the file before any plugin gets it, and a reply as soon as it is sent: whatever
    a plugin does to the process, only the line that is just written can be lost.

    Args:
        bus: The bot's.
        file: The open file, which the recorder closes.
        path: The file's name.
        header: The first line.
        redact: Takes secrets out of a text.
        most_bytes: With how many bytes the file is full.
    """

    def __init__(  # noqa: PLR0913  all but two by name
        self,
        bus: PluginEventBus,
        file: int,
        *,
        path: Path,
        header: Header,
        redact: Callable[[str], str],
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._file = file
        self._path = path
        self._redact = redact
        self._most_bytes = most_bytes
        self._began_s = asyncio.get_running_loop().time()
        self._heard: set[int] = set()
        self._said = 0
        self._size_bytes = 0
        self._ended: str | None = None
        self._listening = contextlib.ExitStack()
        self._listening.callback(os.close, file)
        if self._write(header):
            self._listening.enter_context(bus.tap(self._note, before=self._look))

    @property
    def state(self) -> RecordingState:
        """How it stands at the moment."""
        return RecordingState(
            path=self._path,
            heard=len(self._heard),
            said=self._said,
            size_bytes=self._size_bytes,
            ended=self._ended,
        )

    def stop(self, why: str = "it was stopped") -> RecordingState:
        """Record no more, and close the file; a second call does nothing."""
        if self._ended is None:
            self._ended = why
            self._listening.close()
        return self.state

    def _look(self, event: Event) -> None:
        # What a plugin emits is emitted by it again when the chat is said again.
        if event.name == "message" and event.emitter is None and event.cause is None:
            self._hear(event)
        elif event.name == "bot.stopping":
            self.stop("the bot was stopped")

    def _hear(self, event: Event) -> None:
        message = self._redacted(Message.of(event.data, event.origin or LOCAL))
        if self._write(Heard(id=event.id, at_s=self._at_s(), message=message)):
            self._heard.add(event.id)

    def _note(self, event: Event, delivery: Delivery) -> None:
        if event.name != "reply" or delivery.refused is not None:
            return
        reply = Reply.of(event.data, event.origin or LOCAL)
        said = Said(
            at_s=self._at_s(),
            answers=event.root if event.root in self._heard else None,
            plugin=event.emitter,
            reply=Reply(
                text=self._kept(reply.text),
                connection=self._kept(reply.connection),
                to=None if reply.to is None else self._kept(reply.to),
            ),
        )
        if self._write(said):
            self._said += 1

    def _redacted(self, message: Message) -> Message:
        user = message.user
        account = None if user.account is None else self._kept(user.account)
        return Message(
            text=self._kept(message.text),
            user=User(name=self._kept(user.name), rank=user.rank, account=account),
            connection=self._kept(message.connection),
            is_private=message.is_private,
        )

    def _kept(self, text: str) -> str:
        return cut(self._redact(text))

    def _at_s(self) -> float:
        return round(asyncio.get_running_loop().time() - self._began_s, 6)

    def _write(self, record: Header | Heard | Said) -> bool:
        """Write one line; False where that has ended the recording."""
        line = as_line(record)
        if self._size_bytes + len(line) > self._most_bytes:
            return self._give_up(f"it is full, with {self._size_bytes:,} bytes")
        try:
            # At once, although it is the loop that waits: code that takes the process with it must
            # not take its message too. To hand a line to the system takes microseconds.
            written = os.write(self._file, line)
        except OSError as error:
            return self._give_up(f"the file cannot be written: {error.strerror}")
        self._size_bytes += written
        return True

    def _give_up(self, why: str) -> bool:
        logger.warning("the recording %s has ended: %s", self._path, why)
        self.stop(why)
        return False


def new_file(path: Path) -> int:
    """Make a file that only its owner can read, and open it for a recorder. This blocks.

    Raises:
        RecordingError: There is one already, or it cannot be made.
    """
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    except FileExistsError:
        raise RecordingError(f"{path} is there already: choose another name") from None
    except (OSError, ValueError) as error:
        raise unusable(path, error) from error


async def opened(path: Path) -> int:
    """Make a new file off the loop; it is gone again where whoever waits for it is cancelled.

    Raises:
        RecordingError: As in `new_file`.
    """
    files: list[int] = []

    async def open_it() -> None:
        files.append(await asyncio.to_thread(new_file, path))

    try:
        await to_its_end(open_it())
    except asyncio.CancelledError:
        for file in files:
            await to_its_end(asyncio.to_thread(_discard, file, path))
        raise
    return files[0]


def _discard(file: int, path: Path) -> None:
    os.close(file)
    path.unlink(missing_ok=True)
