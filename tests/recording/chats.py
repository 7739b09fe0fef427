"""Chats for tests: recorded, or made up."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rosey.bot import Bot
from rosey.chat.model import LOCAL, Message, Rank, Reply, User
from rosey.recording.reading import MOST_BYTES, read_recording
from rosey.recording.recorder import Recorder, new_file
from rosey.recording.records import Header, Heard, Recording, Said

HEADER = Header(began_at=1_000_000.0, prefix="!", rosey="1.0", plugins={"echo": "2.0"})


def heard(number: int, text: str, user: str = "alice", **facts: Any) -> Heard:  # noqa: ANN401  those of a message
    message = Message(
        text=text,
        user=User(name=user, rank=facts.pop("rank", Rank.GUEST)),
        connection=LOCAL,
        **facts,
    )
    return Heard(id=number, at_s=float(number), message=message, line=2 * number)


def said(answers: int | None, text: str) -> Said:
    reply = Reply(text=text, connection=LOCAL)
    line = 2 * answers + 1 if answers is not None else 99
    return Said(at_s=1.0, answers=answers, plugin="echo", reply=reply, line=line)


def recording(*records: Heard | Said) -> Recording:
    return Recording(
        header=HEADER,
        heard=tuple(r for r in records if isinstance(r, Heard)),
        said=tuple(r for r in records if isinstance(r, Said)),
    )


@contextlib.contextmanager
def recorded(bot: Bot, path: Path, most_bytes: int = MOST_BYTES) -> Iterator[Recorder]:
    """Record a bot on the running loop."""
    recorder = Recorder(
        bot.bus,
        new_file(path),
        path=path,
        header=HEADER,
        redact=bot.redact,
        most_bytes=most_bytes,
    )
    yield recorder
    recorder.stop()


async def read(path: Path) -> Recording:
    """Read a recording, in an async test."""
    return await asyncio.to_thread(read_recording, path)
