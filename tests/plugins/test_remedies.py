"""What a generation leaves behind outside its ledger is taken back, or named."""

from __future__ import annotations

import array
import asyncio
import gc
import inspect
import linecache
import logging
import os
import signal
import sys
import threading
import types
import unittest.mock
from collections.abc import Iterator

import marshmallow
import pytest

from rosey.diagnostics.memory import Survivor, Witness, survivors
from rosey.plugins.remedies import Origin, remedy
from tests.plugins.generations import Bench, bench
from tests.plugins.pins import PINS


@pytest.fixture
def lab() -> Iterator[Bench]:
    """Where generations are made; a collection takes no time, as all that was before is frozen."""
    gc.collect()
    gc.freeze()
    with bench() as made:
        yield made
    gc.unfreeze()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The two ends of a pipe: the one to read from, and the one to write to."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


async def ended(lab: Bench, code: str) -> tuple[tuple[Survivor, ...], tuple[str, ...]]:
    """Drop a generation, make sure that it is pinned, and only then apply the remedies.

    Nearly all go by names, and need no modules.
    """
    generation = lab.run(code)
    witness = lab.drop(generation)
    assert survivors([witness]), "nothing pins it: this test could not fail"
    lines = remedy(generation)
    # A task that is cancelled ends one round later.
    await asyncio.sleep(0)
    return survivors([witness]), lines


@pytest.mark.parametrize("case", PINS)
async def test_what_pins_a_generation_is_taken_back(
    lab: Bench, pipe: tuple[int, int], case: str
) -> None:
    pin = PINS[case]
    end = str(pipe[1 if case == "writer" else 0])

    alive, lines = await ended(lab, pin.code.replace("PIPE", end))

    assert alive == ()
    assert "".join(lines) == pin.told.replace("PIPE", end)


async def test_codec_is_unregistered_before_the_drop(lab: Bench) -> None:
    code = "import codecs\ndef helper(): ...\ndef search(name): ...\ncodecs.register(search)"
    generation = lab.run(code)
    witness = Witness(generation)

    lines = remedy(generation)
    lab.loader.drop(generation)

    assert survivors([witness]) == ()
    assert lines == ("taken back: codec search function search",)


async def test_task_that_no_ledger_knows_is_cancelled(lab: Bench) -> None:
    code = """if True:
        import asyncio
        async def poll(): await asyncio.Event().wait()
        task = asyncio.get_running_loop().create_task(poll(), name="poller")
    """

    other = asyncio.get_running_loop().create_task(asyncio.Event().wait())

    alive, lines = await ended(lab, code)

    assert other.cancel()
    assert alive == ()
    assert lines == ("taken back: task 'poller' (poll)",)


async def test_threading_timer_is_cancelled(lab: Bench) -> None:
    code = "import threading\ndef tick(): ...\nthreading.Timer(3600, tick).start()"
    generation = lab.run(code)

    witness = lab.drop(generation)
    assert survivors([witness])
    (timer,) = (t for t in threading.enumerate() if isinstance(t, threading.Timer))
    lines = remedy(generation)
    is_cancelled = timer.finished.is_set()
    timer.cancel()
    timer.join()
    del timer

    assert lines == ("taken back: timer of tick",)
    assert is_cancelled
    assert survivors([witness]) == ()


THREADS = {
    "target": "threading.Thread(target=poll, name='poller').start()",
    "method": "threading.Thread(target=K().poll, name='poller').start()",
    "class": "Poller(name='poller').start()",
    "pool": "ThreadPoolExecutor(1, 'poller').submit(poll)",
}


