"""Everything that one generation of a plugin has taken, given back in reverse."""

from __future__ import annotations

import asyncio
import contextvars
import enum
import itertools
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from rosey.errors import PluginError, PluginStateError
from rosey.plugins.calls import Caller
from rosey.plugins.entries import Entry, Taken
from rosey.plugins.faults import Fault, describe
from rosey.plugins.ownership import current_call

logger = logging.getLogger(__name__)

Report = Callable[[Fault], None]


class Phase(enum.Enum):
    """What a ledger does with what is entered."""

    STAGED = "staged"  # noted; it begins when the generation takes over
    LIVE = "live"  # begins at once
    PAUSED = "paused"  # what pauses is noted; it begins when the plugin is enabled
    CLOSED = "closed"  # refused


class Ledger:
    """What one generation of one plugin has taken.

    Args:
        name: The plugin's name.
        caller: Calls what the plugin wants called: timers, closers.
        report: Gets the faults of its tasks and timers.
        order: The plugin's place among plugins of equal priority.
        is_staged: What is taken begins only with `begin`.
    """

    def __init__(
        self, name: str, caller: Caller, report: Report, *, order: int = 0, is_staged: bool = False
    ) -> None:
        self.name = name
        self.order = order
        self.phase = Phase.STAGED if is_staged else Phase.LIVE
        self._caller = caller
        self._report = report
        self._entries: dict[int, Entry] = {}
        self._serials = itertools.count()
        self._ticking: set[asyncio.Task[None]] = set()
        self._begun = asyncio.Event()
        if not is_staged:
            self._begun.set()

    @property
    def entries(self) -> tuple[Taken, ...]:
        """What is taken now, in the order of taking."""
        return tuple(
            Taken(kind=e.kind, label=e.label, is_active=e.is_active) for e in self._entries.values()
        )

    def take(  # noqa: PLR0913  all but two by name
        self,
        kind: str,
        label: str,
        *,
        begin: Callable[[], object],
        give_back: Callable[[], object],
        check: Callable[[], object] | None = None,
        pauses: bool = True,
    ) -> Callable[[], None]:
        """Enter something that can be given back and begun again, such as a subscription.

        Args:
            kind: What it is, in one word.
            label: Which one, for people.
            begin: Makes it effective: now, at the swap of a reload, or when it is enabled again.
            give_back: Undoes `begin`.
            check: Raises where `begin` would fail; asked now and right before a swap.
            pauses: It is given back while the plugin is disabled.

        Returns:
            A function that gives it back now and strikes it out; a second call does nothing.

        Raises:
            PluginStateError: The plugin is unloaded.
        """
        if check is not None:
            check()
        entry = Entry(kind, label, give_back, begin, check, pauses=pauses)
        strike = self._enter(entry)
        if self.phase is Phase.LIVE or (self.phase is Phase.PAUSED and not pauses):
            try:
                entry.begin()
            except BaseException:
                strike()
                raise
        return strike

    def on_close(self, label: str, function: Callable[[], object]) -> Callable[[], object]:
        """Have `function`, plain or async, called when the plugin is unloaded.

        Returns:
            A function that strikes it out without calling it.
        """
        serial = next(self._serials)
        self._enter(Entry("closer", label, function, pauses=False), serial)
        return lambda: self._entries.pop(serial, None)

    def create_task(
        self, code: Coroutine[Any, Any, Any], *, name: str | None = None
    ) -> asyncio.Task[Any]:
        """Run `code` as a task of the plugin; of a staged generation it begins at the swap.

        It is cancelled when the plugin is unloaded. A fault in it is reported as the plugin's.
        """
        label = name if name is not None else str(getattr(code, "__qualname__", "task"))
        context = contextvars.Context()
        context.run(current_call.set, (self, None))
        # Made directly: the loop's task factory would enter it a second time.
        task = asyncio.Task(
            self._run(code, label), loop=asyncio.get_running_loop(), context=context, name=label
        )
        # A task that is cancelled before its first step never gets to close its code.
        task.add_done_callback(lambda _: code.close())
        # Its fault is reported here: asyncio need not say again that nobody asked for it.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        self.adopt(task)
        return task

    def every(self, seconds: float, function: Callable[[], object], label: str) -> None:
        """Call `function`, plain or async, every `seconds` seconds while the plugin is enabled.

        The first call comes after `seconds`. A call that takes longer delays the next one.
        """
        running: list[asyncio.Task[None]] = []

        def begin() -> None:
            # In a context of its own: no tick is caused by the event that enabled the plugin.
            ticking = self._tick(seconds, function, label)
            task = asyncio.Task(ticking, context=contextvars.Context(), name=label)
            task.add_done_callback(self._ticking.discard)
            self._ticking.add(task)
            running.append(task)

        self.take(
            "timer",
            f"{label} every {seconds:g} s",
            begin=begin,
            give_back=lambda: running.pop().cancel(),
        )

    def adopt(self, task: asyncio.Task[Any]) -> None:
        """Enter a task that the plugin started by whatever means."""
        if self.phase is Phase.CLOSED:
            task.cancel()
            return
        serial = next(self._serials)
        entry = Entry("task", task.get_name(), task.cancel, pauses=False, task=task)
        self._enter(entry, serial)
        task.add_done_callback(lambda _: self._entries.pop(serial, None))

    def begin(self) -> None:
        """Make effective what a staged or paused ledger noted; all of it, or nothing.

        Raises:
            RoseyError: Something collides with what others have taken meanwhile.
        """
        begun: list[Entry] = []
        registrations = [e for e in self._entries.values() if not e.is_active]
        for check in [e.check for e in registrations if e.check is not None]:
            check()
        try:
            for entry in registrations:
                entry.begin()
                begun.append(entry)
        except BaseException:
            for entry in reversed(begun):
                entry.give_back()
            raise
        self.phase = Phase.LIVE
        self._begun.set()

    def pause(self) -> None:
        """Give back what pauses while the plugin is disabled; `begin` takes it again."""
        self._withdraw(only_pausing=True)
        self.phase = Phase.PAUSED

    def withdraw(self) -> None:
        """Give back every registration, for the next generation to take; `begin` undoes it."""
        self._withdraw(only_pausing=False)
        self.phase = Phase.STAGED

    async def close(self) -> tuple[str, ...]:
        """Give everything back, last first. The ledger takes nothing from then on.

        Returns:
            What could not be given back, for people: a task that does not end, a closer that
            failed. Everything else was given back nevertheless.
        """
        self.phase = Phase.CLOSED
        problems: list[str] = []
        ending: list[asyncio.Task[Any]] = []
        for entry in reversed([*self._entries.values()]):
            if entry.task is not None:
                entry.give_back()
                ending.append(entry.task)
            else:
                problems += await self._ended(ending)
                problems += await self._close_entry(entry)
        problems += await self._ended([*ending, *self._ticking])
        self._entries.clear()
        return tuple(problems)

    def _enter(self, entry: Entry, serial: int | None = None) -> Callable[[], None]:
        if self.phase is Phase.CLOSED:
            message = f"{self.name} is unloaded: it cannot take {entry.kind} {entry.label}"
            raise PluginStateError(self.name, message)
        key = next(self._serials) if serial is None else serial
        self._entries[key] = entry

        def strike() -> None:
            if self._entries.pop(key, None) is not None:
                entry.give_back()

        return strike

    def _withdraw(self, *, only_pausing: bool) -> None:
        for entry in reversed([*self._entries.values()]):
            if entry.is_registration and (entry.pauses or not only_pausing):
                entry.give_back()

    async def _run(self, code: Coroutine[Any, Any, Any], label: str) -> Any:  # noqa: ANN401  the code's own result
        try:
            await self._begun.wait()
            return await code
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self._report(Fault.of(self.name, f"task {label}", error))
            if isinstance(error, Exception):
                raise
            # The loop itself would end with it.
            raise PluginError(self.name, f"task {label} raised {describe(error)}") from error

    async def _tick(self, seconds: float, function: Callable[[], object], label: str) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await self._caller.call(self, label, function)
            except Exception as error:  # noqa: BLE001  the next tick may succeed
                self._report(Fault.of(self.name, label, error))

    async def _close_entry(self, entry: Entry) -> list[str]:
        try:
            await self._caller.call(self, f"{entry.kind} {entry.label}", entry.give_back)
        except Exception as error:
            logger.exception(
                "%s could not give back %s %s",
                self.name,
                entry.kind,
                entry.label,
                extra={"plugin": self.name},
            )
            return [f"{entry.kind} {entry.label}: {error}"]
        return []

    async def _ended(self, tasks: list[asyncio.Task[Any]]) -> list[str]:
        """Wait for cancelled tasks."""
        waited = [*tasks]
        tasks.clear()
        if not waited:
            return []
        _, still_running = await asyncio.wait(waited, timeout=self._caller.grace_s)
        return [f"task {t.get_name()} does not end" for t in still_running]
