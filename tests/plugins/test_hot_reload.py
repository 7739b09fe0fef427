"""Saved plugins are reloaded by themselves, and nothing that a save may hold hurts the bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rosey.plugins.hot_reload import HotReload
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host


@pytest.fixture
async def hot(manager: PluginManager) -> AsyncIterator[HotReload]:
    """Hot reload of the folder's plugins; those called `wild` are not wanted."""
    reload = HotReload(manager, lambda name: name != "wild")
    yield reload
    await reload.close()


async def heard(host: Host, event: str) -> Any:  # noqa: ANN401  the event's own data
    """Wait for an event of the bus."""
    loop = asyncio.get_running_loop()
    said: asyncio.Future[Any] = loop.create_future()
    subscription = host.bus.subscribe(event, lambda _event, data: said.set_result(data))
    try:
        return await asyncio.wait_for(said, 10)
    finally:
        subscription.cancel()


async def test_saved_plugin_is_reloaded(
    folder: Folder, host: Host, manager: PluginManager, hot: HotReload
) -> None:
    folder.plugin("dice", 'version = "1.0"')
    await manager.load_plugin("dice")
    await hot.start()
    reloaded = asyncio.create_task(heard(host, "plugin.reloaded"))
    await asyncio.sleep(0)

    folder.plugin("dice", 'version = "2.0"')

    assert await reloaded == {"plugin": "dice", "version": "2.0"}


async def test_new_plugin_is_loaded_when_its_file_appears(
    folder: Folder, host: Host, manager: PluginManager, hot: HotReload
) -> None:
    await hot.start()
    enabled = asyncio.create_task(heard(host, "plugin.enabled"))
    await asyncio.sleep(0)

    folder.plugin("dice")

    assert (await enabled)["plugin"] == "dice"
    assert manager.list_plugins() == ["dice"]


async def test_save_that_changes_nothing_reloads_nothing(
    folder: Folder, manager: PluginManager, hot: HotReload
) -> None:
    file = folder.plugin("dice")
    before = await manager.load_plugin("dice")

    folder.plugin("dice")
    await hot.follow([file])

    assert manager.get_plugin("dice") is before


async def test_broken_save_is_tried_once_and_its_fix_is_picked_up(
    folder: Folder, host: Host, manager: PluginManager, hot: HotReload
) -> None:
    file = folder.plugin("dice")
    before = await manager.load_plugin("dice")
    host.bus.subscribe("plugin.reload_failed", lambda _event, data: host.log.append(data))

    folder.write("dice.py", "def (:")
    await hot.follow([file])
    await hot.follow([file])
    await host.bus.drain()
    assert manager.get_plugin("dice") is before
    assert len(host.log) == 1

    folder.plugin("dice", 'version = "2.0"')
    await hot.follow([file])
    assert manager.plugins["dice"].version == "2.0"


async def test_plugin_that_failed_to_load_is_loaded_when_it_is_fixed(
    folder: Folder, manager: PluginManager, hot: HotReload
) -> None:
    file = folder.write("dice.py", "def (:")
    await manager.load_all()

    folder.plugin("dice")
    await hot.follow([file])

    assert manager.list_plugins() == ["dice"]


async def test_changed_helper_module_and_defaults_reload_their_package(
    folder: Folder, manager: PluginManager, hot: HotReload
) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    helper = folder.write("dice/helper.py", "A = 1")
    first = await manager.load_plugin("dice")

    folder.write("dice/helper.py", "A = 2")
    await hot.follow([helper])
    second = manager.get_plugin("dice")
    defaults = folder.write("dice/config.json", '{"most": 3}')
    await hot.follow([defaults])

    assert first is not second
    assert manager.plugins["dice"].config == {"most": 3}


async def test_deleted_plugin_is_unloaded_and_loaded_again_when_it_is_back(
    folder: Folder, manager: PluginManager, hot: HotReload
) -> None:
    file = folder.plugin("wild")
    await manager.load_plugin("wild")

    file.unlink()
    await hot.follow([file])
    assert manager.list_plugins() == []

    folder.plugin("wild")
    await hot.follow([file])
    assert manager.list_plugins() == ["wild"]


async def test_deleted_plugin_that_others_need_stays(
    folder: Folder, manager: PluginManager, hot: HotReload, caplog: pytest.LogCaptureFixture
) -> None:
    file = folder.plugin("dice")
    folder.plugin("game", 'dependencies = ["dice"]')
    await manager.load_all()

    file.unlink()
    await hot.follow([file])

    assert manager.list_plugins() == ["dice", "game"]
    assert "dice is needed by game" in caplog.text


async def test_plugin_that_is_not_wanted_or_was_unloaded_stays_so(
    folder: Folder, manager: PluginManager, hot: HotReload
) -> None:
    wild, dice = folder.plugin("wild"), folder.plugin("dice")
    await manager.load_plugin("dice")
    await manager.unload_plugin("dice")

    folder.plugin("dice", 'version = "2.0"')
    await hot.follow([wild, dice])

    assert manager.list_plugins() == []
    assert manager.slots.known("dice").state is PluginState.UNLOADED


async def test_change_elsewhere_and_behind_a_link(
    folder: Folder, manager: PluginManager, hot: HotReload, tmp_path: Path
) -> None:
    real = Folder(tmp_path / "real").plugin("dice", 'version = "1.0"')
    (folder.path / "dice.py").symlink_to(real)
    await manager.load_plugin("dice")

    Folder(real.parent).plugin("dice", 'version = "2.0"')
    await hot.follow([tmp_path / "other"])
    assert manager.plugins["dice"].version == "1.0"
    await hot.follow([real])
    assert manager.plugins["dice"].version == "2.0"


async def test_folder_that_was_replaced_stands_for_its_plugins(
    folder: Folder, manager: PluginManager, hot: HotReload
) -> None:
    folder.plugin("dice", 'version = "1.0"')
    await manager.load_plugin("dice")

    folder.plugin("dice", 'version = "2.0"')
    await hot.follow([folder.path])

    assert manager.plugins["dice"].version == "2.0"


async def test_plugin_that_cannot_be_read_any_more_serves_on(
    folder: Folder, manager: PluginManager, hot: HotReload
) -> None:
    file = folder.plugin("dice", file="dice/__init__.py")
    before = await manager.load_plugin("dice")

    folder.write("dice/config.json", "{")
    await hot.follow([file])

    assert manager.get_plugin("dice") is before
