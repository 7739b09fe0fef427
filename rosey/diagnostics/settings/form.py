"""The form of a plugin that runs: what there is to set, and how it is set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rosey.diagnostics.settings.by_schema import declared
from rosey.diagnostics.settings.by_value import undeclared
from rosey.diagnostics.settings.level import Level
from rosey.diagnostics.settings.model import ConfigForm, Setting
from rosey.diagnostics.snapshot import Observed
from rosey.errors import PluginError
from rosey.plugins.calling.faults import describe
from rosey.plugins.life.slots import Slot
from rosey.plugins.loading.schema import MASK, Schema
from rosey.plugins.loading.settings import COMMON_SETTINGS, CommonSchema, is_same

_AT_THE_START = "enabled"
"""Says whether a plugin is loaded with the bot: one that runs has nothing of it."""


async def config_form(bot: Observed, name: str) -> ConfigForm:
    """What there is to set of a loaded plugin; to be awaited on the bot's loop.

    Raises:
        PluginNotFoundError: It is not loaded.
        PluginStateError: It is not loaded yet, as it waits to be used.
        PluginError: Its schema fails to tell.
    """
    slot = bot.plugin_manager.slots.get_loaded(name)
    level, ledger = _level(bot, slot), slot.serving.ledger
    try:
        form: ConfigForm = await bot.bus.caller.call(ledger, "config_schema", _form, slot, level)
    except Exception as error:
        reason = bot.redact(describe(error))
        raise PluginError(name, f"the config_schema of {name} cannot be read: {reason}") from error
    return form


def given_to(bot: Observed, slot: Slot) -> Mapping[str, Any]:
    """The settings that the next load of a plugin gets, its own defaults aside."""
    section = bot.plugin_manager.plugin_config.get(slot.name, {})
    return section if slot.config is None else slot.config


def _level(bot: Observed, slot: Slot) -> Level:
    given = given_to(bot, slot)
    section = bot.plugin_manager.plugin_config.get(slot.name, {})
    shown = _covered(given, bot.shown_config(slot.name, given), section)
    return Level(path="", values=given, shown=shown, defaults=slot.defaults, redact=bot.redact)


def _covered(
    given: Mapping[str, Any], shown: Mapping[str, Any], section: Mapping[str, Any]
) -> dict[str, Any]:
    """What people may see, with a mask for what somebody gave by hand in place of a variable.

    Args:
        given: The settings.
        shown: The same, with the names of variables, also where there is something else by now.
        section: What the configuration says.
    """
    seen = dict(shown)
    for key, value in given.items():
        if is_same(shown[key], value) or is_same(value, section.get(key)):
            continue
        below: tuple[Any, Any, Any] = (value, shown[key], section.get(key))
        are_groups = all(isinstance(each, Mapping) for each in below)
        seen[key] = _covered(*below) if are_groups else MASK
    return seen


def _form(slot: Slot, level: Level) -> ConfigForm:
    schema: type[Schema] | None = type(slot.serving.plugin).config_schema
    own = declared(schema(), level) if schema is not None else ()
    known = {setting.path for setting in own}
    common = tuple(s for s in declared(CommonSchema(), level) if _is_common(s, known))
    others = undeclared(level, known | COMMON_SETTINGS)
    return ConfigForm(
        plugin=slot.name, has_schema=schema is not None, settings=(*own, *others), common=common
    )


def _is_common(setting: Setting, own: set[str]) -> bool:
    return setting.path not in own and setting.path != _AT_THE_START
