"""A reload as a transaction: new generations of some plugins take over together, or none does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NoReturn, Protocol

from rosey.errors import DependentsChangedError, OutdatedError, PluginLoadError, StateError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import describe
from rosey.plugins.calling.uncancelled import to_its_end
from rosey.plugins.ledger import Ledger
from rosey.plugins.life.candidate import Candidate
from rosey.plugins.life.closing import Closing
from rosey.plugins.life.progress import Progress
from rosey.plugins.life.staging import Stage, put_in_service
from rosey.plugins.lifecycle import check_dependencies, dependents_of, required_names
from rosey.plugins.loading.blame import load_error
from rosey.plugins.loading.loader import Generation


class Loaded(Protocol):
    """The plugins that are loaded at the moment, by name."""

    def version(self, name: str) -> str | None:
        """The version of one; None where it is not loaded."""

    def serial(self, name: str) -> int | None:
        """The serial of the generation of one that serves; None where none does."""

    def needs(self) -> Mapping[str, Iterable[str]]:
        """The names of what each needs."""


class Transaction:
    """Brings new generations into service.

    Whatever fails before the swap, the generations that serve are the same objects with the same
    state, and nothing is left of the new ones. After the swap nothing is undone.

    Args:
        stage: Makes the generations ready.
        bus: Its events wait while the generations change places.
        candidates: What is to take over, each after what it depends on.
        loaded: The plugins that serve, these and others.
        limit_s: Seconds that what is under way has to finish.
        progress: Told of the phases.
    """

    def __init__(  # noqa: PLR0913  all by name
        self,
        *,
        stage: Stage,
        bus: PluginEventBus,
        candidates: Sequence[Candidate],
        loaded: Loaded,
        limit_s: float,
        progress: Progress,
    ) -> None:
        self._stage = stage
        self._bus = bus
        self._candidates = tuple(candidates)
        self._loaded = loaded
        self._limit_s = limit_s
        self._progress = progress
        # For each candidate: what others it needs, and in which generation it has met them.
        self._serials: dict[str, dict[str, int | None]] = {}
        self._stopped: list[Candidate] = []
        self._lost: list[str] = []

    async def run(self) -> None:
        """Carry it out.

        Raises:
            PluginLoadError: It failed; the error names the plugin that is to blame.
        """
        try:
            await self._make_ready()
            served = [c.old.ledger for c in self._candidates if c.old is not None]
            if served:
                await self._change_places_behind_gates(served)
            else:
                await self._change_places()
        except BaseException as error:  # noqa: BLE001  it is raised there
            await self._give_up(error)

    async def _make_ready(self) -> None:
        """Do beside the generations that serve whatever can be done there."""
        peers: dict[str, Generation] = {}
        together = {candidate.name for candidate in self._candidates}
        for candidate in self._candidates:
            self._check(candidate.name, candidate.reading.manifest.dependencies)
            await self._stage.construct(candidate, peers, self._progress)
            self._check(candidate.name, candidate.new.plugin.dependencies)
            peers[candidate.name] = candidate.new.generation
            others = {*required_names(candidate.new.plugin.dependencies)} - together
            self._serials[candidate.name] = {name: self._loaded.serial(name) for name in others}
        for candidate in self._in_turn("setup"):
            if not candidate.is_exclusive:
                await self._stage.set_up(candidate)

    async def _change_places_behind_gates(self, served: Sequence[Ledger]) -> None:
        closing = Closing(self._bus.caller, served, self._limit_s)
        with self._progress.during("quiesce"):
            await closing.__aenter__()
        async with contextlib.AsyncExitStack() as gates:
            gates.push_async_exit(closing)
            self._progress.cancelled = closing.cancelled
            await self._change_places()
        self._progress.gate_closed_s = closing.closed_s

    async def _change_places(self) -> None:
        """Hand over state, and swap. Whatever served before serves again where that fails."""
        try:
            for candidate in self._in_turn("export_state"):
                await self._stage.export_state(candidate)
            await self._replace_exclusive()
            for candidate in self._in_turn("import_state"):
                await self._stage.import_state(candidate)
            for candidate in self._in_turn("on_enable"):
                if candidate.is_enabled:
                    await self._stage.enable(candidate.new)
            with self._progress.during("swap"):
                self._swap()
        except BaseException:
            if self._stopped:
                await to_its_end(self._bring_back())
            raise

    async def _replace_exclusive(self) -> None:
        """Tear down what cannot be there twice, dependents first, and set up what replaces it."""
        exclusive = [c for c in self._candidates if c.is_exclusive]
        for candidate in reversed(exclusive):
            with self._progress.during("stop", candidate.name):
                self._stopped.append(candidate)
                await to_its_end(self._stage.stop(candidate))
        for candidate in exclusive:
            with self._progress.during("setup", candidate.name):
                await self._stage.set_up(candidate)

    def _swap(self) -> None:
        """Take what the old generations had, in one step: there is no await in here."""
        for candidate in self._candidates:
            self._progress.plugin = candidate.name
            self._check(candidate.name, candidate.new.plugin.dependencies)
            self._check_neighbours(candidate)
        with contextlib.ExitStack() as undo:
            for candidate in reversed(self._candidates):
                self._withdraw(candidate, undo)
            for candidate in self._candidates:
                self._progress.plugin = candidate.name
                undo.callback(candidate.new.ledger.withdraw)
                put_in_service(candidate.new, is_enabled=candidate.is_enabled)
            undo.pop_all()
        for candidate in self._candidates:
            candidate.new.ledger.kept.take_over()
            self._stage.loader.commit(candidate.new.generation)

    def _check(self, plugin: str, dependencies: Sequence[str]) -> None:
        """Hold what a plugin needs against what is loaded once all have taken over."""
        new = {c.name: c.new.plugin.version for c in self._candidates if c.staged is not None}

        def version_of(name: str) -> str | None:
            return new[name] if name in new else self._loaded.version(name)

        check_dependencies(plugin, dependencies, version_of)

    def _check_neighbours(self, candidate: Candidate) -> None:
        """Make sure that no other plugin is left with, or was given, what does not serve any more.

        Raises:
            OutdatedError: What it needs was reloaded since it was made ready.
            DependentsChangedError: Others came to need the generation that is to be replaced.
        """
        serials = self._serials[candidate.name]
        is_outdated = any(self._loaded.serial(name) != serials[name] for name in serials)
        if is_outdated or self._stage.loader.is_outdated(candidate.new.generation):
            raise OutdatedError(candidate.name)
        if candidate.old is None:
            return  # nobody can need it yet
        together = {c.name for c in self._candidates}
        dependents = {*dependents_of(candidate.name, self._loaded.needs())} - together
        if dependents:
            raise DependentsChangedError(candidate.name, sorted(dependents))

    def _withdraw(self, candidate: Candidate, undo: contextlib.ExitStack) -> None:
        old = candidate.old
        if old is None:
            return
        if candidate in self._stopped:
            undo.callback(old.ledger.vacate())
            return
        rhythm = {**old.ledger.rhythm}
        candidate.new.ledger.rhythm.update(rhythm)

        def undo_withdrawal() -> None:
            old.ledger.rhythm.update(rhythm)
            put_in_service(old, is_enabled=old.plugin.enabled)

        undo.callback(undo_withdrawal)
        old.ledger.withdraw()

    async def _bring_back(self) -> None:
        """Set up again what was torn down for a candidate that failed, dependents last."""
        async with contextlib.AsyncExitStack() as last_first:
            for candidate in self._stopped:
                last_first.push_async_callback(self._revive, candidate)
            for candidate in reversed(self._stopped):
                # First, as it may have what the old one needs: it is there once only.
                last_first.push_async_callback(self._stage.discard, candidate)

    async def _revive(self, candidate: Candidate) -> None:
        try:
            await self._stage.revive(candidate)
        except Exception as error:  # noqa: BLE001  it is told with why that was needed
            what = f"the old version of {candidate.name} could not be set up again"
            self._lost.append(f"{what}: {describe(error)}")

    async def _give_up(self, error: BaseException) -> NoReturn:
        """Discard the candidates, and raise why."""
        refusal = self._refusal(error)
        async with contextlib.AsyncExitStack() as last_first:
            for candidate in self._candidates:
                last_first.push_async_callback(self._stage.discard, candidate)
        raise refusal from (error if refusal is not error else error.__cause__)

    def _refusal(self, error: BaseException) -> BaseException:
        if isinstance(error, asyncio.CancelledError):
            return error
        culprit = next(c for c in self._candidates if c.name == self._progress.plugin)
        if self._progress.phase == "export_state":
            return _not_exported(culprit, error)
        with self._stage.loader.showing(culprit.reading.snapshot):
            refusal = load_error(culprit.source, culprit.reading.snapshot, error)
        if self._lost:
            reason = "; ".join([refusal.reason, *self._lost])
            return PluginLoadError(
                refusal.plugin,
                reason,
                path=refusal.path,
                line=refusal.line,
                traceback=refusal.traceback,
                frame=refusal.frame,
            )
        return refusal

    def _in_turn(self, phase: str) -> Iterator[Candidate]:
        for candidate in self._candidates:
            with self._progress.during(phase, candidate.name):
                yield candidate


def _not_exported(candidate: Candidate, error: BaseException) -> StateError:
    """Why a plugin's state cannot be had: that is no fault of the new code."""
    assert candidate.old is not None  # noqa: S101  nothing else is asked for its state
    old = candidate.old.generation
    fault = load_error(old.source, old.snapshot, error)
    what = "export_state of the version that runs failed, so only a fresh reload can replace it"
    return StateError(
        fault.plugin,
        f"{what}: {fault.reason}",
        path=fault.path,
        line=fault.line,
        traceback=fault.traceback,
        frame=fault.frame,
    )
