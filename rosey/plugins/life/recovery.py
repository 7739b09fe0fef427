"""What becomes of a plugin that fails too often: another start after a while, or quarantine."""

from __future__ import annotations

import asyncio
import contextvars
import dataclasses
import logging
import random
from collections.abc import Awaitable, Callable

from rosey.errors import PluginError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault
from rosey.plugins.life.candidate import Staged
from rosey.plugins.life.slots import Slot, Slots
from rosey.plugins.life.steps import Steps
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.loading.plugin_class import is_overridden
from rosey.plugins.supervision.crash_policy import Action, Verdict, after_crash, judge

logger = logging.getLogger(__name__)


class Recovery:
    """Counts the faults of plugins, and takes those out of service that have too many.

    A plugin that is to be reloaded serves again when the reload has succeeded; until then it is
    quarantined, so that nobody else has to bear with it. Whoever enables, reloads or unloads it
    meanwhile has the last word.

    Args:
        bus: Where faults are reported.
        slots: Which plugins there are.
        steps: Takes plugins out of service.
        reload: Reloads a plugin, given its name.
        wait: Waits for some seconds.
        chance: Gives 0 to 1, for the jitter.
    """

    def __init__(  # noqa: PLR0913  all by name
        self,
        *,
        bus: PluginEventBus,
        slots: Slots,
        steps: Steps,
        reload: Callable[[str], Awaitable[object]],
        wait: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._bus = bus
        self._slots = slots
        self._steps = steps
        self._reload = reload
        self._wait = wait
        self._chance = chance
        self._at_work: dict[Slot, asyncio.Task[None]] = {}
        bus.fault_listeners.append(self._note)

    async def crash(self, plugin_name: str, error: BaseException) -> None:
        """Do what its policy says on a crash of a plugin, and wait until that is done.

        Args:
            plugin_name: Its name; one that is not enabled is left alone.
            error: What it crashed with.
        """
        slot = self._slots.get(plugin_name)
        if slot is None or not _is_serving(slot):
            return
        fault = Fault.of(plugin_name, "crash", error)
        if slot not in self._at_work:
            self._begin(slot, self._after_crash(slot, f"a crash: {fault.error}"))
        self._bus.report(fault)
        await asyncio.shield(self._at_work[slot])

    async def close(self) -> None:
        """Let everything be as it is."""
        tasks = [*self._at_work.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _note(self, fault: Fault) -> None:
        slot = self._slots.get(fault.plugin) if fault.plugin is not None else None
        if slot is not None:
            slot.note(fault, self._now())
            self._judge(slot)

    def _judge(self, slot: Slot) -> None:
        if not _is_serving(slot) or slot in self._at_work:
            return
        policy, chance = slot.serving.ledger.limits.crash, self._chance()
        verdict = judge(slot.failed_at, slot.recovered_at, self._now(), policy, chance=chance)
        if verdict.action is not Action.SERVE_ON:
            last = slot.faults[-1]
            reason = f"{verdict.reason}, the last in {last.where}: {last.error}"
            self._begin(slot, dataclasses.replace(verdict, reason=reason))

    def _after_crash(self, slot: Slot, reason: str) -> Verdict:
        policy = slot.serving.ledger.limits.crash
        now, chance = self._now(), self._chance()
        return after_crash(slot.recovered_at, now, policy, reason=reason, chance=chance)

    def _begin(self, slot: Slot, verdict: Verdict) -> None:
        # In a context of its own: it is not the plugin that asks.
        task = asyncio.Task(
            self._carry_out(slot, slot.serving, verdict),
            loop=asyncio.get_running_loop(),
            context=contextvars.Context(),
            name=f"rosey-recovery {slot.name}",
        )
        self._at_work[slot] = task
        task.add_done_callback(lambda done: self._done(slot, done))

    def _done(self, slot: Slot, task: asyncio.Task[None]) -> None:
        del self._at_work[slot]
        if not task.cancelled():
            # It may have failed again between its reload and this.
            self._judge(slot)

    async def _carry_out(self, slot: Slot, failed: Staged, verdict: Verdict) -> None:
        reason = self._quarantined(slot, verdict)
        is_out = await self._stop_serving(slot, failed, reason)
        while is_out and verdict.action is Action.RELOAD:
            await self._wait(verdict.after_s)
            if slot.state is not PluginState.QUARANTINED or slot.error is not reason:
                return  # somebody else has had a word
            slot.recovered_at.append(self._now())
            try:
                await self._reload(slot.name)
            except PluginError as error:
                why = f"a reload after a crash failed: {error}"
                verdict = self._after_crash(slot, why)
                reason = self._quarantined(slot, verdict)
                slot.fail(reason)
                logger.warning("%s", reason, extra={"plugin": slot.name})
            else:
                return

    async def _stop_serving(self, slot: Slot, failed: Staged, reason: PluginError) -> bool:
        try:
            await self._steps.quarantine(slot, failed, reason)
        except PluginError as refusal:
            told = "%s is not quarantined: %s"
            logger.info(told, slot.name, refusal, extra={"plugin": slot.name})
            return False
        logger.warning("%s", reason, extra={"plugin": slot.name})
        return True

    @staticmethod
    def _quarantined(slot: Slot, verdict: Verdict) -> PluginError:
        what = f"{slot.name} is quarantined: {verdict.reason}"
        if verdict.action is Action.RELOAD:
            return PluginError(slot.name, f"{what}; it is reloaded in {verdict.after_s:.1f} s")
        hint = "enable or reload it when it is mended"
        if slot.recovered_at and is_overridden(type(slot.serving.plugin), "export_state"):
            hint += ", with --fresh if its state makes it fail"
        return PluginError(slot.name, f"{what}; {hint}")

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _is_serving(slot: Slot) -> bool:
    """Whether a plugin is in service, and is not about to leave it."""
    return slot.state is PluginState.ENABLED and slot.is_loaded
