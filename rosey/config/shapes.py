"""The two shapes in which plugins may be configured, made one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from rosey.errors import ConfigError, ConfigFault
from rosey.plugins.loading.schema import ConfigSchema, fields, validated


@dataclass(frozen=True, slots=True, kw_only=True)
class OneShape:
    """A configuration whose plugins have all their settings under `plugin_config`.

    Attributes:
        values: The configuration, unchecked but for this.
        disabled: Plugins whose own settings say `enabled: false`.
        faults: Plugins that stand in both shapes, or whose `enabled` is neither yes nor no.
    """

    values: dict[str, Any]
    disabled: tuple[str, ...] = ()
    faults: tuple[ConfigFault, ...] = ()


class _SwitchSchema(ConfigSchema):
    enabled = fields.Bool()


def in_one_shape(values: Mapping[str, Any], settings: Collection[str]) -> OneShape:
    """Move sections that stand under `plugins` by a plugin's name to `plugins.plugin_config`.

    Args:
        values: The configuration as it was read.
        settings: What `plugins` has beside sections.
    """
    plugins = values.get("plugins", {})
    configs = plugins.get("plugin_config", {}) if isinstance(plugins, Mapping) else None
    if not isinstance(configs, Mapping):
        return OneShape(values=dict(values))
    sections = {k: v for k, v in plugins.items() if k not in settings and isinstance(v, Mapping)}
    others = {k: v for k, v in plugins.items() if k not in sections}
    merged = {**others, "plugin_config": {**configs, **sections}}
    faults = [
        ConfigFault(path=f"plugins.{name}", reason="it is in plugin_config too: keep one of them")
        for name in sections
        if name in configs
    ]
    disabled: list[str] = []
    places = {f"plugins.plugin_config.{n}": (n, v) for n, v in configs.items()}
    places |= {f"plugins.{n}": (n, v) for n, v in sections.items()}
    for place, (name, section) in places.items():
        try:
            if not _is_enabled(section, place):
                disabled.append(name)
        except ConfigError as error:
            faults += error.faults
    return OneShape(
        values={**values, "plugins": merged}, disabled=tuple(disabled), faults=tuple(faults)
    )


def _is_enabled(section: object, place: str) -> bool:
    if not isinstance(section, Mapping) or "enabled" not in section:
        return True
    switch = validated(_SwitchSchema, {"enabled": section["enabled"]}, path=place)
    return bool(switch["enabled"])
