"""The settings that a plugin gets: its section of the configuration, held against its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rosey.plugins.base import Plugin
from rosey.plugins.schema import validated

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
    settings = {key: _copied(value) for key, value in values.items()}
    if schema is None:
        return settings
    own = {k: v for k, v in settings.items() if k not in COMMON_SETTINGS or k in schema().fields}
    path = f"plugins.plugin_config.{plugin_class.name}"
    return {**settings, **validated(schema, own, path=path, origin=plugin_class.name)}


def _copied(value: Any) -> Any:  # noqa: ANN401  a setting of any shape
    """A plugin's own copy: what it changes must be gone with its generation."""
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value
