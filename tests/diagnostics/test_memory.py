"""Old generations that live on are found, and whoever holds them is named in words."""

from __future__ import annotations

import asyncio
import atexit
import codecs
import collections
import contextvars
import gc
import sys
import threading
import types
from collections.abc import Callable, Iterator

import pytest

import __main__
from rosey.diagnostics.memory import Witness, Witnesses, explain, survivors
from rosey.plugins.base import Plugin
from rosey.plugins.remedies import remedy
from tests.plugins.generations import Bench, bench

CODE = """
from rosey.plugins.base import Plugin
class Cfg:
    def read(self): ...
def roll(): ...
def fail():
    try:
        1 / 0
    except ZeroDivisionError as error:
        return error
class Main(Plugin):
    name = "dice"
"""
FROM_C = "kept alive from C code"


class Slotted:
    __slots__ = ("other", "thing")
    other: object
    thing: object


class Plain:
    inner: Plain
    call: object


class Shelf(types.ModuleType):
    """A module that takes any attribute."""

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)


@pytest.fixture
def lab() -> Iterator[Bench]:
    with bench() as made:
        yield made


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """A module of somebody else, which forgets everything in the end."""
    module = Shelf("shelf")
    monkeypatch.setitem(sys.modules, "shelf", module)
    yield module
    vars(module).clear()


def dropped(lab: Bench, hold: Callable[[types.ModuleType], object], code: str = CODE) -> Witness:
    """Drop a generation of which somebody has got hold meanwhile."""
    generation = lab.run(code)
    hold(generation.main)
    return lab.drop(generation)


def nobody(_: object) -> None:
    """Hold nothing."""


def test_generation_that_is_gone_has_no_survivor(lab: Bench) -> None:
    witness = dropped(lab, nobody)

    assert survivors([witness]) == ()
    assert explain(witness) == ()


def test_survivor_says_what_lives_of_it(lab: Bench, shelf: Shelf) -> None:
    code = "from . import parts\nfrom .parts import Face"
    generation = lab.run(code, parts="import asyncio\nclass Face: ...\ndef f(): ...")
    shelf.parts = vars(generation.main)["parts"]
    witness = lab.drop(generation)

    (survivor,) = survivors([witness, dropped(lab, nobody)])

    assert (survivor.plugin, survivor.serial) == ("dice", generation.serial)
    assert {*survivor.alive} == {
        "module dice.parts",
        "dice.Face",
        "dice.parts.Face",
        "dice.parts.f",
    }
    assert survivor.witness is witness
    assert "module dice.parts kept alive by shelf.parts" in explain(witness)


def test_instance_of_the_plugin_is_a_witness(lab: Bench, shelf: Shelf) -> None:
    generation = lab.run(CODE)
    plugin: Plugin = vars(generation.main)["Main"](None, {})
    shelf.plugin = plugin
    witness = Witness(generation, plugin)
    del plugin
    lab.loader.drop(generation)

    assert "the instance" in witness.alive
    assert explain(witness) == ("an instance of Main kept alive by shelf.plugin",)


def test_witnesses_and_what_they_were_asked_hold_nothing(lab: Bench, shelf: Shelf) -> None:
    witness = dropped(lab, lambda m: setattr(shelf, "known", [m.Cfg(), m.Cfg().read, m.Main]))
    (survivor,) = survivors([witness])
    assert explain(witness)

    del shelf.known

    gc.collect()
    assert survivor.witness.alive == ()


def watched(lab: Bench, witnesses: Witnesses, known: list[object], name: str = "dice") -> int:
    """End a generation, of which `known` holds a class, before the eyes of witnesses."""
    generation = lab.run("class Cfg: ...", name=name)
    known.append(vars(generation.main)["Cfg"])
    witnesses.watch(generation)
    lab.loader.drop(generation)
    return generation.serial


