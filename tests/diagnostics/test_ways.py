"""Ways from what somebody keeps to generations that are over."""

from __future__ import annotations

import asyncio
import functools
import sys
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rosey.diagnostics.ways import Way, Ways
from tests.plugins.generations import Bench, bench

CODE = """
class Cfg:
    def read(self): ...
def roll(): ...
def fail():
    try:
        1 / 0
    except ZeroDivisionError as error:
        return error
"""


class Box:
    def __init__(self, thing: object) -> None:
        self.thing = thing

    def open(self) -> None: ...


def refuse(_: object) -> None:
    raise RuntimeError


# Something that must not be asked anything.
Shy = type("Shy", (Box,), {"__class__": property(refuse), "__module__": property(refuse)})


@pytest.fixture
def lab() -> Iterator[Bench]:
    with bench() as made:
        yield made


def ended(lab: Bench, pick: Callable[[Any], object] = lambda module: module.Cfg) -> tuple[int, Any]:
    """Something of a generation that is over, with the generation's serial."""
    generation = lab.run(CODE)
    thing = pick(generation.main)
    lab.drop(generation)
    return generation.serial, thing


def enclosed(thing: object) -> Callable[[], object]:
    return lambda: thing


def grouped(error: Exception) -> Exception:
    return ExceptionGroup("several", [ValueError(), ExceptionGroup("inner", [error])])


def noted(thing: object) -> Exception:
    error = ValueError()
    vars(error)["__notes__"] = [thing]
    return error


def caused_by(error: Exception) -> Exception:
    caused = ValueError()
    caused.__cause__ = error
    return caused


def generator(thing: object) -> Iterator[object]:
    def generate() -> Iterator[object]:
        yield thing

    started = generate()
    next(started)
    return started


PICKED: dict[str, Callable[[Any], object]] = {
    "class": lambda m: m.Cfg,
    "instance": lambda m: m.Cfg(),
    "function": lambda m: m.roll,
    "method": lambda m: m.Cfg().read,
    "module": lambda m: m,
    "variables of the module": vars,
}


@pytest.mark.parametrize("pick", PICKED.values(), ids=PICKED)
def test_what_is_of_a_generation_that_is_over_needs_no_way(
    lab: Bench, pick: Callable[[Any], object]
) -> None:
    serial, thing = ended(lab, pick)

    assert Ways().find(thing) == (Way(plugin="dice", serial=serial, expression=""),)


HELD: dict[str, Callable[[Any], object]] = {
    "['x'][0]": lambda m: {"x": [m.Cfg()]},
    ".thing": lambda m: Box(m.roll),
    ".thing.thing[1]": lambda m: Box(Box((0, m.Cfg))),
    " (in a set)": lambda m: {m.Cfg},
    "[0].thing": lambda m: [Shy(m.Cfg)],
    ".__closure__[0].cell_contents": lambda m: enclosed(m.Cfg),
    ".func": lambda m: functools.partial(m.roll),
    ".__traceback__.tb_frame": lambda m: m.fail(),
    ".__cause__.__traceback__.tb_frame": lambda m: caused_by(m.fail()),
    ".exceptions[1].exceptions[0].__traceback__.tb_frame": lambda m: grouped(m.fail()),
    ".__notes__[0]": lambda m: noted(m.Cfg),
    " -> cell.cell_contents[0]": lambda m: generator([m.Cfg]),
}


@pytest.mark.parametrize("expression", HELD)
def test_way_is_said_as_python(lab: Bench, expression: str) -> None:
    serial, thing = ended(lab, HELD[expression])

    assert Ways().find(thing) == (Way(plugin="dice", serial=serial, expression=expression),)


def test_way_to_each_generation_is_found(lab: Bench) -> None:
    (first, one), (second, other) = ended(lab), ended(lab)

    ways = Ways().find([[one], other, one])

    assert [(way.serial, way.expression) for way in ways] == [(first, "[2]"), (second, "[1]")]


def test_generation_that_lives_is_not_meant(lab: Bench) -> None:
    generation = lab.run(CODE)

    assert Ways().find([vars(generation.main)["Cfg"], generation.main]) == ()


def test_what_leads_nowhere_hides_nothing_from_others(lab: Bench) -> None:
    serial, thing = ended(lab)
    shared = [0]
    ways = Ways()

    assert ways.find([shared]) == ()
    assert ways.find([shared, [thing]])[0].serial == serial
    assert ways.find([shared, [thing]])[0].expression == "[1][0]"


def test_what_lives_by_itself_is_not_gone_through(
    lab: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, thing = ended(lab)
    shelf, loop = types.ModuleType("shelf"), asyncio.new_event_loop()
    vars(shelf)["thing"] = thing
    monkeypatch.setitem(sys.modules, "shelf", shelf)
    loop.set_exception_handler(thing)
    box = Box(thing)

    met = [shelf, vars(shelf), loop, threading.Thread(args=(thing,)), box, Shy(0)]

    ways = Ways([box]).find(met)

    loop.close()
    assert ways == ()


def test_class_of_the_notebook_is_gone_through(lab: Bench) -> None:
    serial, thing = ended(lab)
    child = type("Child", (thing,), {"__module__": "__main__"})

    assert Ways().find(child)[0].serial == serial


def test_search_ends_where_too_much_is_held(lab: Bench) -> None:
    _, thing = ended(lab)
    much = [[number] for number in range(10_001)]

    assert Ways().find([much, [[[thing]]]]) == ()


def test_what_a_search_has_not_come_to_is_found_from_elsewhere(lab: Bench) -> None:
    _, thing = ended(lab)
    box = Box([[thing]])
    ways = Ways()

    assert ways.find([[[number] for number in range(10_001)], box]) == ()
    assert ways.find(box)[0].expression == ".thing[0][0]"


def test_numbers_and_texts_are_not_too_much(lab: Bench) -> None:
    _, thing = ended(lab)

    assert Ways().find([*range(100_000), [[thing]]])[0].expression == "[100000][0][0]"
