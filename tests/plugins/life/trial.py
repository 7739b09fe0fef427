"""A real bot whose plugins fail where they are told to, and what must be true of it at any time."""

from __future__ import annotations

import asyncio
import collections
import sys
import textwrap
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rosey.bot import Bot
from rosey.plugins.calling.ownership import current_call
from rosey.plugins.life.slots import Slot
from tests.bots import bot_of
from tests.plugins.host import Folder

NEEDS = {"scores": (), "tally": ("scores",), "port": ()}
"""The plugins, with what each needs; port is exclusive."""

KINDS = {"raise": ZeroDivisionError, "exit": SystemExit, "cancel": asyncio.CancelledError}

BROKEN = {"syntax": "def (", "import": "1 / 0", "class": "class Two(Plugin): name = NAME"}
"""Code that spoils a file."""

SOURCE = """
    import asyncio
    from rosey import ConfigSchema, Plugin, command, every, fields, on
    {head}
    NAME, VERSION = {name!r}, {version}

    class Main(Plugin):
        name = {name!r}
        version = "{version}.0"
        dependencies = {needs}
        exclusive = {exclusive}
        fault = {fault!r}
        {more}

        def __init__(self, bot, config):
            super().__init__(bot, config)
            self.seen = 0
            bot.trial.instances.add(self)
            bot.trial.reach(self, "construct")

        async def setup(self):
            self.seen = 0
            trial = self.bot.trial
            self.line = await self.keep("line", trial.connect, close=trial.disconnect)
            self.provide_service(f"{{NAME}} service", self)
            self.bot.bus.add_filter("who", lambda value: [*value, (NAME, VERSION)])
            self.create_task(asyncio.Event().wait(), name=f"{{NAME}} task")
            asyncio.create_task(asyncio.Event().wait(), name=f"{{NAME}} raw")
            if self.fault[0] == "swap": self.provide_service("blocked", self)
            await self.pass_by("setup")
            trial.occupy(self)

        async def pass_by(self, phase):
            await asyncio.sleep(0)
            self.bot.trial.reach(self, phase)

        async def on_enable(self):
            await self.pass_by("on_enable")
            if self.fault[0] == "swap": self.bot.trial.block(self.bot)
        async def on_disable(self): await self.pass_by("on_disable")
        async def teardown(self):
            self.bot.trial.vacate(self)
            await self.pass_by("teardown")
        async def export_state(self):
            await self.pass_by("export_state")
            return self.seen
        async def import_state(self, state, version):
            await self.pass_by("import_state")
            self.seen = state

        @on("number", priority=5)
        async def early(self, event, data):
            self.bot.trial.log[NAME, "early"].append(data)
            if data % 2: await asyncio.sleep(0)
        @on("num*")
        async def number(self, event, data):
            self.bot.trial.log[NAME, "number"].append(data)
            if data % 3: await asyncio.sleep(0.001)
            self.seen += 1
        @command(f"{{NAME}}")
        async def tell(self, ctx): await ctx.reply(f"{{NAME}} {{VERSION}}")
        @every(0.001)
        async def tick(self): await asyncio.sleep(0)
    """


class Trial:
    """What the plugins of one bot leave behind.

    Attributes:
        log: The numbers that each handler was called with, by plugin and handler.
        instances: The plugins that live.
        lines: What is connected.
    """

    def __init__(self) -> None:
        self.log: dict[tuple[str, str], list[int]] = collections.defaultdict(list)
        self.instances: weakref.WeakSet[Any] = weakref.WeakSet()
        self.lines: list[object] = []
        self._port: weakref.ref[Any] | None = None

    @staticmethod
    def reach(plugin: Any, phase: str) -> None:  # noqa: ANN401  a plugin of the test's own
        """Fail where the plugin is to."""
        at, kind = plugin.fault
        if at == phase:
            raise KINDS[kind]

    def connect(self) -> object:
        """Make something live, for a plugin to keep."""
        self.lines.append(object())
        return self.lines[-1]

    def disconnect(self, line: object) -> None:
        """Close it."""
        self.lines.remove(line)

    @staticmethod
    def block(bot: Bot) -> None:
        """Take, as nobody's, what a plugin is about to provide."""
        current_call.set(None)
        bot.services.register("blocked", "taken")

    def occupy(self, plugin: Any) -> None:  # noqa: ANN401  as above
        """Take what there is one of, if the plugin is exclusive."""
        if plugin.exclusive:
            assert self._port is None, "the port is taken"
            self._port = weakref.ref(plugin)

    def vacate(self, plugin: Any) -> None:  # noqa: ANN401  as above
        """Give it back."""
        if plugin.exclusive:
            assert self._port is not None
            assert self._port() is plugin
            self._port = None