def test_witnesses_tell_of_the_generations_that_live(lab: Bench) -> None:
    witnesses, known = Witnesses(), list[object]()
    serial = watched(lab, witnesses, known)
    watched(lab, witnesses, [])

    (survivor,) = witnesses.survivors()

    assert (survivor.plugin, survivor.serial) == ("dice", serial)
    known.clear()
    assert witnesses.survivors() == ()
    assert (witnesses.ended("dice"), witnesses.ended("scores"), witnesses.ended()) == (2, 0, 2)


def test_witnesses_watch_the_oldest_and_the_newest_of_each_plugin(lab: Bench) -> None:
    witnesses, known = Witnesses(most=2), list[object]()
    other = watched(lab, witnesses, known, "scores")
    serials = [watched(lab, witnesses, known) for _ in range(4)]

    assert [s.serial for s in witnesses.survivors()] == [other, serials[0], serials[-1]]


def test_witnesses_forget_what_is_gone_before_what_lives(lab: Bench) -> None:
    witnesses, known = Witnesses(most=2), list[object]()
    first = watched(lab, witnesses, known)
    watched(lab, witnesses, [])
    gc.collect()

    last = watched(lab, witnesses, known)

    assert [s.serial for s in witnesses.survivors()] == [first, last]


def hold_in_slot(shelf: Shelf, module: types.ModuleType) -> None:
    shelf.box = Slotted()
    shelf.box.thing = module.roll


def hold_in_attributes(shelf: Shelf, module: types.ModuleType) -> None:
    shelf.box = Plain()
    shelf.box.inner = Plain()
    shelf.box.inner.call = module.Cfg().read


def hold_in_closure(shelf: Shelf, module: types.ModuleType) -> None:
    known = module.Cfg
    shelf.wrapper = lambda: known


def hold_in_registry_of_class(shelf: Shelf, module: types.ModuleType) -> None:
    shelf.Box = type("Box", (), {"registry": [module.Cfg]})


def hold_in_generator(shelf: Shelf, module: types.ModuleType) -> None:
    def generate(known: object) -> Iterator[object]:
        yield known

    shelf.generator = generate([module.Cfg()])
    next(shelf.generator)


def hold_in_idle_loop(shelf: Shelf, module: types.ModuleType) -> None:
    shelf.loop = asyncio.new_event_loop()
    shelf.loop.set_exception_handler(module.roll)
    shelf.loop.close()


def hold_in_exception(shelf: Shelf, module: types.ModuleType) -> None:
    shelf.error = module.fail()


async def test_task_that_has_ended_is_no_holder_of_its_own_right(lab: Bench, shelf: Shelf) -> None:
    generation = lab.run(CODE)
    context, variable = contextvars.Context(), contextvars.ContextVar[object]("variable")
    context.run(variable.set, vars(generation.main)["Cfg"])
    shelf.task = asyncio.get_running_loop().create_task(asyncio.sleep(0), context=context)
    del context
    await shelf.task

    (line,) = explain(lab.drop(generation))

    assert line.startswith("class Cfg kept alive by shelf.task -> Context")


