"""The damper: conversations of machines end by themselves, those of people go on.

It knows nobody by name and no network; it is told what is heard and said, and when.
"""

from __future__ import annotations

import collections
import math
import re
from collections.abc import Hashable

STRIKES_MOST = 3
"""With so many strikes in a row, somebody is taken for a machine."""

AT_ONCE_S = 1.0
"""Nobody reads a line and types the next one in so short a time."""

REPEATED_S = 20.0
"""Within so many seconds, the same line is said again."""

LONG_S, LONG_LINES = 10.0, 40
"""Nobody goes on for so many lines without a break of so many seconds."""

IGNORED_MOST_S = 3600.0
"""How long somebody is ignored at most, and how long they must be quiet to be a stranger again."""

SPEAKERS_KEPT = 10_000
"""Speakers that are remembered; beyond that the one unheard for longest is forgotten."""

_OWN_LINES_KEPT = 20
_COMPARED_CHARS = 1_000

# "!roll" and "?op": what would call a command of somebody's, whatever the prefix.
_LIKE_A_COMMAND = re.compile(r"\s*[^\w\s]{1,5}[^\W\d_]")


class Line:
    """What somebody has said.

    Attributes:
        speaker: Who.
        text: What, as a number; see `fingerprint`.
        is_command: Whether it is a command, which answers nothing.
        strikes: How much it takes after a machine's answer to the bot, 0 to 2.
        is_repeated: Whether that is so in part as it was said before.
        is_last_straw: Whether its speaker is taken for a machine from now on.
        is_answered: Whether the bot has said something to it.
    """

    __slots__ = (
        "is_answered",
        "is_command",
        "is_last_straw",
        "is_repeated",
        "speaker",
        "strikes",
        "text",
    )

    def __init__(self, speaker: Hashable, text: int) -> None:
        self.speaker = speaker
        self.text = text
        self.strikes = 0
        self.is_command = self.is_repeated = self.is_last_straw = self.is_answered = False


class _Talk:
    """What somebody and the bot have said to each other lately.

    Attributes:
        line: The last line of theirs that was answered.
        answer: What the first answer to it was, as a number.
        was_command: Whether that answer looks like a command.
        at_s: When the last answer to it went out.
        strikes: Those of all lines in a row that have some.
        lines: How many lines were answered in a row without a break.
    """

    __slots__ = ("answer", "at_s", "line", "lines", "strikes", "was_command")

    def __init__(self) -> None:
        self.line: Line | None = None
        self.answer = 0
        self.was_command = False
        self.at_s = -math.inf
        self.strikes = self.lines = 0

    def says(self, text: int) -> bool:
        """Whether the last line of theirs has this text."""
        return self.line is not None and self.line.text == text

    def go_on(self, line: Line, said: int, now_s: float) -> None:
        """Take note of the first answer to a line."""
        if line.is_repeated and self.answer != said:
            # It led to something new: a card that is drawn, not a phrase that comes back.
            line.strikes -= 1
        self.strikes = self.strikes + line.strikes if line.strikes > 0 else 0
        has_gone_on = 0 <= now_s - self.at_s <= LONG_S
        self.lines = 0 if line.is_command else self.lines * has_gone_on + 1
        self.line, self.answer = line, said


class Damper:
    """Tells machines that answer the bot's answers from people who talk to it."""

    def __init__(self) -> None:
        self._talks: collections.OrderedDict[Hashable, _Talk] = collections.OrderedDict()
        self._ignored: collections.OrderedDict[Hashable, tuple[float, float]] = (
            collections.OrderedDict()
        )
        self._own: collections.deque[tuple[float, int]] = collections.deque(maxlen=_OWN_LINES_KEPT)

    def hear(self, speaker: Hashable, text: str, now_s: float, *, is_command: bool) -> Line:
        """Take note of a line, before anything is done about it.

        A command answers nothing, unless the bot had said what looks like one itself.
        """
        line = Line(speaker, fingerprint(text))
        talk = self._talks.get(speaker)
        line.is_command = is_command and (talk is None or not talk.was_command)
        if line.is_command:
            return line
        since_s = now_s - talk.at_s if talk is not None else math.inf
        is_at_once = 0 <= since_s <= AT_ONCE_S
        line.is_repeated = talk is not None and talk.says(line.text) and 0 <= since_s <= REPEATED_S
        is_parroted = self._has_just_said(line.text, now_s)
        line.strikes = 2 if is_parroted else is_at_once + line.is_repeated
        if talk is not None:
            is_too_much = line.strikes > 0 and talk.strikes + line.strikes >= STRIKES_MOST
            is_too_long = talk.lines >= LONG_LINES and 0 <= since_s <= LONG_S
            line.is_last_straw = is_too_much or is_too_long
        return line

    def speak(self, line: Line | None, text: str, now_s: float) -> None:
        """Take note of what the bot has said.

        Args:
            line: What it was said to; None where it was to nothing.
            text: What was said.
            now_s: When.
        """
        said = fingerprint(text)
        self._own.append((now_s, said))
        if line is None:
            return
        talk = self._talks.pop(line.speaker, None) or _Talk()
        self._talks[line.speaker] = talk
        if not line.is_answered:
            line.is_answered = True
            talk.go_on(line, said, now_s)
            talk.was_command = _LIKE_A_COMMAND.match(text) is not None
        talk.at_s = now_s
        if len(self._talks) > SPEAKERS_KEPT:
            self._talks.popitem(last=False)

    def ignore(self, speaker: Hashable, first_s: float, now_s: float) -> float:
        """Do not listen to somebody for a while.

        Args:
            speaker: Who.
            first_s: Seconds for the first time; each further time doubles them, up to an hour.
            now_s: When.

        Returns:
            Seconds for which they are ignored.
        """
        self._talks.pop(speaker, None)
        began_s, last_s = self._ignored.pop(speaker, (-math.inf, 0.0))
        is_stranger = now_s - began_s - last_s > IGNORED_MOST_S
        seconds = first_s if is_stranger else min(max(first_s, 2 * last_s), IGNORED_MOST_S)
        self._ignored[speaker] = (now_s, seconds)
        if len(self._ignored) > SPEAKERS_KEPT:
            self._ignored.popitem(last=False)
        return seconds

    def is_ignored(self, speaker: Hashable, now_s: float) -> bool:
        """Whether somebody is ignored at the moment; a clock that goes back ends it."""
        began_s, seconds = self._ignored.get(speaker, (now_s, 0.0))
        return 0 <= now_s - began_s < seconds

    def _has_just_said(self, text: int, now_s: float) -> bool:
        return any(text == own and 0 <= now_s - at_s <= AT_ONCE_S for at_s, own in self._own)


def fingerprint(text: str) -> int:
    """A number that is the same for lines that differ in case and spaces only.

    Figures count: whoever guesses a number says a new line each time. What stands behind the
    first thousand characters does not.
    """
    return hash(" ".join(text[:_COMPARED_CHARS].casefold().split()))
