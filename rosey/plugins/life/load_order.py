"""Loads: what a plugin depends on comes first, and one that fails takes along who needs it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from rosey.errors import PluginError, PluginLoadError
from rosey.plugins.life.slots import Slot, Slots
from rosey.plugins.life.steps import Steps
from rosey.plugins.lifecycle import dependency_failed, plan_load, required_names
from rosey.plugins.loading.reading import Reading, read

logger = logging.getLogger(__name__)

Arm = Callable[[Slot, Reading], Awaitable[object]]
"""Lets a plugin wait until it is used."""


def not_loaded(slots: Slots, names: Iterable[str]) -> tuple[list[Slot], dict[str, PluginError]]:
    """Those of some plugins that are not loaded, each once, and by name why others are unknown."""
    missing: list[Slot] = []
    failures: dict[str, PluginError] = {}
    for name in dict.fromkeys(names):
        try:
            slot = slots.known(name)
        except PluginError as error:
            failures[name] = error
        else:
            missing += [] if slot.is_loaded else [slot]
    return missing, failures


def told(failures: Mapping[str, PluginError]) -> dict[str, PluginError]:
    """Log why plugins were not loaded; the same errors, that keep nothing of them alive."""
    failures = {name: error.detached() for name, error in failures.items()}
    for failure in failures.values():
        logger.warning("not loaded: %s", failure, extra={"plugin": failure.plugin})
    return failures


async def load_in_order(
    slots: Slots, steps: Steps, names: Sequence[str], *, arm: Arm | None = None
) -> dict[str, PluginError]:
    """Load plugins, each after what it depends on, which is loaded with it.

    Args:
        slots: Which plugins there are.
        steps: Loads each of them.
        names: The plugins.
        arm: Called instead for each that has an `activation` and that no other needs; by default
            all are loaded.

    Returns:
        By name, why a plugin could not be loaded, or one that it depends on.
    """
    readings = await _read_manifests(slots, names)
    waiting: dict[str, PluginError] = {}
    if arm is not None:
        can_wait = [n for n in names if n in readings and readings[n].manifest.activation]
        names = [name for name in names if name not in can_wait]
        waiting = await _arm(slots, steps, {name: readings[name] for name in can_wait}, arm)
    known = {slot.name: slot for slot in slots}
    declared = {name: slot.manifest.dependencies for name, slot in known.items()}
    plan = plan_load(names, declared, slots.versions())
    failures: dict[str, PluginError] = {**waiting, **plan.refused}
    needed = [need for name in plan.order for need in required_names(declared[name])]
    # No await since the plan was made: what it counts on may not be unloaded as idle.
    with slots.holding(needed):
        for name, refusal in plan.refused.items():
            await steps.refuse(known[name], refusal)
        await _load_each([known[name] for name in plan.order], steps, failures)
    return failures


async def _load_each(order: Sequence[Slot], steps: Steps, failures: dict[str, PluginError]) -> None:
    """Load plugins one after the other; what fails is entered in `failures`."""
    for slot in order:
        failed = [n for n in required_names(slot.manifest.dependencies) if n in failures]
        try:
            if failed:
                refusal = dependency_failed(slot.name, failures[failed[0]])
                await steps.refuse(slot, refusal)
                raise refusal
            await steps.load(slot)
        except PluginError as error:
            failures[slot.name] = error


async def _arm(
    slots: Slots, steps: Steps, readings: Mapping[str, Reading], arm: Arm
) -> dict[str, PluginError]:
    """Let plugins wait until they are used; by name, why one cannot."""
    failures: dict[str, PluginError] = {}
    for name, reading in readings.items():
        slot = slots.known(name)
        try:
            await arm(slot, reading)
        except PluginLoadError as error:
            await steps.refuse(slot, error)
            failures[name] = error
    return failures


async def _read_manifests(slots: Slots, names: Sequence[str]) -> dict[str, Reading]:
    """Read what plugins say of themselves, and those that they depend on.

    Returns:
        What was read, of those that can be.
    """
    readings: dict[str, Reading] = {}
    waiting = [*names]
    seen: set[str] = set()
    while waiting:
        slot = slots.get(waiting.pop())
        if slot is None or slot.name in seen or slot.is_loaded:
            continue
        seen.add(slot.name)
        try:
            reading = await read(slot.source)
        except PluginLoadError:
            continue  # loading it says why
        readings[slot.name] = reading
        slot.attempted, slot.manifest = reading.digest, reading.manifest
        waiting += required_names(slot.manifest.dependencies)
    return readings
