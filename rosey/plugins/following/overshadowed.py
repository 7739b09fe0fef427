"""Files that are saved while their plugins run from cells."""

from __future__ import annotations

import asyncio
import logging

from rosey.plugins.life.slots import Slot
from rosey.plugins.loading.cells import texts_of

logger = logging.getLogger(__name__)


class Overshadowed:
    """Tells once of each saved file that is not followed, as the plugin of its name is a cell's."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    async def look(self, slot: Slot) -> None:
        """Tell of the file of a plugin that runs from a cell, if it has other code than that."""
        found = slot.found
        if not slot.source.is_cell or found is None or found.is_cell:
            return
        try:
            file = await asyncio.to_thread(found.read)
        except OSError:
            return  # it has no code that somebody could miss
        running = slot.source.read()
        if texts_of(file) == texts_of(running) or self._told.get(slot.name) == file.digest:
            return
        self._told[slot.name] = file.digest
        told = (
            "%s is not followed, as %s runs from %s: to run the file, unload it and load it again"
        )
        place = slot.source.place
        logger.warning(told, found.path, slot.name, place, extra={"plugin": slot.name})