HOLDERS: dict[str, Callable[[Shelf, types.ModuleType], object]] = {
    "class Cfg kept alive by shelf.known": lambda s, m: setattr(s, "known", m.Cfg),
    "class Cfg kept alive by shelf.known['Cfg'][1]": lambda s, m: setattr(
        s, "known", {"other": 0, "Cfg": [0, m.Cfg]}
    ),
    "an instance of Cfg kept alive by shelf.known[1]": lambda s, m: setattr(
        s, "known", collections.deque([0, m.Cfg()])
    ),
    "class Cfg kept alive by shelf.known (in a set)": lambda s, m: setattr(s, "known", {m.Cfg}),
    "class Cfg kept alive by shelf.known (as a key)": lambda s, m: setattr(s, "known", {m.Cfg: 1}),
    "class Cfg kept alive by shelf.Child.__base__": lambda s, m: setattr(
        s, "Child", type("Child", (m.Cfg,), {"__module__": "shelf"})
    ),
    "class Cfg kept alive by shelf.thread._args[0]": lambda s, m: setattr(
        s, "thread", threading.Thread(args=(m.Cfg,))
    ),
    "the variables of dice kept alive by shelf.variables": lambda s, m: setattr(
        s, "variables", vars(m)
    ),
    "function roll kept alive by shelf.box.thing": hold_in_slot,
    "function roll kept alive by shelf.loop._exception_handler": hold_in_idle_loop,
    "function Cfg.read kept alive by shelf.box.inner.call": hold_in_attributes,
    "class Cfg kept alive by shelf.wrapper.__closure__[0].cell_contents": hold_in_closure,
    "class Cfg kept alive by shelf.Box.registry[0]": hold_in_registry_of_class,
    "an instance of Cfg kept alive by shelf.generator -> list[0]": hold_in_generator,
    "function fail kept alive by shelf.error.__traceback__.tb_frame": hold_in_exception,
}


@pytest.mark.parametrize("line", HOLDERS)
def test_holder_is_named_by_the_expression_that_leads_to_it(
    lab: Bench, shelf: Shelf, line: str
) -> None:
    witness = dropped(lab, lambda module: HOLDERS[line](shelf, module))

    assert explain(witness) == (line,)


def test_each_holder_is_named(lab: Bench, shelf: Shelf) -> None:
    def hold(module: types.ModuleType) -> None:
        shelf.first, shelf.second = module.Cfg, [module.Cfg]

    assert explain(dropped(lab, hold)) == (
        "class Cfg kept alive by shelf.first",
        "class Cfg kept alive by shelf.second[0]",
    )


def test_way_in_is_followed_to_its_nearest_end_only(lab: Bench, shelf: Shelf) -> None:
    def hold(module: types.ModuleType) -> None:
        shelf.near = [module.Cfg]
        shelf.far = {"a": {"b": shelf.near}}
        shelf.__main__ = [[shelf.near], [shelf.near]]

    assert explain(dropped(lab, hold)) == ("class Cfg kept alive by shelf.near[0]",)


@pytest.mark.parametrize("depth", [40, 2])
def test_search_ends_where_holders_do_not(lab: Bench, shelf: Shelf, depth: int) -> None:
    def hold(module: types.ModuleType) -> None:
        nested = [[module.Cfg] for _ in range(1 if depth == 40 else 5_001)]
        for _ in range(depth):
            nested = [nested]
        shelf.nested = nested

    assert explain(dropped(lab, hold)) == ("class Cfg lives, but no holder was found",)


def test_other_plugin_is_named_as_people_know_it(lab: Bench) -> None:
    other = lab.run("", name="scores")
    witness = dropped(lab, lambda module: setattr(other.main, "table", [module.roll]))

    assert explain(witness) == ("function roll kept alive by scores.table[0]",)


def test_what_the_collector_has_frozen_is_seen(lab: Bench, shelf: Shelf) -> None:
    shelf.known = [[]]
    gc.freeze()
    witness = dropped(lab, lambda module: shelf.known[0].append(module.Cfg))

    assert explain(witness) == ("class Cfg kept alive by shelf.known[0][0]",)
    assert gc.get_freeze_count() == 0


def hold_in_active(
    module: types.ModuleType, loop: asyncio.AbstractEventLoop, end: threading.Event
) -> None:
    async def wait(known: object) -> object:
        await asyncio.to_thread(end.wait)
        return known

    def block(known: object) -> object:
        end.wait()
        return known

    timer = loop.call_later(3600, module.roll)
    task = loop.create_task(wait(module.Cfg()), name="waiting")
    task.add_done_callback(lambda _: timer.cancel())
    threading.Thread(target=block, args=(module.Main,), name="blocked").start()