@pytest.mark.parametrize("start", THREADS)
async def test_thread_that_runs_is_named(lab: Bench, start: str) -> None:
    code = f"""if True:
        import threading
        from concurrent.futures import ThreadPoolExecutor
        begun, go_on = threading.Event(), threading.Event()
        def poll():
            begun.set()
            go_on.wait()
        class K:
            poll = staticmethod(poll)
        class Poller(threading.Thread):
            def run(self): poll()
        {THREADS[start]}
        begun.wait()
    """
    generation = lab.run(code)
    go_on = vars(generation.main)["go_on"]

    lines = remedy(generation)
    witness = lab.drop(generation)
    alive = survivors([witness])
    go_on.set()
    for thread in {*threading.enumerate()} - {threading.main_thread()}:
        if not thread.name.startswith("poller_"):
            thread.join()
        del thread

    name = "poller_0" if start == "pool" else "poller"
    assert lines == (f"thread {name!r} still runs: join it in teardown",)
    assert alive


async def test_open_sqlite3_connection_is_named(lab: Bench) -> None:
    code = """if True:
        import sqlite3
        def roll(): return 4
        closed = sqlite3.connect(":memory:")
        closed.close()
        db = sqlite3.connect(":memory:")
        db.create_function("roll", 0, roll)
    """
    generation = lab.run(code)
    close = vars(generation.main)["db"].close

    lines = remedy(generation)
    witness = lab.drop(generation)

    assert lines == ("sqlite3 connection 'db' is still open: close it in teardown",)
    assert survivors([witness])
    close()
    del close
    assert survivors([witness]) == ()


PATCHES = {
    "dumps": "patch('json.dumps', dumps)",
    "loads": "patch('json.loads', side_effect=dumps)",
    "a dictionary": "patch.dict({}, {'dumps': dumps})",
}


@pytest.mark.parametrize("place", PATCHES)
async def test_patch_that_is_active_is_named(lab: Bench, place: str) -> None:
    code = f"""if True:
        from unittest.mock import patch
        def dumps(x): ...
        patch('json.load').start()
        patch('json.dump', dumps)
        {PATCHES[place]}.start()
    """

    lines = remedy(lab.run(code))

    unittest.mock.patch.stopall()
    assert lines == (f"patch of {place} by unittest.mock is still active: stop it in teardown",)


async def test_loggers_and_cached_sources_of_a_generation_are_forgotten(lab: Bench) -> None:
    code = """if True:
        import attr, logging
        def f(): ...
        @attr.s
        class K:
            x = attr.ib()
        logging.getLogger(__name__)
        logging.getLogger(f"{__name__}.parts")
    """
    generation = lab.run(code)
    assert inspect.getmodule(vars(generation.main)["f"].__code__) is generation.main
    origin = Origin(generation.name)

    def kept() -> list[str]:
        places = logging.Logger.manager.loggerDict, linecache.cache, inspect_cache()
        return [key for place in places for key in place if origin.name in key]

    assert len(kept()) == 4
    remedy(generation)

    assert kept() == []


def inspect_cache() -> dict[str, str]:
    cache: dict[str, str] = vars(inspect)["_filesbymodname"]
    return cache


async def test_generation_that_left_nothing_behind_gets_no_line(lab: Bench) -> None:
    assert remedy(lab.run("class K: ...\ndef f(): ...")) == ()


async def test_what_others_registered_stays(lab: Bench) -> None:
    """Another generation of the same plugin, above all: the one that takes over."""
    code = PINS["marshmallow"].code + PINS["atexit function"].code
    code += "\nimport sys\ntry: 1 / 0\nexcept Exception as error: sys.last_exc = error"
    old = lab.run(code)
    new = lab.run(code)

    remedy(old)

    cfg = vars(new.main)["Cfg"]
    assert marshmallow.class_registry.get_class("Cfg") is cfg
    assert isinstance(vars(sys)["last_exc"], ZeroDivisionError)
    assert "taken back: atexit function save, which will not run" in remedy(new)


async def test_nested_schema_is_that_of_the_newest_generation(lab: Bench) -> None:
    code = "import marshmallow\nclass Cfg(marshmallow.Schema): ..."
    lab.retire(lab.run(code))
    new = lab.run(code)

    nested = marshmallow.fields.Nested("Cfg")

    assert type(nested.schema) is vars(new.main)["Cfg"]
    lab.retire(new)


