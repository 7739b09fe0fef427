"""A place in a plugin's state is read and changed by the path to it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import pytest

from rosey.diagnostics.state.paths import parsed, written
from rosey.diagnostics.state.places import Spot, steps_from
from rosey.errors import StatePathError
from rosey.plugins.base import Plugin


@dataclass(frozen=True)
class Question:
    text: str


@dataclass(slots=True)
class Game:
    question: Question
    round: int = 1


class Quiz(Plugin):
    name = "quiz"

    def __init__(self) -> None:
        super().__init__(bot=None)
        self.scores = {"ann": 1, 5: 2}
        self.games = [Game(Question("why?"))]
        self.seen = deque([1, 2])
        self.pair = (1, 2)
        self.none: list[int] = []

    @property
    def total(self) -> int:
        return sum(self.scores.values())

    def __setattr__(self, name: str, value: object) -> None:
        if value == "refused":
            raise ValueError("not this")
        super().__setattr__(name, value)


def spot(path: str, plugin: Quiz | None = None) -> Spot:
    return Spot(plugin or Quiz(), parsed(path))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("scores['ann']", 1),
        ("scores[ann]", 1),
        ("scores.ann", 1),
        ("scores[5]", 2),
        ("games[0].question.text", "why?"),
        ("games[-1].round", 1),
        ("seen[1]", 2),
        ("pair[0]", 1),
    ],
)
def test_value_is_read(path: str, value: Any) -> None:  # noqa: ANN401  whatever stands there
    assert spot(path).exists
    assert spot(path).value == value


@pytest.mark.parametrize(
    "path",
    ["scores['ann']", "scores.bob", "games[0].round", "seen[-1]", "pair", "games[0].question"],
)
def test_value_is_changed(path: str) -> None:
    quiz = Quiz()

    spot(path, quiz).assign(9)

    assert spot(path, quiz).value == 9


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("score", "there is no score; did you mean scores?"),
        ("scores.an", r"there is no scores\['an'\]; did you mean scores\['ann'\]?"),
        ("scores[[1]]", r"there is no scores\[\[1\]\]; there is scores\['ann'\], scores\[5\]$"),
        ("games[1]", r"there is no games\[1\]; there is games\[0\]$"),
        ("none[0]", r"there is no none\[0\]: none has nothing in it"),
        ("zzz", "there is no zzz; there is scores, games, seen, pair, none$"),
        ("total", "total is not stored: the plugin's code gives it when it runs"),
        ("pair.count", "there is no pair.count"),
        ("nowhere.deeper", "there is no nowhere"),
    ],
)
def test_path_that_leads_nowhere_says_what_there_is(path: str, reason: str) -> None:
    with pytest.raises(StatePathError, match=reason):
        _ = spot(path).value


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("pair[0]", "pair is a tuple, which cannot be changed: put another one in its place"),
        ("games[0].question.text", r"games\[0\].question is a Question, which cannot be changed"),
        ("games[0].rounds", r"there is no games\[0\].rounds; did you mean games\[0\].round?"),
        ("seen[2]", r"there is no seen\[2\]"),
        ("total", "total is not stored"),
        ("pair", "pair cannot be changed: ValueError: not this"),
        ("scores[[1]]", "cannot be changed: TypeError"),
    ],
)
def test_what_cannot_be_changed_is_refused(path: str, reason: str) -> None:
    with pytest.raises(StatePathError, match=reason):
        spot(path).assign("refused")


def test_place_of_a_dict_may_be_new() -> None:
    assert not spot("scores.bob").exists


def test_steps_tell_what_can_follow() -> None:
    quiz = Quiz()

    assert [written((step,)) for step in steps_from(quiz)][:2] == ["scores", "games"]
    assert [*map(str, steps_from(quiz.scores))] == ["['ann']", "[5]"]
    assert [*map(str, steps_from(quiz.seen))] == ["[0]", "[1]"]
    assert [*map(str, steps_from(quiz.games[0]))] == [".question", ".round"]
    assert steps_from({Question("x"): 1}) == steps_from(5) == ()


def test_of_many_names_some_are_told() -> None:
    quiz = Quiz()
    quiz.scores |= {f"player{n}": n for n in range(2000)}

    with pytest.raises(StatePathError, match=r"there is scores\['ann'\], .*, \.\.\.$"):
        _ = spot("scores.x", quiz).value
