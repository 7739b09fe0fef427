"""A reload hands everything over, or leaves everything as it was."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from rosey.errors import PluginLoadError, PluginNotFoundError
from rosey.plugins.life.progress import ReloadReport
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

COUNTER = """
    state_version = {version}
    def __init__(self, bot, config):
        super().__init__(bot, config)
        self.scores = {{}}
    def export_state(self): return {{"scores": self.scores}}
    def import_state(self, state, version):
        self.scores = state["scores"]
        self.imported = version
    @on("win")
    def win(self, event, data): self.scores[data] = self.scores.get(data, 0) + 1
    {more}
    """


def write(folder: Folder, *, version: int = 1, more: str = "") -> None:
    folder.plugin("dice", COUNTER.format(version=version, more=more), head="from rosey import *")


async def reloaded(host: Host, manager: PluginManager, *, fresh: bool = False) -> Any:  # noqa: ANN401  what the event carries
    """Reload dice, and give what is told of it."""
    host.bus.subscribe("plugin.reload*ed", lambda _event, data: host.log.append(data))
    await manager.reload_plugin("dice", fresh=fresh)
    await host.bus.drain()
    return host.log[-1]


async def played(folder: Folder, host: Host, manager: PluginManager) -> Any:  # noqa: ANN401  a plugin of the test's own
    """A plugin that has state."""
    write(folder)
    plugin = await manager.load_plugin("dice")
    await host.bus.emit("win", "ann")
    return plugin


async def test_state_goes_to_the_new_generation_as_its_own_copy(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    old = await played(folder, host, manager)

    told = await reloaded(host, manager)

    new: Any = manager.plugins["dice"]
    assert (new.scores, new.imported, told["state"]) == ({"ann": 1}, 1, "kept")
    assert new.scores is not old.scores


async def test_fresh_reload_drops_the_state(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    await played(folder, host, manager)

    told = await reloaded(host, manager, fresh=True)

    assert (manager.plugins["dice"].scores, told["state"]) == ({}, "fresh")  # type: ignore[attr-defined]  # the plugin's own


async def test_fresh_reload_asks_for_no_state(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin(
        "dice",
        "def export_state(self): 1 / 0\ndef import_state(self, state, version): ...",
    )
    await manager.load_plugin("dice")
    with pytest.raises(PluginLoadError, match="ZeroDivisionError"):
        await manager.reload_plugin("dice")

    assert (await reloaded(host, manager, fresh=True))["state"] == "fresh"


MIGRATIONS = """
    @migrates(1, 2)
    def count(self, state): return {**state, "players": len(state["scores"])}
    @migrates(2, 3)
    async def rename(self, state):
        return {"scores": {name.title(): score for name, score in state["scores"].items()}}
    """


async def test_state_is_migrated_step_by_step(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    await played(folder, host, manager)
    write(folder, version=3, more=MIGRATIONS)

    told = await reloaded(host, manager)

    new: Any = manager.plugins["dice"]
    assert (new.scores, new.imported) == ({"Ann": 1}, 3)
    assert told["state"] == "migrated from 1 to 3"


async def test_missing_migration_refuses_the_reload(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    old = await played(folder, host, manager)
    write(folder, version=4, more=MIGRATIONS)

    with pytest.raises(PluginLoadError, match="no migration leads from state version 3 to 4"):
        await manager.reload_plugin("dice")

    assert manager.get_plugin("dice") is old


async def test_state_that_would_keep_the_old_code_alive_is_refused_with_the_path(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin(
        "dice",
        """
        def export_state(self): return {"scores": [1, Player()]}
        def import_state(self, state, version): ...
        """,
        head="class Player: ...",
    )
    old: Any = await manager.load_plugin("dice")
    serial = manager.slots.get_loaded("dice").serving.generation.serial

    with pytest.raises(PluginLoadError) as caught:
        await manager.reload_plugin("dice")

    assert caught.value.reason.endswith(
        f': state["scores"][1]: a Player of dice generation {serial}; hand over plain data instead'
    )
    assert manager.get_plugin("dice") is old


async def test_plugin_that_exports_nothing_starts_fresh(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    write(folder, more="def export_state(self): return None")
    await manager.load_plugin("dice")

    assert (await reloaded(host, manager))["state"] == "fresh"
    assert not hasattr(manager.plugins["dice"], "imported")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("def export_state(self): ...", "it has export_state without import_state"),
        ('state_version = "2"', "its state_version must be a whole number"),
        ("exclusive = 1", "its exclusive must be True or False"),
    ],
)
async def test_class_that_cannot_hand_over_is_refused(
    folder: Folder, manager: PluginManager, body: str, reason: str
) -> None:
    folder.plugin("dice", body)

    with pytest.raises(PluginLoadError, match=reason):
        await manager.load_plugin("dice")


def test_migration_that_leads_nowhere_is_refused() -> None:
    from rosey.plugins.base import migrates  # noqa: PLC0415  for this test only

    with pytest.raises(ValueError, match=r"migrates\(2, 2\) leads nowhere"):
        migrates(2, 2)


async def test_reload_tells_what_took_how_long(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    await played(folder, host, manager)

    told = await reloaded(host, manager)

    phases = "read import construct setup quiesce export_state import_state on_enable swap"
    assert [*told["duration_s"]] == phases.split()
    assert 0 < told["gate_closed_s"] < sum(told["duration_s"].values())
    assert (told["asked"], told["together"], told["cancelled"]) == (("dice",), ("dice",), 0)
    assert told["file"] == str(folder.path / "dice.py")
    assert told["generation"] == manager.slots.get_loaded("dice").serving.generation.serial


async def test_failed_reload_tells_where_and_begins_its_traceback_in_the_plugin(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    await played(folder, host, manager)
    write(folder, more="async def on_enable(self): self.fail()\n    def fail(self): 1 / 0")

    with pytest.raises(PluginLoadError):
        await reloaded(host, manager)
    await host.bus.drain()

    told = next(entry for entry in host.log if "phase" in entry)
    assert (told["phase"], told["plugin"]) == ("on_enable", "dice")
    assert told["error"].endswith(f"({told['file']}:{told['line']})")
    lines = told["traceback"].splitlines()
    assert lines[1].endswith("in on_enable")
    assert lines[2].strip() == "async def on_enable(self): self.fail()"
    assert lines[-1] == "ZeroDivisionError: division by zero"


async def test_plugin_that_was_unloaded_meanwhile_is_not_reloaded(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = "async def teardown(self): self.bot.waiting.set(); await self.bot.go_on.wait()"
    folder.plugin("dice", body)
    await manager.load_plugin("dice")
    unloading = asyncio.create_task(manager.unload_plugin("dice"))
    await host.waiting.wait()
    reloading = asyncio.create_task(manager.reload_plugins(["dice"]))
    await asyncio.sleep(0)

    host.go_on.set()
    await unloading

    assert isinstance((await reloading)["dice"], PluginNotFoundError)


async def test_timer_keeps_its_rhythm_across_reloads(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "@every(3600)\ndef tick(self): ...")
    await manager.load_plugin("dice")
    rhythm = {**manager.plugins["dice"].ledger.rhythm}

    await manager.reload_plugin("dice")

    assert manager.plugins["dice"].ledger.rhythm == rhythm
    await manager.disable_plugin("dice")
    await manager.enable_plugin("dice")
    assert manager.plugins["dice"].ledger.rhythm["Main.tick every 3600 s"] > max(rhythm.values())


async def test_failed_swap_leaves_the_rhythm_of_timers(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "@every(3600)\ndef tick(self): ...")
    await manager.load_plugin("dice")
    rhythm = {**manager.plugins["dice"].ledger.rhythm}
    folder.plugin(
        "dice",
        """
        async def setup(self): self.provide_service("dice", self)
        async def on_enable(self):
            from rosey.plugins.calling.ownership import current_call
            current_call.set(None)
            self.bot.services.register("dice", 1)
        """,
    )

    with pytest.raises(PluginLoadError, match="'dice' is already provided by rosey"):
        await manager.reload_plugin("dice")

    assert manager.plugins["dice"].ledger.rhythm == rhythm


async def test_what_on_enable_emits_reaches_the_new_version(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """It does not wait for that, as its gate opens only when it has returned."""
    folder.plugin(
        "dice",
        """
        async def on_enable(self): await self.emit_event("ready")
        @on("re*y")
        def note(self, event, data): self.bot.log.append(self)
        """,
    )
    await manager.load_plugin("dice")

    new = await manager.reload_plugin("dice")
    await host.bus.drain()

    assert host.log == [new]


async def test_task_that_does_nothing_but_emit_does_not_hold_up_a_reload(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", '@on("roll")\ndef roll(self, event, data): ...')
    await manager.load_plugin("dice")
    folder.plugin(
        "dice",
        """
        async def setup(self): self.spinning = asyncio.create_task(self.spin())
        async def spin(self):
            for _ in range(100): await self.bot.bus.emit("roll")
        async def on_enable(self): await asyncio.sleep(0.001)
        @on("roll")
        def roll(self, event, data): ...
        """,
    )

    new: Any = await manager.reload_plugin("dice")
    await new.spinning

    assert new.enabled


TRACED = """
    async def setup(self): self.bot.log.append("up")
    async def teardown(self): self.bot.log.append("down")
    async def on_enable(self): {}
    """


async def test_load_that_fails_after_its_setup_is_torn_down(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """It may hold what its ledger does not know of."""
    folder.plugin("dice", TRACED.format("1 / 0"))

    with pytest.raises(PluginLoadError):
        await manager.load_plugin("dice")

    assert host.log == ["up", "down"]


async def test_new_version_that_fails_beside_the_old_one_is_not_torn_down(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    """It might save what is older than what the old one has saved meanwhile."""
    folder.plugin("dice", TRACED.format("..."))
    await manager.load_plugin("dice")
    folder.plugin("dice", TRACED.format("1 / 0"))

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    assert host.log == ["up", "up"]


EXCLUSIVE = """
    exclusive = True
    def __init__(self, bot, config):
        super().__init__(bot, config)
        self.rolls = 0
    async def setup(self):
        assert "port" not in self.bot.log, "the port is taken"
        self.bot.log.append("port")
        self.on_close(lambda: self.bot.log.remove("port"))
        self.db = await self.keep("db", list)
        {setup}
    def export_state(self): return self.rolls
    def import_state(self, state, version): self.rolls = state
    async def teardown(self): {teardown}
    @on("roll")
    def roll(self, event, data): self.rolls += 1
    """


def exclusive(folder: Folder, *, setup: str = "", teardown: str = "...") -> None:
    folder.plugin("dice", EXCLUSIVE.format(setup=setup, teardown=teardown))


async def test_exclusive_plugin_is_stopped_before_its_new_version_is_set_up(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    exclusive(folder)
    old: Any = await manager.load_plugin("dice")
    await host.bus.emit("roll")

    new: Any = await manager.reload_plugin("dice")
    await host.bus.emit("roll")

    assert (new.rolls, old.rolls, host.log) == (2, 1, ["port"])
    assert new.db is old.db
    assert not old.enabled
    await manager.unload_plugin("dice")
    assert host.log == []


async def test_exclusive_plugin_is_set_up_again_where_its_new_version_fails(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    exclusive(folder)
    old: Any = await manager.load_plugin("dice")
    await host.bus.emit("roll")
    db = old.db
    exclusive(folder, setup="1 / 0")

    with pytest.raises(PluginLoadError, match="ZeroDivisionError"):
        await manager.reload_plugin("dice")
    await host.bus.emit("roll")

    serving: Any = manager.plugins["dice"]
    assert (serving is old, old.enabled, host.log) == (True, True, ["port"])
    assert (serving.rolls, serving.db is db) == (2, True)
    assert manager.slots.known("dice").state is PluginState.ENABLED


async def test_exclusive_plugin_that_is_disabled_comes_back_disabled(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    exclusive(folder)
    await manager.load_plugin("dice")
    await manager.disable_plugin("dice")
    exclusive(folder, setup="1 / 0")

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    assert not manager.plugins["dice"].enabled
    assert "Main.roll" not in host.handlers()
    await manager.enable_plugin("dice")
    assert "Main.roll" in host.handlers()


async def test_exclusive_plugin_that_does_not_come_back_has_failed_and_says_both(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    exclusive(folder, setup="if self.bot.commands: raise OSError('in use')")
    await manager.load_plugin("dice")
    host.commands["block"] = print
    exclusive(folder, setup="1 / 0")

    with pytest.raises(PluginLoadError) as caught:
        await manager.reload_plugin("dice")

    assert "ZeroDivisionError" in caught.value.reason
    assert (
        "the old version of dice could not be set up again: OSError: in use" in caught.value.reason
    )
    slot = manager.slots.known("dice")
    assert (slot.state, slot.is_loaded) == (PluginState.FAILED, False)
    assert host.log == []
    host.commands.clear()
    exclusive(folder)
    assert (await manager.reload_plugin("dice")).enabled


async def test_exclusive_plugin_whose_new_version_collides_in_the_swap_comes_back(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    exclusive(folder)
    old = await manager.load_plugin("dice")
    # Somebody else comes to provide it while the new version takes over.
    host.bus.subscribe("go", lambda _event, _data: host.services.register("dice", 1))
    provide = 'self.provide_service("dice", self); await self.bot.bus.emit("go")'
    exclusive(folder, setup=provide)

    with pytest.raises(PluginLoadError, match="'dice' is already provided by rosey"):
        await manager.reload_plugin("dice")
    await host.bus.emit("roll")

    assert manager.get_plugin("dice") is old
    assert (vars(old)["rolls"], host.handlers().count("Main.roll")) == (1, 1)


async def test_exclusive_plugin_whose_teardown_fails_is_replaced_nevertheless(
    folder: Folder, manager: PluginManager, caplog: pytest.LogCaptureFixture
) -> None:
    exclusive(folder, teardown="1 / 0")
    await manager.load_plugin("dice")
    caplog.set_level(logging.WARNING)

    new = await manager.reload_plugin("dice")

    assert new.enabled
    assert caplog.text.count("dice failed in teardown") == 1


async def test_exclusive_plugin_in_quarantine_comes_back_to_it(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    exclusive(folder)
    await manager.load_plugin("dice")
    await manager.handle_plugin_crash("dice", ValueError("odd"))
    exclusive(folder, setup="1 / 0")

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    assert manager.slots.known("dice").state is PluginState.QUARANTINED
    assert not manager.plugins["dice"].enabled
    assert "Main.roll" not in host.handlers()


@pytest.mark.parametrize("times", [1, 2])
async def test_cancelled_reload_of_an_exclusive_plugin_brings_it_back(
    folder: Folder, host: Host, manager: PluginManager, times: int
) -> None:
    """The second time it is cancelled while the old version is set up again."""
    waits = "self.bot.waiting.set(); await self.bot.go_on.wait()"
    exclusive(folder, setup=f"if self.bot.commands: {waits}")
    old = await manager.load_plugin("dice")
    host.commands["block"] = print
    reloading = asyncio.create_task(manager.reload_plugin("dice"))

    for _ in range(times):
        await host.waiting.wait()
        host.waiting.clear()
        reloading.cancel()
    host.go_on.set()
    await asyncio.wait([reloading])

    slot = manager.slots.known("dice")
    assert reloading.cancelled()
    assert slot.state is PluginState.ENABLED
    assert manager.get_plugin("dice") is old


async def test_plugin_is_unloaded_however_many_events_wait_for_it(
    folder: Folder, host: Host, manager: PluginManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.plugin(
        "dice",
        """
        @on("wait")
        async def wait(self, event, data): self.bot.waiting.set(); await self.bot.go_on.wait()
        @on("roll")
        def roll(self, event, data): ...
        """,
    )
    await manager.load_plugin("dice")
    monkeypatch.setattr(manager.slots.known("dice").gate, "most_waiting", 2)
    host.bus.emit_soon("wait")
    await host.waiting.wait()
    # Its task and that of the step begin; then the gate is closed.
    unloading = asyncio.create_task(manager.unload_plugin("dice"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not manager.slots.known("dice").gate.is_open
    rolls = [host.bus.emit_soon("roll", number) for number in range(5)]

    await unloading

    host.go_on.set()
    assert [delivery.handled for delivery in await asyncio.gather(*rolls)] == [()] * 5
    assert manager.slots.known("dice").state is PluginState.UNLOADED


def test_report_says_what_matters_in_lines() -> None:
    report = ReloadReport(
        version="1.0",
        generation=7,
        file="dice.py",
        state="kept",
        asked=("dice",),
        together=("dice", "game"),
        why={"dice": "its cell was run", "game": "it needs dice"},
        duration_s={"read": 0.001, "setup": 0.002},
        gate_closed_s=0.00044,
        cancelled=2,
    )

    assert report.lines == (
        "in 3.0 ms, events waited 0.4 ms; its state: kept",
        "why: its cell was run",
        "at once: dice (its cell was run), game (it needs dice)",
        "2 calls did not finish in time and were cancelled",
    )


async def test_reload_is_logged(
    folder: Folder, manager: PluginManager, caplog: pytest.LogCaptureFixture
) -> None:
    folder.plugin("dice", 'version = "2.0"')
    await manager.load_plugin("dice")
    caplog.set_level(logging.INFO)

    await manager.reload_plugin("dice")

    assert "dice 2.0 is reloaded in " in caplog.text
