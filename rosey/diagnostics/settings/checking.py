"""What a change of settings would do, found out before it is carried out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rosey.diagnostics.settings.dotted import expanded
from rosey.diagnostics.settings.form import config_form, given_to
from rosey.diagnostics.settings.level import as_it_is, as_json
from rosey.diagnostics.settings.model import ConfigForm
from rosey.diagnostics.shown import Shown
from rosey.diagnostics.snapshot import Observed
from rosey.diagnostics.state.changes import StateChange, changes
from rosey.diagnostics.state.texts import Redact
from rosey.errors import ConfigError, ConfigFault
from rosey.plugins.calling.faults import describe
from rosey.plugins.life.validating import settings_of
from rosey.plugins.lifecycle import dependents_of
from rosey.plugins.loading.settings import section_path

ANOTHER = "<another secret>"
"""Stands for a secret that is to be another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigCheck:
    """What a change of a plugin's settings would do; nothing of it is a secret.

    Attributes:
        plugin: Its name.
        faults: All that is wrong with it, each with its path in the plugin's section.
        changes: What would be another thing then; nothing where there are faults.
        reloads: Which plugins would be reloaded too, as they depend on it.
    """

    plugin: str
    faults: tuple[ConfigFault, ...] = ()
    changes: tuple[StateChange, ...] = ()
    reloads: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The same for people."""
        if self.faults:
            return (*map(str, self.faults), f"{self.plugin} would keep its settings")
        if not self.changes:
            return ("nothing would change",)
        too = f", and with it {', '.join(self.reloads)}" if self.reloads else ""
        return (*map(str, self.changes), f"{self.plugin} would be reloaded{too}")


async def check_config(bot: Observed, name: str, wanted: Mapping[str, Any]) -> ConfigCheck:
    """Hold a change against the schema of a loaded plugin; to be awaited on the bot's loop.

    Args:
        bot: The bot.
        name: The plugin.
        wanted: Values by path.

    Raises:
        PluginNotFoundError: It is not loaded.
        PluginStateError: It is not loaded yet, as it waits to be used.
        UsageError: A path leads into what is no group.
    """
    slot = bot.plugin_manager.slots.get_loaded(name)
    given = given_to(bot, slot)
    whole = expanded(wanted, {**slot.defaults, **given})
    try:
        after = await settings_of(bot.bus.caller, slot, {**given, **whole})
        before = await settings_of(bot.bus.caller, slot, given)
        form = await config_form(bot, name)
    except ConfigError as error:
        return ConfigCheck(plugin=name, faults=tuple(_faults(bot, error, name)))
    except Exception as error:  # noqa: BLE001  a schema is the plugin's own code
        fault = ConfigFault(path="", reason=bot.redact(describe(error)))
        return ConfigCheck(plugin=name, faults=(fault,))
    found = _compared(before, after, form, bot.redact)
    needs = bot.plugin_manager.slots.needs()
    reloads = tuple(reversed(dependents_of(name, needs)))
    return ConfigCheck(plugin=name, changes=found, reloads=reloads if found else ())


async def configure(bot: Observed, name: str, wanted: Mapping[str, Any]) -> None:
    """Carry such a change out, by a reload; see `PluginManager.configure_plugin`.

    Raises:
        PluginNotFoundError: It is not loaded.
        PluginStateError: It is not loaded yet, as it waits to be used.
        PluginLoadError: The settings do not fit; the plugin serves on with the old ones.
        UsageError: A path leads into what is no group.
    """
    slot = bot.plugin_manager.slots.get_loaded(name)
    whole = expanded(wanted, {**slot.defaults, **given_to(bot, slot)})
    await bot.plugin_manager.configure_plugin(name, whole)


def _faults(bot: Observed, error: ConfigError, name: str) -> Iterator[ConfigFault]:
    for fault in error.faults:
        path = fault.path.removeprefix(section_path(name)).removeprefix(".")
        yield ConfigFault(path=path, reason=bot.redact(fault.reason))


def _compared(
    before: Mapping[str, Any], after: Mapping[str, Any], form: ConfigForm, redact: Redact
) -> tuple[StateChange, ...]:
    secrets = {setting.path: setting.shown_as for setting in form.leaves() if setting.is_secret}
    old, new = dict(_leaves(before, secrets)), dict(_leaves(after, secrets))
    texts = {path: secrets.get(path) or _text(value, redact) for path, value in old.items()}
    told = {path: _text(value, redact) for path, value in new.items()}
    for path in secrets.keys() & new.keys():
        is_same = path in old and old[path] == new[path]
        told[path] = texts[path] if is_same else ANOTHER
    return changes(texts, told)


def _leaves(
    settings: Mapping[str, Any], whole: Collection[str], path: str = ""
) -> Iterator[tuple[str, Any]]:
    """Settings by path, down to what is no group; a secret is never looked into."""
    for key, value in settings.items():
        below = f"{path}.{key}" if path else str(key)
        if isinstance(value, Mapping) and value and below not in whole:
            yield from _leaves(value, whole, below)
        else:
            yield below, value


def _text(value: object, redact: Redact) -> str:
    text = as_json(value, as_it_is)
    return Shown(redact).repr(value) if text is None else redact(text)
