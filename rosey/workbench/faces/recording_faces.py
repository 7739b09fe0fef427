"""What the workbench shows of recordings and of what came of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rosey.chat.escaping import for_log
from rosey.recording.comparing import Comparison, Difference, Kind
from rosey.recording.recorder import RecordingState
from rosey.recording.records import Heard
from rosey.workbench.calls.replays import Replay, WrittenTest
from rosey.workbench.faces.answer import Answer

MOST_DIFFERENCES = 20
"""More are counted, and are in the answer's value."""

_MOST_TOLD = 5
_MOST_LINES = 50


def recording_state(state: RecordingState) -> Answer:
    """How a recording stands."""
    held = (
        f"{_count(state.heard, 'message')} and {_count(state.said, 'reply')}, "
        f"{state.size_bytes:,} bytes"
    )
    if state.ended is None:
        return Answer.of_lines(state, [f"{state.path} is being recorded: {held}"])
    return Answer.of_lines(state, [f"{state.path} has {held}", f"it has ended: {state.ended}"])


def written_test(test: WrittenTest) -> Answer:
    """A test that was made of a recording."""
    lines = [f"{test.path} says {_count(test.messages, 'message')}"]
    if test.varying:
        lines.append(
            f"{test.varying} of them are not answered alike each time: it does not check those"
        )
    if test.failing:
        lines.append(f"a plugin fails at {test.failing} of them: it does not say those")
    return Answer.of_lines(test, lines)


def replay(done: Replay) -> Answer:
    """What came of saying a chat again: the verdict, and each difference with its line."""
    lines = [_verdict(done.comparison)]
    if done.untried is not None:
        lines.append(f"the code that runs cannot be asked too: {for_log(done.untried)}")
    if done.beside_running is not None:
        lines.append(_verdict_beside_running(done.beside_running))
    shown = (done.beside_running or done.comparison).differences
    lines += _unified(shown[:MOST_DIFFERENCES])
    if len(shown) > MOST_DIFFERENCES:
        lines.append(f"and {len(shown) - MOST_DIFFERENCES} more")
    for told in (done.faults, done.damaged):
        lines += map(for_log, told[:_MOST_TOLD])
        if len(told) > _MOST_TOLD:
            lines.append(f"and {len(told) - _MOST_TOLD} more")
    return Answer.of_lines(done, lines)


def _verdict(result: Comparison) -> str:
    said = _count(result.messages, "message")
    replies = _count(result.replies, "reply")
    if not result.differences:
        return f"no difference: {said} said, {replies} as recorded"
    return f"{said} said, {result.same} of {replies} as recorded: {_counts(result)}"


def _verdict_beside_running(result: Comparison) -> str:
    if not result.differences:
        return (
            "the code that runs answers alike on a copy: it is time, chance or state that differs"
        )
    return f"beside the code that runs, on a copy too: {_counts(result)}"


def _counts(result: Comparison) -> str:
    return ", ".join(f"{result.count(kind)} {kind}" for kind in Kind)


def _unified(differences: Sequence[Difference]) -> Iterator[str]:
    for message, of_message in groupby(differences, lambda difference: difference.message):
        yield _head(message)
        for difference in of_message:
            yield from _prefixed("- ", difference.recorded)
            yield from _prefixed("+ ", difference.replayed)


def _head(message: Heard | None) -> str:
    if message is None:
        return "to nobody's message"
    # On one line: what somebody said must not look like a reply.
    said = for_log(f"{message.message.user.name}: {message.message.text}")
    return f"line {message.line}, {said}"


def _prefixed(sign: str, text: str | None) -> Iterator[str]:
    if text is not None:
        lines = text.split("\n")
        yield from (f"{sign}{line}" for line in lines[:_MOST_LINES])
        if len(lines) > _MOST_LINES:
            yield f"{sign}… ({_count(len(lines) - _MOST_LINES, 'more line')})"


def _count(number: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"
