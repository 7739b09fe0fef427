"""Reloads: which plugins go together, one transaction for each group, and what is told of it."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rosey.errors import (
    DependentsChangedError,
    PluginError,
    PluginInUseError,
    PluginLoadError,
    PluginNotFoundError,
)
from rosey.plugins.base import Plugin
from rosey.plugins.calling.ownership import current_owner
from rosey.plugins.life.candidate import Candidate
from rosey.plugins.life.launch import Change, Launch
from rosey.plugins.life.progress import Progress, ReloadReport
from rosey.plugins.life.reasons import reasons
from rosey.plugins.life.request import Request
from rosey.plugins.life.slots import Needs, Slot, Slots
from rosey.plugins.life.staging import Stage
from rosey.plugins.life.steps import Steps
from rosey.plugins.lifecycle import PluginState, plan_reload, required_names
from rosey.plugins.loading.reading import Reading
from rosey.plugins.loading.sources import PluginSource

logger = logging.getLogger(__name__)

Failures = dict[str, PluginError]
"""By name, why a plugin was not reloaded as somebody asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Plugins that are reloaded as one transaction, locked.

    Attributes:
        slots: Each after what it needs.
        readings: By name, what was read of it, or why it could not be.
        loaded: What was loaded for it alone, as the new code needs it.
        asked: The names of those that somebody asked for.
        why: For each, why it is reloaded.
        progress: How far it has come.
    """

    slots: tuple[Slot, ...]
    readings: Mapping[str, Reading | PluginLoadError]
    loaded: tuple[Slot, ...]
    asked: tuple[str, ...]
    why: Mapping[str, str]
    progress: Progress

    @property
    def names(self) -> tuple[str, ...]:
        """The plugins' names."""
        return tuple(slot.name for slot in self.slots)


