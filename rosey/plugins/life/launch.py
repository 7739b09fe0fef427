"""New generations come into service, and the slots of their plugins know of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from rosey.errors import OutdatedError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.life.candidate import Candidate, KeptState
from rosey.plugins.life.progress import Progress, Served
from rosey.plugins.life.safe_start import SafeStart
from rosey.plugins.life.slots import Slot, Slots
from rosey.plugins.life.staging import Stage
from rosey.plugins.life.transaction import Transaction
from rosey.plugins.loading.reading import Reading, read_and_compile
from rosey.plugins.loading.sources import PluginSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One plugin whose code or settings are to be others.

    Attributes:
        slot: The plugin; it is locked.
        source: Where its code comes from.
        reading: Its code, as it was read.
        config: Its settings, its own defaults aside.
        why: For its history; see `Served`.
        is_enabled: Whether it gets events from then on.
        is_fresh: It begins without the state of the generation that serves.
        state: What it begins with instead; None where that is of no other.
    """

    slot: Slot
    source: PluginSource
    reading: Reading
    config: Mapping[str, Any]
    why: str = "loaded"
    is_enabled: bool = True
    is_fresh: bool = False
    state: KeptState | None = None


class Launch:
    """Brings new generations of plugins into service.

    Args:
        bus: Its events wait while generations change places.
        slots: Which plugins there are.
        stage: Makes generations ready.
        limit_s: Seconds that what a plugin is handling has to finish.
        safe_start: Knows what must not be loaded, and notes what is.
    """

    def __init__(
        self,
        bus: PluginEventBus,
        slots: Slots,
        stage: Stage,
        limit_s: float,
        safe_start: SafeStart,
    ) -> None:
        self._bus = bus
        self._slots = slots
        self._stage = stage
        self._limit_s = limit_s
        self._safe_start = safe_start

    async def read(self, slot: Slot, source: PluginSource | None = None) -> Reading:
        """Read a plugin, and note what has been read.

        Args:
            slot: The plugin.
            source: Where its next code comes from, if that is elsewhere.

        Raises:
            PluginLoadError: It cannot be read, or has ended the last process.
        """
        before = slot.staged.generation.snapshot if slot.staged is not None else None
        source = slot.source if source is None else source
        reading = await read_and_compile(source, before)
        if source == slot.source:
            slot.attempted = reading.digest
        self._safe_start.check(source, reading.digest)
        return reading

    def noting(self, changes: Sequence[Change]) -> AbstractAsyncContextManager[None]:
        """Note until the block ends that plugins are being loaded; see `SafeStart`.

        Around `run` and what comes of it: nobody may have to wait between the two.
        """
        return self._safe_start.noting({c.slot.name: c.reading.digest for c in changes})

    async def run(self, changes: Sequence[Change], progress: Progress) -> list[Candidate]:
        """Let new generations take over, all of them or none.

        From the swap to the return there is no await: nobody sees one without the other.

        Args:
            changes: The plugins, each after what it needs.
            progress: Told of the phases.

        Returns:
            What has taken over, with what served before it: that is to be retired.

        Raises:
            PluginLoadError: One of them fails; see `Transaction.run`. A plugin that had to be torn
                down for that, and did not come back, is not loaded any more.
            DependentsChangedError: Others have to go with them.
        """
        # Again where what one of them needs was reloaded meanwhile.
        while True:
            candidates = [_candidate(change) for change in changes]
            transaction = Transaction(
                stage=self._stage,
                bus=self._bus,
                candidates=candidates,
                loaded=self._slots,
                limit_s=self._limit_s,
                progress=progress,
            )
            try:
                await transaction.run()
            except BaseException as error:
                for change, candidate in zip(changes, candidates, strict=True):
                    change.slot.staged = candidate.old
                if not isinstance(error, OutdatedError):
                    raise
            else:
                self._adopt(changes, candidates)
                self._slots.tell()
                return candidates

    @staticmethod
    def _adopt(changes: Sequence[Change], candidates: Sequence[Candidate]) -> None:
        for change, candidate in zip(changes, candidates, strict=True):
            slot = change.slot
            slot.staged = candidate.new
            slot.source, slot.attempted = change.source, change.reading.digest
            slot.config, slot.defaults = change.config, change.reading.defaults
            slot.manifest = change.reading.manifest
            slot.error = slot.kept_state = None
            slot.repeats.clear()
            slot.history.append(_served(change, candidate))


def _served(change: Change, candidate: Candidate) -> Served:
    return Served(
        generation=candidate.new.generation.serial,
        version=candidate.new.plugin.version,
        at=time.time(),
        why=change.why,
        state=candidate.state,
    )


def _candidate(change: Change) -> Candidate:
    slot = change.slot
    return Candidate(
        source=change.source,
        reading=change.reading,
        config=change.config,
        order=slot.order,
        gate=slot.gate,
        account=slot.account,
        old=slot.staged,
        kept=slot.kept_state if change.state is None else change.state,
        is_enabled=change.is_enabled,
        is_fresh=change.is_fresh,
    )
