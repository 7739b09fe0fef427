"""Compares what a bot says to a chat with what it said when that was recorded."""

from __future__ import annotations

import dataclasses
import difflib
import enum
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rosey.chat.model import LOCAL, Reply
from rosey.recording.performing import Performance
from rosey.recording.records import Heard, Recording, Said

_Places = Iterable[int]

_MOST_ORDERED = 40_000
"""Pairs of replies up to which their order counts: equal ones make finding it cubic."""


class Kind(enum.StrEnum):
    """How a reply differs from the recorded one."""

    DIFFERENT = "different"
    MISSING = "missing"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One reply that is not as it was recorded.

    Attributes:
        kind: How it differs.
        line: Where the recorded reply stands in the file; for an extra one, what it answers; 0
            where it answers nothing.
        message: What the reply answers; None where it answers nothing.
        recorded: What the bot said then; None for an extra reply.
        replayed: What it says now; None for a missing reply.
    """

    kind: Kind
    line: int
    message: Heard | None
    recorded: str | None
    replayed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What came of a replay.

    Attributes:
        messages: How many were said.
        replies: How many replies the recording has.
        same: How many of them came as recorded.
        differences: All others, and those that were not recorded, in the order of the file.
    """

    messages: int
    replies: int
    same: int
    differences: tuple[Difference, ...]

    def count(self, kind: Kind) -> int:
        """How many differences are of a kind."""
        return sum(difference.kind is kind for difference in self.differences)


def compare(
    recording: Recording, performance: Performance, *, ignore: re.Pattern[str] | None = None
) -> Comparison:
    """Compare replies, message by message, in their order; where one has hundreds, in any.

    Args:
        recording: What was said then.
        performance: What is said now.
        ignore: What does not count in a reply, wherever it is found.
    """
    said: defaultdict[int | None, list[Said]] = defaultdict(list)
    known = {message.id for message in recording.heard}
    for reply in recording.said:
        said[reply.answers if reply.answers in known else None].append(reply)
    differences: list[Difference] = []
    for message in recording.heard:
        now = performance.answers.get(message.id, ())
        differences += _differences(message, said[message.id], now, ignore)
    differences += _differences(None, said[None], performance.unprompted, ignore)
    unmatched = sum(difference.recorded is not None for difference in differences)
    return Comparison(
        messages=len(recording.heard),
        replies=len(recording.said),
        same=len(recording.said) - unmatched,
        differences=tuple(sorted(differences, key=lambda difference: difference.line)),
    )


def as_recorded(recording: Recording, performance: Performance) -> Recording:
    """The recording, had it been of a performance; each reply has the line of its message."""
    answers = [
        _said(message, text)
        for message in recording.heard
        for text in performance.answers.get(message.id, ())
    ]
    unprompted = [_said(None, text) for text in performance.unprompted]
    return dataclasses.replace(recording, said=(*answers, *unprompted))


def _said(message: Heard | None, text: str) -> Said:
    reply = Reply(text=text, connection=LOCAL)
    if message is None:
        return Said(at_s=0.0, answers=None, plugin=None, reply=reply)
    return Said(at_s=message.at_s, answers=message.id, plugin=None, reply=reply, line=message.line)


def _differences(
    message: Heard | None,
    then: Sequence[Said],
    now: Sequence[str],
    ignore: re.Pattern[str] | None,
) -> Iterator[Difference]:
    texts = [_counting(said.reply.text, ignore) for said in then]
    new = [_counting(text, ignore) for text in now]
    if texts == new:
        return
    place = message.line if message is not None else 0
    for left, right in _unequal(texts, new):
        pairs = itertools.zip_longest((then[n] for n in left), (now[n] for n in right))
        for said, text in pairs:
            yield _difference(message, place, said, text)


def _unequal(texts: Sequence[str], new: Sequence[str]) -> Iterator[tuple[_Places, _Places]]:
    """The places of what is not alike, on both sides, piece by piece."""
    if len(texts) * len(new) > _MOST_ORDERED:
        yield _surplus(texts, new), ()
        yield (), _surplus(new, texts)
        return
    matcher = difflib.SequenceMatcher(None, texts, new, autojunk=False)
    for tag, left, left_end, right, right_end in matcher.get_opcodes():
        if tag != "equal":
            yield range(left, left_end), range(right, right_end)


def _surplus(texts: Iterable[str], others: Iterable[str]) -> list[int]:
    """The places of texts of which there are more than on the other side."""
    left, places = Counter(others), list[int]()
    for place, text in enumerate(texts):
        left[text] -= 1
        if left[text] < 0:
            places.append(place)
    return places


def _difference(
    message: Heard | None, place: int, said: Said | None, text: str | None
) -> Difference:
    kind = Kind.EXTRA if said is None else Kind.MISSING if text is None else Kind.DIFFERENT
    return Difference(
        kind=kind,
        line=place if said is None else said.line,
        message=message,
        recorded=None if said is None else said.reply.text,
        replayed=text,
    )


def _counting(text: str, ignore: re.Pattern[str] | None) -> str:
    return text if ignore is None else ignore.sub("", text)
