"""Saved plugins are reloaded by themselves, and nothing that a save may hold hurts the bot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.following.following import Following
from rosey.plugins.following.plan import Plan
from rosey.plugins.following.sections import Sections
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host


@pytest.fixture
def following(host: Host) -> Following:
    """Follows the folder's plugins; those called `wild` are not wanted."""
    manager = host.plugin_manager
    return Following(manager, Sections(host.bus, manager), lambda name: name != "wild")


async def test_save_that_changes_nothing_reloads_nothing(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    file = folder.plugin("dice")
    before = await manager.load_plugin("dice")

    folder.plugin("dice")
    await following.follow([file])

    assert manager.get_plugin("dice") is before


async def test_broken_save_is_tried_once_and_its_fix_is_picked_up(
    folder: Folder, host: Host, manager: PluginManager, following: Following
) -> None:
    file = folder.plugin("dice")
    before = await manager.load_plugin("dice")
    host.bus.subscribe("plugin.reload_failed", lambda _event, data: host.log.append(data))

    folder.write("dice.py", "def (:")
    await following.follow([file])
    await following.follow([file])
    await host.bus.drain()
    assert manager.get_plugin("dice") is before
    assert len(host.log) == 1

    folder.plugin("dice", 'version = "2.0"')
    await following.follow([file])
    assert manager.plugins["dice"].version == "2.0"


async def test_plugin_that_failed_to_load_is_loaded_when_it_is_fixed(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    file = folder.write("dice.py", "def (:")
    await manager.load_all()

    folder.plugin("dice")
    await following.follow([file])

    assert manager.list_plugins() == ["dice"]


async def test_changed_helper_module_and_defaults_reload_their_package(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    helper = folder.write("dice/helper.py", "A = 1")
    first = await manager.load_plugin("dice")

    folder.write("dice/helper.py", "A = 2")
    await following.follow([helper])
    second = manager.get_plugin("dice")
    defaults = folder.write("dice/config.json", '{"most": 3}')
    await following.follow([defaults])

    assert first is not second
    assert manager.plugins["dice"].config == {"most": 3}


async def test_deleted_plugin_is_unloaded_and_loaded_again_when_it_is_back(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    file = folder.plugin("wild")
    await manager.load_plugin("wild")

    file.unlink()
    await following.follow([file])
    assert manager.list_plugins() == []

    folder.plugin("wild")
    await following.follow([file])
    assert manager.list_plugins() == ["wild"]


async def test_deleted_plugin_that_others_need_stays(
    folder: Folder, manager: PluginManager, following: Following, caplog: pytest.LogCaptureFixture
) -> None:
    file = folder.plugin("dice")
    folder.plugin("game", 'dependencies = ["dice"]')
    await manager.load_all()

    file.unlink()
    await following.follow([file])

    assert manager.list_plugins() == ["dice", "game"]
    assert "dice is needed by game" in caplog.text


async def test_plugin_that_is_not_wanted_or_was_unloaded_stays_so(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    wild, dice = folder.plugin("wild"), folder.plugin("dice")
    await manager.load_plugin("dice")
    await manager.unload_plugin("dice")

    folder.plugin("dice", 'version = "2.0"')
    await following.follow([wild, dice])

    assert manager.list_plugins() == []
    assert manager.slots.known("dice").state is PluginState.UNLOADED


async def test_change_elsewhere_and_behind_a_link(
    folder: Folder, manager: PluginManager, following: Following, tmp_path: Path
) -> None:
    real = Folder(tmp_path / "real").plugin("dice", 'version = "1.0"')
    (folder.path / "dice.py").symlink_to(real)
    await manager.load_plugin("dice")

    Folder(real.parent).plugin("dice", 'version = "2.0"')
    await following.follow([tmp_path / "other"])
    assert manager.plugins["dice"].version == "1.0"
    await following.follow([real])
    assert manager.plugins["dice"].version == "2.0"


async def test_folder_that_was_replaced_stands_for_its_plugins(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    folder.plugin("dice", 'version = "1.0"')
    await manager.load_plugin("dice")

    folder.plugin("dice", 'version = "2.0"')
    await following.follow([folder.path])

    assert manager.plugins["dice"].version == "2.0"


async def test_plugin_that_cannot_be_read_any_more_serves_on(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    file = folder.plugin("dice", file="dice/__init__.py")
    before = await manager.load_plugin("dice")

    folder.write("dice/config.json", "{")
    await following.follow([file])

    assert manager.get_plugin("dice") is before


async def test_plugin_that_stays_for_others_is_kept_until_they_need_it_no_more(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    dice = folder.plugin("dice")
    game = folder.plugin("game", 'dependencies = ["dice"]')
    await manager.load_all()

    dice.unlink()
    folder.plugin("game")
    outcome = await following.follow([dice, game])

    assert (outcome.reloaded, outcome.unloaded, outcome.failed) == (("game",), ("dice",), {})


async def test_plugins_that_are_gone_are_unloaded_whatever_their_order(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    needs = {"dice": [], "game": ["dice"], "party": ["game"], "year": ["party"]}
    files = [folder.plugin(name, f"dependencies = {others}") for name, others in needs.items()]
    await manager.load_all()

    for file in files:
        file.unlink()
    await following.follow([folder.path])

    assert manager.list_plugins() == []


async def test_plugin_whose_files_are_back_before_it_could_go_is_reloaded(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    dice = folder.plugin("dice")
    folder.plugin("game", 'dependencies = ["dice"]')
    await manager.load_all()
    dice.unlink()
    await following.follow([dice])

    folder.plugin("dice", 'version = "2.0"')
    await following.follow([dice])

    assert manager.plugins["dice"].version == "2.0"


async def test_plugin_that_was_loaded_by_hand_when_it_was_back_may_be_unloaded(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    dice = folder.plugin("dice")
    await manager.load_plugin("dice")
    dice.unlink()
    await following.follow([dice])
    folder.plugin("dice")
    await manager.load_plugin("dice")
    await following.follow([dice])
    await manager.unload_plugin("dice")

    folder.plugin("dice", 'version = "2.0"')
    await following.follow([dice])

    assert manager.list_plugins() == []


async def test_plugin_in_a_folder_that_comes_before_takes_over(
    folder: Folder, manager: PluginManager, following: Following, tmp_path: Path
) -> None:
    folder.plugin("dice", 'version = "1.0"')
    await manager.load_plugin("dice")
    first = Folder(tmp_path / "first")
    manager.plugin_dirs = (first.path, folder.path)

    new = first.plugin("dice", 'version = "2.0"')
    await following.follow([new])

    assert manager.plugins["dice"].version == "2.0"
    assert manager.slots.known("dice").source.path == new


async def test_plugin_that_is_refused_for_what_it_needs_is_not_tried_at_every_save(
    folder: Folder, host: Host, manager: PluginManager, following: Following
) -> None:
    game = folder.plugin("game", 'dependencies = ["dice"]')
    await manager.load_all()
    await host.bus.drain()
    host.bus.subscribe("plugin.failed", lambda _event, data: host.log.append(data))

    folder.plugin("game", 'dependencies = ["dice"]')
    await following.follow([game])
    await host.bus.drain()
    assert host.log == []

    folder.plugin("game")
    await following.follow([game])
    assert manager.list_plugins() == ["game"]


async def test_what_depends_on_a_mended_plugin_is_loaded_with_it_in_order(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    wild = folder.write("wild.py", "def (:")
    folder.plugin("dice", 'dependencies = ["wild"]')
    folder.plugin("game", 'dependencies = ["dice"]')
    folder.plugin("alone", 'dependencies = ["missing"]')
    await manager.load_all()
    assert manager.list_plugins() == []

    folder.plugin("wild")
    outcome = await following.follow([wild])

    assert outcome.loaded == ("wild", "dice", "game")
    assert sorted(manager.list_plugins()) == ["dice", "game", "wild"]


async def test_plugin_that_failed_and_is_not_wanted_stays_so(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    wild, dice = folder.write("wild.py", "def (:"), folder.write("dice.py", "def (:")
    await manager.load_all()

    folder.plugin("wild", 'dependencies = ["dice"]')
    await following.follow([wild])
    await manager.load_all(names=["wild"])
    folder.plugin("dice")
    await following.follow([dice])

    assert manager.list_plugins() == ["dice"]


async def test_settings_given_by_hand_are_kept_when_a_plugin_is_mended(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    file = folder.write("dice.py", "def (:")
    with pytest.raises(PluginLoadError):
        await manager.load_plugin("dice", {"sides": 20})

    folder.plugin("dice")
    await following.follow([file])

    assert manager.plugins["dice"].config == {"sides": 20}


async def test_save_during_a_load_is_followed_after_it(
    folder: Folder, host: Host, manager: PluginManager, following: Following
) -> None:
    body = """
    async def setup(self):
        self.bot.waiting.set()
        await self.bot.go_on.wait()
    """
    file = folder.plugin("dice", body)
    load = asyncio.create_task(manager.load_plugin("dice"))
    await host.waiting.wait()

    folder.plugin("dice", 'version = "2.0"')
    asyncio.get_running_loop().call_later(0.2, host.go_on.set)
    await asyncio.gather(load, following.follow([file]))

    assert manager.plugins["dice"].version == "2.0"


async def test_unreadable_plugin_is_announced_once_and_read_again_when_it_is_as_before(
    folder: Folder, host: Host, manager: PluginManager, following: Following
) -> None:
    folder.plugin("dice", file="dice/__init__.py")
    await manager.load_plugin("dice")
    host.bus.subscribe("plugin.reload_failed", lambda _event, data: host.log.append(data))

    defaults = folder.write("dice/config.json", "{")
    await following.follow([defaults])
    await following.follow([defaults])
    await host.bus.drain()
    assert len(host.log) == 1

    defaults.unlink()
    await following.follow([defaults])
    assert manager.slots.known("dice").error is None


async def test_plugin_that_is_loaded_already_is_not_told_of(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    folder.plugin("dice")
    await manager.load_plugin("dice")

    assert (await following.carry_out(Plan(load=("dice",)))).loaded == ()


async def test_plugin_that_cannot_be_told_stops_nothing(
    folder: Folder, following: Following
) -> None:
    folder.plugin("dice")

    outcome = await following.carry_out(Plan(tell=("unknown",), load=("dice", "missing")))

    assert outcome.loaded == ("dice",)
    assert {*outcome.failed} == {"missing", "unknown"}


async def test_plugin_that_waits_for_its_dependents_is_reloaded_when_they_are_mended(
    folder: Folder, host: Host, manager: PluginManager, following: Following
) -> None:
    dice = folder.plugin("dice", head="def roll(): return 4")
    game = folder.plugin("game", head="from rosey_plugins.dice import roll")
    folder.plugin("other")
    await manager.load_all()
    host.bus.subscribe("plugin.reload_failed", lambda _event, data: host.log.append(data))

    folder.plugin("dice", head="def throw(): return 4")
    assert [*(await following.follow([dice])).failed] == ["dice"]
    await following.follow([folder.plugin("other", 'version = "2.0"')])
    await host.bus.drain()
    assert len(host.log) == 1

    folder.plugin("game", head="from rosey_plugins.dice import throw")
    assert (await following.follow([game])).reloaded == ("game", "dice")


async def test_plugin_that_waits_for_another_version_is_reloaded_with_it(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    dice, game = folder.plugin("dice", 'version = "1.0"'), folder.plugin("game")
    await manager.load_all()

    folder.plugin("game", 'dependencies = ["dice>=2"]')
    assert "dice 1.0 runs" in str((await following.follow([game])).failed["game"])

    folder.plugin("dice", 'version = "2.0"')
    assert (await following.follow([dice])).reloaded == ("dice", "game")


async def test_plugin_with_a_fault_of_its_own_holds_no_other_up(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    dice, game = folder.plugin("dice"), folder.plugin("game", 'dependencies = ["dice"]')
    await manager.load_all()

    folder.write("dice.py", "def (:")
    await following.follow([dice])
    folder.plugin("game", 'dependencies = ["dice"]\nversion = "2.0"')

    assert (await following.follow([game])).reloaded == ("game",)


async def test_name_that_no_file_can_have_disturbs_nothing(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    dice = folder.plugin("dice", r'watch = ["a\0b", "\ud800", "data.txt"]')
    await manager.load_plugin("dice")

    assert following.files == {folder.path, folder.path / "data.txt"}
    await following.follow([dice, Path("a\0b")])
    folder.plugin("dice", 'version = "2.0"')
    await following.follow([dice])
    assert manager.plugins["dice"].version == "2.0"
