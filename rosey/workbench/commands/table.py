"""All commands of `%rosey`, in the order in which they are explained."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from rosey.workbench.commands import (
    cells,
    configuring,
    firing,
    graphs,
    holding,
    living,
    looking,
    measuring,
    memories,
    panels,
    reading,
    recordings,
    reporting,
    states,
    testing,
    tracing,
    unlocking,
)
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.commands.helping import help_command

COMMANDS: Mapping[str, WorkbenchCommand] = MappingProxyType(
    {
        command.name: command
        for command in (
            *living.STARTING,
            *unlocking.COMMANDS,
            *looking.AT_A_GLANCE,
            panels.PANEL,
            *living.CHANGING,
            looking.PLUGIN,
            *cells.COMMANDS,
            *firing.COMMANDS,
            reading.EVENTS,
            *tracing.COMMANDS,
            *holding.COMMANDS,
            *measuring.COMMANDS,
            *states.COMMANDS,
            *graphs.COMMANDS,
            *memories.COMMANDS,
            *configuring.COMMANDS,
            *looking.OFFERED,
            reading.LOG,
            *recordings.COMMANDS,
            *testing.COMMANDS,
            *reporting.COMMANDS,
            help_command(lambda: COMMANDS),
        )
    }
)
"""By their words."""
