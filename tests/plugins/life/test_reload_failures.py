"""Wherever a reload fails, the old version serves on with its state, and nothing new is left."""

from __future__ import annotations

import asyncio
import linecache
import logging
import sys
from typing import Any, cast

import marshmallow.class_registry
import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.base import Plugin
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from rosey.plugins.supervision.limits import Limits
from tests.plugins.host import Folder, Host

HEAD = """
    import logging, threading, marshmallow
    logging.getLogger(__name__)
    class Cfg(marshmallow.Schema): ...
    {import_}
    """
BODY = """
    {class_}
    config_schema = Settings
    def __init__(self, bot, config):
        super().__init__(bot, config)
        self.rolls = []
        {construct}
    async def setup(self):
        self.on_event("r*", self.note)
        self.register_command("roll", self.note)
        self.provide_service("dice", self)
        self.bot.bus.add_filter("score", self.score)
        self.create_task(asyncio.Event().wait())
        self.raw = asyncio.create_task(asyncio.Event().wait())
        self.db = await self.keep("db", dict)
        {setup}
    def export_state(self):
        {export_state}
        return self.rolls
    def import_state(self, state, version):
        {import_state}
        self.rolls = state
    async def on_enable(self):
        {on_enable}
    @every(60)
    def tick(self): ...
    @on("roll")
    async def roll(self, event, data): self.rolls.append(data)
    def note(self, event, data): ...
    def score(self, value): return value + 1
    """
SETTINGS = """
    from rosey.plugins.loading.schema import ConfigSchema, fields
    class Settings(ConfigSchema):
        sides = fields.Int(load_default=6)
        {config}
    """
PARTS = ("import_", "class_", "construct", "setup", "export_state", "import_state", "on_enable")
RAISING = {
    "an error": "1 / 0",
    "an exit": "raise SystemExit",
    "a cancellation": "raise asyncio.CancelledError",
    "an interrupt": "raise KeyboardInterrupt",
}
HANGING = "await asyncio.Event().wait()"

FAULTS: dict[str, dict[str, str]] = {
    **{
        f"{what} in {part}": {part: code}
        for part in ("import_", "construct", "setup", "import_state", "on_enable")
        for what, code in RAISING.items()
    },
    "a hang in setup": {"setup": HANGING},
    "a hang in on_enable": {"on_enable": HANGING},
    "another name": {"class_": 'name = "die"'},
    "a version that is no text": {"class_": "version = 2"},
    "a dependency that is not there": {"class_": 'dependencies = ["nothing"]'},
    "a state version without a migration": {"class_": "state_version = 2"},
    "settings that do not fit": {"config": "must = fields.Int(required=True)"},
    "a service of somebody else": {"setup": 'self.provide_service("taken", self)'},
}


class Dice(Plugin):
    """What the plugin has beside what every plugin has."""

    rolls: list[int]
    raw: asyncio.Task[object]


def write(folder: Folder, **faults: str) -> None:
    lines = {**dict.fromkeys((*PARTS, "config"), "..."), **faults}
    head = f"{SETTINGS.format(**lines)}{HEAD.format(**lines)}"
    folder.plugin("dice", BODY.format(**lines), head=head)


def everything(host: Host) -> dict[str, Any]:
    """What a new version could have left somewhere."""
    ledger = host.plugin_manager.plugins["dice"].ledger
    loggers = logging.Logger.manager.loggerDict
    tasks = [task.get_name() for task in asyncio.all_tasks()]
    return {
        "modules": {name for name in sys.modules if "rosey_plugins" in name},
        "subscriptions": [(s.pattern, s.function) for s in host.bus.subscriptions()],
        "services": {n: id(host.services.get(n)) for n in host.services.list_services()},
        "commands": {**host.commands},
        "tasks": {name for name in tasks if not name.startswith("rosey-")},
        "loggers": {name for name in loggers if "rosey_plugins" in name},
        "schemas": {*vars(marshmallow.class_registry)["_registry"]},
        "sources": {
            f: "".join(e[2]) for f, e in linecache.cache.items() if len(e) == 4 and "dice" in f
        },
        "ledger": ledger.entries,
        "kept": ledger.kept.names,
        "rhythm": {**ledger.rhythm},
    }


@pytest.fixture
async def old(folder: Folder, host: Host, manager: PluginManager) -> Dice:
    """A plugin that has state, beside one that has a command and a service."""
    host.plugin_manager.limits = Limits(deadline_s=0.2)
    write(folder)
    plugin = cast("Dice", await manager.load_plugin("dice"))
    host.services.register("taken", 1)
    await host.bus.emit("roll", 1)
    await host.bus.drain()
    return plugin


@pytest.mark.parametrize("fault", FAULTS)
async def test_failed_reload_changes_nothing(
    folder: Folder, host: Host, manager: PluginManager, old: Dice, fault: str
) -> None:
    before = everything(host)
    write(folder, **FAULTS[fault])

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")
    await host.bus.emit("roll", 2)
    await host.bus.drain()

    assert manager.get_plugin("dice") is old
    assert (old.rolls, old.enabled, old.raw.done()) == ([1, 2], True, False)
    assert manager.slots.known("dice").state is PluginState.ENABLED
    assert everything(host) == before


@pytest.mark.parametrize("code", [b"def (", b"\xff\xfe", b"x = '\n", b"if 1:\n\tx\n        y\n"])
async def test_code_that_does_not_compile_changes_nothing(
    folder: Folder, host: Host, manager: PluginManager, old: Dice, code: bytes
) -> None:
    before = everything(host)
    folder.write("dice.py", code)

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    assert manager.get_plugin("dice") is old
    assert everything(host) == before


async def test_file_that_cannot_be_read_changes_nothing(
    folder: Folder, host: Host, manager: PluginManager, old: Dice
) -> None:
    before = everything(host)
    (folder.path / "dice.py").unlink()
    (folder.path / "dice.py").mkdir()

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    assert manager.get_plugin("dice") is old
    assert everything(host) == before


@pytest.mark.parametrize("what", RAISING)
async def test_old_version_that_cannot_export_its_state_keeps_it(
    folder: Folder, host: Host, manager: PluginManager, what: str
) -> None:
    write(folder, export_state=RAISING[what])
    plugin: Any = await manager.load_plugin("dice")
    await host.bus.emit("roll", 1)
    before = everything(host)

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    assert manager.get_plugin("dice") is plugin
    assert vars(plugin)["rolls"] == [1]
    assert everything(host) == before


@pytest.mark.parametrize("what", RAISING)
async def test_failing_teardown_of_the_old_version_undoes_nothing(
    folder: Folder, manager: PluginManager, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    folder.plugin("dice", f"async def teardown(self): {RAISING[what]}")
    old = await manager.load_plugin("dice")
    folder.plugin("dice", 'version = "2.0"')

    new = await manager.reload_plugin("dice")

    assert (new.version, new.enabled, old.enabled) == ("2.0", True, False)
    assert "dice failed in teardown" in caplog.text
