"""Any two steps at once, the second at any moment of the first, leave a bot that is right."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from rosey.errors import PluginError
from tests.plugins.host import Folder
from tests.plugins.life.trial import NEEDS, bot_on_trial, check, write

pytestmark = pytest.mark.no_loop_debug(reason="it would trace each of a hundred thousand callbacks")

SOON_S = 5.0
"""Less than anything would take that waits for a deadline."""

MOMENTS = range(0, 48, 3) if "ROSEY_SOAK" in os.environ else (0, 16)
"""Turns of the loop between the two; a reload takes some forty. `make soak` tries more."""

FAULTS = {"fail early": "setup", "fail late": "on_enable"}
ONLY_RELOADS = {"reload", "fresh", "configure", "cancel", *FAULTS}
STEPS = (*sorted(ONLY_RELOADS), "load", "unload", "disable", "crash")
PLUGINS = (("scores", "scores"), ("scores", "tally"), ("tally", "scores"), ("port", "port"))

Code = Coroutine[Any, Any, object]


class Bench:
    """A bot on trial, all of whose plugins serve whenever `start_over` has run."""

    def __init__(self, path: Path) -> None:
        self.folder = Folder(path)
        self.versions, self.numbers = itertools.count(), itertools.count()
        self.bot, self.trial = bot_on_trial(path)
        self.manager = self.bot.plugin_manager

    def save(self, name: str, fault: str | None = None) -> None:
        write(self.folder, name, next(self.versions), fault, "raise")

    async def start_over(self) -> None:
        for name in NEEDS:
            self.save(name)
        for name in NEEDS:
            plugin = self.manager.get_plugin(name)
            if plugin is not None and plugin.enabled and plugin.fault[0] is None:
                continue
            if plugin is not None:
                await self.manager.unload_plugin(name, with_dependents=True)
            await self.manager.load_plugin(name)

    def step(self, what: str, name: str) -> Code:
        """One step; the faults of new versions are saved as it begins."""
        manager = self.manager
        if what in FAULTS:
            self.save(name, FAULTS[what])
        codes: dict[str, Callable[[], Code]] = {
            **dict.fromkeys(("reload", *FAULTS), lambda: manager.reload_plugin(name)),
            "fresh": lambda: manager.reload_plugin(name, fresh=True),
            "configure": lambda: manager.configure_plugin(name, {"size": 1}),
            "cancel": lambda: cancelled(manager.reload_plugin(name)),
            "load": lambda: manager.load_plugin(name),
            "unload": lambda: manager.unload_plugin(name, with_dependents=True),
            "disable": lambda: manager.disable_plugin(name),
            "crash": lambda: manager.handle_plugin_crash(name, ValueError("odd")),
        }
        return contained(codes[what]())

    def emit(self) -> int:
        number = next(self.numbers)
        self.bot.bus.emit_soon("number", number)
        return number

    async def do(self, first: Code, second: Code, moment: int) -> range:
        """Do both, with events all the while; gives their numbers."""
        begun = self.emit()
        steps = [asyncio.create_task(first)]
        for turn in range(moment):
            if turn % 4 == 0:
                self.emit()
            await asyncio.sleep(0)
        steps.append(asyncio.create_task(second))
        last = self.emit()
        async with asyncio.timeout(SOON_S):
            await asyncio.gather(*steps)
            # What was cancelled goes on where nobody waits for it.
            await self.manager._steps.settle()  # noqa: SLF001  as said
        return range(begun, last + 1)


async def contained(code: Code) -> None:
    """Do what may be refused."""
    with contextlib.suppress(PluginError):
        await code


async def cancelled(code: Code) -> None:
    """Begin something, and cancel it on its way."""
    task = asyncio.create_task(code)
    for _ in range(18):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture
def no_log() -> Iterator[None]:
    """Log nothing: pytest keeps what is logged, which is much here."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
async def bench(tmp_path: Path, no_log: None) -> AsyncIterator[Bench]:  # noqa: ARG001  it must come first
    made = Bench(tmp_path / "plugins")
    for name in NEEDS:
        made.save(name)
    async with made.bot:
        yield made


@pytest.mark.parametrize("names", PLUGINS, ids="-".join)
@pytest.mark.parametrize("first", [step for step in STEPS if step != "load"])
async def test_two_steps_at_once_leave_a_bot_that_is_right(
    bench: Bench, first: str, names: tuple[str, str]
) -> None:
    for second, moment in itertools.product(STEPS, MOMENTS):
        await bench.start_over()
        if second == "load":
            await bench.manager.unload_plugin(names[1], with_dependents=True)
        before = {name: len(bench.trial.log[name, "early"]) for name in NEEDS}

        sent = await bench.do(bench.step(first, names[0]), bench.step(second, names[1]), moment)

        await check(bench.bot)
        for name, length in before.items():
            came = bench.trial.log[name, "early"][length:]
            assert len({*came}) == len(came)
            assert came == [*sent] or not {first, second} <= ONLY_RELOADS
