"""What has changed between two configurations, and when it takes effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rosey.config.config import Config
from rosey.plugins.loading.settings import is_same


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigDifference:
    """What is another thing in a new configuration than in the old one.

    Attributes:
        sections: Plugins whose settings have changed.
        wanted: Plugins that are to be loaded, and were not.
        unwanted: Plugins that were to be loaded, and are not.
        live: Other settings that a running bot can take over, by their paths.
        at_next_start: Settings that it cannot.
    """

    sections: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    at_next_start: tuple[str, ...] = ()


def difference(old: Config, new: Config, found: Iterable[str] = ()) -> ConfigDifference:
    """Compare two configurations.

    Args:
        old: The one before.
        new: The one after.
        found: The plugins that there are: `enabled` may mean all of them.
    """
    before, after = old.plugins, new.plugins
    configured = dict.fromkeys([*before.plugin_config, *after.plugin_config])
    named = [*(before.enabled or ()), *(after.enabled or ())]
    plugins = dict.fromkeys([*found, *named, *configured])
    return ConfigDifference(
        sections=tuple(
            name
            for name in configured
            if not is_same(before.plugin_config.get(name, {}), after.plugin_config.get(name, {}))
        ),
        wanted=tuple(n for n in plugins if after.wants(n) and not before.wants(n)),
        unwanted=tuple(n for n in plugins if before.wants(n) and not after.wants(n)),
        live=_changed(_live(old), _live(new)),
        at_next_start=start_settings_changed(old, new),
    )


def start_settings_changed(old: Config, new: Config) -> tuple[str, ...]:
    """The settings that differ and take effect only when a bot is started."""
    return _changed(_at_start(old), _at_start(new))


def _live(config: Config) -> dict[str, object]:
    return {
        "command_prefix": config.command_prefix,
        "accounts": config.accounts,
        "flood": config.flood,
        "plugins.hot_reload": config.plugins.hot_reload,
        "plugins.plugin_dirs": config.plugins.plugin_dirs,
        "plugins.limits": config.plugins.limits,
        "plugins.blocking": config.plugins.blocking,
    }


def _at_start(config: Config) -> dict[str, object]:
    return {"connection": config.connection, "storage": config.storage}


def _changed(old: dict[str, object], new: dict[str, object]) -> tuple[str, ...]:
    return tuple(path for path, value in new.items() if value != old[path])
