"""The steps of one plugin's life: each is carried out under the plugin's lock, and announced."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from typing import Any

from rosey.errors import (
    GateOverflowError,
    PluginError,
    PluginInUseError,
    PluginLoadError,
    PluginStateError,
    RoseyError,
)
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault, describe
from rosey.plugins.life.candidate import Staged
from rosey.plugins.life.closing import Closing
from rosey.plugins.life.launch import Change, Launch
from rosey.plugins.life.progress import Progress
from rosey.plugins.life.slots import Slot, Slots
from rosey.plugins.life.staging import Stage
from rosey.plugins.life.unbroken import Unbroken
from rosey.plugins.lifecycle import PluginState, dependents_of
from rosey.plugins.loading.plugin_class import permissions_told

logger = logging.getLogger(__name__)


async def nothing_attached(_plugin: str) -> None:
    """Take nothing back from a plugin to which nothing was attached."""


def _nobody(_plugin: str) -> None:
    """Tell nobody."""


class Steps:
    """Leads plugins from state to state.

    Calls on one plugin queue; calls on different plugins do not wait for each other.

    Args:
        bus: Calls plugins and gets their faults.
        slots: Which plugins there are.
        stage: Makes generations ready, and ends them.
        launch: Brings them into service.
        plugin_config: Settings by plugin name, for loads without any given.
        release: Called with the name of a plugin of which nothing runs any more.
        limit_s: Seconds that what a plugin is handling has to finish when it is reloaded or
            unloaded.

    Attributes:
        limit_s: As passed.
        unbroken: Runs steps that take something away: they are never left half done.
        is_closed: Nothing more is loaded.
        unloaded: Told of each plugin that is unloaded, by name.
    """

    def __init__(  # noqa: PLR0913  all by name
        self,
        *,
        bus: PluginEventBus,
        slots: Slots,
        stage: Stage,
        launch: Launch,
        plugin_config: Mapping[str, Mapping[str, Any]],
        release: Callable[[str], Awaitable[object]],
        limit_s: float,
    ) -> None:
        self._bus = bus
        self._slots = slots
        self._stage = stage
        self._plugin_config = plugin_config
        self._release = release
        self.limit_s = limit_s
        self._launch = launch
        self.unbroken = Unbroken()
        self.is_closed = False
        self.unloaded: Callable[[str], object] = _nobody

    async def load(self, slot: Slot) -> None:
        """Load a plugin; nothing happens where it is loaded already.

        Raises:
            PluginLoadError: It fails; nothing of it is left behind.
        """
        async with slot.lock, contextlib.AsyncExitStack() as notes:
            if slot.is_loaded:
                return
            if self.is_closed:
                raise PluginLoadError(slot.name, "the bot is stopping")
            self._slots.advance(slot, PluginState.LOADING)
            try:
                source, reading = slot.source, await self._launch.read(slot)
                config = self.config_of(slot)
                change = Change(slot=slot, source=source, reading=reading, config=config)
                await notes.enter_async_context(self._launch.noting([change]))
                await self._launch.run([change], Progress(slot.name))
            except BaseException as error:
                await self.let_go(slot)
                self._fail(slot, error)
                raise
            self._slots.advance(slot, PluginState.ENABLED)
            slot.end_dormancy()
            plugin = slot.serving.plugin
            told = "%s %s is loaded; it may use: %s"
            permitted = permissions_told(type(plugin))
            logger.info(told, slot.name, plugin.version, permitted, extra={"plugin": slot.name})

    async def refuse(self, slot: Slot, error: PluginLoadError) -> None:
        """Note that a plugin is not even begun to load; nothing happens where it is loaded."""
        async with slot.lock:
            if not slot.is_loaded:
                self._slots.advance(slot, PluginState.LOADING)
                self._fail(slot, error)

    async def unload_together(self, names: Sequence[str]) -> None:
        """End plugins, those that need others before these, to the end even if nobody waits.

        Raises:
            PluginNotFoundError: One is not loaded; nothing has happened.
            PluginInUseError: One that is not among them needs one; those before it are ended.
        """
        slots = [self._slots.get_loaded(name) for name in names]

        async def unload_each() -> None:
            for slot in slots:
                await self.unload(slot, together_with=names)

        await self.unbroken.run(unload_each())

    async def unload(self, slot: Slot, *, together_with: Container[str] = ()) -> None:
        """End a plugin; nothing happens where it is not loaded.

        Args:
            slot: The plugin.
            together_with: Who may need it, as they are unloaded too.

        Raises:
            PluginInUseError: Others need it.
        """
        async with slot.lock:
            if not slot.is_loaded:
                return
            needed_by = dependents_of(slot.name, self._slots.needs())
            dependents = [name for name in needed_by if name not in together_with]
            if dependents:
                raise PluginInUseError(slot.name, dependents)
            # Before the first await: nobody can come to depend on it from here on.
            old, slot.staged = slot.serving, None
            # Those who wait would not meet it any more: when they are too many, that comes sooner.
            with contextlib.suppress(GateOverflowError):
                async with Closing(self._bus.caller, [old.ledger], self.limit_s):
                    old.ledger.withdraw()
            await self._stage.retire(old)
            await self.let_go(slot)
            slot.loaded_at = slot.error = None
            self.unloaded(slot.name)
            self._slots.advance(slot, PluginState.UNLOADED)

    async def enable(self, slot: Slot) -> None:
        """Give a disabled or quarantined plugin its events and commands again.

        Raises:
            PluginStateError: It is enabled already.
            RoseyError: What it had taken collides with others now; it stays as it is.
            PluginError: Its `on_enable` failed; it stays as it is.
        """
        async with slot.lock:
            staged = slot.serving
            if slot.state is PluginState.ENABLED:
                raise PluginStateError(slot.name, f"{slot.name} is enabled already")
            try:
                await self._call(staged, "on_enable")
            except Exception as error:
                message = f"{slot.name} cannot be enabled: {describe(error)}"
                raise PluginError(slot.name, message) from error
            staged.ledger.begin()
            staged.plugin.enabled = True
            slot.error = None
            self._slots.advance(slot, PluginState.ENABLED)

    async def disable(self, slot: Slot) -> None:
        """Take a plugin's events and commands away, and keep its instance.

        Raises:
            PluginNotFoundError: It was unloaded meanwhile.
            PluginStateError: It is not enabled.
        """
        await self.unbroken.run(self._stop_serving(slot, PluginState.DISABLED))

    async def quarantine(self, slot: Slot, failed: Staged, reason: PluginError) -> None:
        """Do the same to a plugin that fails.

        Args:
            slot: The plugin.
            failed: The generation that does.
            reason: How it fails.

        Raises:
            PluginNotFoundError: It was unloaded meanwhile.
            PluginStateError: It is not enabled, or serves in another generation by now.
        """
        await self.unbroken.run(
            self._stop_serving(slot, PluginState.QUARANTINED, failed=failed, reason=reason)
        )

    async def settle(self) -> None:
        """Wait until every step that is under way has ended."""
        for slot in self._slots:
            async with slot.lock:
                pass
        await self.unbroken.settle()

    async def _stop_serving(
        self,
        slot: Slot,
        state: PluginState,
        *,
        failed: Staged | None = None,
        reason: PluginError | None = None,
    ) -> None:
        async with slot.lock:
            staged = slot.serving
            if failed is not None and failed is not staged:
                raise PluginStateError(slot.name, f"{slot.name} was reloaded meanwhile")
            facts = {"error": str(reason)} if reason is not None else {}
            self._slots.advance(slot, state, **facts)
            if reason is not None:
                slot.fail(reason)
            staged.ledger.pause()
            staged.plugin.enabled = False
            try:
                await self._call(staged, "on_disable")
            except Exception as error:  # noqa: BLE001  it is out of service either way
                self._bus.report(Fault.of(slot.name, "on_disable", error))

    async def _call(self, staged: Staged, hook: str) -> None:
        deadline_s = staged.ledger.limits.deadline(hook)
        function = getattr(staged.plugin, hook)
        await self._bus.caller.call(staged.ledger, hook, function, deadline_s=deadline_s)

    def config_of(self, slot: Slot) -> Mapping[str, Any]:
        """The settings that the next load of a plugin gets, its own defaults aside."""
        return self._plugin_config.get(slot.name, {}) if slot.config is None else slot.config

    async def let_go(self, slot: Slot) -> None:
        """Take back what the bot had attached to a plugin of which nothing runs any more."""
        try:
            await self._release(slot.name)
        except RoseyError as error:
            logger.warning(
                "%s left something behind: %s", slot.name, error, extra={"plugin": slot.name}
            )

    def _fail(self, slot: Slot, error: BaseException) -> None:
        if not isinstance(error, PluginLoadError):
            error = PluginLoadError(slot.name, f"loading it ended with {describe(error)}")
        slot.fail(error.detached())
        self._slots.advance(slot, PluginState.FAILED, error=str(error))
