"""A look tells what a plugin keeps, cheaply and without running its code."""

from __future__ import annotations

import collections
import datetime as dt
import enum
import functools
import gc
import time
import types
import weakref
import zoneinfo
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

import pytest

from rosey.config.environment import Redaction
from rosey.diagnostics.state.looking import Bounds, look, look_at
from tests.diagnostics.state.keeper import CANARY, Keeper


@dataclass
class Game:
    title: str
    points: collections.Counter[str] = field(default_factory=collections.Counter)


class Slotted:
    __slots__ = ("empty", "stored")
    __module__ = "rosey_plugins:keeper@1"

    def __init__(self) -> None:
        self.stored = 1

    def __repr__(self) -> str:
        raise AssertionError


class MuteZone(dt.tzinfo):
    __repr__ = utcoffset = dst = tzname = Slotted.__repr__  # type: ignore[assignment]  # as above


class MuteText(str):
    __slots__ = ()
    __repr__ = Slotted.__repr__


class Strange(dict[str, int]):
    """A container that has a say of its own in everything."""

    def __len__(self) -> int:
        raise AssertionError

    __iter__ = items = __getitem__ = __len__  # type: ignore[assignment]  # the point of the test


class Colour(enum.Enum):
    RED = 1


def seen(**kept: object) -> dict[str, str]:
    return look(Keeper(**kept), Redaction([CANARY]))


def test_each_value_is_told_by_the_path_to_it() -> None:
    assert seen(
        scores={"alice": 5, 7: [True]}, queue=[Game("maths")], ratio=0.5, who=None, word="hi"
    ) == {
        "scores['alice']": "5",
        "scores[7][0]": "True",
        "queue[0].title": "'maths'",
        "queue[0].points": "{}",
        "ratio": "0.5",
        "who": "None",
        "word": "'hi'",
    }


def test_what_every_plugin_has_is_none_of_its_state() -> None:
    assert seen() == {}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([], "[]"),
        ({}, "{}"),
        ((), "()"),
        (set(), "set()"),
        (frozenset(), "frozenset()"),
        ((1,), "(1,)"),
        ((1, "x"), "(1, 'x')"),
        ({"b", "a"}, "{'a', 'b'}"),
        (set(range(21)), "<set of 21>"),
        (b"x", "b'x'"),
        (Colour.RED, "Colour.RED"),
        (Colour, "<class Colour>"),
        (seen, "<function seen>"),
        (len, "<function len>"),
        (object(), "<object>"),
        (range(3), "range(0, 3)"),
        (ValueError("no"), "<ValueError>"),
        (weakref.ref(Colour), "<ReferenceType>"),
        (memoryview(b"x"), "<memoryview>"),
        (dt.date(2025, 1, 2), "datetime.date(2025, 1, 2)"),
        (dt.time(7, tzinfo=dt.UTC), "datetime.time(7, 0, tzinfo=datetime.timezone.utc)"),
        (
            dt.time(7, tzinfo=zoneinfo.ZoneInfo("UTC")),
            "datetime.time(7, 0, tzinfo=zoneinfo.ZoneInfo(key='UTC'))",
        ),
        (Decimal("1.50"), "Decimal('1.50')"),
        (PurePosixPath("a/b"), "PurePosixPath('a/b')"),
        (b"x" * 200_000, "<bytes>"),
        (collections.UserList([1]), "<UserList>"),
        (Keeper(), "<plugin keeper>"),
        pytest.param(9**9999, "<int that cannot be shown>", id="long number"),
        (range(200_000), "range(0, 200000)"),
        ("x" * 200_000, "<text of 200,000>"),
    ],
)
def test_single_value_is_one_text(value: object, text: str) -> None:
    assert seen(value=value) == {"value": text}


MUTE = Slotted()
HOLDING = [
    functools.partial(print, MUTE),
    types.MappingProxyType({1: MUTE}),
    ValueError(MUTE),
    slice(MUTE),
    {1: MUTE}.items(),
    types.GenericAlias(list, (MUTE,)),
    collections.ChainMap({1: MUTE}),
    dt.datetime(2025, 1, 2, tzinfo=MuteZone()),
    dt.time(7, tzinfo=dt.timezone(dt.timedelta(0), MuteText("x"))),
]


