"""State goes from one generation to the next as a copy of plain data, in the right version."""

from __future__ import annotations

import collections
import datetime as dt
import functools
import threading
from dataclasses import dataclass
from typing import Any

import pytest

from rosey.errors import StateError
from rosey.plugins.owning.state import copied, plan_migrations


@dataclass
class Holder:
    """Somebody else's object."""

    thing: object


class Slotted:
    __slots__ = ("thing", "unset")

    def __init__(self, thing: object) -> None:
        self.thing = thing


class Player:
    """Stands for a class of a plugin."""


Player.__module__ = "rosey_plugins:trivia@4"


def ask() -> None:
    """Stand for a function of a plugin."""


ask.__module__ = "rosey_plugins:trivia@4.questions"

PLAIN: list[Any] = [
    None,
    {"scores": [1, 2.5, "three", b"four", (5, {6}), frozenset({7})]},
    collections.Counter(ann=3),
    collections.defaultdict(list, ann=[1]),
    collections.deque([1, 2], maxlen=2),
    dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    Holder(thing=[1]),
]


@pytest.mark.parametrize("state", PLAIN, ids=lambda state: type(state).__name__)
def test_plain_data_is_copied(state: Any) -> None:  # noqa: ANN401  plain data of any shape
    assert copied("trivia", state) == state


def test_copy_shares_nothing_but_keeps_what_stands_in_it_twice() -> None:
    scores: list[Any] = [1]
    scores.append(scores)

    copy = copied("trivia", {"a": scores, "b": scores})
    scores.append(2)

    assert copy["a"] is copy["b"] is copy["a"][1]
    assert len(copy["a"]) == 2


FOREIGN: dict[str, Any] = {
    'state["scores"][3]: a Player of trivia generation 4': {"scores": [0, 1, 2, Player()]},
    "state: class Player of trivia generation 4": Player,
    "state[0]: function ask of trivia generation 4": (ask,),
    "state[(1, 2)]: a Player of trivia generation 4": {(1, 2): Player()},
    "state (a key): a Player of trivia generation 4": {Player(): 1},
    "state (in the set): a Player of trivia generation 4": {Player()},
    "state[0]: a Player of trivia generation 4": collections.deque([Player()]),
    "state.thing[1]: a Player of trivia generation 4": Holder(thing=[0, Player()]),
    "state.thing: a Player of trivia generation 4": Slotted(Player()),
    "state.default_factory: class Player of trivia generation 4": collections.defaultdict(Player),
    "state.func: function ask of trivia generation 4": functools.partial(ask),
}


@pytest.mark.parametrize("message", FOREIGN)
def test_what_a_plugin_defines_is_refused_with_the_path_to_it(message: str) -> None:
    with pytest.raises(StateError) as caught:
        copied("trivia", FOREIGN[message])

    assert str(caught.value) == f"trivia: {message}; hand over plain data instead"


def test_module_of_a_plugin_is_refused() -> None:
    module = type(threading)("rosey_plugins:trivia@4")

    with pytest.raises(StateError, match="state: a module of trivia generation 4"):
        copied("trivia", module)


def test_what_cannot_be_copied_is_refused() -> None:
    with pytest.raises(StateError, match=r"state cannot be copied \(TypeError: .*lock.*keep"):
        copied("trivia", {"lock": threading.Lock()})


CHAINS: list[tuple[list[tuple[int, int]], int, int, list[tuple[int, int]]]] = [
    ([], 3, 3, []),
    ([(1, 2)], 1, 2, [(1, 2)]),
    ([(1, 2), (2, 3), (3, 4)], 1, 4, [(1, 2), (2, 3), (3, 4)]),
    ([(1, 2), (2, 3), (1, 3)], 1, 3, [(1, 3)]),
    ([(1, 2), (2, 1)], 2, 1, [(2, 1)]),
    ([(1, 2), (2, 1), (2, 3)], 1, 3, [(1, 2), (2, 3)]),
]


@pytest.mark.parametrize(("steps", "old", "new", "chain"), CHAINS)
def test_shortest_chain_of_migrations_is_taken(
    steps: list[tuple[int, int]], old: int, new: int, chain: list[tuple[int, int]]
) -> None:
    assert plan_migrations("trivia", steps, old, new) == tuple(chain)


@pytest.mark.parametrize(
    ("steps", "old", "new", "missing"),
    [([], 1, 2, (1, 2)), ([(1, 2)], 1, 3, (2, 3)), ([(1, 2)], 2, 1, (2, 1))],
)
def test_missing_migration_is_named(
    steps: list[tuple[int, int]], old: int, new: int, missing: tuple[int, int]
) -> None:
    with pytest.raises(StateError) as caught:
        plan_migrations("trivia", steps, old, new)

    source, target = missing
    assert str(caught.value) == (
        f"trivia: no migration leads from state version {source} to {target}: "
        f"add @migrates({source}, {target}), or reload it fresh, which drops its state"
    )
