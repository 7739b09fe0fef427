"""Settings of a plugin that runs, held against its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rosey.plugins.calling.calls import Caller
from rosey.plugins.life.slots import Slot
from rosey.plugins.loading.settings import settings_for


async def settings_of(caller: Caller, slot: Slot, given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that the generation in service would have; a schema is the plugin's own code.

    Args:
        caller: Calls it, within its deadline.
        slot: The plugin, which is loaded.
        given: Its section; what is left out is as its own `config.json` says, or its schema.

    Raises:
        ConfigError: They do not fit.
        Exception: Whatever the schema raises.
    """
    staged = slot.serving
    whole = {**slot.defaults, **given}
    settings: dict[str, Any] = await caller.call(
        staged.ledger, "config_schema", settings_for, type(staged.plugin), whole
    )
    return settings
