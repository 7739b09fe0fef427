"""Machines that answer the bot's answers are told from people who talk to it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest

from rosey.chat import damper as damper_module
from rosey.chat.damper import IGNORED_MOST_S, LONG_LINES, Damper, fingerprint

LINES_MOST = 200

Exchange = tuple[float, str, str]
"""The seconds before a line, its text, and the bot's answer."""


class Talk:
    """A bot that answers each line of one speaker at once, until they are taken for a machine."""

    def __init__(self, speaker: str = "bob") -> None:
        self.damper = Damper()
        self.now_s = 1_000.0
        self.speaker = speaker

    def answered(self, lines: Iterable[Exchange]) -> int:
        """How many lines are answered before; -1 where they never are."""
        for count, (pause_s, text, answer) in enumerate(lines):
            self.now_s += pause_s
            is_command = text.startswith("!")
            line = self.damper.hear(self.speaker, text, self.now_s, is_command=is_command)
            if line.is_last_straw:
                return count
            self.damper.speak(line, answer, self.now_s)
        return -1


def lines(pause_s: float, texts: Iterable[str], answers: Iterable[str]) -> list[Exchange]:
    pairs = itertools.islice(zip(texts, answers, strict=False), LINES_MOST)
    return [(pause_s, text, answer) for text, answer in pairs]


NEW = [f"text {number}" for number in range(LINES_MOST)]
OTHER = [f"other {number}" for number in range(LINES_MOST)]
HI, HELLO = itertools.repeat("hi"), itertools.repeat("hello")
ROLL = itertools.repeat("!roll")


@pytest.mark.parametrize(
    ("talk", "most"),
    [
        (lines(0.1, NEW, OTHER), 3),
        (lines(1.0, NEW, OTHER), 3),
        (lines(0.1, HI, HELLO), 3),
        (lines(0.1, HI, HI), 2),
        (lines(5.0, HI, HELLO), 4),
        (lines(15.0, itertools.cycle(["hi", "HI ", " Hi"]), HELLO), 4),
        (lines(5.0, NEW, OTHER), LONG_LINES),
        (lines(0.1, ROLL, itertools.repeat("?flip")), 3),
        (lines(0.1, NEW, itertools.repeat("!roll")), 3),
    ],
    ids=["new", "slower", "same", "echo", "same, slowly", "case", "for long", "commands", "half"],
)
def test_machine_is_found_out(talk: list[Exchange], most: int) -> None:
    assert 0 < Talk().answered(talk) <= most


@pytest.mark.parametrize(
    "talk",
    [
        lines(0.1, ROLL, OTHER),
        lines(6.0, ROLL, itertools.repeat("rolled 4")),
        lines(2.0, NEW[:LONG_LINES], OTHER),
        lines(11.0, NEW, OTHER),
        lines(2.0, itertools.repeat("hit me", LONG_LINES), OTHER),
        lines(21.0, HI, HELLO),
        lines(3.0, [f"is it {n}?" for n in range(LONG_LINES)], itertools.repeat("higher")),
        lines(0.0, ["pasted", "by", "people"], OTHER),
        lines(0.0, ["lol", "lol"], ["lol", "lol"]),
        lines(5.0, itertools.cycle([*NEW[: LONG_LINES - 1], "!roll"]), OTHER),
        [(0.5, "yes", "a"), (2.0, "no", "b")] * (LONG_LINES // 2),
    ],
    ids=[
        "commands at once",
        "commands",
        "talks",
        "talks for hours",
        "draws cards",
        "greets",
        "guesses numbers",
        "pastes",
        "repeats",
        "talks and plays",
        "is quick",
    ],
)
def test_people_are_not(talk: list[Exchange]) -> None:
    assert Talk().answered(talk) == -1


def test_what_others_and_the_bot_say_meanwhile_counts_for_nobody() -> None:
    bob, eve = Talk("bob"), Talk("eve")
    eve.damper = bob.damper

    for text in NEW[:20]:
        bob.damper.speak(None, f"on my own: {text}", bob.now_s)
        assert bob.answered([(0.6, f"bob: {text}", "yes")]) == -1
        eve.now_s = bob.now_s = bob.now_s + 0.6
        assert eve.answered([(0.0, f"eve: {text}", "no")]) == -1


def test_line_that_is_not_answered_counts_for_nobody() -> None:
    damper = Damper()

    assert not any(
        damper.hear("bob", text, 0.1, is_command=False).is_last_straw for text in ["hi"] * 100
    )


def test_answer_of_many_lines_is_one_answer() -> None:
    damper = Damper()
    line = damper.hear("bob", "hi", 0.0, is_command=False)
    for second in range(50):
        damper.speak(line, f"line {second}", float(second))

    assert damper.hear("bob", "thanks", 49.5, is_command=False).strikes == 1


def test_answer_that_comes_late_changes_nothing() -> None:
    damper = Damper()
    said = []
    for text in "abc":
        said.append(damper.hear("bob", text, 0.0, is_command=False))
        damper.speak(said[-1], f"to {text}", 0.0)

    damper.speak(said[0], "and another thing", 0.0)

    assert damper.hear("bob", "d", 0.5, is_command=False).is_last_straw


def test_who_was_ignored_begins_anew() -> None:
    talk = Talk()
    assert talk.answered(lines(0.1, NEW, OTHER)) == 3
    talk.damper.ignore("bob", 60.0, talk.now_s)

    assert talk.answered(lines(0.1, NEW, OTHER)) == 3


def test_time_for_which_somebody_is_ignored_doubles_up_to_an_hour() -> None:
    damper, now_s, times = Damper(), 0.0, list[float]()
    for _ in range(8):
        times.append(damper.ignore("bob", 60.0, now_s))
        now_s += times[-1]

    assert times == [60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_who_was_quiet_for_an_hour_is_a_stranger_again() -> None:
    damper = Damper()
    damper.ignore("bob", 60.0, 0.0)
    damper.ignore("eve", 60.0, 0.0)

    assert damper.ignore("bob", 60.0, 60.0 + IGNORED_MOST_S) == 120
    assert damper.ignore("eve", 60.0, 61.0 + IGNORED_MOST_S) == 60


@pytest.mark.parametrize(
    ("now_s", "is_ignored"),
    [(1000.3, True), (1060.2, True), (1060.3, False), (1060.4, False), (1000.2, False)],
)
def test_who_is_ignored_is_heard_when_the_time_is_over(now_s: float, *, is_ignored: bool) -> None:
    damper = Damper()

    damper.ignore("bob", 60.0, 1000.3)

    assert damper.is_ignored("bob", now_s) == is_ignored
    assert not damper.is_ignored("eve", now_s)


def test_clock_that_goes_back_takes_nobody_for_a_machine() -> None:
    assert Talk().answered(lines(-5.0, NEW, OTHER)) == -1


def test_speaker_unheard_for_longest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damper_module, "SPEAKERS_KEPT", 2)
    damper = Damper()
    for name in ("bob", "eve", "mallory"):
        damper.speak(damper.hear(name, "hi", 0.0, is_command=False), "hello", 0.0)
        damper.ignore(f"ignored {name}", 60.0, 0.0)

    assert damper.hear("bob", "hi", 0.1, is_command=False).strikes == 0
    assert damper.hear("eve", "hi", 0.1, is_command=False).strikes == 2
    assert [damper.is_ignored(f"ignored {n}", 1.0) for n in ("bob", "eve")] == [False, True]


def test_a_megabyte_is_compared_by_its_beginning() -> None:
    assert fingerprint("x " * 500_000) == fingerprint("X " * 500_001)
    assert fingerprint("x1") != fingerprint("x2")
