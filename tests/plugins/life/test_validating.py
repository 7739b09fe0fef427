"""Settings of a plugin that runs are held against its schema, over its own defaults."""

from __future__ import annotations

import pytest

from rosey.errors import ConfigError
from rosey.plugins.life.validating import settings_of
from rosey.plugins.manager import PluginManager
from tests.plugins.host import Folder, Host

SCHEMA = """
    class config_schema(ConfigSchema):
        sides = fields.Int(load_default=6)
        count = fields.Int(load_default=1)
"""
HEAD = "from rosey.plugins.loading.schema import ConfigSchema, fields\n"


@pytest.fixture
async def dice(folder: Folder, manager: PluginManager) -> str:
    folder.plugin("dice", SCHEMA, file="dice/__init__.py", head=HEAD)
    folder.write("dice/config.json", '{"count": 2}')
    await manager.load_plugin("dice")
    return "dice"


async def test_what_is_left_out_is_as_its_own_file_says_or_its_schema(
    host: Host, manager: PluginManager, dice: str
) -> None:
    slot = manager.slots.get_loaded(dice)

    settings = await settings_of(host.bus.caller, slot, {"sides": "20"})

    assert settings == {"sides": 20, "count": 2}
    assert slot.serving.plugin.config == {"sides": 6, "count": 2}


async def test_what_does_not_fit_is_refused(host: Host, manager: PluginManager, dice: str) -> None:
    with pytest.raises(ConfigError, match="sides"):
        await settings_of(host.bus.caller, manager.slots.get_loaded(dice), {"sides": "many"})
