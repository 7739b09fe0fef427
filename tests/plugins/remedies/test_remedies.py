"""What a generation leaves behind outside its ledger is taken back, or named."""

from __future__ import annotations

import _thread
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
import warnings
from collections.abc import AsyncIterator, Iterator, Mapping

import marshmallow
import pytest
import sqlalchemy.exc
import sqlalchemy.orm
from blockbuster import BlockBuster

from rosey.diagnostics.memory import Survivor, Witness, survivors
from rosey.plugins.loading.loader import Generation
from rosey.plugins.remedies import Origin, remedy
from tests.plugins.generations import Bench, bench
from tests.plugins.pins import PINS


@pytest.fixture
async def lab(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    """Where generations are made; a collection takes no time, as all that was before is frozen."""
    # Taking a hook back puts Python's own there, which is not the tests' own.
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    loop = asyncio.get_running_loop()
    handler = loop.get_exception_handler()
    gc.collect()
    gc.freeze()
    with bench() as made:
        yield made
    gc.unfreeze()
    loop.set_exception_handler(handler)


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
    "argument": (
        "begun.set()\n"
        "        wait = threading.Event.wait\n"
        "        threading.Thread(target=wait, args=(go_on,), name='poller').start()"
    ),
    "daemon": "threading.Thread(target=poll, name='poller', daemon=True).start()",
    "thread": (
        "start = threading.Thread(target=poll, name='poller').start\n"
        "        threading.Thread(target=start).start()"
    ),
    "module": "_thread.start_new_thread(poll, ())",
    "pool": "ThreadPoolExecutor(1, 'poller').submit(poll)",
}


@pytest.mark.parametrize("start", THREADS)
async def test_thread_that_runs_is_named(lab: Bench, blockbuster: BlockBuster, start: str) -> None:
    blockbuster.deactivate()  # the plugin's code waits until its thread has begun
    code = f"""if True:
        import _thread, threading
        from concurrent.futures import ThreadPoolExecutor
        class Gate(threading.Event): ...
        begun, go_on = threading.Event(), Gate()
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
    told = f"thread {name!r} still runs: join it in teardown"
    if start == "module":
        told = "thread without a name still runs: end it in teardown"
    assert lines == (told,)
    assert alive


async def test_thread_without_a_name_that_is_another_s_is_let_alone(
    lab: Bench, blockbuster: BlockBuster
) -> None:
    blockbuster.deactivate()
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        go_on.wait()

    _thread.start_new_thread(wait, ())
    begun.wait()

    assert remedy(lab.run("def roll(): ...")) == ()
    go_on.set()


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
    origin = Origin(generation)

    def kept() -> list[str]:
        places = logging.Logger.manager.loggerDict, linecache.cache, inspect_cache()
        return [key for place in places for key in place if origin.name in key]

    assert len(kept()) == 4
    remedy(generation)

    assert kept() == []


def inspect_cache() -> dict[str, str]:
    cache: dict[str, str] = vars(inspect)["_filesbymodname"]
    return cache


async def test_module_of_a_line_is_that_of_the_generation_that_lives(lab: Bench) -> None:
    def module_of_f(generation: Generation) -> object:
        return inspect.getmodule(vars(generation.main)["f"].__code__)

    old = lab.run("def f(): ...")
    module_of_f(old)
    lab.retire(old)

    new = lab.run("def f(): ...")

    assert module_of_f(new) is new.main
    lab.retire(new)


async def test_generation_that_left_nothing_behind_gets_no_line(lab: Bench) -> None:
    assert remedy(lab.run("class K: ...\ndef f(): ...")) == ()


async def test_what_others_registered_stays(lab: Bench) -> None:
    """Another generation of the same plugin, above all: the one that takes over."""
    pins = ("marshmallow", "atexit function", "call_later", "loop's signal handler")
    code = "".join(PINS[pin].code for pin in pins)
    code += "\nimport sys\ntry: 1 / 0\nexcept Exception as error: sys.last_exc = error"
    old = lab.run(code)
    new = lab.run(code)

    remedy(old)

    cfg = vars(new.main)["Cfg"]
    assert marshmallow.class_registry.get_class("Cfg") is cfg
    assert isinstance(vars(sys)["last_exc"], ZeroDivisionError)
    assert {
        "taken back: atexit function save, which will not run",
        "taken back: timer of tick",
        "taken back: the loop's handler of SIGUSR2",
    } == {*remedy(new)}


async def test_hooks_that_a_thread_noted_are_forgotten(lab: Bench) -> None:
    generation = lab.run(PINS["sys.excepthook"].code + PINS["threading.excepthook"].code)
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()

    witness = lab.retire(generation)
    del generation
    alive = survivors([witness])
    end.set()
    thread.join()

    assert alive == ()


async def test_finalizer_runs_as_its_generation_ends(lab: Bench) -> None:
    code = """if True:
        import weakref
        class Pool: ...
        pool, ran = Pool(), []
        def clean(name): ran.append(name)
        weakref.finalize(pool, clean, "pool")
        weakref.finalize(pool, lambda: 1 / 0)
    """
    generation = lab.run(code)
    ran = vars(generation.main)["ran"]

    lines = remedy(generation)

    assert ran == ["pool"]
    assert lines == ("not taken back: finalizer <lambda>: ZeroDivisionError: division by zero",)


async def test_warning_that_a_module_has_seen_is_forgotten(
    lab: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """if True:
        import warnings
        class Old(UserWarning): ...
        def roll(): warnings.warn("use cast", Old, stacklevel=2)
    """
    generation = lab.run(code)
    shelf = types.ModuleType("shelf")
    monkeypatch.setitem(sys.modules, "shelf", shelf)
    monkeypatch.setitem(sys.modules, "not a module", None)
    exec("def use(roll): roll()", vars(shelf))  # noqa: S102  code of another module
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("default")
        vars(shelf)["use"](vars(generation.main)["roll"])
    seen = vars(shelf)["__warningregistry__"]
    assert any(isinstance(key, tuple) for key in seen)

    remedy(generation)

    assert [*seen] == ["version"]


SHARED_BASE = """
import shelf
from sqlalchemy.orm import Mapped, mapped_column
class Abstract(shelf.Base):
    __abstract__ = True
