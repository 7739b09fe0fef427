"""Steps from state to state, refusals, and what they announce."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from rosey.errors import (
    CommandAlreadyRegistered,
    DependencyError,
    PluginError,
    PluginInUseError,
    PluginLoadError,
    PluginNotFoundError,
    PluginStateError,
    StorageError,
)
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host


def state(manager: PluginManager, name: str) -> PluginState:
    """Where a plugin stands."""
    return manager.slots.known(name).state


async def test_states_are_announced_with_facts(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", 'version = "1.2"')
    host.bus.subscribe("plugin.*", lambda event, data: host.log.append((event.name, data)))

    await manager.load_plugin("dice")
    await manager.reload_plugin("dice")
    await manager.unload_plugin("dice")
    await host.bus.drain()

    assert [(n, d) for n, d in host.log if n != "plugin.reloaded"] == [
        ("plugin.loading", {"plugin": "dice", "previous": "discovered"}),
        ("plugin.enabled", {"plugin": "dice", "previous": "loading"}),
        ("plugin.reloading", {"plugin": "dice", "previous": "enabled"}),
        ("plugin.enabled", {"plugin": "dice", "previous": "reloading"}),
        ("plugin.unloaded", {"plugin": "dice", "previous": "enabled"}),
    ]


async def test_failed_reload_is_announced_and_noted(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")
    folder.write("dice.py", "1 / 0")
    host.bus.subscribe("plugin.reload_failed", lambda _event, data: host.log.append(data))

    with pytest.raises(PluginLoadError) as caught:
        await manager.reload_plugin("dice")
    await host.bus.drain()

    (told,) = host.log
    assert (told["plugin"], told["error"]) == ("dice", str(caught.value))
    assert str(manager.slots.known("dice").error) == str(caught.value)


async def test_failed_load_is_announced_and_noted(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.write("dice.py", "1 / 0")
    host.bus.subscribe("plugin.failed", lambda _event, data: host.log.append(data["error"]))

    failures = await manager.load_all()
    await host.bus.drain()

    assert state(manager, "dice") is PluginState.FAILED
    assert host.log == [str(failures["dice"])]


async def test_reload_of_a_failed_plugin_loads_it(folder: Folder, manager: PluginManager) -> None:
    folder.write("dice.py", "1 / 0")
    with pytest.raises(PluginLoadError):
        await manager.load_plugin("dice", {"sides": 6})
    folder.plugin("dice")

    plugin = await manager.reload_plugin("dice")

    assert plugin.config == {"sides": 6}
    assert manager.slots.known("dice").error is None


async def test_changed_settings_reload_the_plugin_with_the_others_kept(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice", {"sides": 6, "count": 1})

    plugin = await manager.configure_plugin("dice", {"count": 2})

    assert plugin.config == {"sides": 6, "count": 2}
    assert (await manager.reload_plugin("dice")).config == plugin.config


async def test_settings_that_do_not_fit_change_nothing(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", "def setup(self):\n    if self.config: 1 / 0\n")
    old = await manager.load_plugin("dice")

    with pytest.raises(PluginLoadError):
        await manager.configure_plugin("dice", {"sides": 6})

    assert manager.get_plugin("dice") is old
    assert (await manager.reload_plugin("dice")).config == {}


async def test_counters_start_anew_with_each_load(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice")
    slot = manager.slots
    await manager.load_plugin("dice")
    await manager.reload_plugin("dice")
    assert slot.known("dice").reloads == 1
    assert slot.known("dice").loaded_at is not None

    await manager.unload_plugin("dice")
    assert slot.known("dice").loaded_at is None
    await manager.load_plugin("dice")

    assert slot.known("dice").reloads == 0


async def test_loaded_plugin_is_not_loaded_again(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice")
    plugin = await manager.load_plugin("dice")

    with pytest.raises(PluginStateError, match="dice is loaded already: reload it"):
        await manager.load_plugin("dice")
    assert await manager.load_all() == {}

    assert manager.plugins == {"dice": plugin}


async def test_load_all_loads_what_is_named_with_what_it_needs(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    folder.plugin("game", 'dependencies = ["dice"]')
    folder.plugin("other")

    failures = await manager.load_all(names=["game", "nothing"])

    assert manager.list_plugins() == ["dice", "game"]
    assert str(failures["nothing"]) == "no plugin named 'nothing' is known"


async def test_load_of_a_plugin_whose_dependency_fails_is_refused_with_it(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("game", 'dependencies = ["dice"]')

    with pytest.raises(DependencyError, match=r"there is no plugin dice \(game -> dice\)"):
        await manager.load_plugin("game")

    assert state(manager, "game") is PluginState.FAILED


async def test_dependencies_that_are_no_literal_are_checked_before_setup(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
        dependencies = ["di" + "ce"]
        async def setup(self): self.bot.log.append("set up")
        """
    folder.plugin("game", body)

    with pytest.raises(DependencyError, match="it needs dice, which is not loaded"):
        await manager.load_plugin("game")

    assert host.log == []


