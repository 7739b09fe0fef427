"""Loads: what a plugin depends on comes first, and one that fails takes along who needs it."""

from __future__ import annotations

from collections.abc import Sequence

from rosey.errors import PluginError, PluginLoadError
from rosey.plugins.life.slots import Slots
from rosey.plugins.life.steps import Steps
from rosey.plugins.lifecycle import dependency_failed, plan_load, required_names
from rosey.plugins.loading.reading import read


async def load_in_order(slots: Slots, steps: Steps, names: Sequence[str]) -> dict[str, PluginError]:
    """Load plugins, each after what it depends on, which is loaded with it.

    Args:
        slots: Which plugins there are.
        steps: Loads each of them.
        names: The plugins.

    Returns:
        By name, why a plugin could not be loaded, or one that it depends on.
    """
    await _read_manifests(slots, names)
    known = {slot.name: slot for slot in slots}
    declared = {name: slot.manifest.dependencies for name, slot in known.items()}
    plan = plan_load(names, declared, slots.versions())
    failures: dict[str, PluginError] = {**plan.refused}
    for name, refusal in plan.refused.items():
        await steps.refuse(known[name], refusal)
    for name in plan.order:
        failed = [n for n in required_names(known[name].manifest.dependencies) if n in failures]
        try:
            if failed:
                refusal = dependency_failed(name, failures[failed[0]])
                await steps.refuse(known[name], refusal)
                raise refusal
            await steps.load(known[name])
        except PluginError as error:
            failures[name] = error
    return failures


async def _read_manifests(slots: Slots, names: Sequence[str]) -> None:
    """Read what plugins say of themselves, and those that they depend on."""
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
        slot.attempted, slot.manifest = reading.digest, reading.manifest
        waiting += required_names(slot.manifest.dependencies)
