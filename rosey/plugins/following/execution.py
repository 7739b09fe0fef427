"""Carries out what a plan says should be done with plugins."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rosey.errors import DependencyError, PluginError, PluginInUseError
from rosey.plugins.following.plan import Plan
from rosey.plugins.following.sections import Sections
from rosey.plugins.life.progress import FOLLOWED
from rosey.plugins.lifecycle import PluginState, check_dependencies
from rosey.plugins.manager import PluginManager

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was done, plugins by name.

    Attributes:
        unloaded: Those that are gone.
        loaded: Those that have come.
        told: Those that have taken new settings over.
        reloaded: Those of which a new version serves.
        failed: Why others are as they were; these errors keep nothing of them alive.
    """

    unloaded: tuple[str, ...]
    loaded: tuple[str, ...]
    told: tuple[str, ...]
    reloaded: tuple[str, ...]
    failed: Mapping[str, PluginError]


class Execution:
    """Unloads, loads, tells and reloads plugins, in an order in which most of it succeeds.

    Args:
        manager: Whose plugins.
        sections: Tells plugins of changed settings.
        is_wanted: Whether a plugin that could not be loaded is loaded as soon as it can be.
    """

    def __init__(
        self, manager: PluginManager, sections: Sections, is_wanted: Callable[[str], bool]
    ) -> None:
        self._manager = manager
        self._sections = sections
        self._is_wanted = is_wanted

    async def carry_out(self, plan: Plan) -> Outcome:
        """Do what a plan says; what fails is logged, and stops nothing else."""
        ending = [name for name in (*plan.gone, *plan.unwanted) if self._is_in_use(name)]
        coming = [name for name in plan.load if not self._is_loaded(name)]
        # What goes makes room for what comes: a plugin that is renamed has the same commands.
        staying = await self._unload(ending)
        failed = await self._load(coming)
        failed |= await self._tell(plan.tell)
        failed |= await self._reload(plan.reload)
        freed = await self._load_what_waited()
        # Nobody may need it now.
        staying = await self._unload([*staying])
        _warn(staying)
        failed |= staying
        return Outcome(
            unloaded=tuple(name for name in ending if name not in failed),
            loaded=tuple(name for name in (*coming, *freed) if self._is_loaded(name)),
            told=tuple(name for name in plan.tell if name not in failed),
            reloaded=tuple(name for name in plan.reload if name not in failed),
            failed=failed,
        )

    def _is_loaded(self, name: str) -> bool:
        return self._manager.get_plugin(name) is not None

    def _is_in_use(self, name: str) -> bool:
        slot = self._manager.slots.get(name)
        return slot is not None and slot.is_in_use

    async def _unload(self, names: Sequence[str]) -> dict[str, PluginError]:
        """Unload plugins, those that need others first; by name, why one stays."""
        staying: dict[str, PluginError] = {}
        for name in filter(self._is_in_use, names):
            try:
                await self._manager.unload_plugin(name)
            except PluginInUseError as error:
                staying[name] = error.detached()
        return await self._unload([*staying]) if 0 < len(staying) < len(names) else staying

    async def _load(self, names: Sequence[str]) -> dict[str, PluginError]:
        if not names:
            return {}
        slots = [slot for slot in self._manager.slots if slot.name in names]
        # What somebody gave with a load that failed is meant for the one that succeeds.
        tried = [s for s in slots if s.state is PluginState.FAILED or s.dormant is not None]
        given = {slot.name: slot.config for slot in tried if slot.config is not None}
        return await self._manager.load_all(given, names=names)

    async def _tell(self, names: Iterable[str]) -> dict[str, PluginError]:
        failed: dict[str, PluginError] = {}
        for name in names:
            try:
                await self._sections.tell(name)
            except PluginError as error:
                failed[name] = error.detached()
        return failed

    async def _reload(self, names: Sequence[str]) -> dict[str, PluginError]:
        slots = [slot for slot in self._manager.slots.loaded() if slot.name in names]
        for slot in slots:
            # A cell stays what it is, whatever file has its name.
            slot.source = slot.source if slot.source.is_cell else slot.found or slot.source
        failures = await self._manager.reload_plugins([s.name for s in slots], why=FOLLOWED)
        for slot in [slot for slot in slots if slot.name in failures and slot.staged is not None]:
            version = slot.serving.plugin.version
            told = "%s; version %s serves on"
            logger.warning(told, failures[slot.name], version, extra={"plugin": slot.name})
        _warn({name: error for name, error in failures.items() if not self._is_loaded(name)})
        return {name: error.detached() for name, error in failures.items()}

    async def _load_what_waited(self) -> list[str]:
        """Load what had failed for what it depends on, where that runs by now."""
        tried: list[str] = []
        while waiting := [name for name in self._waiting() if name not in tried]:
            tried += waiting
            await self._load(waiting)
        return tried

    def _waiting(self) -> Iterator[str]:
        slots = self._manager.slots
        for slot in slots:
            if isinstance(slot.error, DependencyError) and not slot.is_loaded:
                with contextlib.suppress(DependencyError):
                    check_dependencies(slot.name, slot.manifest.dependencies, slots.version)
                    if self._is_wanted(slot.name):
                        yield slot.name


def _warn(failed: Mapping[str, PluginError]) -> None:
    for error in failed.values():
        logger.warning("%s", error, extra={"plugin": error.plugin})
