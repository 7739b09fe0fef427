"""A plugin with an activation is not loaded until it is used, and its first use is not lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from rosey.errors import PluginLoadError, PluginStateError
from rosey.plugins.events import Delivery
from rosey.plugins.idle.dormancy import waiting_for
from rosey.plugins.life import dormant
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.loading.outline import CommandOutline, HandlerOutline, Outline
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

GREETER = """
activation = ["event:joined"]
async def setup(self):
    self.bot.log.append("setup")
@on("joined", priority=5)
async def greet(self, event, data):
    self.bot.log.append(data)
"""

SLOW = """
activation = ["event:joined"]
async def setup(self):
    self.bot.waiting.set()
    await self.bot.go_on.wait()
@on("joined")
async def greet(self, event, data):
    self.bot.log.append(data)
"""

BROKEN = """
activation = ["event:joined"]
async def setup(self):
    self.bot.log.append("tried")
    raise ValueError("no luck")
@on("joined")
async def greet(self, event, data): ...
"""


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try a plugin that could not be loaded again as soon as possible."""
    monkeypatch.setattr(dormant, "FIRST_RETRY_S", 0.001)


async def armed(folder: Folder, host: Host, body: str, **options: Any) -> PluginManager:  # noqa: ANN401  those of Folder.plugin
    """Have a plugin wait to be used."""
    folder.plugin("greeter", body, **options)
    assert await host.plugin_manager.load_all() == {}
    assert host.plugin_manager.list_plugins() == []
    return host.plugin_manager


def state(manager: PluginManager, plugin: str = "greeter") -> PluginState:
    return manager.slots.known(plugin).state


async def arming_again(manager: PluginManager) -> asyncio.Task[Any]:
    """Begin to let the plugin, which is being changed, wait anew."""
    arming = asyncio.create_task(manager.load_all())
    lock = manager.slots.known("greeter").lock._lock  # noqa: SLF001  nobody is told who waits
    before = len(lock._waiters or ())  # noqa: SLF001  as above
    while len(lock._waiters or ()) == before:  # noqa: ASYNC110, SLF001  as above
        await asyncio.sleep(0)
    return arming


def handlers(delivery: Delivery) -> list[str]:
    return [handled.handler for handled in delivery.handled]


# Waiting


async def test_code_does_not_run_before_its_first_use(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, GREETER, head="raise SystemExit")

    slot = manager.slots.known("greeter")
    assert slot.state is PluginState.DISCOVERED
    assert slot.dormant is not None
    assert slot.dormant.waits_for == ("event:joined",)


async def test_other_events_do_not_load_it(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, GREETER)

    await host.bus.emit("left")

    assert manager.list_plugins() == []


async def test_first_event_is_handled_once_by_the_plugin(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, GREETER)

    deliveries = [await host.bus.emit("joined", "ada"), await host.bus.emit("joined", "bob")]

    assert host.log == ["setup", "ada", "bob"]
    assert [handlers(delivery) for delivery in deliveries] == [["Main.greet"]] * 2
    assert state(manager) is PluginState.ENABLED
    assert manager.slots.known("greeter").dormant is None


async def test_event_that_matches_a_pattern_loads_it(folder: Folder, host: Host) -> None:
    body = GREETER.replace('["event:joined"]', '["event:j*"]')
    await armed(folder, host, body)

    await host.bus.emit("joined", "ada")

    assert host.log == ["setup", "ada"]


async def test_events_that_come_while_it_loads_are_handled_in_order(
    folder: Folder, host: Host
) -> None:
    await armed(folder, host, SLOW)

    def emit(first: int) -> list[asyncio.Task[Delivery]]:
        return [host.bus.emit_soon("joined", number) for number in range(first, first + 5)]

    tasks = emit(0)
    await host.waiting.wait()
    tasks += emit(5)
    host.go_on.set()
    while len(tasks) < 1000 and not all(task.done() for task in tasks[:10]):
        tasks += emit(len(tasks))
        await asyncio.sleep(0)
    await asyncio.wait(tasks)

    assert len(tasks) > 15
    assert host.log == [*range(len(tasks))]


