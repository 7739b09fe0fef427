"""The settings that a plugin gets: its section of the configuration, held against its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rosey.plugins.base import Plugin
from rosey.plugins.loading.schema import validated

COMMON_SETTINGS = frozenset({"enabled", "auto_reload_on_crash"})
"""Settings that any plugin may have in its section, for the manager to read."""


def settings_for(plugin_class: type[Plugin], values: Mapping[str, Any]) -> dict[str, Any]:
    """Validate settings by what a plugin declares; what the manager reads too is left as it is.

    Returns:
        A copy that is the plugin's own, with defaults filled in.

    Raises:
        ConfigError: With every fault and its path in the bot's configuration.
    """
    schema = plugin_class.config_schema
    settings = {key: own_copy(value) for key, value in values.items()}
    if schema is None:
        return settings
    own = {k: v for k, v in settings.items() if k not in COMMON_SETTINGS or k in schema().fields}
    path = section_path(plugin_class.name)
    return {**settings, **validated(schema, own, path=path, origin=plugin_class.name)}


def section_path(plugin: str) -> str:
    """Where a plugin's settings stand in the configuration."""
    return f"plugins.plugin_config.{plugin}"


def is_same(one: object, other: object) -> bool:
    """Whether two settings mean the same in a file: 1 and true are equal in Python only."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and one == other


def carried_over(
    given: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, Any]:
    """What a plugin has been given, with what has changed in its section: the last word counts.

    Args:
        given: Its settings, some of which may not be from its section.
        old: The section before.
        new: The section after.
    """
    kept = {key: value for key, value in given.items() if key in new or key not in old}
    return {**kept, **{k: v for k, v in new.items() if k not in old or not is_same(v, old[k])}}


def own_copy(value: Any) -> Any:  # noqa: ANN401  a setting of any shape
    """A plugin's own copy: what it changes must be gone with its generation."""
    if isinstance(value, Mapping):
        return {key: own_copy(inner) for key, inner in value.items()}
    return [own_copy(inner) for inner in value] if isinstance(value, list) else value
