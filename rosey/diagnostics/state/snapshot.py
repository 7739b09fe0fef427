"""All about one loaded plugin at one moment: what it keeps, has taken and uses, and its past."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rosey.diagnostics.snapshot import Observed, PluginSnapshot, plugin_snapshot, redacted
from rosey.diagnostics.state.looking import Bounds, look, look_at
from rosey.diagnostics.state.paths import parsed
from rosey.diagnostics.state.places import Spot
from rosey.plugins.calling.faults import Fault
from rosey.plugins.life.candidate import Staged
from rosey.plugins.life.progress import Served

CLOSER = Bounds(depth=8, entries=100, values=1_000)
"""How far a look at one value goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerSnapshot:
    """One timer.

    Attributes:
        label: Which one.
        due_in_s: Seconds until it is due; 0 where it is being called.
    """

    label: str
    due_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSnapshot:
    """A loaded plugin at one moment, as plain values: it keeps no plugin alive.

    Attributes:
        plugin: What is known of any plugin: its config, what it has taken, its generation.
        values: What it keeps, as text by path: `scores['alice']`.
        state_version: Of what it hands to its next generation.
        history: Its last generations, newest last.
        uses: The services that it has asked for.
        timers: Those that run.
        storage_keys: What it has stored something under, the first ones; None where they could not
            be read, or it has stored nothing since the bot's start.
        faults: The last ones since it was loaded, newest last.
    """

    plugin: PluginSnapshot
    values: Mapping[str, str]
    state_version: int
    history: tuple[Served, ...]
    uses: tuple[str, ...]
    timers: tuple[TimerSnapshot, ...]
    storage_keys: tuple[str, ...] | None
    faults: tuple[Fault, ...]


def state_snapshot(
    bot: Observed, name: str, *, storage_keys: tuple[str, ...] | None = None
) -> StateSnapshot:
    """Look at a loaded plugin; to be called on the bot's loop.

    Raises:
        PluginNotFoundError: It is not loaded.
        PluginStateError: It is not loaded yet, as it waits to be used.
    """
    slot = bot.plugin_manager.slots.get_loaded(name)
    staged = slot.serving
    return StateSnapshot(
        plugin=plugin_snapshot(bot, name),
        values=look(staged.plugin, bot.redact),
        state_version=staged.plugin.state_version,
        history=tuple(slot.history),
        uses=tuple(bot.services.used_by(staged.ledger)),
        timers=_timers(staged),
        storage_keys=storage_keys,
        faults=tuple(redacted(bot, fault) for fault in slot.faults),
    )


def values_at(bot: Observed, name: str, path: str, bounds: Bounds = CLOSER) -> dict[str, str]:
    """What one value of a plugin holds, as text by path; it is looked at more closely.

    Raises:
        PluginNotFoundError: The plugin is not loaded.
        StatePathError: There is no such value.
    """
    spot = _spot(bot, name, path)
    return look_at(spot.path, spot.value, bot.redact, bounds)


def value_at(bot: Observed, name: str, path: str) -> Any:  # noqa: ANN401  whatever the plugin keeps there
    """One value itself: for as long as a look takes.

    Raises:
        PluginNotFoundError: The plugin is not loaded.
        StatePathError: There is no such value.
    """
    return _spot(bot, name, path).value


def _spot(bot: Observed, name: str, path: str) -> Spot:
    return Spot(bot.plugin_manager.slots.get_loaded(name).serving.plugin, parsed(path))


def _timers(staged: Staged) -> tuple[TimerSnapshot, ...]:
    now = asyncio.get_running_loop().time()
    return tuple(
        TimerSnapshot(label=label, due_in_s=max(0.0, due - now))
        for label, due in staged.ledger.rhythm.items()
    )
