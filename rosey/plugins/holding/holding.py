"""Plugins that somebody holds, to let what is meant for them through one by one, and back again."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from functools import partial
from typing import Final

from rosey.errors import PluginError, PluginStateError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import describe
from rosey.plugins.calling.ownership import check_permission
from rosey.plugins.delivery.mailbox import HeldEvent
from rosey.plugins.events import Delivery, Event
from rosey.plugins.holding.hold import Hold, Step, dropping, is_serving
from rosey.plugins.life.candidate import KeptState
from rosey.plugins.life.reloading import Reloader
from rosey.plugins.life.request import Request
from rosey.plugins.life.slots import Slots
from rosey.plugins.life.staging import Stage
from rosey.plugins.life.steps import Steps
from rosey.plugins.supervision.permissions import Permission

logger = logging.getLogger(__name__)

_TICKS_FROM_GATE: Final = 2
"""Turns of the loop in which whoever is let out of a gate comes to the mailbox, and one more."""

STEPPED_BACK: Final = "a step was taken back"


class Holding:
    """Holds plugins: their events and commands wait, and nobody waits for them.

    The bot and the other plugins go on; so do the plugin's timers, services and filters, and what
    it is handling. It can be reloaded meanwhile: what waits meets the version that serves then.

    Args:
        bus: Has events wait.
        slots: The plugins.
        stage: Asks them for their state.
        reloader: Gives them a state that they had.
        steps: Has what was begun run to its end.
    """

    def __init__(
        self, bus: PluginEventBus, slots: Slots, stage: Stage, reloader: Reloader, steps: Steps
    ) -> None:
        self._bus = bus
        self._slots = slots
        self._stage = stage
        self._reloader = reloader
        self._steps = steps
        steps.unloaded = self.drop
        self._holds: dict[str, Hold] = {}

    async def hold(self, name: str) -> None:
        """Hold a plugin, from the next event on; nothing happens where it is held.

        Raises:
            PluginNotFoundError: It is not loaded.
            PluginStateError: It is not enabled.
        """
        check_permission(Permission.MANAGE)
        slot = self._slots.get_loaded(name)
        if not is_serving(slot):
            raise PluginStateError(name, f"{name} is {slot.state}: enable it, then hold it")
        if name in self._holds:
            self._holds[name].mailbox.is_emptying = False
            return
        mailbox = self._bus.holds.begin(
            name,
            slot.gate,
            overflowed=lambda: self._overflow(self._holds[name]),
            dropped=dropping(slot, self._bus.report),
        )
        hold = self._holds[name] = Hold(slot, mailbox)
        logger.info("%s is held", name, extra={"plugin": name})
        async with hold.lock:
            # Nothing is let through until those have come that waited at the plugin's gate.
            for _ in range(_TICKS_FROM_GATE):
                await asyncio.sleep(0)

    def is_held(self, name: str) -> bool:
        """Whether somebody holds a plugin."""
        return name in self._holds

    def waiting(self, name: str) -> tuple[Event, ...] | None:
        """The events that wait for a plugin, in their order; None where nobody holds it."""
        hold = self._holds.get(name)
        return tuple(hold.mailbox) if hold is not None else None

    def can_step_back(self, name: str) -> bool:
        """Whether the last step of a plugin that is held can be taken back."""
        hold = self._holds.get(name)
        return hold is not None and hold.can_step_back

    async def step(self, name: str) -> asyncio.Task[Delivery]:
        """Let the first event that waits for a plugin through.

        Returns:
            The bus's own task: awaiting it gives the report.

        Raises:
            PluginNotFoundError: It is not loaded.
            PluginStateError: It is not held, nothing waits, or it is not enabled.
        """
        hold = self._held(name)
        hold.check_waiting()
        async with hold.lock, hold.slot.lock:
            hold = self._held(name)
            hold.check_serving()
            before = await self._state_of(hold)
            # Somebody else may have let it through meanwhile.
            hold.check_waiting()
            held = hold.mailbox.next()
            hold.steps.append(Step(held, before))
            return self._let_through(hold, held)

    async def step_back(self, name: str) -> Event:
        """Give a plugin the state that it had before the last step, by a reload, in any newer code.

        The event waits again, before all others. What the plugin said and stored stays.

        Returns:
            The event.

        Raises:
            PluginNotFoundError: It is not loaded.
            PluginStateError: It is not held, or handles an event, or there is no step to take back,
                or its state before that step is not known.
            PluginLoadError: The reload fails; the plugin serves on, with its state as it is.
        """
        return await self._steps.unbroken.run(self._step_back(name))

    async def _step_back(self, name: str) -> Event:
        async with self._held(name).lock:
            hold = self._held(name)
            before = hold.state_to_go_back_to()
            step = hold.steps.pop()
            request = Request(names=(name,), why=STEPPED_BACK, states={name: before})
            try:
                await self._reloader.reload_or_raise(request)
            except BaseException:
                hold.steps.append(step)
                raise
            self._held(name).mailbox.put_back(step.held)
            return step.held.event

    async def resume(self, name: str) -> None:
        """Let all that waits for a plugin through, in its order, and hold it no more.

        What comes meanwhile waits behind. Where somebody holds it again meanwhile, that holds.

        Raises:
            PluginNotFoundError: There is no such plugin.
            PluginStateError: It is not held, or is not enabled while events wait for it, which
                they go on to do.
        """
        check_permission(Permission.MANAGE)
        hold = self._held(name)
        emptying = hold.emptying
        if emptying is None or emptying.done() or not hold.mailbox.is_emptying:
            emptying = self._begin_to_empty(hold)
        # Not awaited itself: it goes on where this is cancelled.
        await asyncio.wait([emptying])
        if not emptying.cancelled():
            emptying.result()

    async def end_all(self) -> None:
        """Resume all, as the bot is about to stop.

        What a plugin that is not enabled has not had, or one that takes too long, is dropped.
        """
        for name in [*self._holds]:
            try:
                async with asyncio.timeout(self._steps.limit_s):
                    await self.resume(name)
            except (PluginError, TimeoutError):
                self.drop(name)

    def drop(self, name: str) -> None:
        """Hold a plugin no more, and drop what waits; nothing happens where it is not held."""
        hold = self._holds.pop(name, None)
        if hold is None:
            return
        self._bus.holds.end(hold.slot.gate)
        if hold.emptying is not None:
            hold.emptying.cancel()
        if dropped := len(hold.mailbox):
            told = "%s is held no more; events dropped that waited for it: %d"
            logger.warning(told, name, dropped, extra={"plugin": name})

    def _begin_to_empty(self, hold: Hold) -> asyncio.Task[None]:
        # In a context of its own, and made directly: it belongs to no plugin that may ask for it.
        task = asyncio.Task(
            self._empty(hold),
            loop=asyncio.get_running_loop(),
            context=contextvars.Context(),
            name=f"rosey-resume {hold.name}",
        )
        hold.mailbox.is_emptying = True
        hold.emptying = task
        task.add_done_callback(partial(_tell_why, hold.name))
        return task

    async def _empty(self, hold: Hold) -> None:
        async with hold.lock:
            pass  # a step that is being taken back comes first
        try:
            await self._let_all_through(hold)
        except PluginStateError:
            hold.mailbox.is_emptying = False
            raise
        if self._is_emptying(hold):
            del self._holds[hold.name]
            self._bus.holds.end(hold.slot.gate)
            logger.info("%s is held no more", hold.name, extra={"plugin": hold.name})
        if hold.under_way:
            await asyncio.wait(hold.under_way)

    async def _let_all_through(self, hold: Hold) -> None:
        """Let everything through, as many at once as the plugin may have under way."""
        while True:
            while hold.is_starting and not hold.mailbox:
                # What was let through has to come to the plugin, or newer events overtake it.
                hold.is_starting = False
                await asyncio.sleep(0)
            if not hold.mailbox or not self._is_emptying(hold):
                return
            hold.check_serving()
            self._let_through(hold, hold.mailbox.next())
            if hold.is_full:
                await asyncio.wait(hold.under_way, return_when=asyncio.FIRST_COMPLETED)

    def _let_through(self, hold: Hold, held: HeldEvent) -> asyncio.Task[Delivery]:
        task = self._bus.holds.let_through(hold.slot.gate, held, hold.name)
        hold.under_way.add(task)
        hold.is_starting = True
        task.add_done_callback(hold.under_way.discard)
        return task

    def _overflow(self, hold: Hold) -> None:
        told = "%s is held no more, as too much waits for it; events let through: %d"
        logger.warning(told, hold.name, len(hold.mailbox), extra={"plugin": hold.name})
        self._begin_to_empty(hold)

    def _is_emptying(self, hold: Hold) -> bool:
        """Whether the task that runs is to go on letting everything through."""
        is_on = self._holds.get(hold.name) is hold
        # Another task does where the plugin was held again and resumed again meanwhile.
        return is_on and hold.mailbox.is_emptying and hold.emptying is asyncio.current_task()

    def _held(self, name: str) -> Hold:
        if name not in self._holds:
            self._slots.known(name)
            raise PluginStateError(name, f"{name} is not held: hold it first")
        return self._holds[name]

    async def _state_of(self, hold: Hold) -> KeptState | str:
        """The state of a plugin, or why it is not known."""
        if hold.is_busy:
            return f"{hold.name} was handling another event when it began"
        try:
            kept = await self._stage.state_to_keep(hold.slot.serving)
        except Exception as error:  # noqa: BLE001  the step goes on: it is told where it is taken back
            told = "%s cannot export its state, so that its next step cannot be taken back: %s"
            logger.warning(told, hold.name, describe(error), extra={"plugin": hold.name})
            return f"its state before it could not be exported ({describe(error)})"
        return kept if kept is not None else f"{hold.name} has no export_state that gives its state"


def _tell_why(plugin: str, emptying: asyncio.Task[None]) -> None:
    """Log why what waits for a plugin is not let through, as nobody may wait for that."""
    if not emptying.cancelled() and (error := emptying.exception()) is not None:
        logger.warning("%s", error, extra={"plugin": plugin})