class Reloader:
    """Reloads plugins together with what depends on them.

    Args:
        slots: Which plugins there are.
        stage: Ends old generations.
        launch: Brings new ones into service.
        steps: Ends plugins.
        load: Loads plugins in the right order, and gives why one could not be.
    """

    def __init__(
        self,
        *,
        slots: Slots,
        stage: Stage,
        launch: Launch,
        steps: Steps,
        load: Callable[[Sequence[str]], Awaitable[object]],
    ) -> None:
        self._slots = slots
        self._stage = stage
        self._launch = launch
        self._steps = steps
        self._load = load

    async def reload(self, request: Request) -> Failures:
        """Load new versions beside those that serve, and let them take over.

        Plugins that have nothing to do with each other succeed or fail each for itself. A disabled
        plugin stays disabled. A new version of a quarantined plugin is given a chance.
        """
        failures: Failures = {}
        left = [*dict.fromkeys(request.names)]
        while left:
            async with contextlib.AsyncExitStack() as locks:
                group = await locks.enter_async_context(self._next_group(left, request))
                run = self._run(group, request, locks.pop_all())
            try:
                failed = await (
                    self._steps.unbroken.run(run) if _is_asked_by_itself(group) else run
                )
            except DependentsChangedError:
                continue  # they go with it
            for name in group.asked:
                left.remove(name)
                if name not in group.names:
                    failed[name] = PluginNotFoundError(name)
            failures |= failed
        return failures

    async def reload_all(self, names: Iterable[str], why: str) -> Failures:
        """Do the same for plugins by their names."""
        return await self.reload(Request(names=tuple(names), why=why))

    async def reload_one(
        self,
        name: str,
        *,
        why: str,
        is_fresh: bool = False,
        settings: Mapping[str, Any] | None = None,
        source: PluginSource | None = None,
    ) -> Plugin:
        """Do the same for one plugin, with other settings or other code where they are given.

        Returns:
            The new instance.

        Raises:
            PluginError: Why it was not reloaded.
        """
        request = Request(
            names=(name,),
            why=why,
            is_fresh=is_fresh,
            changes={name: settings} if settings is not None else {},
            sources={name: source} if source is not None else {},
        )
        await self.reload_or_raise(request)
        return self._slots.get_loaded(name).serving.plugin

    async def reload_or_raise(self, request: Request) -> None:
        """Do the same, and raise the first PluginError for which a plugin was not reloaded."""
        for failure in (await self.reload(request)).values():
            raise failure

    @contextlib.asynccontextmanager
    async def _next_group(self, left: Sequence[str], request: Request) -> AsyncIterator[_Group]:
        """Lock and read the first of some plugins, with all that it has to do with.

        Which those are may change until they are locked and read: then it begins anew.
        """
        also: Needs = {}
        while True:
            names = plan_reload(self._slots.needs(also), left)[0]
            async with self._locked(names) as slots:
                progress = Progress(names[0])
                with progress.during("read"):
                    readings = {n: await self._read(slot, request) for n, slot in slots.items()}
                also = {name: {*_needed(reading)} for name, reading in readings.items()}
                order = plan_reload(self._slots.needs(also), left)[0]
                if slots.keys() >= {*order} or not slots:
                    group = tuple(slots[name] for name in order if name in slots)
                    asked = tuple(name for name in left if name in names)
                    yield _Group(
                        slots=group,
                        readings=readings,
                        loaded=await self._load_missing(also),
                        asked=asked,
                        why=reasons(group, asked, request.why),
                        progress=progress,
                    )
                    return

    @contextlib.asynccontextmanager
    async def _locked(self, names: Iterable[str]) -> AsyncIterator[dict[str, Slot]]:
        """Lock plugins, always in the same order; those that are not loaded are left out."""
        slots = [slot for name in names if (slot := self._slots.get(name)) is not None]
        async with contextlib.AsyncExitStack() as locks:
            for slot in sorted(slots, key=lambda slot: slot.order):
                await locks.enter_async_context(slot.lock)
            yield {slot.name: slot for slot in slots if slot.is_loaded}

    async def _read(self, slot: Slot, request: Request) -> Reading | PluginLoadError:
        try:
            return await self._launch.read(slot, request.source_of(slot))
        except PluginLoadError as error:
            return error

    async def _load_missing(self, also: Needs) -> tuple[Slot, ...]:
        """Load what new code needs and nobody has loaded yet, as a load would.

        Returns:
            Those for which nobody has a use but the new code.
        """
        slots = [self._slots.get(name) for names in also.values() for name in names]
        missing = [slot for slot in slots if slot is not None and not slot.is_loaded]
        unused = [slot for slot in missing if slot.dormant is None]
        if missing:
            # What fails is named when the new code is held against what is loaded.
            await self._load([slot.name for slot in missing])
        return tuple(slot for slot in unused if slot.is_loaded)

    async def _run(
        self, group: _Group, request: Request, locks: contextlib.AsyncExitStack
    ) -> Failures:
        async with locks, contextlib.AsyncExitStack() as notes:
            return await self._carry_out(group, request, notes) if group.slots else {}

    async def _carry_out(
        self, group: _Group, request: Request, notes: contextlib.AsyncExitStack
    ) -> Failures:
        after = {slot.name: slot.state for slot in group.slots}
        for slot in group.slots:
            self._slots.advance(slot, PluginState.RELOADING)
        failures: Failures = {}
        launched: list[Candidate] = []
        try:
            changes = [self._change(group, slot, after[slot.name], request) for slot in group.slots]
            await notes.enter_async_context(self._launch.noting(changes))
            launched = await self._launch.run(changes, group.progress)
            after |= {c.slot.name: PluginState.ENABLED for c in changes if c.is_enabled}
        except DependentsChangedError:
            raise
        except PluginLoadError as error:
            failures = self._refuse(group, error)
        finally:
            for slot in group.slots:
                state = after[slot.name] if slot.is_loaded else PluginState.FAILED
                self._slots.advance(slot, state)
        self._tell(group, launched)
        try:
            await notes.aclose()
        finally:
            await self._steps.unbroken.run(self._end(group, launched))
        return failures

    def _tell(self, group: _Group, launched: Sequence[Candidate]) -> None:
        """Note and announce what has taken over."""
        for slot, candidate in zip(group.slots, launched, strict=False):
            slot.reloads += 1
            slot.last_reload = _report(group, slot, candidate)
            self._slots.announce(slot, "reloaded", **dataclasses.asdict(slot.last_reload))
            told = "; ".join(slot.last_reload.lines)
            version = slot.last_reload.version
            logger.info(
                "%s %s is reloaded %s", slot.name, version, told, extra={"plugin": slot.name}
            )

    def _change(self, group: _Group, slot: Slot, state: PluginState, request: Request) -> Change:
        reading = group.readings[slot.name]
        if isinstance(reading, PluginLoadError):
            group.progress.plugin = slot.name
            raise reading
        is_asked = slot.name in group.asked
        is_enabled = state is PluginState.ENABLED or (state is PluginState.QUARANTINED and is_asked)
        return Change(
            slot=slot,
            source=request.source_of(slot),
            reading=reading,
            config={**self._steps.config_of(slot), **request.changes.get(slot.name, {})},
            why=group.why[slot.name],
            is_enabled=is_enabled,
            is_fresh=request.is_fresh and is_asked,
            state=request.states.get(slot.name),
        )

    def _refuse(self, group: _Group, error: PluginLoadError) -> Failures:
        """Note and tell that a group stays as it is, and who is to blame."""
        culprit = next(slot for slot in group.slots if slot.name == group.progress.plugin)
        failures: Failures = {}
        for slot in group.slots:
            if slot.name in group.asked:
                failures[slot.name] = error if slot is culprit else _because_of(slot, error)
            if slot.name in group.asked or slot is culprit or not slot.is_loaded:
                slot.fail(failures.get(slot.name, error).detached())
        self._slots.announce(culprit, "reload_failed", **_failure_facts(group, culprit, error))
        return failures

    async def _end(self, group: _Group, launched: Sequence[Candidate]) -> None:
        """End what is over: what served before, or what was there only for what failed."""
        for candidate in reversed(launched):
            # Taken from it: a traceback that the new generation keeps leads to the candidate.
            old, candidate.old = candidate.old, None
            assert old is not None  # noqa: S101  what is reloaded was loaded
            await self._stage.retire(old)
        for slot in group.slots:
            if not slot.is_loaded:
                await self._steps.let_go(slot)
        for slot in group.loaded if not launched else ():
            with contextlib.suppress(PluginInUseError):
                await self._steps.unload(slot)


