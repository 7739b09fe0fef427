"""The plugin class that a generation defines, and whether it says of itself what it may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rosey.errors import PluginLoadError
from rosey.plugins.base import Plugin
from rosey.plugins.loading.loader import Generation
from rosey.plugins.supervision.permissions import ALL


def find_plugin_class(generation: Generation) -> type[Plugin]:
    """The one plugin class that a generation's main module defines.

    Classes that it imports, and base classes without a `name` of their own, do not count.

    Raises:
        PluginLoadError: There is none, more than one, its name is not the plugin's, or what it
            says of itself cannot be.
    """
    source = generation.source
    path = generation.snapshot.units[source.main].path
    members = vars(generation.main)
    found: dict[type[Plugin], None] = {
        value: None
        for key, value in members.items()
        if _is_plugin_class(value, generation) and source.class_name in {None, key}
    }
    classes = [*found]
    if len(classes) != 1:
        names = ", ".join(sorted(c.__name__ for c in classes))
        reason = (
            f"it defines {len(classes)} plugin classes ({names}): keep one in a file"
            if classes
            else "it defines no subclass of Plugin with a name"
        )
        raise PluginLoadError(source.name, reason, path=path)
    if classes[0].name != source.name:
        given_by = "the cell says" if source.is_cell else "the file"
        reason = (
            f"its class is named {classes[0].name!r}: it must be {source.name!r}, as {given_by}"
        )
        raise PluginLoadError(source.name, reason, path=path)
    for reason in _faults(classes[0]):
        raise PluginLoadError(source.name, reason, path=path)
    return classes[0]


def is_overridden(plugin_class: type[Plugin], method: str) -> bool:
    """Whether a plugin class has a method of its own in place of the default."""
    own: Callable[..., Any] = getattr(plugin_class, method)
    return own is not getattr(Plugin, method)


def permissions_of(plugin_class: type[Plugin]) -> frozenset[str]:
    """What a plugin may ask of the bot: what it declares, or everything."""
    declared = plugin_class.permissions
    return ALL if declared is None else frozenset(declared)


def permissions_told(plugin_class: type[Plugin]) -> str:
    """The same for people."""
    if plugin_class.permissions is None:
        return "everything"
    return ", ".join(sorted(plugin_class.permissions)) or "nothing"


def _is_plugin_class(value: object, generation: Generation) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, Plugin)
        and f"{value.__module__}.".startswith(f"{generation.name}.")
        and bool(value.name)
    )


def _faults(plugin_class: type[Plugin]) -> list[str]:
    faults = [
        f"its {attribute} must be {what}"
        for attribute, kind, what in (
            ("version", str, "text"),
            ("description", str, "text"),
            ("author", str, "text"),
            ("state_version", int, "a whole number"),
            ("exclusive", bool, "True or False"),
        )
        if not isinstance(getattr(plugin_class, attribute), kind)
    ]
    declared: object = plugin_class.permissions
    if declared is not None:
        is_set = isinstance(declared, (set, frozenset, list, tuple))
        if not is_set or any(entry not in [*ALL] for entry in plugin_class.permissions or ()):
            faults.append(f"its permissions must be a set of some of {', '.join(sorted(ALL))}")
    exports, imports = (is_overridden(plugin_class, f"{way}_state") for way in ("export", "import"))
    if exports and not imports:
        faults.append("it has export_state without import_state: its state would be lost")
    return faults
