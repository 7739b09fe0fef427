"""Chance is the same each time, and what was drawn before makes no difference."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator

import pytest

from rosey.rehearsal.chance import Chance


@pytest.fixture(autouse=True)
def chance_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give `random` back as it was."""
    monkeypatch.setattr(random, "Random", random.Random)
    state = random.getstate()
    yield
    random.setstate(state)


def drawn(seed: int, *, before: int = 0) -> list[float]:
    chance = Chance(seed)
    generator = chance.install()()
    for _ in range(before):
        random.random()  # noqa: S311  chance is what is tested
        generator.random()
    chance.begin(7)
    return [random.random(), generator.random(), random.Random(5).random()]  # noqa: S311  as above


def test_the_same_seed_draws_the_same() -> None:
    assert drawn(1) == drawn(1)
    assert drawn(1)[:2] != drawn(2)[:2]


def test_what_was_drawn_before_makes_no_difference() -> None:
    assert drawn(1) == drawn(1, before=3)


def test_generators_are_different_from_each_other() -> None:
    kind = Chance(1).install()

    assert kind().random() != kind().random()


def test_a_seed_of_ones_own_is_kept() -> None:
    expected = random.Random(5).random()  # noqa: S311  chance is what is tested

    assert drawn(1)[2] == expected
    assert Chance(1).install()(5).random() == expected


def test_a_generator_can_be_pickled_as_ever() -> None:
    generator = Chance(1).install()()

    copy = pickle.loads(pickle.dumps(generator))  # noqa: S301  of our own making

    assert copy.random() == generator.random()
    assert type(copy) is type(generator)