async def test_dependency_that_is_too_old_refuses_its_dependent(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice", 'version = "1.4"')
    folder.plugin("game", 'dependencies = ["dice>=2"]')

    failures = await manager.load_all()

    assert str(failures["game"]) == "game: it needs dice>=2, but dice 1.4 runs"


async def test_cycle_loads_nothing_of_it(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("left", 'dependencies = ["right"]')
    folder.plugin("right", 'dependencies = ["left"]')

    failures = await manager.load_all()

    assert str(failures["right"]) == "right: it depends on itself: right -> left -> right"
    assert manager.list_plugins() == []


async def test_plugin_in_use_is_unloaded_only_with_its_dependents(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    folder.plugin("game", 'dependencies = ["dice"]')
    folder.plugin("league", 'dependencies = ["game"]')
    await manager.load_all()

    with pytest.raises(PluginInUseError, match="dice is needed by league, game") as caught:
        await manager.unload_plugin("dice")
    assert caught.value.dependents == ("league", "game")
    assert len(manager.plugins) == 3

    await manager.unload_plugin("dice", with_dependents=True)

    assert manager.plugins == {}


async def test_plugins_that_import_each_other_are_unloaded_together(
    folder: Folder, manager: PluginManager
) -> None:
    body = """
        async def setup(self): self.on_event("meet", self.meet)
        def meet(self, event, data): import rosey_plugins.{}
        """
    folder.plugin("left", body.format("right"))
    folder.plugin("right", body.format("left"))
    await manager.load_all()
    await manager.plugins["left"].emit_event("meet")

    with pytest.raises(PluginInUseError):
        await manager.unload_plugin("left")
    await manager.unload_plugin("left", with_dependents=True)

    assert manager.plugins == {}


@pytest.mark.parametrize("step", ["reload", "unload", "enable", "disable"])
async def test_step_of_a_plugin_that_is_not_loaded_is_refused(
    folder: Folder, manager: PluginManager, step: str
) -> None:
    folder.plugin("dice")
    folder.plugin("dices")
    await manager.load_plugin("dices")

    with pytest.raises(PluginNotFoundError, match=r"'dice' is loaded; did you mean dices\?"):
        await getattr(manager, f"{step}_plugin")("dice")


async def test_enabled_and_disabled_plugins_stay_what_they_are(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")
    with pytest.raises(PluginStateError, match="dice is enabled already"):
        await manager.enable_plugin("dice")

    await manager.disable_plugin("dice")

    with pytest.raises(PluginStateError, match="dice is disabled: it cannot become disabled"):
        await manager.disable_plugin("dice")


async def test_failing_on_enable_leaves_the_plugin_disabled(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin(
        "dice",
        "async def on_enable(self):\n    if hasattr(self, 'seen'): 1 / 0\n    self.seen = 1\n",
    )
    plugin = await manager.load_plugin("dice")
    await manager.disable_plugin("dice")

    with pytest.raises(PluginError, match="dice cannot be enabled: ZeroDivisionError"):
        await manager.enable_plugin("dice")

    assert state(manager, "dice") is PluginState.DISABLED
    assert not plugin.enabled


async def test_failing_on_disable_is_reported(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", "async def on_disable(self): 1 / 0")
    await manager.load_plugin("dice")

    await manager.disable_plugin("dice")

    assert state(manager, "dice") is PluginState.DISABLED
    assert [error["where"] for error in await host.errors()] == ["on_disable"]


async def test_failing_teardown_is_logged(
    folder: Folder, manager: PluginManager, caplog: pytest.LogCaptureFixture
) -> None:
    folder.plugin("dice", "async def teardown(self): 1 / 0")
    await manager.load_plugin("dice")

    await manager.unload_plugin("dice")

    assert "dice failed in teardown: ZeroDivisionError: division by zero" in caplog.text


async def test_what_a_failed_setup_leaves_behind_is_logged(
    folder: Folder, manager: PluginManager, caplog: pytest.LogCaptureFixture
) -> None:
    body = (
        "async def setup(self):\n    self.on_close(lambda: 1 / 0, label='door')\n    raise OSError"
    )
    folder.plugin("dice", body)

    with pytest.raises(PluginLoadError, match="OSError"):
        await manager.load_plugin("dice")

    assert "dice left something behind: closer door: division by zero" in caplog.text


async def test_faults_are_kept_with_the_plugin(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", '@on("roll")\ndef roll(self, event, data): 1 / 0')
    await manager.load_plugin("dice")

    for _ in range(30):
        await host.bus.emit("roll")

    slot = manager.slots.known("dice")
    assert (slot.fault_count, len(slot.faults)) == (30, 20)
    assert slot.faults[-1].where == "Main.roll at roll"


async def test_fault_of_nobody_is_kept_nowhere(host: Host) -> None:
    host.bus.subscribe("roll", lambda _event, _data: 1 / 0)

    await host.bus.emit("roll")

    assert [error["plugin"] for error in await host.errors()] == [None]


async def test_crashed_plugin_is_quarantined_with_the_reason(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", '@on("roll")\ndef roll(self, event, data): ...')
    await manager.load_plugin("dice")

    await manager.handle_plugin_crash("dice", ValueError("no dice"))

    assert state(manager, "dice") is PluginState.QUARANTINED
    reason = "dice is quarantined: a crash: ValueError: no dice; "
    assert str(manager.slots.known("dice").error).startswith(reason)
    assert "Main.roll" not in host.handlers()


async def test_quarantined_plugin_can_be_enabled(folder: Folder, manager: PluginManager) -> None:
    folder.plugin("dice")
    plugin = await manager.load_plugin("dice")
    await manager.handle_plugin_crash("dice", ValueError())

    await manager.enable_plugin("dice")

    assert plugin.enabled
    assert manager.slots.known("dice").error is None


async def test_crashed_plugin_is_reloaded_where_its_config_says_so(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    old = await manager.load_plugin("dice", {"auto_reload_on_crash": True})

    await manager.handle_plugin_crash("dice", ValueError())

    assert state(manager, "dice") is PluginState.ENABLED
    assert manager.get_plugin("dice") is not old


async def test_new_version_of_a_quarantined_plugin_serves(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", '@on("roll")\ndef roll(self, event, data): ...')
    await manager.load_plugin("dice")
    await manager.handle_plugin_crash("dice", ValueError("no dice"))

    await manager.reload_plugin("dice")

    assert state(manager, "dice") is PluginState.ENABLED
    assert "Main.roll" in host.handlers()


async def test_refused_version_leaves_a_quarantined_plugin_quarantined(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", '@on("roll")\ndef roll(self, event, data): ...')
    await manager.load_plugin("dice")
    await manager.handle_plugin_crash("dice", ValueError("no dice"))
    folder.write("dice.py", "def (:")

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    assert state(manager, "dice") is PluginState.QUARANTINED
    assert "Main.roll" not in host.handlers()


async def test_version_refused_at_the_swap_leaves_a_quarantined_plugin_quarantined(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice", '@on("roll")\ndef roll(self, event, data): ...')
    old = await manager.load_plugin("dice")
    await manager.handle_plugin_crash("dice", ValueError("no dice"))
    twice = 'self.provide_service("dice", object())\n    self.provide_service("dice", object())'
    folder.plugin("dice", f"async def setup(self):\n    {twice}")

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")

    assert manager.get_plugin("dice") is old
    assert not old.enabled
    assert "Main.roll" not in host.handlers()


async def test_crashed_plugin_that_does_not_reload_is_quarantined(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice", {"auto_reload_on_crash": True})
    folder.write("dice.py", "def (:")

    await manager.handle_plugin_crash("dice", ValueError())

    assert state(manager, "dice") is PluginState.QUARANTINED


async def test_crashed_plugin_that_unloads_itself_meanwhile_is_left_alone(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice", {"auto_reload_on_crash": True})
    folder.write("dice.py", "def (:")

    async def unload(_event: object, _data: object) -> None:
        await manager.unload_plugin("dice")

    host.bus.subscribe("plugin.reloading", unload)
    await manager.handle_plugin_crash("dice", ValueError())
    await host.bus.drain()

    assert state(manager, "dice") is PluginState.UNLOADED


async def test_crash_of_a_plugin_that_is_not_enabled_changes_nothing(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")
    await manager.disable_plugin("dice")

    await manager.handle_plugin_crash("dice", ValueError())
    await manager.handle_plugin_crash("nothing", ValueError())

    assert state(manager, "dice") is PluginState.DISABLED


async def test_unknown_plugin_is_none(manager: PluginManager) -> None:
    assert manager.get_plugin("dice") is None


async def test_events_are_emitted_through_the_manager(host: Host, manager: PluginManager) -> None:
    host.bus.subscribe("roll", lambda _event, data: host.log.append(data))

    delivery = await manager.emit("roll", 6)

    assert (host.log, delivery.event) == ([6], "roll")


async def test_each_plugin_is_prepared_before_its_setup(folder: Folder, host: Host) -> None:
    def prepare(plugin: Any) -> None:  # noqa: ANN401  a class of the test's own
        plugin.storage = "a drawer"

    folder.plugin("dice", "async def setup(self): self.bot.log.append(self.storage)")
    manager = PluginManager(host, [folder.path], prepare=[prepare])

    await manager.load_plugin("dice")
    await manager.close()

    assert host.log == ["a drawer"]


async def test_swap_that_collides_leaves_the_old_version(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
        async def setup(self):
            self.on_event("roll", self.roll)
            self.ledger.take("thing", "it", begin=self.begin, give_back=list)
        def roll(self, event, data): ...
        def begin(self): {}
        """
    folder.plugin("dice", body.format("..."))
    old = await manager.load_plugin("dice")
    folder.plugin("dice", body.format("1 / 0"))

    with pytest.raises(PluginLoadError, match="ZeroDivisionError"):
        await manager.reload_plugin("dice")

    assert manager.get_plugin("dice") is old
    assert old.enabled
    assert host.handlers().count("Main.roll") == 1


async def test_first_swap_that_fails_leaves_nothing(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    body = """
        async def setup(self):
            self.on_event("roll", print)
            self.ledger.take("thing", "it", begin=lambda: 1 / 0, give_back=list)
        """
    folder.plugin("dice", body)
    before = host.handlers()

    with pytest.raises(PluginLoadError, match="ZeroDivisionError"):
        await manager.load_plugin("dice")

    assert host.handlers() == before


def test_errors_of_commands_name_both_plugins() -> None:
    error = CommandAlreadyRegistered("roll", owner="dice", claimant="game")

    assert str(error) == "command 'roll' of game is taken by dice: rename one of the two"


async def test_settings_changed_at_the_same_time_are_all_kept(
    folder: Folder, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")

    await asyncio.gather(
        manager.configure_plugin("dice", {"a": 1}), manager.configure_plugin("dice", {"b": 2})
    )

    assert manager.plugins["dice"].config == {"a": 1, "b": 2}


@pytest.mark.parametrize("attribute", ["version", "description", "author"])
async def test_what_a_plugin_says_of_itself_must_be_text(
    folder: Folder, manager: PluginManager, attribute: str
) -> None:
    folder.plugin("dice", f"{attribute} = 2.0")

    with pytest.raises(PluginLoadError, match=f"its {attribute} must be text"):
        await manager.load_plugin("dice")


async def test_error_of_a_refused_version_keeps_nothing_of_it(
    folder: Folder, host: Host, manager: PluginManager
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")
    failing = "async def setup(self):\n    self.bot.refused = weakref.ref(self)\n    1 / 0"
    folder.plugin("dice", failing, head="import weakref")

    with pytest.raises(PluginLoadError):
        await manager.reload_plugin("dice")
    gc.collect()

    assert vars(host)["refused"]() is None


async def test_what_was_attached_is_released_after_unload_and_failed_load(
    folder: Folder, host: Host
) -> None:
    released: list[str] = []

    async def release(name: str) -> None:
        released.append(name)
        raise StorageError("it does not close")

    manager = PluginManager(host, [folder.path], release=release)
    folder.plugin("dice")
    folder.plugin("quotes", "async def setup(self):\n    1 / 0")
    await manager.load_all()
    await manager.unload_plugin("dice")
    await manager.close()

    assert released == ["quotes", "dice"]
    assert state(manager, "dice") is PluginState.UNLOADED
