"""One generation of a plugin on its way: made ready beside the one that serves, and ended."""

from __future__ import annotations

import contextlib
import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rosey.errors import StateError
from rosey.plugins.base import Host, Plugin, carry_out_declarations, migrations_of
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault
from rosey.plugins.ledger import Ledger
from rosey.plugins.life.candidate import Candidate, KeptState, Staged
from rosey.plugins.life.progress import Progress
from rosey.plugins.loading.loader import Generation, Loader
from rosey.plugins.loading.plugin_class import (
    find_plugin_class,
    is_overridden,
    permissions_of,
)
from rosey.plugins.loading.settings import limits_for, settings_for
from rosey.plugins.owning.state import copied, plan_migrations
from rosey.plugins.remedies import Shared, remedy, settle_schemas
from rosey.plugins.supervision.limits import Limits

logger = logging.getLogger(__name__)

Ended = Callable[[Generation, Plugin | None], object]
"""Told of a generation that is over, and of its instance."""


def nobody(_generation: Generation, _plugin: Plugin | None) -> None:
    """Tell nobody."""


Left = Callable[[str, Sequence[str]], object]
"""Told of a plugin, and for people what one of its generations has left behind."""


def not_noted(_plugin: str, _problems: Sequence[str]) -> None:
    """Note nothing."""


GATE_S = 5.0
"""Seconds that a call has while the gate of its plugin is closed."""


