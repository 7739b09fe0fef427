"""All areas, in the order of their tabs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from rosey.workbench.panel import production
from rosey.workbench.panel.area import Area, Do
from rosey.workbench.panel.areas import chat, graph, log, memory, plugins
from rosey.workbench.panel.areas.config import area as config
from rosey.workbench.panel.areas.events import area as events
from rosey.workbench.panel.areas.fire import area as fire
from rosey.workbench.panel.areas.state import area as state

_IN_ORDER = (
    plugins.AREA,
    chat.AREA,
    events.AREA,
    fire.AREA,
    state.AREA,
    config.AREA,
    graph.AREA,
    memory.AREA,
    log.AREA,
)

AREAS: Mapping[str, Area] = MappingProxyType({area.name: area for area in _IN_ORDER})
"""By their names."""

ACTIONS: Mapping[str, Do] = MappingProxyType(
    {
        name: do
        for actions in (*(area.actions for area in AREAS.values()), production.ACTIONS)
        for name, do in actions.items()
    }
)
"""What can be done, by name."""

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {name: value for area in AREAS.values() for name, value in area.view.items()}
)
"""All that can be chosen and typed, by name, with what it is at first."""
