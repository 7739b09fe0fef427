"""Everything that one generation of a plugin has taken, given back in reverse."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
from collections.abc import Callable, Collection, Coroutine
from typing import Any

from rosey.errors import PluginError, PluginStateError
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Fault, describe
from rosey.plugins.calling.gate import Gate
from rosey.plugins.calling.ownership import current_call
from rosey.plugins.owning.entries import Entry, Phase, Taken, refusal_of_more
from rosey.plugins.owning.kept import Kept
from rosey.plugins.owning.timers import Rhythm, Timer
from rosey.plugins.supervision.account import Account
from rosey.plugins.supervision.limits import Limits
from rosey.plugins.supervision.permissions import ALL

Report = Callable[[Fault], None]


class Ledger:
    """What one generation of one plugin has taken.

    Args:
        name: The plugin's name.
        caller: Calls what the plugin wants called: timers, closers.
        report: Gets the faults of its tasks and timers.
        order: The plugin's place among plugins of equal priority.
        gate: The plugin's; by default one that stays open.
        account: The plugin's; by default one of its own.
        before: That of the generation that serves: what that keeps can be kept on.
        is_staged: What is taken begins only with `begin`.

    Attributes:
        report: Gets the faults of the plugin.
        limits: How much the plugin may take.
        permissions: What it may ask of the bot.
        kept: The live things that go from generation to generation.
        rhythm: When each timer is due next, on the loop's clock, by its label.
    """

    def __init__(  # noqa: PLR0913  all but three by name
        self,
        name: str,
        caller: Caller,
        report: Report,
        *,
        order: int = 0,
        gate: Gate | None = None,
        account: Account | None = None,
        before: Ledger | None = None,
        is_staged: bool = False,
    ) -> None:
        self.name = name
        self.order = order
        self.gate = gate if gate is not None else Gate()
        self.account = account if account is not None else Account()
        caller.accounts.add(self.account)
        self.permissions: Collection[str] = ALL
        self.limits = Limits(deadline_s=caller.deadline_s)
        self.phase = Phase.STAGED if is_staged else Phase.LIVE
        self._caller = caller
        self.report = report
        self._entries: dict[int, Entry] = {}
        self._serials = itertools.count()
        self.kept: Kept = Kept(name, before.kept if before is not None else None)
        self.rhythm: Rhythm = {}
        self._timers: list[Timer] = []
        self._begun = asyncio.Event()
        if not is_staged:
            self._begun.set()

    @property
    def is_closed(self) -> bool:
        """Whether everything was given back: nothing can be taken any more."""
        return self.phase is Phase.CLOSED

    @property
    def is_staged(self) -> bool:
        """Whether what is taken has not begun: the generation does not serve yet, or no more."""
        return self.phase is Phase.STAGED

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

        Raises:
            LimitExceededError: The plugin has as many tasks as it may.
        """
        self.check_tasks(code)
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

        The first call comes after `seconds`, and a reload does not begin anew. A call that takes
        longer delays the next one.
        """
        timer = Timer(
            owner=self,
            function=function,
            seconds=seconds,
            name=label,
            rhythm=self.rhythm,
            caller=self._caller,
            report=self.report,
        )
        self._timers.append(timer)
        self.take("timer", timer.label, begin=timer.start, give_back=timer.stop)

    def adopt(self, task: asyncio.Task[Any]) -> None:
        """Enter a task that the plugin started by whatever means."""
        if self.phase is Phase.CLOSED:
            task.cancel()
            return
        serial = next(self._serials)
        entry = Entry("task", task.get_name(), task.cancel, pauses=False, task=task)
        self._enter(entry, serial)
        task.add_done_callback(lambda _: self._entries.pop(serial, None))

    @property
    def live_tasks(self) -> int:
        """How many tasks the plugin has."""
        return sum(entry.task is not None for entry in self._entries.values())

    def check_tasks(self, code: Coroutine[Any, Any, Any]) -> None:
        """Refuse, and close, code that is to be a task more than the plugin may have.

        Raises:
            LimitExceededError: It has as many as it may.
        """
        refusal = refusal_of_more(self.name, self._entries, self.limits, are_tasks=True)
        if refusal is not None:
            code.close()
            raise refusal

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
        self.limit(self.limits)

    def limit(self, limits: Limits) -> None:
        """Let the plugin take as much as some limits say, from now on."""
        self.limits = limits
        if self.phase is Phase.LIVE:
            self.gate.limit(limits.concurrent_handlers, limits.queued_events, limits.when_full)

    def pause(self) -> None:
        """Give back what pauses while the plugin is disabled; `begin` takes it again."""
        for entry in reversed([*self._entries.values()]):
            if entry.is_registration and entry.pauses:
                entry.give_back()
        self.phase = Phase.PAUSED

    def withdraw(self, *, but_places: bool = False) -> None:
        """Give back every registration, for the next generation to take; `begin` undoes it.

        Args:
            but_places: Events, values and commands still come, to wait at the gate.
        """
        for entry in reversed([*self._entries.values()]):
            if entry.is_registration and not (but_places and entry.is_place):
                entry.give_back()
        self.phase = Phase.STAGED

    def vacate(self) -> Callable[[], None]:
        """Give back the places that `close` has left for the next generation.

        Returns:
            A function that takes them again.
        """
        places = [entry for entry in self._entries.values() if entry.is_active]
        for entry in reversed(places):
            entry.give_back()

        def take_again() -> None:
            for entry in places:
                entry.begin()

        return take_again

    async def close(self, *, keeps: bool = False) -> tuple[str, ...]:
        """Give everything back, last first. The ledger takes nothing from then on.

        Args:
            keeps: What goes from generation to generation stays, for the next one, and so do the
                places to which events come that it is to get; see `vacate`.

        Returns:
            What could not be given back, for people: a task that does not end, a closer that
            failed. Everything else was given back nevertheless.
        """
        self.phase = Phase.CLOSED
        problems: list[str] = []
        ending: list[asyncio.Task[Any]] = []
        places = {k: entry for k, entry in self._entries.items() if keeps and entry.is_place}
        for entry in reversed([e for k, e in self._entries.items() if k not in places]):
            if entry.task is not None:
                entry.give_back()
                ending.append(entry.task)
            elif entry.is_active:
                problems += await self._ended(ending)
                problems += await self._close_entry(entry.kind, entry.label, entry.give_back)
        ticks = [task for timer in self._timers for task in timer.ticking]
        problems += await self._ended([*ending, *ticks])
        self._timers.clear()  # a closed ledger may be kept, and its plugin must not be
        for name, close in [] if keeps else self.kept.close_functions():
            problems += await self._close_entry("kept", name, close)
        self._entries = places
        return tuple(problems)

    def _enter(self, entry: Entry, serial: int | None = None) -> Callable[[], None]:
        if self.phase is Phase.CLOSED:
            message = f"{self.name} is unloaded: it cannot take {entry.kind} {entry.label}"
            raise PluginStateError(self.name, message)
        if entry.task is None:
            refusal = refusal_of_more(self.name, self._entries, self.limits, are_tasks=False)
            if refusal is not None:
                raise refusal
        key = next(self._serials) if serial is None else serial
        self._entries[key] = entry

        def strike() -> None:
            if self._entries.pop(key, None) is not None:
                entry.give_back()

        return strike

    async def _run(self, code: Coroutine[Any, Any, Any], label: str) -> Any:  # noqa: ANN401  the code's own result
        try:
            await self._begun.wait()
            return await code
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            self.report(Fault.of(self.name, f"task {label}", error))
            if isinstance(error, Exception):
                raise
            # The loop itself would end with it.
            raise PluginError(self.name, f"task {label} raised {describe(error)}") from error

    async def _close_entry(
        self, kind: str, label: str, give_back: Callable[[], object]
    ) -> list[str]:
        try:
            limit_s = self.limits.deadline("teardown")
            await self._caller.call(self, f"{kind} {label}", give_back, deadline_s=limit_s)
        except Exception as error:  # noqa: BLE001  the rest is given back nevertheless
            self.report(Fault.of(self.name, f"{kind} {label}", error))
            return [f"{kind} {label}: {error}"]
        return []

    async def _ended(self, tasks: list[asyncio.Task[Any]]) -> list[str]:
        """Wait for cancelled tasks."""
        waited = [*tasks]
        tasks.clear()
        if not waited:
            return []
        _, still_running = await asyncio.wait(waited, timeout=self._caller.grace_s)
        return [f"task {t.get_name()} does not end" for t in still_running]
