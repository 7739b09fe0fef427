"""A reload that fails at its n-th await, call or import leaves the old or the new, for each n."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import textwrap
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from rosey.errors import PluginError, PluginLoadError
from tests.bots import bot_of
from tests.plugins.host import Folder
from tests.plugins.life.trial import KINDS, NEEDS, Trial, bot_on_trial, check, write
from tests.plugins.nth import Await, Import

GROUPS = {"scores": ("scores", "tally"), "port": ("port",)}
"""What is reloaded, with all that goes together; port cannot be there twice."""

FAULTS = (None, "setup", "import_state", "on_enable")
"""Where the new version fails by itself, so that the reload fails once more on its way back."""

ERRORS = {"cancel": asyncio.CancelledError, "fail": MemoryError}

PARCEL = {
    "__init__": """
        from __future__ import annotations
        import asyncio, json
        from rosey import Plugin, command
        from . import words
        from .rules.scoring import score
        class Main(Plugin):
            name = "parcel"
            async def setup(self):
                from .late import GREETING
                self.wins = 0
                self.greeting = GREETING
            async def on_enable(self):
                from rosey_plugins.parcel.later import farewell
                self.farewell = farewell
            def export_state(self):
                return self.wins
            def import_state(self, state, version):
                import math
                self.wins = math.floor(state)
            @command("parcel")
            async def tell(self, ctx):
                self.wins += 1
                await ctx.reply(f"{words.VERSION} {score(self.wins)} {self.farewell()}")
        """,
    "words": "import re\nfrom rosey_plugins.parcel.rules import BONUS\nVERSION = 0",
    "rules/__init__": "from decimal import Decimal\nBONUS = Decimal(1)",
    "rules/scoring": "from . import BONUS\nfrom ..words import VERSION\n"
    "def score(wins): return wins * BONUS",
    "late": "import dataclasses\nGREETING = 'hello'",
    "later": "from . import late, words\ndef farewell(): return 'bye'",
}


class Failing(Trial):
    """A trial in which the n-th call that a plugin gets during a reload fails, of all its plugins.

    Attributes:
        number: Counts down to that call; 0 where none fails, or has failed.
        error: What is raised there.
    """

    number = 0
    error: type[BaseException] = ZeroDivisionError

    def reach(self, plugin: Any, phase: str) -> None:  # type: ignore[override]  # noqa: ANN401  it counts, and so is no static method
        super().reach(plugin, phase)
        if self.number:
            self.number -= 1
            if not self.number:
                raise self.error("injected")


class Bench:
    """A bot on trial, of whose plugins one group is reloaded again and again."""

    def __init__(self, path: Path) -> None:
        self._folder = Folder(path)
        self._emitted = 0
        self._versions = itertools.count()
        self.bot, _ = bot_on_trial(path)
        self.trial = self.bot.trial = Failing()

    def save(self, *names: str, fault: str | None = None) -> None:
        """Write the next version of some plugins."""
        version = next(self._versions)
        for name in names:
            write(self._folder, name, version, fault if name == names[-1] else None, "raise")

    async def emit(self) -> None:
        """Emit one more number."""
        await self.bot.bus.emit("number", self._emitted)
        self._emitted += 1

    async def transcript(self) -> tuple[Mapping[str, str], Mapping[str, Any]]:
        """What is said by each plugin, and all else that tells one version from nothing."""
        slots = {slot.name: slot for slot in self.bot.plugin_manager.slots}
        said = {name: " ".join(await self.bot.say(f"!{name}")) for name in slots}
        came = {log: numbers == [*range(self._emitted)] for log, numbers in self.trial.log.items()}
        return said, {
            "taken": {
                name: sorted(map(str, s.serving.ledger.entries)) for name, s in slots.items()
            },
            "states": {name: slot.state for name, slot in slots.items()},
            "unseen": {n: self._emitted - slot.serving.plugin.seen for n, slot in slots.items()},
            "in order": came,
            "services": self.bot.services.list_services(),
            "commands": [(c.name, c.plugin) for c in self.bot.router.commands()],
            "events": [(s.pattern, s.face) for s in self.bot.bus.subscriptions()],
        }

    async def check(self, group: tuple[str, ...], before: Any) -> bool:  # noqa: ANN401  a transcript
        """Make sure that a group is wholly as before or wholly new; says whether it is new."""
        await self.bot.plugin_manager._steps.settle()  # noqa: SLF001  what was cancelled goes on
        await self.emit()
        await check(self.bot)
        said, rest = await self.transcript()
        said_before, rest_before = before
        assert rest == rest_before
        is_other = {name: said[name] != said_before[name] for name in said}
        is_new: bool = is_other[group[0]]
        assert is_other == {name: is_new and name in group for name in is_other}
        return is_new


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path / "plugins")
    made.save(*NEEDS)
    async with made.bot:
        await made.emit()
        yield made


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
async def test_failure_at_any_await_leaves_the_old_or_the_new(
    bench: Bench, group: tuple[str, ...], error: str, fault: str | None
) -> None:
    for number in itertools.count(1):
        before = await bench.transcript()
        bench.save(*group, fault=fault)
        code = bench.bot.plugin_manager.reload_plugin(group[0])
        reload = Await(code, number, ERRORS[error]("injected"))

        with contextlib.suppress(PluginError, ERRORS[error]):
            await reload.run()

        is_new = await bench.check(group, before)
        assert not (is_new and fault)
        if not reload.is_reached:
            assert is_new or fault
            assert number > 5
            return


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
async def test_failure_of_any_call_leaves_the_old_or_the_new(
    bench: Bench, group: tuple[str, ...], kind: str
) -> None:
    bench.trial.error = KINDS[kind]
    for number in itertools.count(1):
        before = await bench.transcript()
        bench.save(*group)
        bench.trial.number = number

        with contextlib.suppress(PluginError):
            await bench.bot.plugin_manager.reload_plugin(group[0])

        is_untouched, bench.trial.number = bench.trial.number > 0, 0
        is_new = await bench.check(group, before)
        if is_untouched:
            assert is_new
            assert number > 7 * len(group)
            return


def write_parcel(folder: Folder, version: int, number: int) -> bool:
    """Write a package whose n-th import fails; gives whether it has so many."""
    spoiling = Import(number)
    for name, text in PARCEL.items():
        source = textwrap.dedent(text).replace("VERSION = 0", f"VERSION = {version}")
        folder.write(f"parcel/{name}.py", spoiling.spoil(source))
    return spoiling.is_reached


def plugin_modules() -> set[str]:
    """What plugins have imported of themselves."""
    return {name for name in sys.modules if "rosey_plugins" in name}


async def test_failure_of_any_import_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "plugins")
    write_parcel(folder, 0, 0)
    async with bot_of(folder.path, plugins={"hot_reload": False}) as bot:
        assert await bot.say("!parcel") == ["0 1 bye"]
        modules, plugin = plugin_modules(), bot.plugin_manager.get_plugin("parcel")
        for number in itertools.count(1):
            if not write_parcel(folder, number, number):
                break
            with pytest.raises(PluginLoadError, match=r"injected \(.*parcel.*\.py:\d+\)$"):
                await bot.reload("parcel")
            assert await bot.say("!parcel") == [f"0 {number + 1} bye"]
            assert plugin_modules() == modules
            assert bot.plugin_manager.get_plugin("parcel") is plugin
        await bot.reload("parcel")
        assert number == 15
        assert await bot.say("!parcel") == [f"{number} {number + 1} bye"]
        assert len(plugin_modules()) == len(modules)
