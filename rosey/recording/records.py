"""What a recording holds: a header, what was said to the bot, and what the bot said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rosey.chat.model import Message, Reply
from rosey.errors import RecordingError

VERSION = 1
"""Of the format; what is newer is refused."""

MOST_CHARS = 10_000
"""A longer text is cut, and so is what is compared with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first line of a recording.

    Attributes:
        began_at: Seconds since the epoch.
        prefix: What a chat command began with.
        rosey: The version of Rosey.
        plugins: The version of each plugin that was loaded, by name.
    """

    began_at: float
    prefix: str
    rosey: str
    plugins: Mapping[str, str]

    @property
    def fields(self) -> dict[str, Any]:
        """As it stands in a file."""
        return {
            "rosey_recording": VERSION,
            "began_at": self.began_at,
            "prefix": self.prefix,
            "rosey": self.rosey,
            "plugins": {**self.plugins},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Something that was said to the bot, or where the bot hears it.

    Attributes:
        id: Of the event; what the bot said to it names this.
        at_s: Seconds since the recording began.
        message: What was said, by whom, and where.
        line: Where it stands in its file; 0 where it stands in none.
    """

    id: int
    at_s: float
    message: Message
    line: int = field(default=0, compare=False)

    @property
    def fields(self) -> dict[str, Any]:
        """As it stands in a file."""
        user = self.message.user
        return {
            "heard": self.id,
            "at_s": self.at_s,
            "user": user.name,
            "rank": str(user.rank),
            "account": user.account,
            "connection": self.message.connection,
            "private": self.message.is_private,
            "text": self.message.text,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that the bot said.

    Attributes:
        at_s: Seconds since the recording began.
        answers: The id of what was heard and led to it; None where nothing did.
        plugin: Whose code said it; None for the bot's own.
        reply: What was said, to whom, and where.
        line: Where it stands in its file; 0 where it stands in none.
    """

    at_s: float
    answers: int | None
    plugin: str | None
    reply: Reply
    line: int = field(default=0, compare=False)

    @property
    def fields(self) -> dict[str, Any]:
        """As it stands in a file."""
        return {
            "said": self.reply.text,
            "at_s": self.at_s,
            "answers": self.answers,
            "plugin": self.plugin,
            "connection": self.reply.connection,
            "to": self.reply.to,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A chat as it was recorded.

    Attributes:
        header: When, and by which bot.
        heard: What was said to the bot, in the order of the file.
        said: What the bot said, in the order of the file.
        damaged: The lines that could not be read, each with its number and what is wrong with it.
    """

    header: Header
    heard: tuple[Heard, ...]
    said: tuple[Said, ...]
    damaged: tuple[str, ...] = ()

    @property
    def ends_s(self) -> float:
        """When the last thing was said, in seconds since it began."""
        moments = [heard.at_s for heard in self.heard] + [said.at_s for said in self.said]
        return max(moments, default=0.0)


def as_line(record: Header | Heard | Said) -> bytes:
    """A record as one line of a file, its end included."""
    return f"{json.dumps(record.fields)}\n".encode()


def cut(text: str) -> str:
    """A text as long as a recording keeps it."""
    return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]}…"


def unusable(path: Path, error: OSError | ValueError) -> RecordingError:
    """What the system has against a path, on one line; a ValueError says that it can be none."""
    reason = error.strerror if isinstance(error, OSError) else None
    return RecordingError(f"{path}: {reason or error}")