async def test_running_loop_task_and_thread_are_named(lab: Bench) -> None:
    end, loop = threading.Event(), asyncio.get_running_loop()
    witness = dropped(lab, lambda module: hold_in_active(module, loop, end))
    (task,) = (task for task in asyncio.all_tasks() if task.get_name() == "waiting")
    # What runs is not seen to hold anything: let the task come to where it waits.
    await asyncio.sleep(0)

    lines = await asyncio.to_thread(explain, witness)

    end.set()
    await task
    assert sorted(lines) == [
        "an instance of Cfg kept alive by <task 'waiting'>._coro",
        "class Main kept alive by <thread 'blocked'>._args[0]",
        "function roll kept alive by <event loop>._scheduled[0]._callback",
    ]


def test_thread_that_runs_code_of_the_plugin_is_named(lab: Bench) -> None:
    begun, end = threading.Event(), threading.Event()
    code = "def poll(begun, end):\n    begun.set()\n    end.wait()"
    generation = lab.run(code)
    thread = threading.Thread(
        target=vars(generation.main)["poll"], args=(begun, end), name="poller"
    )
    thread.start()
    begun.wait()

    lines = explain(lab.drop(generation))

    end.set()
    thread.join()
    assert lines == (
        "code of the plugin runs in thread 'poller'",
        "function poll kept alive by <thread 'poller'>._target",
    )


def test_atexit_is_named(lab: Bench) -> None:
    generation = lab.run(CODE)
    atexit.register(vars(generation.main)["roll"])
    witness = lab.drop(generation)

    assert explain(witness) == ("function roll kept alive by atexit",)
    remedy(generation)


def test_registries_of_codecs_are_named(lab: Bench) -> None:
    def hold(module: types.ModuleType) -> None:
        codecs.register(module.search)
        codecs.register_error("odd", module.repair)

    witness = dropped(lab, hold, "def search(name): ...\ndef repair(error): ...")
    search = next(thing for thing in witness.things() if "search" in str(thing))

    lines = explain(witness)

    codecs.unregister(search)  # type: ignore[arg-type]  # it is what was registered
    codecs.register_error("odd", codecs.strict_errors)
    assert [line.rpartition("[")[0] for line in sorted(lines)] == [
        "function repair kept alive by codecs.register_error",
        "function search kept alive by codecs.register",
    ]


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("db.create_function('roll', 0, roll)", "function roll"),
        ("atexit.register(print, roll)", "function roll"),
        ("atexit.register(print, Cfg)", "class Cfg"),
        ("atexit.register(print, [Cfg()])", "an instance of Cfg"),
    ],
)
def test_holder_in_c_is_said_to_be_there(lab: Bench, code: str, what: str) -> None:
    head = "import atexit, sqlite3\ndb = sqlite3.connect(':memory:')\n"
    generation = lab.run(f"{head}class Cfg: ...\ndef roll(): ...\n{code}")
    db = vars(generation.main)["db"]
    witness = lab.drop(generation)

    lines = explain(witness)

    db.close()
    atexit.unregister(print)
    assert [line.partition(FROM_C)[0] for line in lines] == [f"{what} "]


def test_what_the_caller_knows_of_is_not_said(lab: Bench, shelf: Shelf) -> None:
    def hold(module: types.ModuleType) -> None:
        shelf.known, shelf.other = [module.Cfg], [module.Cfg]

    witness = dropped(lab, hold)
    known, other = ((id(vars(shelf)), id(thing)) for thing in (shelf.known, shelf.other))

    assert explain(witness, frozenset([known])) == ("class Cfg kept alive by shelf.other[0]",)
    assert explain(witness, frozenset([known, other])) == ()


def test_variable_of_a_script_is_named(lab: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    value: list[object] = []
    monkeypatch.setattr(__main__, "mine", value, raising=False)
    witness = dropped(lab, lambda module: value.append(module.Cfg))

    assert explain(witness) == ("class Cfg kept alive by __main__.mine[0]",)