def write(folder: Folder, name: str, version: int, fault: str | None, kind: str) -> None:
    """Write a version of a plugin that fails at `fault`, if anywhere."""
    lines = [f"from rosey_plugins.{needed} import VERSION as OTHER" for needed in NEEDS[name]]
    more = "Schema" if fault == "config" else ""
    text = SOURCE.format(
        head="\n    ".join(lines),
        name=name,
        version=version,
        needs=NEEDS[name],
        exclusive=name == "port",
        fault=(fault, kind),
        more=more and "config_schema = ConfigSchema.from_dict({'a': fields.Int(required=True)})",
    )
    folder.write(f"{name}.py", f"{textwrap.dedent(text)}\n{BROKEN.get(fault or '', '')}")


def bot_on_trial(path: Path) -> tuple[Any, Trial]:
    """A bot that is not started; its plugins are those in a folder."""
    bot: Any = bot_of(path, plugins={"hot_reload": False})
    bot.trial = Trial()
    return bot, bot.trial


async def check(bot: Any) -> None:  # noqa: ANN401  a Bot with a trial
    """Hold what bus, router, registry, loop and loader have against what the ledgers say."""
    slots = bot.plugin_manager.slots.loaded()
    await bot.bus.drain()
    # Timers that were cancelled, or let through a gate, come to run.
    for _ in range(3):
        await asyncio.sleep(0)
    _check_registrations(bot, slots)
    _check_modules(slots)
    _check_tasks(slots)
    for slot in bot.plugin_manager.slots:
        face = (slot.gate.is_open, slot.gate.passing, slot.lock.locked())
        assert face == (True, 0, False), f"{slot.name}: {face}"
    lines = [slot.serving.plugin.line for slot in slots]
    assert sorted(map(id, lines)) == sorted(map(id, bot.trial.lines))
    told = await bot.bus.apply_filters("who", [])
    assert told == [(s.name, _version(s)) for s in slots if s.serving.plugin.enabled]
    for slot in slots:
        for needed in NEEDS[slot.name]:
            met = sys.modules[type(slot.serving.plugin).__module__].OTHER
            assert met == _version(bot.plugin_manager.slots.known(needed))


def _check_registrations(bot: Bot, slots: Iterable[Slot]) -> None:
    taken: dict[str, list[tuple[str, str]]] = collections.defaultdict(list)
    for slot in slots:
        for entry in slot.serving.ledger.entries:
            if entry.is_active:
                taken[entry.kind].append((slot.name, entry.label))
    subscriptions = [
        (s.owner.name, f"{s.pattern} ({s.face.handler})")
        for s in bot.bus.subscriptions()
        if s.owner is not None
    ]
    commands = [(c.owner.name, c.name) for c in bot.router.commands() if c.owner is not None]
    services = [(bot.services.info(n), n) for n in bot.services.list_services()]
    assert sorted(subscriptions) == sorted(taken["subscription"])
    assert sorted(commands) == sorted(taken["command"])
    assert sorted((info.provider, n) for info, n in services if info) == sorted(taken["service"])
    ledgers = {slot.serving.ledger for slot in slots}
    assert {s.owner for s in bot.bus.subscriptions()} - {None} <= ledgers
    for slot in slots:
        assert bot.services.get(f"{slot.name} service") is slot.serving.plugin


def _check_modules(slots: Iterable[Slot]) -> None:
    loaded = [name for name in sys.modules if name.startswith("rosey_plugins:")]
    assert sorted(loaded) == sorted(slot.serving.generation.name for slot in slots)
    for slot in slots:
        assert sys.modules[f"rosey_plugins.{slot.name}"] is slot.serving.generation.main


def _check_tasks(slots: Iterable[Slot]) -> None:
    running = collections.Counter(task.get_name() for task in asyncio.all_tasks())
    for slot in slots:
        names = [f"{slot.name} task", f"{slot.name} raw"]
        assert [running[name] for name in names] == [1, 1]
    ticking = sum(slot.serving.plugin.enabled for slot in slots)
    assert running["Main.tick"] == ticking


def _version(slot: Slot) -> int:
    return int(slot.serving.plugin.version.partition(".")[0])
