"""The settings that a plugin gets: its section of the configuration, held against its schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rosey.errors import ConfigError, ConfigFault
from rosey.plugins.base import Plugin
from rosey.plugins.loading.limits_reading import LimitsSchema, narrowed, seconds
from rosey.plugins.loading.schema import ConfigSchema, Schema, fields, validated
from rosey.plugins.supervision.limits import Limits


class CommonSchema(ConfigSchema):
    """What any plugin may have in its section."""

    enabled = fields.Bool()
    auto_reload_on_crash = fields.Bool()
    limits = fields.Nested(LimitsSchema)
    unload_after_idle_s = seconds()


COMMON_SETTINGS = frozenset(CommonSchema().fields)
"""Settings that any plugin may have in its section, for the manager to read.

Where a plugin's own schema has one of the same name, that says what it must be.
"""


def settings_for(plugin_class: type[Plugin], values: Mapping[str, Any]) -> dict[str, Any]:
    """Validate settings by what a plugin declares, and by what the manager reads of each plugin.

    Returns:
        A copy that is the plugin's own, with defaults filled in.

    Raises:
        ConfigError: With every fault and its path in the bot's configuration.
    """
    schema = plugin_class.config_schema
    settings = {key: own_copy(value) for key, value in values.items()}
    common = _common_in(plugin_class, settings)
    path, origin = section_path(plugin_class.name), plugin_class.name
    faults: list[ConfigFault] = []
    declared: dict[str, Any] = {}
    checks: list[tuple[type[Schema], dict[str, Any]]] = [(CommonSchema, common)]
    if schema is not None:
        checks.append((schema, {k: v for k, v in settings.items() if k not in common}))
    for one, part in checks:
        try:
            checked = validated(one, part, path=path, origin=origin)
        except ConfigError as error:
            faults += error.faults
        else:
            declared = checked if one is schema else {}
    if faults:
        raise ConfigError(faults, origin=origin)
    return {**settings, **declared}


def limits_for(plugin_class: type[Plugin], settings: Mapping[str, Any], limits: Limits) -> Limits:
    """The limits of a plugin.

    Args:
        plugin_class: What it is.
        settings: Its settings, valid.
        limits: Those of all plugins, for what its settings leave out.
    """
    common = validated(CommonSchema, _common_in(plugin_class, settings))
    limits = narrowed(limits, common.get("limits", {}))
    if "unload_after_idle_s" in common:
        limits = narrowed(limits, {"unload_after_idle_s": common["unload_after_idle_s"]})
    # Also where its own schema has it, as it says the same there.
    auto_reload = settings.get("auto_reload_on_crash")
    if auto_reload is not None:
        limits = narrowed(limits, {"crash": {"auto_reload": bool(auto_reload)}})
    return limits


def _common_in(plugin_class: type[Plugin], settings: Mapping[str, Any]) -> dict[str, Any]:
    schema = plugin_class.config_schema
    own = schema().fields if schema is not None else {}
    return {k: v for k, v in settings.items() if k in COMMON_SETTINGS and k not in own}


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
