"""The console in a pipe: line by line, each handled before the next, to the end of the source."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Awaitable

from rosey.chat.model import Message, Rank, Reply
from rosey.connections.lines import LINE_MOST_BYTES, LineConnection


async def received(source: bytes) -> list[Message]:
    """Have a connection read `source` to its end."""
    messages: list[Message] = []

    async def receive(message: Message) -> None:
        messages.append(message)

    await LineConnection(io.BytesIO(source), io.StringIO()).run(receive)
    return messages


async def test_lines_are_private_messages_of_the_owner() -> None:
    [message] = await received(b"!roll 2d6\n")

    assert message.text == "!roll 2d6"
    assert message.user.rank is Rank.OWNER
    assert message.is_private
    assert message.connection == LineConnection.name


async def test_line_ends_and_empty_lines_are_no_text() -> None:
    messages = await received(b"one\r\n\n   \ntwo")

    assert [message.text for message in messages] == ["one", "two"]


async def test_bytes_that_are_no_text_are_replaced() -> None:
    [message] = await received(b"caf\xe9\n")

    assert message.text == "caf\N{REPLACEMENT CHARACTER}"


async def test_endless_line_arrives_in_pieces() -> None:
    messages = await received(b"x" * (LINE_MOST_BYTES + 1))

    assert [len(message.text) for message in messages] == [LINE_MOST_BYTES, 1]


async def test_next_line_waits_until_one_is_handled() -> None:
    running: list[str] = []
    most: list[int] = []

    async def receive(message: Message) -> None:
        running.append(message.text)
        most.append(len(running))
        await asyncio.sleep(0)
        running.remove(message.text)

    await LineConnection(io.BytesIO(b"one\ntwo\nthree\n"), io.StringIO()).run(receive)

    assert most == [1, 1, 1]


async def test_reply_is_printed_without_control_characters() -> None:
    sink = io.StringIO()
    connection = LineConnection(io.BytesIO(), sink)

    await connection.send(Reply(text="a\x1b]52;c;eA==\x07\nb\u202e", connection="console"))

    assert sink.getvalue() == "a\\x1b]52;c;eA==\\x07\nb\\u202e\n"


async def test_it_ends_when_nobody_reads_its_replies() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    lines: list[str] = []
    with os.fdopen(writing, "w", encoding="utf-8") as sink:
        connection = LineConnection(io.BytesIO(b"one\ntwo\n"), sink)

        async def receive(message: Message) -> None:
            lines.append(message.text)
            await connection.send(Reply(text="answer", connection="console"))

        await connection.run(receive)
        # What could not be written is tried again when the stream is closed.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, writing)
        os.close(nowhere)

    assert lines == ["one"]


async def test_reply_that_nobody_reads_between_lines_ends_it_after_the_next_line() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    typed, typing = os.pipe()
    lines: list[str] = []

    async def receive(message: Message) -> None:
        lines.append(message.text)

    with os.fdopen(typed, "rb") as source, os.fdopen(writing, "w", encoding="utf-8") as sink:
        connection = LineConnection(source, sink)
        task = asyncio.create_task(connection.run(receive))
        await asyncio.sleep(0)
        await connection.send(Reply(text="unasked", connection="console"))
        os.write(typing, b"one\n")

        await task
        os.close(typing)
        # What could not be written is tried again when the stream is closed.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, writing)
        os.close(nowhere)

    assert lines == ["one"]


async def test_it_can_be_stopped_while_nothing_comes() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source:
        connection = LineConnection(source, io.StringIO())
        task = asyncio.create_task(connection.run(_ignore))
        await asyncio.sleep(0)

        task.cancel()
        [ended] = await asyncio.gather(task, return_exceptions=True)

        os.close(writing)  # lets its thread end
        assert isinstance(ended, asyncio.CancelledError)


def _ignore(message: Message) -> Awaitable[object]:
    del message
    return asyncio.sleep(0)