async def test_it_is_loaded_at_its_place_among_other_handlers(folder: Folder, host: Host) -> None:
    await armed(folder, host, GREETER)
    host.bus.subscribe("joined", lambda _event, _data: host.log.append("before"), 6)
    host.bus.subscribe("joined", lambda _event, _data: host.log.append("after"), 4)

    await host.bus.emit("joined", "ada")

    assert host.log == ["before", "setup", "ada", "after"]


async def test_event_that_another_handler_has_stopped_does_not_load_it(
    folder: Folder, host: Host
) -> None:
    manager = await armed(folder, host, GREETER)
    host.bus.subscribe("joined", lambda event, _data: event.stop(), 10)

    await host.bus.emit("joined", "ada")

    assert manager.list_plugins() == []


async def test_handler_that_only_setup_knows_gets_the_event_too(folder: Folder, host: Host) -> None:
    body = """
    activation = ["event:joined"]
    async def setup(self):
        self.on_event("joined", self.greet, priority=50)
        self.on_event("joined", self.late, priority=-50)
    async def greet(self, event, data): self.bot.log.append(data)
    async def late(self, event, data): self.bot.log.append("late")
    """
    await armed(folder, host, body)

    await host.bus.emit("joined", "ada")

    assert host.log == ["ada", "late"]


async def test_what_it_emits_at_its_load_was_caused_by_nobody(folder: Folder, host: Host) -> None:
    await armed(folder, host, GREETER.replace('log.append("setup")', 'bus.emit_soon("ready")'))
    host.bus.subscribe("ready", lambda event, _data: host.log.append(event.cause))

    await host.bus.emit("joined", "ada")
    await host.bus.drain()

    assert host.log == [None, "ada"]


# What goes wrong


async def test_load_that_fails_is_tried_once_for_all_who_wait(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, BROKEN)

    tasks = [host.bus.emit_soon("joined", number) for number in range(10)]
    await asyncio.wait(tasks)
    await host.bus.emit("joined", "later")

    assert host.log == ["tried"]
    assert state(manager) is PluginState.FAILED
    assert "no luck" in str(manager.slots.known("greeter").error)


async def test_load_that_failed_is_tried_again_after_a_while(
    folder: Folder, host: Host, at_once: None
) -> None:
    manager = await armed(folder, host, BROKEN)
    await host.bus.emit("joined", "ada")
    folder.plugin("greeter", GREETER)

    await host.closes_gate("greeter")
    await host.bus.emit("joined", "bob")

    assert at_once is None
    assert host.log == ["tried", "setup", "bob"]
    assert state(manager) is PluginState.ENABLED


async def test_others_are_unharmed_by_a_load_that_fails(folder: Folder, host: Host) -> None:
    folder.plugin("parrot", "@on('joined')\nasync def say(self, e, d): self.bot.log.append(d)")
    folder.plugin("greeter", BROKEN)
    await host.plugin_manager.load_all()

    delivery = await host.bus.emit("joined", "ada")

    assert {*host.log} == {"tried", "ada"}
    assert {*handlers(delivery)} == {"Dormant.pass_over", "Main.say"}


async def test_missing_dependency_is_named_at_the_first_use(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, f"dependencies = ['quotes']{GREETER}")

    await host.bus.emit("joined", "ada")

    assert "there is no plugin quotes" in str(manager.slots.known("greeter").error)


async def test_malformed_activation_fails_at_the_start(folder: Folder, host: Host) -> None:
    path = folder.plugin("greeter", 'activation = ["joined"]')

    failures = await host.plugin_manager.load_all()

    assert f"{path}:6" in str(failures["greeter"])
    assert state(host.plugin_manager) is PluginState.FAILED


# Dependencies


async def test_what_it_depends_on_is_loaded_with_it(folder: Folder, host: Host) -> None:
    folder.plugin("quotes", 'activation = ["event:quoted"]')
    manager = await armed(folder, host, f"dependencies = ['quotes']{GREETER}")

    await host.bus.emit("joined", "ada")

    assert manager.list_plugins() == ["greeter", "quotes"]


