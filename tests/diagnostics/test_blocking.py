"""Code that holds the loop is named while it does, and counted afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import subprocess
import sys
import threading
import time
import types
import weakref
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster

from rosey.diagnostics.blocking import BlockingWatch
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Fault
from rosey.plugins.calling.ownership import current_call
from rosey.plugins.ledger import Ledger
from tests.bots import bot_of, write_plugin
from tests.plugins.generations import Bench, bench

ROOT = Path(__file__).parents[2]
NOTICE_S = 0.04
FAULT_S = 0.1

CODE = """
import asyncio, functools, re, threading, time
held = threading.Event()

def sleep(): time.sleep(0.2)

def spin():
    end = time.perf_counter() + 0.2
    while time.perf_counter() < end: pass

def search(): re.match("(a+)+$", "a" * 23 + "b")

def wait(): held.wait(10)

async def in_task(): sleep()

class Dice:
    def roll(self): sleep()
    def __del__(self): sleep()

def drop(): Dice()

def comprehend(): [sleep() for _ in "1"]
"""


@pytest.fixture
def lab(blockbuster: BlockBuster) -> Iterator[Bench]:
    """Where plugins come from that may block."""
    blockbuster.deactivate()
    with bench() as made:
        yield made


class Noted:
    """What a watch has told, on the loop."""

    def __init__(self) -> None:
        self.faults: asyncio.Queue[Fault] = asyncio.Queue()
        self.blocked: asyncio.Queue[tuple[str | None, float]] = asyncio.Queue()
        self.watch = BlockingWatch(
            self.faults.put_nowait,
            lambda plugin, seconds: self.blocked.put_nowait((plugin, seconds)),
            notice_s=NOTICE_S,
            fault_s=FAULT_S,
        )


@pytest.fixture
async def noted() -> AsyncIterator[Noted]:
    """A watch of the test's loop."""
    noted = Noted()
    noted.watch.start()
    yield noted
    await noted.watch.close()


class Lines(logging.Handler):
    """Keeps what a watch logs, and counts down with each line."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self.wanted = 1
        self.enough = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        if len(self.records) == self.wanted:
            self.enough.set()


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the watch logs."""
    handler = Lines()
    log = logging.getLogger("rosey.diagnostics.blocking")
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


def module(lab: Bench) -> types.ModuleType:
    return lab.run(CODE).main


@pytest.mark.parametrize("how", ["sleep", "spin", "search"])
async def test_code_that_blocks_is_a_fault_with_its_stack(
    lab: Bench, noted: Noted, how: str
) -> None:
    asyncio.get_running_loop().call_soon(vars(module(lab))[how])

    fault = await noted.faults.get()

    assert (fault.plugin, fault.where) == ("dice", how)
    assert "BlockingError: held the loop for " in fault.error
    assert "plugins/dice/__init__.py" in fault.traceback.splitlines()[1]
    assert fault.traceback.startswith("Traceback (most recent call last):\n")
    plugin, seconds = noted.blocked.get_nowait()
    assert plugin == "dice"
    assert seconds >= FAULT_S


async def test_code_is_named_while_it_holds_the_loop(
    lab: Bench, noted: Noted, lines: Lines
) -> None:
    names = vars(module(lab))
    names["held"] = lines.enough  # it ends only when it has been told

    names["wait"]()

    (record,) = lines.records
    assert vars(record)["plugin"] == "dice"
    assert "dice has held the loop for 0." in record.getMessage()
    assert " in wait, and sits at\n" in record.getMessage()
    assert "plugins/dice/__init__.py" in record.getMessage()
    assert noted.faults.empty()


async def test_who_holds_the_loop_on_and_on_is_named_again(
    lab: Bench, noted: Noted, lines: Lines
) -> None:
    names = vars(module(lab))
    lines.wanted, names["held"] = 2, lines.enough

    names["wait"]()

    assert len(lines.records) == 2
    assert (await noted.faults.get()).where == "wait"
    _, seconds = noted.blocked.get_nowait()
    assert seconds >= 10 * NOTICE_S


async def test_service_of_another_plugin_is_named_with_who_called_it(
    lab: Bench, noted: Noted
) -> None:
    service = module(lab).Dice().roll
    game = lab.run("def play(roll): (lambda: roll())()", name="game").main

    game.play(service)

    fault = await noted.faults.get()
    assert (fault.plugin, fault.where) == ("dice", "Dice.roll (called by game)")


async def test_import_that_blocks_is_its_plugin_s(lab: Bench, noted: Noted) -> None:
    lab.run("import time\ntime.sleep(0.2)", name="slow")

    fault = await noted.faults.get()

    assert (fault.plugin, fault.where) == ("slow", "<module>")


