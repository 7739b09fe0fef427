"""What one panel shows: its area, and what was chosen and typed in it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from typing import Any

AREA = "area"

ENTRY = ":"
"""Stands between a name of many and one of its entries."""

MOST_ENTRIES = 1_000
"""How many entries a name of many may have: a browser could say any number."""


class View:
    """Names and values, `events.query` for one, of the browser's controls; nothing of the bot.

    A name whose value is a dict has an entry for each of many controls, which a browser calls
    `config.edits:trivia rounds`: a text or a bool, until it is set to null.

    Args:
        areas: The areas that there are.
        defaults: All other names that there are, each with what it is at first, which is of the
            type that it always has.
    """

    def __init__(self, areas: Collection[str], defaults: Mapping[str, Any]) -> None:
        self._areas = areas
        self._values = {AREA: next(iter(areas)), **defaults}
        self._lock = threading.Lock()

    def text(self, name: str) -> str:
        """What was typed or chosen."""
        return str(self._values[name])

    def number(self, name: str) -> int:
        """Where in a list it stands, or how many."""
        return int(self._values[name])

    def is_on(self, name: str) -> bool:
        """Whether something is switched on."""
        return bool(self._values[name])

    def entries(self, name: str) -> Mapping[str, str | bool]:
        """What was typed or chosen under a name of many, by entry."""
        found: Mapping[str, str | bool] = self._values[name]
        return found

    def change(self, changes: Mapping[str, Any]) -> None:
        """Take over what a browser says; a name or a type that is not expected is left out.

        Any thread may call it.
        """
        with self._lock:
            for name, value in changes.items():
                self._change(name, value)

    def _change(self, name: str, value: object) -> None:
        whole, _, entry = name.partition(ENTRY)
        before = self._values.get(whole)
        if isinstance(before, dict):
            self._values[whole] = _changed(before, entry, value)
        elif name in self._values and self._fits(name, value):
            self._values[name] = value

    def _fits(self, name: str, value: object) -> bool:
        is_of_type = type(value) is type(self._values[name])
        return is_of_type and (name != AREA or value in self._areas)

    @property
    def values(self) -> Mapping[str, Any]:
        """All of it, as plain data."""
        return dict(self._values)


def _changed(before: dict[str, Any], entry: str, value: object) -> dict[str, Any]:
    """Another dict: the one before may be read by a drawing meanwhile."""
    others = {name: kept for name, kept in before.items() if name != entry}
    if value is None:
        return others
    is_expected = bool(entry) and isinstance(value, str | bool)
    has_room = entry in before or len(before) < MOST_ENTRIES
    return {**others, entry: value} if is_expected and has_room else before