async def test_it_is_loaded_with_what_depends_on_it(folder: Folder, host: Host) -> None:
    folder.plugin("greeter", GREETER)
    folder.plugin("party", "dependencies = ['greeter']")

    assert await host.plugin_manager.load_all() == {}

    assert host.plugin_manager.list_plugins() == ["greeter", "party"]
    assert host.plugin_manager.slots.known("greeter").dormant is None


async def test_new_version_of_a_plugin_that_needs_it_loads_it(folder: Folder, host: Host) -> None:
    folder.plugin("party")
    folder.plugin("greeter", GREETER)
    await host.plugin_manager.load_all()

    folder.plugin("party", "dependencies = ['greeter']")
    await host.plugin_manager.reload_plugin("party")

    assert host.plugin_manager.list_plugins() == ["greeter", "party"]


async def test_new_version_that_fails_does_not_take_it_away(folder: Folder, host: Host) -> None:
    folder.plugin("party")
    folder.plugin("greeter", GREETER)
    await host.plugin_manager.load_all()

    folder.plugin("party", "dependencies = ['greeter']\nasync def setup(self): raise ValueError")
    with pytest.raises(PluginLoadError):
        await host.plugin_manager.reload_plugin("party")
    await host.bus.emit("joined", "ada")

    assert host.log == ["setup", "ada"]


@pytest.mark.parametrize("emitter", ["quotes", "greeter"])
async def test_setup_does_not_wait_for_a_load_that_waits_for_it(
    folder: Folder, host: Host, emitter: str
) -> None:
    emits = 'self.bot.log.append(len((await self.bot.bus.emit("joined")).handled))'
    setups = dict.fromkeys(("quotes", "greeter"), "pass") | {emitter: emits}
    folder.plugin("quotes", f"async def setup(self):\n    {setups['quotes']}")
    body = GREETER.replace('self.bot.log.append("setup")', setups["greeter"])
    folder.plugin("greeter", f"dependencies = ['quotes']{body}")
    manager = host.plugin_manager
    await manager.load_all(names=["greeter"])

    await manager.load_plugin("greeter" if emitter == "greeter" else "quotes")

    assert host.log == [1]
    assert await host.errors() == []


# By hand


async def test_loading_it_by_hand_loads_it_now(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, GREETER)

    plugin = await manager.load_plugin("greeter")
    await host.bus.emit("joined", "ada")

    assert plugin.enabled
    assert host.log == ["setup", "ada"]


async def test_reloading_it_loads_it(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, GREETER)

    plugin = await manager.reload_plugin("greeter")

    assert manager.plugins == {"greeter": plugin}


async def test_settings_of_a_load_by_hand_count(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, GREETER)

    plugin = await manager.load_plugin("greeter", {"tone": "warm"})

    assert plugin.config == {"tone": "warm"}


async def test_unloading_it_ends_the_wait(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, GREETER)

    await manager.unload_plugin("greeter")
    await host.bus.emit("joined", "ada")

    assert state(manager) is PluginState.UNLOADED
    assert host.log == []
    assert "Dormant.pass_over" not in host.handlers()


async def test_unloading_it_while_it_loads_unloads_it(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, SLOW)
    event = host.bus.emit_soon("joined", "ada")
    await host.waiting.wait()

    unloading = asyncio.create_task(manager.unload_plugin("greeter"))
    await asyncio.sleep(0)
    host.go_on.set()
    await unloading
    await event

    assert state(manager) is PluginState.UNLOADED
    assert manager.list_plugins() == []


@pytest.mark.parametrize(
    "ask", [PluginManager.enable_plugin, PluginManager.disable_plugin], ids=["enable", "disable"]
)
async def test_it_is_neither_enabled_nor_disabled(
    folder: Folder, host: Host, ask: Callable[[PluginManager, str], Any]
) -> None:
    manager = await armed(folder, host, GREETER)

    with pytest.raises(PluginStateError, match="greeter is not loaded yet: it waits for event:jo"):
        await ask(manager, "greeter")