async def test_interrupt_is_handled_as_python_does_it(lab: Bench) -> None:
    before = signal.getsignal(signal.SIGINT)
    generation = lab.run("import signal\nsignal.signal(signal.SIGINT, lambda *_: None)")

    remedy(generation)

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


async def test_signal_handler_cannot_be_taken_back_in_another_thread(lab: Bench) -> None:
    generation = lab.run(PINS["signal.signal"].code)

    lines = await asyncio.to_thread(remedy, generation)

    start = "not taken back: signal handler stop of SIGUSR1: ValueError: signal only works in main"
    assert lines[0].startswith(start)
    remedy(generation)


@pytest.mark.parametrize("error", ["ZeroDivisionError", "SystemExit", "asyncio.CancelledError"])
async def test_fault_in_what_is_left_behind_spoils_nothing_else(lab: Bench, error: str) -> None:
    code = f"""if True:
        import asyncio, atexit, logging
        class Lines(logging.Handler):
            def close(self): raise {error}
        def save(): ...
        logging.root.addHandler(Lines())
        logging.root.addHandler(Lines())
        atexit.register(save)
    """

    alive, lines = await ended(lab, code)

    assert sorted(line.replace("exceptions.", "") for line in lines) == [
        f"not taken back: logging handler Lines on root: {error}",
        f"not taken back: logging handler Lines on root: {error}",
        "taken back: atexit function save, which will not run",
    ]
    assert [survivor.alive for survivor in alive] == []


async def test_mechanism_that_cannot_be_looked_through_is_named(lab: Bench) -> None:
    code = """if True:
        import atexit, gc
        class Odd:
            __slots__ = ()
            @property
            def __module__(self): raise ZeroDivisionError
            def __call__(self, *_): ...
        def save(): ...
        gc.callbacks.append(Odd())
        atexit.register(save)
    """
    generation = lab.run(code)

    lines = remedy(generation)

    gc.callbacks.pop()
    assert lines == (
        "taken back: atexit function save, which will not run",
        "garbage collector callbacks could not be looked through: ZeroDivisionError",
    )


def test_remedies_work_without_a_loop(lab: Bench) -> None:
    generation = lab.run(PINS["atexit function"].code)

    assert remedy(generation) == ("taken back: atexit function save, which will not run",)


MANY = [
    "Optional",
    "generic class",
    "type hints",
    "overload",
    "ctypes pointer",
    "ctypes function type",
    "cause of the exception seen last",
    "signal.signal",
    "atexit function",
    "atexit method",
    "sys.excepthook",
    "threading.excepthook",
    "sys.meta_path",
    "sys.path_hooks",
    "gc.callbacks",
    "copyreg class",
    "warnings filter",
    "logging handler",
    "filter of a logging handler",
    "logging filter",
    "marshmallow",
    "sqlite3 adapter",
    "sqlite3 converter",
    "call_later",
    "variables of call_later",
    "loop's signal handler",
    "loop's exception handler",
]


async def test_three_hundred_generations_leave_one_alive_and_nothing_else(lab: Bench) -> None:
    modules = {f"part{n}": PINS[case].code for n, case in enumerate(MANY)}
    code = "import logging\n" + "".join(f"from . import {name}\n" for name in modules)
    code += "logging.getLogger(__name__)\n"
    # An array: a list would hold one number more for each generation, and count as a leak.
    blocks = array.array("q", [0] * 300)
    generation = lab.run(code, **modules)

    for number in range(len(blocks)):
        old, generation = generation, lab.run(code, **modules)
        lab.retire(old)
        del old
        await asyncio.sleep(0)
        gc.collect()
        blocks[number] = sys.getallocatedblocks()

    gc.collect()
    assert living() == {generation.name}
    assert (blocks[-1] - blocks[100]) / (len(blocks) - 101) < 1
    lab.retire(generation)


def living() -> set[str]:
    """The generations of which any class or function lives."""
    kinds = type, types.FunctionType
    modules = {str(t.__module__) for t in gc.get_objects() if isinstance(t, kinds)}
    return {name.partition(".")[0] for name in modules if name.startswith("rosey_plugins:")}
