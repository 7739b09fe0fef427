"""Why plugins are reloaded together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from rosey.plugins.life.slots import Slot
from rosey.plugins.lifecycle import required_names


def reasons(slots: Sequence[Slot], asked: Collection[str], why: str) -> dict[str, str]:
    """By name of each plugin of a group, why it is reloaded.

    Args:
        slots: The group, loaded.
        asked: The names of those that somebody asked for.
        why: Why they did.
    """
    names = [slot.name for slot in slots]
    return {slot.name: why if slot.name in asked else _links(slot, names) for slot in slots}


def _links(slot: Slot, names: Iterable[str]) -> str:
    return " and ".join(_links_of(slot, names)) or "what it needs has changed"


def _links_of(slot: Slot, names: Iterable[str]) -> Iterator[str]:
    needed = required_names(slot.serving.plugin.dependencies)
    for name in names:
        if name in slot.serving.generation.imports:
            yield f"it imports {name}"
        elif name in needed:
            yield f"it needs {name}"
