"""The plugin manager: carries out the steps of each plugin's life."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rosey.errors import PluginError, PluginStateError
from rosey.plugins.base import Host, Plugin
from rosey.plugins.events import Delivery
from rosey.plugins.holding.holding import Holding
from rosey.plugins.idle.dormancy import Dormancy, StandIn, no_stand_in
from rosey.plugins.idle.idling import Idling
from rosey.plugins.life.closing import QUIESCE_S
from rosey.plugins.life.defining import Definitions, Texts
from rosey.plugins.life.launch import Launch
from rosey.plugins.life.load_order import Arm, load_in_order, not_loaded, told
from rosey.plugins.life.progress import ASKED_FOR, CRASHED, SETTINGS
from rosey.plugins.life.recovery import Recovery
from rosey.plugins.life.reloading import Reloader
from rosey.plugins.life.safe_start import Markers, SafeStart
from rosey.plugins.life.slots import Slots
from rosey.plugins.life.staging import Ended, Stage, nobody
from rosey.plugins.life.steps import Steps, nothing_attached
from rosey.plugins.lifecycle import PluginState, dependents_of
from rosey.plugins.loading.discovery import discover
from rosey.plugins.loading.loader import Loader
from rosey.plugins.loop.own_loop import own_loop
from rosey.plugins.supervision.limits import Limits


class PluginManager:
    """Discovers, loads, reloads and unloads plugins of one bot, on the bot's event loop.

    Calls on one plugin queue; calls on different plugins do not wait for each other.

    Args:
        bot: What plugins are constructed with.
        plugin_dirs: Searched for plugins, in this order.
        plugin_config: Settings by plugin name, for plugins that are loaded without any given.
        prepare: Called with each fresh instance before its setup.
        release: Called with a plugin's name once nothing of it runs: undoes what `prepare` did.
        quiesce_s: Seconds that what a plugin handles has to end before a change cancels it.
        ended: Told of each generation that is over, with any instance, before its modules go.
        stand_in: Shows a command of a plugin that is not loaded until it is used.
        limits: How much a plugin may take, where its own settings do not say.
        markers: Where it is noted, for the next process, which plugins are being loaded.
    """

    def __init__(  # noqa: PLR0913  all but two by name
        self,
        bot: Host,
        plugin_dirs: Sequence[str | Path],
        *,
        plugin_config: Mapping[str, Mapping[str, Any]] | None = None,
        prepare: Sequence[Callable[[Plugin], None]] = (),
        release: Callable[[str], Awaitable[object]] = nothing_attached,
        quiesce_s: float = QUIESCE_S,
        ended: Ended = nobody,
        stand_in: StandIn = no_stand_in,
        limits: Limits | None = None,
        markers: Markers | None = None,
    ) -> None:
        self.plugin_dirs = tuple(Path(d) for d in plugin_dirs)
        self.plugin_config = dict(plugin_config or {})
        self._bus = bot.bus
        self._loader = Loader()
        self._release_loop: Callable[[], None] | None = None
        slots = self.slots = Slots(self._bus)
        stage = self._stage = Stage(bot, self._bus, self._loader, prepare, ended, slots.note_left)
        self._safe_start = SafeStart(markers)
        launch = Launch(self._bus, slots, stage, quiesce_s, self._safe_start)
        self._steps = Steps(
            bus=self._bus,
            slots=slots,
            stage=stage,
            launch=launch,
            plugin_config=self.plugin_config,
            release=release,
            limit_s=quiesce_s,
        )
        stage.limits = stage.limits if limits is None else limits
        self._reloader = Reloader(
            slots=slots, stage=stage, launch=launch, steps=self._steps, load=self._load_in_order
        )
        reload = partial(self.reload_plugin, why=CRASHED)
        self._recovery = Recovery(bus=self._bus, slots=slots, steps=self._steps, reload=reload)
        self.definitions = Definitions(
            slots=slots,
            discover=self.discover_plugins,
            load=self._load_in_order,
            reload=self._reloader.reload_one,
            folder=lambda: [*self.plugin_dirs, Path()][0],
        )
        self.holding = Holding(self._bus, slots, stage, self._reloader, self._steps)
        self._dormancy = Dormancy(self._bus, slots, self._steps, self._load_in_order, stand_in)
        self._idling = Idling(self._bus, slots, stage, self._steps, self._dormancy)

    @property
    def limits(self) -> Limits:
        """How much a plugin may take, where its own settings do not say."""
        return self._stage.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self._stage.limits = limits
        self.slots.limit(limits)

    @property
    def plugins(self) -> dict[str, Plugin]:
        """The loaded plugins by name."""
        return {slot.name: slot.serving.plugin for slot in self.slots.loaded()}

    async def discover_plugins(self) -> list[str]:
        """Look for plugins in the plugin directories and in installed packages.

        Returns:
            Names, sorted. Files that cannot be plugins are in `slots.rejected`, with the reason.
        """
        self.slots.update(await asyncio.to_thread(discover, self.plugin_dirs))
        return sorted(slot.name for slot in self.slots)

    async def load_plugin(
        self, plugin_name: str, config: Mapping[str, Any] | None = None
    ) -> Plugin:
        """Load a plugin, and before it what it depends on.

        Args:
            plugin_name: Its name.
            config: Its settings; by default those of the bot's config.

        Returns:
            The instance, set up and enabled.

        Raises:
            PluginNotFoundError: There is no such plugin.
            PluginLoadError: It fails to load; nothing of it is left behind.
            PluginStateError: It is loaded already.
        """
        slot = self.slots.get(plugin_name)
        # Looking through every installed package takes longer than loading a plugin.
        if slot is None or not await asyncio.to_thread(slot.source.is_there):
            await self.discover_plugins()
        slot = self.slots.known(plugin_name)
        if slot.is_loaded:
            message = f"{plugin_name} is loaded already: reload it to load it again"
            raise PluginStateError(plugin_name, message)
        if config is not None or slot.dormant is None:
            slot.config = config
        self._safe_start.allow(plugin_name)
        failures = await self._load_in_order([plugin_name])
        if plugin_name in failures:
            raise failures[plugin_name]
        return slot.serving.plugin

    async def load_all(
        self,
        config: Mapping[str, Mapping[str, Any]] | None = None,
        *,
        names: Iterable[str] | None = None,
    ) -> dict[str, PluginError]:
        """Load all discovered plugins, or those named; one that fails stops no other.

        One with an `activation` that no other needs is not loaded until it is used.

        Args:
            config: Settings by plugin name, instead of those of the bot's config.
            names: What to load; by default everything that was discovered.

        Returns:
            By name, why a plugin was not loaded; these errors keep nothing of it alive.
        """
        discovered = await self.discover_plugins()
        asked = [*discovered, *self.slots.rejected] if names is None else names
        wanted, failures = not_loaded(self.slots, asked)
        for slot in wanted:
            slot.config = (config or {}).get(slot.name)
        failures |= await self._load_in_order([s.name for s in wanted], arm=self._dormancy.arm)
        return told(failures)

    async def reload_plugin(
        self, plugin_name: str, *, fresh: bool = False, why: str = ASKED_FOR
    ) -> Plugin:
        """Load a plugin again from its source; the old version serves until the new one is ready.

        What depends on it is reloaded with it; one that failed or waits to be used is loaded.

        Args:
            plugin_name: Its name.
            fresh: Begin without the state of the old version.
            why: For its report.

        Returns:
            The new instance.

        Raises:
            PluginNotFoundError: It is not loaded.
            PluginLoadError: The new version fails, or that of a plugin which has to go with it; the
                old ones are the same objects and serve on.
        """
        slot = self.slots.get(plugin_name)
        if slot is not None and (slot.state is PluginState.FAILED or slot.dormant is not None):
            slot.kept_state = None if fresh else slot.kept_state
            return await self.load_plugin(plugin_name, slot.config)
        self.slots.get_loaded(plugin_name)
        self._safe_start.allow(plugin_name)
        return await self._reloader.reload_one(plugin_name, why=why, is_fresh=fresh)

    async def reload_plugins(
        self, plugin_names: Iterable[str], *, why: str = ASKED_FOR
    ) -> dict[str, PluginError]:
        """Load plugins again, those that need each other together; one that fails stops no other.

        Returns:
            By name, why a plugin was not reloaded; it serves on as it was.
        """
        return await self._reloader.reload_all(plugin_names, why)

    async def configure_plugin(self, plugin_name: str, changes: Mapping[str, Any]) -> Plugin:
        """Change some settings of a loaded plugin, by a reload with them.

        Returns:
            The new instance.

        Raises:
            PluginNotFoundError: It is not loaded.
            PluginLoadError: The settings do not fit; the plugin serves on with the old ones.
        """
        self.slots.get_loaded(plugin_name)
        return await self._reloader.reload_one(plugin_name, why=SETTINGS, settings=changes)

    async def define_plugin(
        self, plugin_name: str, text: Texts, module: str = "", *, fresh: bool = False
    ) -> Plugin:
        """Load or reload a plugin from a text instead of its file; see `Definitions.define`."""
        self._safe_start.allow(plugin_name)
        return await self.definitions.define(plugin_name, text, module, fresh=fresh)

    def running_source(self, plugin_name: str) -> Mapping[str, str]:
        """The texts of a loaded plugin, as they run, by module; the first one's name is empty."""
        return self.definitions.running(plugin_name)

    async def unload_plugin(self, plugin_name: str, *, with_dependents: bool = False) -> None:
        """Unload a plugin; everything that it took is given back, whatever its hooks do.

        One that waits to be used does not any more; what a held one has not had is dropped.

        Args:
            plugin_name: Its name.
            with_dependents: Unload the plugins that need it too, before it.

        Raises:
            PluginNotFoundError: It is not loaded.
            PluginInUseError: Others need it, and `with_dependents` is false.
        """
        if await self._dormancy.disarm(plugin_name):
            return
        needing = dependents_of(plugin_name, self.slots.needs()) if with_dependents else ()
        await self._steps.unload_together([*needing, plugin_name])

    async def enable_plugin(self, plugin_name: str) -> None:
        """Let a disabled or quarantined plugin have events again; its state is as it was.

        Raises:
            PluginNotFoundError: It is not loaded.
            PluginStateError: It is enabled already.
            PluginError: Its `on_enable` failed; it stays as it is.
        """
        await self._steps.enable(self.slots.get_loaded(plugin_name))

    async def disable_plugin(self, plugin_name: str) -> None:
        """Keep a plugin and its state, but give it no events and no commands.

        Raises:
            PluginNotFoundError: It is not loaded.
            PluginStateError: It is not enabled.
        """
        await self._steps.disable(self.slots.get_loaded(plugin_name))

    async def handle_plugin_crash(self, plugin_name: str, error: Exception) -> None:
        """Reload a crashed plugin where its config says `auto_reload_on_crash`, else quarantine it.

        A reload comes after a while, and not for ever: see `CrashPolicy`.

        Args:
            plugin_name: Its name; one that is not enabled is left alone.
            error: What it crashed with.
        """
        await self._recovery.crash(plugin_name, error)

    def get_plugin(self, plugin_name: str) -> Plugin | None:
        """A loaded plugin; None where it is not loaded. Keep the name, not the plugin."""
        slot = self.slots.get(plugin_name)
        return slot.serving.plugin if slot is not None and slot.is_loaded else None

    def list_plugins(self) -> list[str]:
        """The names of the loaded plugins."""
        return [slot.name for slot in self.slots.loaded()]

    def emit(
        self, event: str, data: object = None, source: object = None
    ) -> asyncio.Task[Delivery]:
        """Emit an event; awaiting the result, its delivery report, is optional.

        Raises:
            LimitExceededError: The plugin that emits has as many events on their way as it may.
        """
        self._bus.check_pending(event)
        return self._bus.emit_soon(event, data, source)

    def start(self) -> None:
        """Import plugins, and own the tasks that they start on the running loop, until `close`.

        The first load does it too, but not after a `close`.
        """
        self._steps.is_closed = False
        self._loader.open()
        if self._release_loop is None:
            self._release_loop = own_loop(self._bus.caller.bind())

    async def close(self) -> None:
        """Unload everything, dependents first, and leave the import system as it was.

        What is being loaded ends first; nothing is loaded from then on.
        """
        self._steps.is_closed = True
        self._idling.close()
        self._dormancy.close()
        await self._recovery.close()
        try:
            await self._steps.settle()
            while loaded := self.list_plugins():
                await self.unload_plugin(loaded[-1], with_dependents=True)
            await self._steps.settle()
        finally:  # also where a close that takes too long is cut short
            if self._release_loop is not None:
                self._release_loop()
                self._release_loop = None
            self._loader.close()

    async def _load_in_order(
        self, names: Sequence[str], *, arm: Arm | None = None
    ) -> dict[str, PluginError]:
        if not self._steps.is_closed:
            self.start()
        return await load_in_order(self.slots, self._steps, names, arm=arm)