# The bot's end


async def test_bot_that_stops_lets_those_go_who_wait(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, SLOW)
    event = host.bus.emit_soon("joined", "ada")
    await host.waiting.wait()

    closing = asyncio.create_task(manager.close())
    await asyncio.sleep(0)
    host.go_on.set()
    await closing

    assert handlers(await event) == []
    assert "Dormant.pass_over" not in host.handlers()


async def test_event_at_the_very_end_loads_nothing(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, GREETER)

    event = host.bus.emit_soon("joined", "ada")
    await asyncio.sleep(0)  # it has come to the gate
    await manager.close()

    assert handlers(await event) == []
    assert host.log == []


# Another arming


async def test_waiting_goes_on_where_new_code_waits_for_something_else(
    folder: Folder, host: Host
) -> None:
    manager = await armed(folder, host, GREETER)
    folder.plugin("greeter", GREETER.replace("joined", "left"))

    await manager.load_all()
    await host.bus.emit("joined", "ada")
    await host.bus.emit("left", "bob")

    assert host.log == ["setup", "bob"]


async def test_plugin_that_was_unloaded_once_ends_its_wait_without_a_word(
    folder: Folder, host: Host
) -> None:
    manager = await armed(folder, host, GREETER)
    await manager.unload_plugin("greeter")
    await manager.load_all()
    host.bus.subscribe("plugin.*", lambda event, _data: host.log.append(str(event)))

    await manager.unload_plugin("greeter")

    await host.bus.drain()
    assert host.log == []
    assert not manager.slots.known("greeter").is_in_use


async def test_new_code_after_a_failed_load_is_not_failed(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, BROKEN)
    await host.bus.emit("joined", "ada")
    folder.plugin("greeter", GREETER)

    await manager.load_all()

    slot = manager.slots.known("greeter")
    assert (slot.state, slot.error) == (PluginState.UNLOADED, None)
    await host.bus.emit("joined", "bob")
    assert host.log == ["tried", "setup", "bob"]


async def test_event_that_waits_meets_new_code(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, GREETER)
    async with manager.slots.known("greeter").lock:
        arming = await arming_again(manager)
        event = host.bus.emit_soon("joined", "ada")
        await asyncio.sleep(0)

    await arming
    assert handlers(await event) == ["Main.greet"]


async def test_arming_that_comes_too_late_does_nothing(folder: Folder, host: Host) -> None:
    manager = await armed(folder, host, SLOW)
    event = host.bus.emit_soon("joined", "ada")
    await host.waiting.wait()
    arming = await arming_again(manager)
    host.go_on.set()

    assert await arming == {}
    assert handlers(await event) == ["Main.greet"]
    assert manager.list_plugins() == ["greeter"]


async def test_words_that_are_taken_fail_it_with_a_reason(folder: Folder) -> None:
    def refuse(command: CommandOutline, _ledger: object) -> None:
        raise ValueError(f"{command.name} is taken")

    host = Host(folder.path)
    manager = PluginManager(host, [folder.path], stand_in=refuse)
    folder.plugin("greeter", 'activation = ["command:hello"]')

    failures = await manager.load_all()
    await manager.close()

    assert str(failures["greeter"]) == "greeter: it cannot wait to be used: hello is taken"
    assert state(manager) is PluginState.FAILED


# What it waits for

ROLL = CommandOutline(name="roll", aliases=("r",))
SKETCH = Outline(commands=(ROLL,), handlers=(HandlerOutline(event="joined"),))


@pytest.mark.parametrize(
    ("activation", "waits_for"),
    [
        (["command:roll"], ["command:roll"]),
        (["command:R"], ["command:R"]),
        (["event:left"], ["event:left", "command:roll"]),
        (["command:x", "command:x"], ["command:x", "command:roll"]),
        ([], ["command:roll", "event:joined"]),
    ],
)
def test_plugin_waits_for_what_it_says_and_for_commands_that_are_shown(
    activation: list[str], waits_for: list[str]
) -> None:
    assert waiting_for(activation, SKETCH) == tuple(waits_for)