@pytest.mark.parametrize("value", HOLDING, ids=lambda value: type(value).__name__)
def test_what_python_would_ask_those_that_a_value_holds_is_not_asked(value: object) -> None:
    with pytest.raises(AssertionError):
        repr(value)

    assert seen(value=value) == {"value": f"<{type(value).__name__}>"}


def test_object_of_the_plugins_own_is_told_by_what_it_stores_not_by_its_repr() -> None:
    assert seen(thing=Slotted()) == {"thing.stored": "1"}


def test_container_of_the_plugins_own_is_read_as_what_it_is_made_of() -> None:
    assert seen(strange=Strange(a=1)) == {"strange['a']": "1"}


def test_value_that_leads_to_itself_ends() -> None:
    endless: list[Any] = [1]
    endless.append(endless)

    assert seen(endless=endless) == {"endless[0]": "1", "endless[1]": "<list of 2>"}


def test_deep_value_ends_at_the_bound() -> None:
    deep: list[Any] = [[[[[1]]]]]

    assert seen(deep=deep) == {"deep[0][0][0][0]": "<list of 1>"}
    assert look_at("deep", deep, str, Bounds(depth=5)) == {"deep[0][0][0][0][0]": "1"}


def test_of_a_long_container_the_first_and_the_newest_are_told() -> None:
    numbers = seen(numbers=[*range(1000)])
    names = seen(names={f"n{n}": n for n in range(1000)})

    assert [*numbers][14:17] == ["numbers[14]", "numbers[...]", "numbers[995]"]
    assert numbers["numbers[...]"] == names["names[...]"] == "980 more"
    assert names["names['n999']"] == "999"


def test_each_attribute_has_room_however_much_another_holds() -> None:
    nested = {str(n): dict.fromkeys("abcdefghij", 0) for n in range(20)}
    looked = seen(a=nested, b=nested, last=1)

    assert looked["last"] == "1"
    assert "b['0']['a']" in looked
    assert looked["a[...]"] == "13 more"
    assert len(looked) < 150


def test_of_too_many_attributes_the_rest_is_counted() -> None:
    looked = seen(**{f"a{n}": n for n in range(150)})

    assert looked["..."] == "50 more"
    assert len(looked) == 101


def test_object_of_many_attributes_is_cut_too() -> None:
    thing = Game("x")
    vars(thing).update({f"a{n}": n for n in range(30)})

    assert seen(thing=thing)["thing[...]"] == "12 more"


@pytest.mark.parametrize(
    "value", [CANARY, [CANARY.encode()], [CANARY], {CANARY: CANARY}, (CANARY,)]
)
def test_secret_is_masked_wherever_it_stands(value: object) -> None:
    assert CANARY not in str(seen(value=value))
    assert "<secret>" in str(seen(value=value))


def test_secret_is_masked_also_where_the_text_is_cut() -> None:
    assert "cana" not in seen(value="x" * 195 + CANARY)["value"]
    assert seen(value="x" * 300)["value"].endswith("'...")


def test_look_keeps_nothing_alive() -> None:
    plugin = Keeper(game=Game("x"))
    game = weakref.ref(plugin.game)  # type: ignore[attr-defined]  # the test gave it
    looked = look(plugin, str)

    del plugin
    gc.collect()

    assert looked["game.title"] == "'x'"
    assert game() is None


def test_class_that_hides_what_it_is_hurts_nobody() -> None:
    class Hidden:
        __module__ = 5  # type: ignore[assignment]  # the point of the test

    assert seen(hidden=Hidden()) == {"hidden": "<Hidden>"}


def test_look_at_ten_attributes_takes_no_time() -> None:
    plugin = Keeper(**{f"a{n}": n for n in range(8)}, scores={"ann": 1}, queue=[1])
    began = time.perf_counter()
    for _ in range(100):
        look(plugin, Redaction([CANARY]))

    # 20 us each on a quiet machine; a loaded one is given its time.
    assert time.perf_counter() - began < 100 * 0.001
