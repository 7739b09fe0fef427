"""A plugin that runs from a cell is not reloaded over by a file of its name."""

from __future__ import annotations

import pytest

from rosey.errors import PluginLoadError
from rosey.plugins.following.following import Following
from rosey.plugins.following.sections import Sections
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

CELL = """\
from rosey.plugins import Plugin

class Dice(Plugin):
    name = "dice"
    version = "2.0"
    watch = ["dice.txt"]
"""


@pytest.fixture
async def following(host: Host) -> Following:
    """Follows the folder of a bot in which `dice` runs from a cell."""
    await host.plugin_manager.define_plugin("dice", CELL)
    return Following(host.plugin_manager, Sections(host.bus, host.plugin_manager), lambda _: True)


async def test_saved_file_is_told_once_and_not_run(
    folder: Folder, manager: PluginManager, following: Following, caplog: pytest.LogCaptureFixture
) -> None:
    before = manager.get_plugin("dice")

    file = folder.plugin("dice", 'version = "1.0"')
    await following.follow([file])
    await following.follow([file])

    assert manager.get_plugin("dice") is before
    assert caplog.text.count("dice.py is not followed, as dice runs from <cell dice ") == 1


async def test_file_that_says_the_same_is_not_told(
    folder: Folder, following: Following, caplog: pytest.LogCaptureFixture
) -> None:
    file = folder.write("dice.py", CELL.replace("\n", "\r\n"))

    await following.follow([file])

    assert "is not followed" not in caplog.text


async def test_plugin_stays_when_a_file_of_its_name_goes(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    before = manager.get_plugin("dice")
    file = folder.plugin("dice")
    await following.follow([file])

    file.unlink()
    await following.follow([file])

    assert manager.get_plugin("dice") is before


async def test_file_that_cannot_be_read_is_not_told(
    folder: Folder, manager: PluginManager, following: Following, caplog: pytest.LogCaptureFixture
) -> None:
    file = folder.plugin("dice")
    await manager.discover_plugins()
    file.unlink()
    file.with_name("dice.txt").touch()

    await following.carry_out(await following.look([file.with_name("dice.txt")]))

    assert "is not followed" not in caplog.text


async def test_changed_data_file_runs_the_cell_again(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    folder.plugin("dice", 'version = "1.0"')
    before = manager.get_plugin("dice")

    await following.follow([folder.write("dice.txt", "new")])

    assert manager.get_plugin("dice") is not before
    assert manager.plugins["dice"].version == "2.0"


async def test_broken_cell_is_not_tried_again_when_others_change(
    folder: Folder, manager: PluginManager, following: Following
) -> None:
    file = folder.plugin("scores")
    await following.follow([file])
    needing = CELL + '    dependencies = ["scores"]\n'
    before = await manager.define_plugin("dice", needing)
    with pytest.raises(PluginLoadError):
        await manager.define_plugin("dice", needing + "1 / 0")

    folder.plugin("scores", 'version = "2.0"')
    plan = await following.look([file])

    assert manager.get_plugin("dice") is before
    assert plan.reload == ("scores",)
