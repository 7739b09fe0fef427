"""A twin: a bot with the same settings and code as another, of which nothing is kept."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rosey.bot import Bot
from rosey.chat.model import LOCAL
from rosey.config import Config
from rosey.plugins.life.slots import Slot
from rosey.plugins.loading.sources import SourceKind
from rosey.plugins.manager import PluginManager


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """What it takes to make a twin, here or in another process: it can be pickled.

    Attributes:
        config: That of the bot, but that nothing is kept on disk, no file is followed, nobody but
            the local user is talked to, and no plugin is loaded at the start.
        plugins: Names of what is loaded then, in this order.
        texts: The code of those that are defined by a text, by module.
    """

    config: Config
    plugins: tuple[str, ...]
    texts: Mapping[str, Mapping[str, str]]


def twin_of(bot: Bot, names: Iterable[str] | None = None) -> Twin:
    """Take down what makes a twin of a bot.

    Args:
        bot: The bot, on whose loop this is called.
        names: The plugins that the twin is to have, with those that they need; by default all
            that are loaded.

    Raises:
        PluginNotFoundError: There is no such plugin.
    """
    manager = bot.plugin_manager
    plugins = _with_needs(manager, manager.list_plugins() if names is None else [*names])
    cells = [name for name in plugins if _is_cell(manager.slots.known(name))]
    nothing_loaded = dataclasses.replace(
        bot.config.plugins,
        enabled=(),
        disabled=(),
        hot_reload=False,
        plugin_config={**bot.config.plugins.plugin_config, **_changed_settings(manager)},
    )
    config = dataclasses.replace(
        bot.config,
        origin=f"copy of {bot.config.origin}",
        connection=LOCAL,
        storage=None,
        plugins=nothing_loaded,
        file=None,
    )
    texts = {name: manager.running_source(name) for name in cells}
    return Twin(config=config, plugins=plugins, texts=texts)


@contextlib.asynccontextmanager
async def open_twin(twin: Twin) -> AsyncIterator[Bot]:
    """Run a twin on the running loop, until the `async with` block ends.

    Raises:
        PluginError: One of its plugins cannot be loaded.
    """
    async with Bot(twin.config) as bot:
        for name in twin.plugins:
            if name in twin.texts:
                await bot.define(name, twin.texts[name])
            elif name not in bot.plugin_manager.list_plugins():
                await bot.load(name)
        yield bot


def _with_needs(manager: PluginManager, names: Iterable[str]) -> tuple[str, ...]:
    """Plugins with what they need, as far as that is loaded, in the order of loading."""
    needs, wanted = manager.slots.needs(), {*names}
    while more := {needed for name in wanted for needed in needs.get(name, ())} - wanted:
        wanted |= more
    loaded = [name for name in manager.list_plugins() if name in wanted]
    return (*loaded, *sorted(wanted - {*loaded}))


def _is_cell(slot: Slot) -> bool:
    return slot.is_loaded and slot.source.kind is SourceKind.CELL


def _changed_settings(manager: PluginManager) -> dict[str, Mapping[str, Any]]:
    """Settings that have been changed while the bot ran."""
    slots: Iterable[Slot] = manager.slots
    return {slot.name: slot.config for slot in slots if slot.config is not None}
