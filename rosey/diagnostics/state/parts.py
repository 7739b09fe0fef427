"""What a value holds, found without asking it: no property and no method of a plugin is called."""

from __future__ import annotations

import types
from typing import Any

from rosey.plugins.base import Plugin

_COMMON = frozenset({"bot", "config", "logger", "enabled", "storage", "_ledger"})
_OF_PLUGINS = "rosey_plugins:"


def state_of(plugin: Plugin) -> dict[str, Any]:
    """The attributes that a plugin has beside those of every plugin."""
    return {name: value for name, value in attributes_of(plugin).items() if name not in _COMMON}


def attributes_of(thing: object) -> dict[str, Any]:
    """What an object itself stores in attributes, by name; what it would compute is left out."""
    found: dict[str, Any] = {}
    for base in reversed(type(thing).__mro__):
        if "__slots__" in vars(base):
            found |= _in_slots(thing, base)
    try:
        # A copy in one step: a thread of the plugin may add to it meanwhile.
        return found | dict(object.__getattribute__(thing, "__dict__"))
    except AttributeError:
        return found


def is_record(thing: object) -> bool:
    """Whether an object is best told by its attributes: a dataclass, or a plugin's own class."""
    kind = type(thing)
    if issubclass(kind, type | types.ModuleType | BaseException | Plugin):
        return False
    if kind is types.SimpleNamespace or kind.__module__.startswith(_OF_PLUGINS):
        return True
    return is_dataclass(kind)


def is_dataclass(kind: type) -> bool:
    """Whether a class is a dataclass."""
    return any("__dataclass_fields__" in vars(base) for base in kind.__mro__)


def _in_slots(thing: object, base: type) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in vars(base).items():
        if type(member) is types.MemberDescriptorType and not name.startswith("__"):
            try:
                found[name] = member.__get__(thing)
            except AttributeError:
                continue  # nothing was put there yet
    return found
