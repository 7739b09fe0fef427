"""A plugin with whatever a test gives it."""

from __future__ import annotations

from rosey.plugins.base import Plugin

CANARY = "canary-hunter2"


class Keeper(Plugin):
    """Keeps what a test gives it."""

    name = "keeper"

    def __init__(self, **kept: object) -> None:
        super().__init__(bot=None)
        vars(self).update(kept)

    @property
    def total(self) -> int:
        """What a look must not ask for."""
        raise AssertionError