class Stage:
    """Makes generations ready beside those that serve, and ends them.

    Args:
        bot: What plugins are constructed with.
        bus: Calls plugins and gets their faults.
        loader: Executes their code.
        prepare: Called with each fresh instance before its setup, in the order given: attaches
            what the plugin system knows nothing of.
        ended: Told of each generation that is over, with its instance where there is one, before
            its modules are dropped.
        left: Told of what a generation left behind, which is logged too.

    Attributes:
        limits: Those of all plugins, for what their own settings leave out.
    """

    def __init__(  # noqa: PLR0913, PLR0917  made by the manager only
        self,
        bot: Host,
        bus: PluginEventBus,
        loader: Loader,
        prepare: Sequence[Callable[[Plugin], None]] = (),
        ended: Ended = nobody,
        left: Left = not_noted,
    ) -> None:
        self._bot = bot
        self._bus = bus
        self.loader = loader
        self._prepare = prepare
        self._ended = ended
        self.limits = Limits(deadline_s=bus.caller.deadline_s)
        self._left = left
        self._shared = Shared()

    async def construct(
        self,
        candidate: Candidate,
        peers: Mapping[str, Generation],
        progress: Progress,
    ) -> None:
        """Compile and execute a candidate's code, and construct its plugin.

        Args:
            candidate: Gets the generation and what is constructed.
            peers: Generations that come into service with it, by plugin: it imports these.
            progress: Told of the phases.
        """
        generation = self.loader.stage(candidate.source, candidate.reading.snapshot, peers=peers)
        before = candidate.old.ledger if candidate.old is not None else None
        ledger = self._ledger(candidate, before)
        candidate.generation, candidate.ledger = generation, ledger
        self._shared.begin(candidate.name)
        caller, noting = self._bus.caller, self._shared.noting
        with progress.during("import", candidate.name), noting(candidate.name):
            await caller.call(ledger, "import", self.loader.execute, generation)
            settle_schemas(generation)
            plugin_class = find_plugin_class(generation)
        with progress.during("construct"), noting(candidate.name):
            values = {**candidate.reading.defaults, **candidate.config}
            settings = settings_for(plugin_class, values)
            ledger.limit(limits_for(plugin_class, settings, self.limits))
            ledger.permissions = permissions_of(plugin_class)
            plugin: Plugin = await caller.call(
                ledger, "construct", self._construct, plugin_class, settings, ledger
            )
            candidate.staged = Staged(plugin=plugin, ledger=ledger, generation=generation)
            if candidate.hands_over:
                self._migrations(candidate)  # raises while nobody had to wait for it
            elif candidate.goes_back:
                reason = "it has no import_state, which would take the state that is to go back"
                raise StateError(candidate.name, reason)

    async def set_up(self, candidate: Candidate) -> None:
        """Let a plugin take what it needs; what it takes begins with the swap."""

        async def setup() -> None:
            made: object = candidate.new.plugin.setup()
            if inspect.isawaitable(made):
                await made
            # Noted here: whoever waits for it may be cancelled in the same moment.
            candidate.is_set_up = True

        await self._set_up(candidate.new, setup)

    async def _set_up(self, staged: Staged, setup: Callable[[], object]) -> None:
        caller, plugin = self._bus.caller, staged.plugin
        await caller.call(staged.ledger, "declarations", carry_out_declarations, plugin)
        limit_s = staged.ledger.limits.deadline("setup")
        await caller.call(staged.ledger, "setup", setup, deadline_s=limit_s)
        settle_schemas(staged.generation)  # of what it has imported meanwhile

    async def export_state(self, candidate: Candidate) -> None:
        """Ask the old generation for its state: for the new one, or to bring the old one back."""
        old = candidate.old
        if candidate.has_state:
            candidate.state = "fresh"
        if old is None or not candidate.is_exporting:
            return
        if candidate.hands_over and (candidate.kept is None or candidate.is_exclusive):
            candidate.exported = await self._exported(old)
        elif candidate.is_exclusive:
            try:
                candidate.exported = await self._exported(old)
            except Exception as error:  # noqa: BLE001  whoever drops the state may do it for that
                self._bus.report(Fault.of(candidate.name, "export_state", error))

    async def state_to_keep(self, old: Staged) -> KeptState | None:
        """The state of a generation that ends with none to follow it at once; None if it has none.

        Raises:
            Exception: What its `export_state` raises, or a StateError for what that has given.
        """
        if not is_overridden(type(old.plugin), "export_state"):
            return None
        state = await self._exported(old)
        return None if state is None else KeptState(state=state, version=old.plugin.state_version)

    async def _exported(self, old: Staged) -> Any:  # noqa: ANN401  plain data of any shape
        return copied(old.ledger.name, await self._call_at_gate(old, "export_state"))

    async def import_state(self, candidate: Candidate) -> None:
        """Give the new generation the state of another one, in its own version."""
        if candidate.handed is None or not candidate.hands_over:
            return
        state = copied(candidate.name, candidate.handed)
        chain = self._migrations(candidate)
        for method in chain.values():
            state = await self._call_at_gate(candidate.new, method, state)
        version = candidate.new.plugin.state_version
        await self._call_at_gate(candidate.new, "import_state", state, version)
        candidate.state = f"migrated from {candidate.old_version} to {version}" if chain else "kept"

    async def enable(self, staged: Staged) -> None:
        """Tell a plugin that it is about to get events."""
        await self._call_at_gate(staged, "on_enable")

    async def stop(self, candidate: Candidate) -> None:
        """Tear the old generation down, as it cannot be there twice; `revive` brings it back."""
        old = candidate.old
        assert old is not None  # noqa: S101  nothing is exclusive without it
        candidate.was_enabled = old.plugin.enabled
        self._warn(old.ledger.name, await self._end(old, keeps=True))

    async def revive(self, candidate: Candidate) -> None:
        """Set the old generation up again after `stop`, with the state that it had.

        Raises:
            Exception: It does not come back; nothing of it is left, and `candidate.old` is None.
        """
        stopped, candidate.old = candidate.old, None
        assert stopped is not None  # noqa: S101  only what served is stopped
        plugin, generation = stopped.plugin, stopped.generation
        ledger = self._ledger(candidate, stopped.ledger)
        ledger.limit(stopped.ledger.limits)
        ledger.permissions = stopped.ledger.permissions
        old = Staged(plugin=plugin, ledger=ledger, generation=generation)
        async with contextlib.AsyncExitStack() as undo:
            undo.callback(self._drop, generation, plugin)
            undo.push_async_callback(self._close_and_warn, stopped.ledger)
            undo.push_async_callback(self._close_and_warn, ledger)
            undo.callback(ledger.kept.leave)
            await self._set_up_again(candidate, stopped, old)
            undo.pop_all()
        candidate.old = old
        ledger.kept.take_over()
        await self._close_and_warn(stopped.ledger)

    async def _set_up_again(self, candidate: Candidate, stopped: Staged, old: Staged) -> None:
        plugin = old.plugin
        await self._bus.caller.call(old.ledger, "construct", self._attach, plugin, old.ledger)
        await self._set_up(old, plugin.setup)
        if candidate.exported is not None:
            state = copied(candidate.name, candidate.exported)
            await self._call_at_gate(old, "import_state", state, plugin.state_version)
        if candidate.was_enabled:
            await self.enable(old)
        stopped.ledger.vacate()
        put_in_service(old, is_enabled=candidate.was_enabled)

    async def discard(self, candidate: Candidate) -> None:
        """Give back what a candidate took that never served; nothing is left of it."""
        generation, ledger = candidate.generation, candidate.ledger
        if generation is None or ledger is None:
            return
        # Not beside the one that serves: what it would save may be older than what that has.
        may_end = candidate.is_set_up and (candidate.old is None or candidate.is_exclusive)
        torn_down = candidate.new if may_end else None
        plugin = candidate.staged.plugin if candidate.staged is not None else None
        candidate.generation = candidate.ledger = candidate.staged = None
        ledger.kept.leave()
        async with contextlib.AsyncExitStack() as last:
            last.callback(self._drop, generation, plugin)
            last.push_async_callback(self._close_and_warn, ledger)
            if torn_down is not None:
                await self._call_last(torn_down, "teardown")

    async def retire(self, old: Staged) -> None:
        """End a generation that served: `on_disable`, `teardown`, then its ledger.

        Nothing is raised: it is over either way. What could not be given back is logged.
        """
        try:
            self._warn(old.ledger.name, await self._end(old))
        finally:
            # Also where the loop is being shut down, which cancels the hooks.
            self._drop(old.generation, old.plugin)

    def _drop(self, generation: Generation, plugin: Plugin | None) -> None:
        """Forget a generation that is over, with what it left behind outside of its ledger."""
        self._ended(generation, plugin)
        name = generation.source.name
        self._warn(name, (*remedy(generation), *self._shared.end(name)))
        self.loader.drop(generation)

    async def _end(self, old: Staged, *, keeps: bool = False) -> list[str]:
        problems: list[str] = []
        if old.ledger.is_closed:  # it was stopped for the one that has taken over
            await self._close(old.ledger, problems, keeps=keeps)
            return problems
        old.ledger.withdraw(but_places=keeps)
        hooks = ["on_disable", "teardown"] if old.plugin.enabled else ["teardown"]
        old.plugin.enabled = False
        async with contextlib.AsyncExitStack() as last:
            last.push_async_callback(self._close, old.ledger, problems, keeps=keeps)
            for hook in hooks:
                await self._call_last(old, hook)
        return problems

    def _warn(self, plugin: str, problems: Sequence[str]) -> None:
        for problem in problems:
            logger.warning(
                "%s left something behind: %s", plugin, problem, extra={"plugin": plugin}
            )
        self._left(plugin, problems)

    async def _close_and_warn(self, ledger: Ledger) -> None:
        self._warn(ledger.name, await ledger.close())

    @staticmethod
    async def _close(ledger: Ledger, problems: list[str], *, keeps: bool) -> None:
        problems += await ledger.close(keeps=keeps)

    async def _call_last(self, old: Staged, hook: str) -> None:
        try:
            limit_s = old.ledger.limits.deadline(hook)
            function = getattr(old.plugin, hook)
            await self._bus.caller.call(old.ledger, hook, function, deadline_s=limit_s)
        except Exception as error:  # noqa: BLE001  it is over either way
            # As text: a handler that keeps its log records would keep the generation.
            self._bus.report(Fault.of(old.ledger.name, hook, error))

    async def _call_at_gate(self, staged: Staged, method: str, *arguments: object) -> Any:  # noqa: ANN401  the method's own
        ledger, function = staged.ledger, getattr(staged.plugin, method)
        limit_s = ledger.limits.deadline("on_enable" if method == "on_enable" else "state")
        if not ledger.gate.is_open:
            limit_s = min(GATE_S, limit_s)
        return await self._bus.caller.call(ledger, method, function, *arguments, deadline_s=limit_s)

    def _migrations(self, candidate: Candidate) -> dict[tuple[int, int], str]:
        """The methods that take the last generation's state to the new one's version, in order."""
        methods = migrations_of(type(candidate.new.plugin))
        versions = candidate.old_version, candidate.new.plugin.state_version
        return {step: methods[step] for step in plan_migrations(candidate.name, methods, *versions)}

    def _ledger(self, candidate: Candidate, before: Ledger | None) -> Ledger:
        return Ledger(
            candidate.name,
            self._bus.caller,
            self._bus.report,
            order=candidate.order,
            gate=candidate.gate,
            account=candidate.account,
            before=before,
            is_staged=True,
        )

    def _construct(
        self, plugin_class: type[Plugin], settings: dict[str, Any], ledger: Ledger
    ) -> Plugin:
        plugin = plugin_class(self._bot, settings)
        self._attach(plugin, ledger)
        return plugin

    def _attach(self, plugin: Plugin, ledger: Ledger) -> None:
        plugin.ledger = ledger
        for attach in self._prepare:
            attach(plugin)


def put_in_service(staged: Staged, *, is_enabled: bool) -> None:
    """Make effective what a generation has taken, in one step.

    Raises:
        RoseyError: Something collides with what others have taken; nothing has begun then.
    """
    staged.ledger.begin()
    if not is_enabled:
        staged.ledger.pause()
    staged.plugin.enabled = is_enabled