def _is_asked_by_itself(group: _Group) -> bool:
    """Whether one of the plugins asks: what it asks in may end with the old generation."""
    owner = current_owner()
    return owner is not None and any(slot.gate is owner.gate for slot in group.slots)


def _needed(reading: Reading | PluginLoadError) -> Sequence[str]:
    """What the next generation of a plugin says that it needs."""
    if isinstance(reading, PluginLoadError):
        return ()
    return required_names(reading.manifest.dependencies)


def _because_of(slot: Slot, error: PluginLoadError) -> PluginLoadError:
    reason = f"it stays as it is, for {error.plugin} has to go with it: {error.reason}"
    return PluginLoadError(slot.name, reason, path=error.path, line=error.line)


def _report(group: _Group, slot: Slot, candidate: Candidate) -> ReloadReport:
    progress = group.progress
    return ReloadReport(
        version=candidate.new.plugin.version,
        generation=candidate.new.generation.serial,
        file=str(slot.source.place),
        state=candidate.state,
        asked=group.asked,
        together=group.names,
        why=group.why,
        duration_s={**progress.duration_s},
        gate_closed_s=progress.gate_closed_s,
        cancelled=progress.cancelled,
    )


def _failure_facts(group: _Group, culprit: Slot, error: PluginLoadError) -> dict[str, object]:
    return {
        "error": str(error),
        "traceback": error.traceback,
        "phase": group.progress.phase,
        "generation": culprit.serving.generation.serial if culprit.is_loaded else None,
        "file": str(error.path or culprit.source.place),
        "line": error.line,
        "asked": group.asked,
        "together": group.names,
        "duration_s": {**group.progress.duration_s},
    }
