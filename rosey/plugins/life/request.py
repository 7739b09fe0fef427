"""What is asked of a reload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rosey.plugins.life.candidate import KeptState
from rosey.plugins.life.progress import ASKED_FOR
from rosey.plugins.life.slots import Slot
from rosey.plugins.loading.sources import PluginSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a reload.

    Attributes:
        names: The plugins that have changed.
        why: Why that is asked.
        is_fresh: Their state is dropped.
        changes: By name, settings that are others from now on.
        sources: By name, where the code comes from if it takes over.
        states: By name, the state that it begins with instead of that of the version that serves.
    """

    names: tuple[str, ...]
    why: str = ASKED_FOR
    is_fresh: bool = False
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sources: Mapping[str, PluginSource] = field(default_factory=dict)
    states: Mapping[str, KeptState] = field(default_factory=dict)

    def source_of(self, slot: Slot) -> PluginSource:
        """Where the next code of a plugin comes from."""
        return self.sources.get(slot.name, slot.source)