async def test_finalizer_that_blocks_is_its_plugin_s(lab: Bench, noted: Noted) -> None:
    module(lab).drop()

    assert (await noted.faults.get()).where == "drop"


async def test_task_that_blocks_is_its_plugin_s(lab: Bench, noted: Noted) -> None:
    await asyncio.create_task(module(lab).in_task())

    assert (await noted.faults.get()).where == "in_task"


@pytest.mark.parametrize("is_owned", [True, False])
async def test_code_of_no_plugin_is_that_of_who_let_the_loop_call_it(
    noted: Noted,
    is_owned: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    loop = asyncio.get_running_loop()
    owner = Ledger("dice", Caller(), noted.faults.put_nowait) if is_owned else None
    token = current_call.set((owner, None))
    loop.call_soon(time.sleep, 0.2)
    current_call.reset(token)

    plugin, _ = await noted.blocked.get()

    assert plugin == ("dice" if is_owned else None)
    assert noted.faults.empty() is not is_owned


async def test_loop_that_waits_or_works_in_small_steps_is_not_blocked(
    noted: Noted, lines: Lines
) -> None:
    noted.watch.notice_s = 0.2  # a machine that is busy with other things may pause for less

    async def work() -> None:
        while True:  # noqa: ASYNC110  it waits for nothing
            await asyncio.sleep(0)

    for _ in range(2):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(work(), 0.4)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.4)

    assert lines.records == []


async def test_watch_keeps_nothing_of_the_plugin(lab: Bench, noted: Noted) -> None:
    names = vars(module(lab))
    dice = names["Dice"]()
    gone = weakref.ref(dice)

    dice.roll()
    await noted.faults.get()
    names["sleep"] = lambda: None
    del dice
    gc.collect()

    assert gone() is None


async def test_watch_that_is_told_to_notice_nothing_is_silent(
    lab: Bench, noted: Noted, lines: Lines
) -> None:
    noted.watch.notice_s = float("inf")

    vars(module(lab))["sleep"]()

    assert lines.records == []


def test_thread_ends_with_a_loop_that_was_closed() -> None:
    async def start() -> None:
        BlockingWatch(lambda _: None, notice_s=0.01).start()

    asyncio.run(start())

    (thread,) = (t for t in threading.enumerate() if t.name == "rosey-watch")
    thread.join()


STOPPED = """
import asyncio, logging, os, signal, subprocess, time
from rosey.diagnostics.blocking import BlockingWatch
logging.basicConfig()

def stop():
    subprocess.Popen(["sh", "-c", f"sleep 1; kill -CONT {os.getpid()}"])
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(0.2)  # so that it is seen, for less time than is worth a word

async def main():
    watch = BlockingWatch(print, notice_s=0.35)
    watch.start()
    began = time.perf_counter()
    namespace = {"__name__": "rosey_plugins:dice@1", "stop": stop}
    exec("def handle(): stop()", namespace)
    namespace["handle"]()
    assert time.perf_counter() - began > 1
    await asyncio.sleep(0)
    await watch.close()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not stop processes")
def test_process_that_stood_still_is_nobody_s_fault() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STOPPED], cwd=ROOT, capture_output=True, check=False, text=True
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


SLOW = """
is_awake = True
@command("slow")
async def slow(self, ctx):
    import time
    time.sleep(0.2)
    self.is_awake = False
    await ctx.reply("done")
@every(0.01)
def tick(self):
    if not self.is_awake:
        import time
        self.is_awake = not time.sleep(0.2)
"""


async def test_bots_name_what_blocks_them_and_count_it(
    tmp_path: Path, blockbuster: BlockBuster
) -> None:
    blockbuster.deactivate()
    write_plugin(tmp_path, "snail", SLOW)
    faults: asyncio.Queue[str] = asyncio.Queue()
    async with bot_of(tmp_path) as bot, bot_of(tmp_path / "none"):
        bot.blocking_watch.notice_s, bot.blocking_watch.fault_s = NOTICE_S, FAULT_S
        bot.on("plugin.error", lambda _, data: faults.put_nowait(data["where"]))

        assert await bot.say("!slow") == ["done"]
        told = {await faults.get(), await faults.get()}

        account = bot.plugin_manager.slots.known("snail").account
        assert told == {"snail.slow", "snail.tick"}
        assert account.blocked_s >= 2 * FAULT_S


async def test_loop_in_another_thread_is_watched(lab: Bench) -> None:
    code = module(lab).in_task
    faults: list[Fault] = []

    async def main() -> None:
        is_told = asyncio.Event()
        watch = BlockingWatch(
            faults.append, lambda *_: is_told.set(), notice_s=NOTICE_S, fault_s=FAULT_S
        )
        watch.start()
        await code()
        await is_told.wait()
        await watch.close()

    await asyncio.to_thread(asyncio.run, main())

    assert [fault.where for fault in faults] == ["in_task"]
