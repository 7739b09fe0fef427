"""Writes a recording as a test for pytest."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from rosey.chat.model import Rank
from rosey.recording.records import Heard, Recording

_OWNER = "owner"
_WIDTH = 88


def as_pytest(
    recording: Recording,
    name: str,
    *,
    varying: AbstractSet[int] = frozenset(),
    failing: AbstractSet[int] = frozenset(),
) -> str:
    """The text of a test file; its one test has the fixture `bot` of `rosey.testing`.

    Args:
        recording: What was said.
        name: What the recording is called; the test is called after it.
        varying: By their ids, the messages that are not answered alike each time: what was
            answered is noted, not asserted.
        failing: Those that a plugin fails at, which would fail the test: they are not said.
    """
    said: defaultdict[int | None, list[str]] = defaultdict(list)
    for reply in recording.said:
        said[reply.answers].append(reply.reply.text)
    plain = re.sub(r"[^\w.-]+", " ", name, flags=re.ASCII).strip()
    identifier = re.sub(r"\W+", "_", plain.partition(".")[0], flags=re.ASCII).strip("_").lower()
    lines = [
        f'"""The chat of {plain}: each line is said again, and answered as it was then."""',
        "",
        "",
        f"async def test_{identifier or 'chat'}(bot):",
    ]
    for message in recording.heard:
        if message.id in failing:
            lines.append(f"    # a plugin fails at this: {_call(message)}")
        else:
            lines += _statement(message, said[message.id], is_varying=message.id in varying)
    if not any(message.id not in failing for message in recording.heard):
        lines.append("    assert bot.replies == []")
    return "\n".join([*lines, ""])


def _statement(message: Heard, replies: Iterable[str], *, is_varying: bool) -> Iterator[str]:
    call = _call(message)
    literals = [_literal(reply) for reply in replies]
    then = f"[{', '.join(literals)}]"
    if is_varying:
        yield f"    {call}  # was {then}"
    elif len(line := f"    assert {call} == {then}") <= _WIDTH:
        yield line
    else:
        yield f"    assert {call} == ["
        yield from (f"        {literal}," for literal in literals)
        yield "    ]"


def _call(message: Heard) -> str:
    return f"await bot.say({', '.join(_arguments(message))})"


def _arguments(message: Heard) -> Iterator[str]:
    user = message.message.user
    yield _literal(message.message.text)
    if user.name != _OWNER:
        yield f"user={_literal(user.name)}"
    if user.rank is not (Rank.OWNER if user.name == _OWNER else Rank.GUEST):
        yield f'rank="{user.rank}"'


def _literal(text: str) -> str:
    """A text as Python writes it, on one line, in double quotes where that is no worse."""
    literal = repr(text)
    return f'"{literal[1:-1]}"' if '"' not in literal and "\\'" not in literal else literal