class Score(Abstract):
    __tablename__ = "scores"
    __table_args__ = {"extend_existing": EXTENDS}
    id: Mapped[int] = mapped_column(primary_key=True)
"""


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, object]:
    """The tables of a declarative base of SQLAlchemy that is no plugin's."""

    class Base(sqlalchemy.orm.DeclarativeBase): ...

    shelf = types.ModuleType("shelf")
    vars(shelf)["Base"] = Base
    monkeypatch.setitem(sys.modules, "shelf", shelf)
    return Base.metadata.tables


async def test_table_on_another_s_base_does_not_hinder_the_next_load(
    lab: Bench, tables: Mapping[str, object]
) -> None:
    code = SHARED_BASE.replace("EXTENDS", "False")
    generation = lab.run(code)
    with pytest.raises(sqlalchemy.exc.InvalidRequestError, match="already defined"):
        lab.run(code)

    lines = remedy(generation)

    assert [line.partition(" of ")[0] for line in lines] == [
        "taken back: table scores on the MetaData"
    ]
    assert [*tables] == []
    lab.run(code)


async def test_table_that_a_newer_generation_has_extended_stays(
    lab: Bench, tables: Mapping[str, object]
) -> None:
    code = SHARED_BASE.replace("EXTENDS", "True")
    old, _new = lab.run(code), lab.run(code)

    assert remedy(old) == ()
    assert [*tables] == ["scores"]


async def test_table_on_the_plugin_s_own_base_is_its_own_affair(lab: Bench) -> None:
    head = "import sqlalchemy.orm\nclass Base(sqlalchemy.orm.DeclarativeBase): ...\n"
    code = SHARED_BASE.replace("EXTENDS", "False").replace("import shelf", head)

    assert remedy(lab.run(code.replace("shelf.", ""))) == ()


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
