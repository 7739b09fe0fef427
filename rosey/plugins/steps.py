"""The steps of one plugin's life: each is carried out under the plugin's lock, and announced."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Container, Mapping
from typing import Any

from rosey.errors import (
    PluginError,
    PluginInUseError,
    PluginLoadError,
    PluginStateError,
    RoseyError,
)
from rosey.plugins.base import Plugin
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.faults import Fault, describe
from rosey.plugins.lifecycle import PluginState, check_dependencies, dependents_of
from rosey.plugins.manifest import read_manifest
from rosey.plugins.reading import read
from rosey.plugins.slots import Slot, Slots
from rosey.plugins.tasks import Unbroken
from rosey.plugins.transaction import Stage, Staged

logger = logging.getLogger(__name__)


class Steps:
    """Leads plugins from state to state.

    Calls on one plugin queue; calls on different plugins do not wait for each other.

    Args:
        bus: Calls plugins and gets their faults.
        slots: Which plugins there are.
        stage: Makes generations ready.
        plugin_config: Settings by plugin name, for loads without any given.
        release: Called with the name of a plugin of which nothing runs any more.

    Attributes:
        unbroken: Runs steps that take something away: they are never left half done.
        is_closed: Nothing more is loaded.
    """

    def __init__(
        self,
        bus: PluginEventBus,
        slots: Slots,
        stage: Stage,
        plugin_config: Mapping[str, Mapping[str, Any]],
        release: Callable[[str], Awaitable[object]],
    ) -> None:
        self._bus = bus
        self._slots = slots
        self._stage = stage
        self._plugin_config = plugin_config
        self._release = release
        self.unbroken = Unbroken()
        self.is_closed = False

    async def load(self, slot: Slot) -> None:
        """Load a plugin; nothing happens where it is loaded already.

        Raises:
            PluginLoadError: It fails; nothing of it is left behind.
        """
        async with slot.lock:
            if slot.is_loaded:
                return
            if self.is_closed:
                raise PluginLoadError(slot.name, "the bot is stopping")
            self._slots.advance(slot, PluginState.LOADING)
            try:
                await self._replace(slot, None, self.config_of(slot), is_enabled=True)
            except BaseException as error:
                await self._let_go(slot)
                self._fail(slot, error)
                raise
            self._slots.advance(slot, PluginState.ENABLED)

    async def refuse(self, slot: Slot, error: PluginLoadError) -> None:
        """Note that a plugin is not even begun to load; nothing happens where it is loaded."""
        async with slot.lock:
            if not slot.is_loaded:
                self._slots.advance(slot, PluginState.LOADING)
                self._fail(slot, error)

    async def reload(self, slot: Slot, changes: Mapping[str, Any] | None = None) -> None:
        """Load a new version beside the one that serves, and let it take over.

        A disabled plugin stays disabled. A new version of a quarantined plugin is given a chance.

        Args:
            slot: The plugin.
            changes: Settings that are others from now on.

        Raises:
            PluginNotFoundError: The plugin was unloaded meanwhile.
            PluginLoadError: The new version fails; the old one serves on.
        """
        async with slot.lock:
            old, after = slot.serving, slot.state
            is_enabled = after is not PluginState.DISABLED
            self._slots.advance(slot, PluginState.RELOADING)
            try:
                config = {**self.config_of(slot), **(changes or {})}
                new = await self._replace(slot, old, config, is_enabled=is_enabled)
                after = PluginState.ENABLED if is_enabled else after
            except PluginLoadError as error:
                slot.error = error.detached()
                self._slots.announce(slot, "reload_failed", error=str(error))
                raise
            finally:
                self._slots.advance(slot, after)
            slot.reloads += 1
            self._slots.announce(slot, "reloaded", version=new.plugin.version)
            await self.unbroken.run(self._retire(slot, old))

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
            await self._retire(slot, old)
            await self._let_go(slot)
            slot.loaded_at = slot.error = None
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
                await self._bus.caller.call(staged.ledger, "on_enable", staged.plugin.on_enable)
            except Exception as error:
                message = f"{slot.name} cannot be enabled: {describe(error)}"
                raise PluginError(slot.name, message) from error
            staged.ledger.begin()
            staged.plugin.enabled = True
            slot.error = None
            self._slots.advance(slot, PluginState.ENABLED)

    async def stop_serving(
        self, slot: Slot, state: PluginState, reason: PluginError | None = None
    ) -> None:
        """Take a plugin's events and commands away, and keep its instance.

        Args:
            slot: The plugin.
            state: `DISABLED` or `QUARANTINED`.
            reason: Why it was quarantined.

        Raises:
            PluginNotFoundError: It was unloaded meanwhile.
            PluginStateError: It is not enabled.
        """
        await self.unbroken.run(self._stop_serving(slot, state, reason))

    async def settle(self) -> None:
        """Wait until every step that is under way has ended."""
        for slot in self._slots:
            async with slot.lock:
                pass
        await self.unbroken.settle()

    async def _stop_serving(
        self, slot: Slot, state: PluginState, reason: PluginError | None
    ) -> None:
        async with slot.lock:
            staged = slot.serving
            self._slots.advance(slot, state)
            slot.error = reason or slot.error
            staged.ledger.pause()
            staged.plugin.enabled = False
            try:
                await self._bus.caller.call(staged.ledger, "on_disable", staged.plugin.on_disable)
            except Exception as error:  # noqa: BLE001  it is out of service either way
                self._bus.report(Fault.of(slot.name, "on_disable", error))

    def config_of(self, slot: Slot) -> Mapping[str, Any]:
        """The settings that the next load of a plugin gets, its own defaults aside."""
        return self._plugin_config.get(slot.name, {}) if slot.config is None else slot.config

    async def _replace(
        self,
        slot: Slot,
        old: Staged | None,
        config: Mapping[str, Any],
        *,
        is_enabled: bool,
    ) -> Staged:
        """Stage a new generation and let it take over from `old`."""

        def check(plugin_class: type[Plugin]) -> None:
            check_dependencies(slot.name, plugin_class.dependencies, self._slots.versions())

        source = slot.source
        reading = await read(source)
        slot.attempted = reading.digest
        manifest = read_manifest(source, reading.snapshot)
        # Before any of its code runs, which may import what it depends on.
        check_dependencies(slot.name, manifest.dependencies, self._slots.versions())
        new = await self._stage.stage(source, reading, config, order=slot.order, check=check)
        await self._stage.put_in_service(old, new, is_enabled=is_enabled, check=check)
        # From here to the caller's change of state there is no await: nobody sees one without
        # the other.
        slot.staged = new
        slot.config = config
        slot.error = None
        slot.manifest = manifest
        return new

    async def _let_go(self, slot: Slot) -> None:
        try:
            await self._release(slot.name)
        except RoseyError as error:
            logger.warning(
                "%s left something behind: %s", slot.name, error, extra={"plugin": slot.name}
            )

    async def _retire(self, slot: Slot, old: Staged) -> None:
        for problem in await self._stage.retire(old):
            logger.warning(
                "%s left something behind: %s", slot.name, problem, extra={"plugin": slot.name}
            )

    def _fail(self, slot: Slot, error: BaseException) -> None:
        if not isinstance(error, PluginLoadError):
            error = PluginLoadError(slot.name, f"loading it ended with {describe(error)}")
        slot.error = error.detached()
        self._slots.advance(slot, PluginState.FAILED, error=str(error))
