"""A plugin that nobody uses is unloaded, and goes on where it was when somebody does."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from rosey.plugins.supervision.limits import Limits
from tests.plugins.host import Folder, Host

IDLE = {"unload_after_idle_s": 0.02}

FACTS = {"previous": "enabled", "waits_for": ("event:joined",)}

COUNTER = """
activation = ["event:joined"]
async def setup(self):
    self.count = 0
async def teardown(self):
    self.bot.log.append("teardown")
def export_state(self):
    return {"count": self.count}
def import_state(self, state, version):
    self.count = state["count"]
@on("joined", priority=5)
async def greet(self, event, data):
    self.count += 1
    self.bot.log.append(self.count)
"""


async def loaded(folder: Folder, host: Host, body: str, **options: Any) -> PluginManager:  # noqa: ANN401  those of Folder.plugin
    """Load a plugin that may be unloaded soon."""
    folder.plugin("counter", body, **options)
    await host.plugin_manager.load_plugin("counter", IDLE)
    return host.plugin_manager


async def rests(manager: PluginManager, plugin: str = "counter") -> None:
    """Wait until a plugin is unloaded, and what that takes is over."""
    slot = manager.slots.known(plugin)
    async with asyncio.timeout(10):
        while slot.state is not PluginState.UNLOADED or slot.lock.locked():  # noqa: ASYNC110  nobody is told of the lock
            await asyncio.sleep(0.001)


async def first_error(host: Host) -> str:
    """Wait until a fault is told."""
    async with asyncio.timeout(10):
        while not (errors := await host.errors()):  # noqa: ASYNC110  the bus tells it to plugins
            await asyncio.sleep(0.001)
    error: str = errors[0]["error"]
    return error


async def several_looks(folder: Folder, manager: PluginManager) -> None:
    """Wait until another plugin is unloaded, that may be idle for longer."""
    folder.plugin("patient", "@on('never')\ndef hear(self, event, data): ...")
    await manager.load_plugin("patient", {"unload_after_idle_s": 0.1})
    await rests(manager, "patient")
    await manager.unload_plugin("patient")


# Unloading


async def test_idle_plugin_is_unloaded_and_torn_down(folder: Folder, host: Host) -> None:
    host.bus.subscribe("plugin.unloaded", lambda _event, data: host.log.append(data))
    manager = await loaded(folder, host, COUNTER)

    await rests(manager)
    await host.bus.drain()

    slot = manager.slots.known("counter")
    assert host.log == ["teardown", {"plugin": "counter", **FACTS}]
    assert manager.list_plugins() == []
    assert slot.loaded_at is None
    assert slot.dormant is not None
    assert slot.dormant.waits_for == ("event:joined",)


async def test_its_next_use_finds_the_state_that_it_had(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER)
    await host.bus.emit("joined")
    await rests(manager)

    await host.bus.emit("joined")
    await rests(manager)
    await host.bus.emit("joined")

    assert host.log == [1, "teardown", 2, "teardown", 3]


async def test_state_is_migrated_where_the_code_has_changed(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER)
    await host.bus.emit("joined")
    await rests(manager)
    more = "state_version = 2\n@migrates(1, 2)\ndef up(self, state): return {'count': 40}\n"

    folder.plugin("counter", more + COUNTER, head="from rosey.plugins import migrates")
    await host.bus.emit("joined")

    assert host.log == [1, "teardown", 41]


async def test_state_that_nobody_can_migrate_fails_the_load_until_it_is_dropped(
    folder: Folder, host: Host
) -> None:
    manager = await loaded(folder, host, COUNTER)
    await host.bus.emit("joined")
    await rests(manager)
    folder.plugin("counter", f"state_version = 2\n{COUNTER}")

    await host.bus.emit("joined")
    assert "no migration leads from state version 1 to 2" in str(
        manager.slots.known("counter").error
    )
    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("counter")
    await manager.reload_plugin("counter", fresh=True)
    await host.bus.emit("joined")

    assert host.log == [1, "teardown", 1]


async def test_code_that_takes_no_state_any_more_starts_fresh(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER)
    await rests(manager)
    folder.plugin("counter", COUNTER.replace("port_state", "port_nothing"))

    await host.bus.emit("joined")

    assert host.log == ["teardown", 1]


async def test_plugin_without_state_starts_fresh(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER.replace("port_state", "port_nothing"))
    await host.bus.emit("joined")
    await rests(manager)

    await host.bus.emit("joined")

    assert host.log == [1, "teardown", 1]


async def test_state_that_is_none_starts_fresh(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER.replace('{"count": self.count}', "None"))

    await rests(manager)
    await host.bus.emit("joined")

    assert host.log == ["teardown", 1]


async def test_settings_that_were_given_by_hand_stay(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER)
    await rests(manager)

    await host.bus.emit("joined")

    assert manager.plugins["counter"].config == IDLE


async def test_unloading_what_was_idle_drops_its_state(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER)
    await host.bus.emit("joined")
    await rests(manager)

    await manager.unload_plugin("counter")
    await manager.load_plugin("counter")
    await host.bus.emit("joined")

    assert host.log == [1, "teardown", 1]


async def test_state_is_handed_over_once(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER)
    await host.bus.emit("joined")
    await rests(manager)
    await host.bus.emit("joined")

    await manager.unload_plugin("counter")
    await manager.load_plugin("counter")
    await host.bus.emit("joined")

    assert [entry for entry in host.log if entry != "teardown"] == [1, 2, 1]


async def test_plugin_whose_load_ends_with_the_bot_is_not_looked_at(folder: Folder) -> None:
    host = Host(folder.path)
    manager = host.plugin_manager
    waits = "    self.bot.waiting.set()\n    await self.bot.go_on.wait()\n    self.count = 0"
    folder.plugin("counter", COUNTER.replace("    self.count = 0", waits))
    load = asyncio.create_task(manager.load_plugin("counter", {"unload_after_idle_s": 600}))
    await host.waiting.wait()

    closing = asyncio.create_task(manager.close())
    await asyncio.sleep(0)
    host.go_on.set()
    await asyncio.gather(load, closing)
    await host.bus.drain()
    await host.bus.close()

    assert manager.list_plugins() == []  # and no timer is left: every test is held to that


async def test_events_are_handled_once_each_in_order_while_it_comes_and_goes(
    folder: Folder, host: Host
) -> None:
    body = COUNTER.replace("def export", "async def export").replace(
        "    return", "    await asyncio.sleep(0)\n    return"
    )
    manager = await loaded(folder, host, body)
    slot = manager.slots.known("counter")

    for moment in range(100):
        while not slot.lock.locked() or slot.staged is None:  # noqa: ASYNC110  nobody is told of it
            await asyncio.sleep(0)
        while slot.gate.is_open and slot.lock.locked():  # noqa: ASYNC110  as above
            await asyncio.sleep(0)
        for _ in range(moment % 20):
            await asyncio.sleep(0)
        await host.bus.emit("joined")

    assert [entry for entry in host.log if entry != "teardown"] == [*range(1, 101)]
    assert host.log.count("teardown") > 10


# What is not idle


async def test_plugin_without_the_setting_stays(folder: Folder, host: Host) -> None:
    manager = host.plugin_manager
    folder.plugin("counter", COUNTER)
    await manager.load_plugin("counter")

    await several_looks(folder, manager)

    assert manager.list_plugins() == ["counter"]


@pytest.mark.parametrize(
    "body",
    [
        "@every(60)\ndef tick(self): ...",
        "def setup(self): self.create_task(asyncio.Event().wait())",
        "def setup(self): self.provide_service('numbers', self)",
        "def setup(self): self.bot.bus.add_filter('number', abs)",
    ],
    ids=["timer", "task", "service", "filter"],
)
async def test_plugin_that_may_be_used_unseen_stays(folder: Folder, host: Host, body: str) -> None:
    manager = await loaded(folder, host, f"activation = ['event:joined']\n{body}")

    await several_looks(folder, manager)

    assert manager.list_plugins() == ["counter"]


async def test_plugin_that_others_depend_on_stays_until_these_are_gone(
    folder: Folder, host: Host
) -> None:
    manager = await loaded(folder, host, COUNTER)
    folder.plugin("reader", "dependencies = ['counter']")
    await manager.load_plugin("reader")

    await several_looks(folder, manager)
    assert manager.list_plugins() == ["counter", "reader"]

    await manager.unload_plugin("reader")
    await rests(manager)


async def test_plugin_that_is_needed_by_one_which_is_being_loaded_stays(
    folder: Folder, host: Host
) -> None:
    manager = await loaded(folder, host, COUNTER)
    # It is read first, then it waits for `slow`, and only then it needs what was loaded before.
    folder.plugin("slow", "async def setup(self):\n    await self.bot.go_on.wait()")
    folder.plugin("reader", "dependencies = ['counter', 'slow']")
    loading = asyncio.create_task(manager.load_plugin("reader"))

    await several_looks(folder, manager)
    host.go_on.set()
    await loading

    assert manager.list_plugins() == ["counter", "reader", "slow"]


async def test_plugin_that_is_used_stays(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER)
    loop = asyncio.get_running_loop()

    for _ in range(40):
        await host.bus.emit("joined")
        later = loop.time() + IDLE["unload_after_idle_s"] / 4
        while loop.time() < later:  # noqa: ASYNC110  it is the time that is waited for
            await asyncio.sleep(0)

    assert manager.list_plugins() == ["counter"]
    assert "teardown" not in host.log


async def test_plugin_that_is_at_work_stays(folder: Folder, host: Host) -> None:
    body = "@on('work')\nasync def work(self, event, data): await self.bot.go_on.wait()\n"
    manager = await loaded(folder, host, COUNTER + body)
    work = host.bus.emit_soon("work")

    await several_looks(folder, manager)
    assert manager.list_plugins() == ["counter"]
    assert manager.slots.known("counter").gate.is_open

    host.go_on.set()
    await work
    await rests(manager)


async def test_plugin_that_is_held_stays(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER)
    await manager.holding.hold("counter")

    await several_looks(folder, manager)

    assert manager.list_plugins() == ["counter"]
    await manager.holding.resume("counter")
    await rests(manager)


async def test_plugin_that_is_used_in_the_moment_of_a_look_stays(
    folder: Folder, host: Host
) -> None:
    body = "@on('work')\nasync def work(self, event, data): await self.bot.go_on.wait()\n"
    manager = await loaded(folder, host, COUNTER + body)

    while "rosey-step" not in {task.get_name() for task in asyncio.all_tasks()}:  # noqa: ASYNC110  nobody is told
        await asyncio.sleep(0)
    async with manager.slots.known("counter").lock:
        work = host.bus.emit_soon("work")
        await asyncio.sleep(0)
    host.go_on.set()
    await work

    assert "teardown" not in host.log
    assert manager.list_plugins() == ["counter"]


async def test_disabled_plugin_stays(folder: Folder, host: Host) -> None:
    manager = await loaded(folder, host, COUNTER)
    await manager.disable_plugin("counter")

    await several_looks(folder, manager)
    assert manager.list_plugins() == ["counter"]

    await manager.enable_plugin("counter")
    await rests(manager)


async def test_event_that_comes_while_the_state_is_exported_keeps_it(
    folder: Folder, host: Host
) -> None:
    waits = "    self.bot.waiting.set()\n    await self.bot.go_on.wait()"
    body = COUNTER.replace("def export_state(self):", f"async def export_state(self):\n{waits}")
    manager = await loaded(folder, host, body)
    await host.waiting.wait()

    event = host.bus.emit_soon("joined")
    await asyncio.sleep(0)
    host.go_on.set()
    await event

    assert host.log == [1]
    assert manager.list_plugins() == ["counter"]


async def test_state_that_cannot_be_exported_keeps_it_and_is_reported(
    folder: Folder, host: Host
) -> None:
    manager = await loaded(folder, host, COUNTER.replace('"count": self.count', '"me": self'))

    assert "hand over plain data" in await first_error(host)
    assert manager.list_plugins() == ["counter"]
    await host.bus.emit("joined")
    assert 1 in host.log


async def test_plugin_that_somebody_reloads_at_the_same_time_stays(
    folder: Folder, host: Host
) -> None:
    manager = await loaded(folder, host, COUNTER)
    slot = manager.slots.known("counter")
    async with slot.lock:
        await several_looks(folder, manager)
        assert manager.list_plugins() == ["counter"]

    await rests(manager)


# Without an activation

DECLARED = COUNTER.replace("activation", "unused")


async def test_plugin_without_activation_waits_for_all_that_it_declares(
    folder: Folder, host: Host
) -> None:
    manager = await loaded(folder, host, DECLARED)
    await rests(manager)

    await host.bus.emit("joined")

    assert host.log == ["teardown", 1]


@pytest.mark.parametrize(
    "body",
    [
        "def setup(self): self.on_event('joined', print)",
        "def setup(self): self.register_command('count', print)",
        "",
    ],
    ids=["event", "command", "nothing"],
)
async def test_plugin_that_could_not_be_woken_stays_and_is_named_once(
    folder: Folder, host: Host, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    caplog.set_level(logging.INFO)
    manager = await loaded(folder, host, body)

    await several_looks(folder, manager)

    assert manager.list_plugins() == ["counter"]
    assert [r.message for r in caplog.records if "could load it again" in r.message] == [
        "counter is idle, and stays: not all that it serves with could load it again"
    ]


async def test_what_cannot_stand_in_leaves_the_plugin_where_it_is(folder: Folder) -> None:
    def refuse(_command: object, _ledger: object) -> None:
        raise ValueError("no room")

    host = Host(folder.path)
    manager = host.plugin_manager = PluginManager(host, [folder.path], stand_in=refuse)
    host.bus.subscribe("plugin.error", lambda _event, data: host.log.append(data))
    body = COUNTER.replace('["event:joined"]', '["event:joined", "command:hello"]')
    folder.plugin("counter", body)
    await manager.load_plugin("counter", IDLE)

    assert "no room" in await first_error(host)
    await host.bus.emit("joined")
    await host.close()

    assert 1 in host.log


async def test_plugin_that_had_failed_is_loaded_with_the_settings_it_was_given(
    folder: Folder, host: Host
) -> None:
    manager = await loaded(folder, host, COUNTER)
    await rests(manager)
    folder.plugin("counter", f"{COUNTER}\nraise ValueError")
    await host.bus.emit("joined")
    folder.plugin("counter", COUNTER)

    await manager.reload_plugin("counter")

    assert manager.plugins["counter"].config == IDLE


async def test_limit_of_all_plugins_counts_for_those_that_do_not_say_otherwise(
    folder: Folder, host: Host
) -> None:
    manager = host.plugin_manager
    for name in ("counter", "stayer"):
        folder.plugin(name, COUNTER)
    await manager.load_plugin("counter")
    await manager.load_plugin("stayer", {"limits": {"unload_after_idle_s": None}})

    manager.limits = Limits(unload_after_idle_s=IDLE["unload_after_idle_s"])

    await rests(manager)
    await several_looks(folder, manager)
    assert manager.list_plugins() == ["stayer"]


@pytest.mark.parametrize("value", [0, -1, "soon", None, float("nan")])
async def test_setting_must_be_a_number_above_zero(
    folder: Folder, host: Host, value: object
) -> None:
    folder.plugin("counter", COUNTER)

    with pytest.raises(PluginLoadError, match=r"plugin_config\.counter\.unload_after_idle_s: "):
        await host.plugin_manager.load_plugin("counter", {"unload_after_idle_s": value})
