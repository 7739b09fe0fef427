"""The bot: builds its parts from a configuration, starts them, and stops them in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import enum
import logging
import time
from collections.abc import Mapping
from typing import Any, Self, cast

from rosey.chat.connection import Connection, Link
from rosey.chat.model import Rank
from rosey.chat.permissions import Permissions
from rosey.chat.router import Router
from rosey.chat.rules import Rules
from rosey.chat.stand_ins import stand_in
from rosey.config import Config, as_written
from rosey.connections.local import LocalConnection
from rosey.conversation import Exchange, exchange, spoken
from rosey.diagnostics.blocking import BlockingWatch
from rosey.diagnostics.memory import Witnesses
from rosey.errors import PluginError
from rosey.live_config import ConfigChange, LiveConfig
from rosey.management import Management
from rosey.oversight import Oversight
from rosey.plugins.base import Plugin
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.ownership import check_permission
from rosey.plugins.events import Handler, Subscription
from rosey.plugins.following.hot_reload import HotReload
from rosey.plugins.manager import PluginManager
from rosey.plugins.services import ServiceRegistry
from rosey.plugins.supervision.permissions import Permission
from rosey.storage import Storage

logger = logging.getLogger(__name__)

LAST_ANSWERS_S = 10.0


class _Phase(enum.Enum):
    NEW = "new"
    STARTED = "started"
    STOPPED = "stopped"


class Bot:
    """A chat bot whose plugins change while it runs. It belongs to one event loop.

    Use it as `async with Bot(config) as bot`, or call `start` and `stop`.

    Args:
        config: What it needs to know; by default it talks to the local user, keeps nothing on
            disk and finds plugins nowhere.
        connection: Where people talk to it, instead of what the configuration names.

    Attributes:
        config: As passed, until its file has changed: then it is what that says.
        bus: Where events go.
        services: What plugins offer each other.
        storage: What plugins persist.
        router: Which commands there are.
        plugin_manager: Which plugins there are.
        witnesses: Tell which generations of plugins live although they are over.
        blocking_watch: Names the code that holds the bot's loop.
        connection: Where people talk to it; `send_message` says something there.
        local: Where the owner talks to it; the same as `connection` by default.
        started_at: Seconds since the epoch; None where it does not run.
        failures: By name, why a plugin was not loaded at the start.
    """

    _oversight: Oversight

    def __init__(
        self, config: Config | None = None, *, connection: Connection | None = None
    ) -> None:
        self.config = config if config is not None else Config()
        self.bus = PluginEventBus()
        self.services = ServiceRegistry()
        self.storage = Storage(
            self.config.storage,
            quota_bytes=lambda plugin: self._oversight.limits_of(plugin).storage_bytes,
        )
        self.router = Router(
            self.bus,
            prefix=self.config.command_prefix,
            permissions=Permissions(accounts=self.config.accounts),
        )
        self.witnesses = Witnesses()
        self.plugin_manager = PluginManager(
            self,
            self.config.plugins.plugin_dirs,
            plugin_config=self.config.plugins.plugin_config,
            prepare=[lambda plugin: self._oversight.attach_storage(plugin)],  # noqa: PLW0108  it is made later
            release=self.storage.release,
            ended=self.witnesses.watch,
            stand_in=lambda command, owner: stand_in(self.router, command, owner),
            limits=self.config.plugins.limits,
            markers=self.storage.load_markers,
        )
        self._oversight = Oversight(self.plugin_manager, self.storage)
        self.blocking_watch = BlockingWatch(
            self.bus.report,
            self._oversight.note_blocked,
            **dataclasses.asdict(self.config.plugins.blocking),
        )
        self._live_config = LiveConfig(self)
        self._hot_reload = HotReload(
            self.bus, lambda: self._live_config.files, self._live_config.follow
        )
        rules = Rules(
            flood=lambda: self.config.flood,
            permissions=lambda: self.router.permissions,
            prefix=lambda: self.router.prefix,
            limits_of=self._oversight.limits_of,
            refusal_of=self._oversight.silence_of,
            sent=self._oversight.note_reply,
            refused=self._oversight.note_refused_reply,
        )
        self.local = Link(LocalConnection(), self.bus, rules=rules)
        self.connection = (
            self.local if connection is None else Link(connection, self.bus, rules=rules)
        )
        self.started_at: float | None = None
        self.failures: dict[str, PluginError] = {}
        self._connected: asyncio.Task[None] | None = None
        Management(self)
        self._phase = _Phase.NEW
        # A stop waits for a start that is under way.
        self._changing = asyncio.Lock()

    @property
    def config_origin(self) -> str:
        """Where the configuration comes from."""
        return self.config.origin

    @property
    def connection_name(self) -> str:
        """Where people talk to the bot."""
        return self.connection.name

    def shown_config(self, plugin: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """A plugin's settings, with the names of environment variables for what is in them."""
        shown = as_written(settings, self.config.plugins.shown_config.get(plugin))
        return cast("Mapping[str, Any]", shown)

    def redact(self, text: str) -> str:
        """A text without the values of the configuration's secrets."""
        return self.config.redact(text)

    async def start(self) -> None:
        """Open storage, load the plugins that the configuration enables, and connect.

        A plugin that fails to load stops nothing: see `failures`. Where starting fails, whatever
        has been started is stopped again.

        Raises:
            StorageError: The storage cannot be opened.
            RuntimeError: It was started or stopped before: a bot runs once.
        """
        async with self._changing:
            if self._phase is not _Phase.NEW:
                raise RuntimeError("a bot runs once: make another one")
            self._phase = _Phase.STARTED
            try:
                await self._start()
            except BaseException:
                await self._stop()
                raise

    async def _start(self) -> None:
        self.blocking_watch.start()
        self.plugin_manager.start()
        await self.storage.open()
        plugins = self.config.plugins
        names = await self.plugin_manager.discover_plugins()
        # Settings for a plugin that is not there are a mistake worth a word.
        found = [*names, *self.plugin_manager.slots.rejected, *plugins.plugin_config]
        wanted = found if plugins.enabled is None else plugins.enabled
        self.failures = await self.plugin_manager.load_all(names=filter(plugins.wants, wanted))
        await self._hot_reload.start()
        self.started_at = time.time()
        for link in self._links:
            self._connected = link.start()
        await self.bus.emit("bot.started")

    async def wait_closed(self) -> None:
        """Wait until the other side ends the bot's connection, or the bot is stopped.

        What was said last has been answered by then, unless that takes longer than
        `LAST_ANSWERS_S`. The bot is not stopped by it.
        """
        if self._connected is None:
            return
        await asyncio.wait([self._connected])
        if not self._connected.cancelled():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.bus.drain(), LAST_ANSWERS_S)

    async def stop(self) -> None:
        """Disconnect, unload every plugin, and close the storage; a second call does nothing.

        A part that fails to stop keeps no other from it; what it raises is raised in the end.

        Raises:
            PermissionDeniedError: A plugin asks that has not declared `manage`.
        """
        check_permission(Permission.MANAGE)
        async with self._changing:
            await self._stop()

    async def _stop(self) -> None:
        if self._phase is _Phase.STOPPED:
            return
        self._phase = _Phase.STOPPED
        async with contextlib.AsyncExitStack() as last_first:
            for part in (self.storage.close, self.bus.close, self.bus.drain):
                last_first.push_async_callback(part)
            last_first.push_async_callback(self.blocking_watch.close)
            last_first.push_async_callback(self.plugin_manager.close)
            for link in reversed(self._links):
                last_first.push_async_callback(link.close)
            last_first.push_async_callback(self._live_config.settle)
            last_first.push_async_callback(self._hot_reload.close)
            last_first.push_async_callback(self.plugin_manager.holding.end_all)
            if self.started_at is not None:
                last_first.callback(self._end_uptime)
                await self.bus.emit("bot.stopping")

    def _end_uptime(self) -> None:
        self.started_at = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    def on(self, event: str, handler: Handler, *, priority: int = 0) -> Subscription:
        """Have `handler(event, data)` called for events; see `PluginEventBus.subscribe`."""
        return self.bus.subscribe(event, handler, priority)

    def register_command(
        self,
        name: str,
        handler: Handler,
        *,
        plugin: Plugin | None = None,
        **options: Any,  # noqa: ANN401  those of Router.register, which checks them
    ) -> None:
        """Answer a chat command with `handler(event, data)`; see `Router.register`."""
        owner = plugin.ledger if plugin is not None else None
        self.router.register(name, handler, owner=owner, **options)

    async def send_message(self, text: str) -> None:
        """Say something: where the current event came from, or else on the bot's connection."""
        await self.connection.send_message(text)

    async def say(self, text: str, user: str = "owner", rank: Rank = Rank.OWNER) -> list[str]:
        """Say something to the bot, as somebody on its local connection.

        Args:
            text: The line.
            user: The name of who says it.
            rank: What they may do.

        Returns:
            The bot's replies to it, in order, once all events that it led to are handled.

        Raises:
            RuntimeError: As of `exchange`.
        """
        message = spoken(text, user, rank, self.local.name)
        return list((await self.exchange("message", message)).replies)

    async def exchange(self, event: str, data: object = None) -> Exchange:
        """Emit an event as if it came in on the local connection, and listen for the replies.

        Returns:
            Who handled it and what the bot replied on that connection, once all events that it
            led to are handled. Tasks that plugins started meanwhile may still run.

        Raises:
            RuntimeError: It is called in a handler, which would wait for itself: emit instead.
        """
        return await exchange(self.bus, self.local.name, event, data)

    async def load(self, name: str) -> None:
        """Load a plugin; see `PluginManager.load_plugin`."""
        await self.plugin_manager.load_plugin(name)

    async def unload(self, name: str, *, with_dependents: bool = False) -> None:
        """Unload a plugin; see `PluginManager.unload_plugin`."""
        await self.plugin_manager.unload_plugin(name, with_dependents=with_dependents)

    async def reload(self, name: str, *, fresh: bool = False) -> None:
        """Reload a plugin; see `PluginManager.reload_plugin`."""
        await self.plugin_manager.reload_plugin(name, fresh=fresh)

    async def define(
        self, name: str, text: str | Mapping[str, str], module: str = "", *, fresh: bool = False
    ) -> None:
        """Load or reload a plugin from a text; see `Definitions.define`."""
        await self.plugin_manager.define_plugin(name, text, module, fresh=fresh)

    async def enable(self, name: str) -> None:
        """Enable a plugin; see `PluginManager.enable_plugin`."""
        await self.plugin_manager.enable_plugin(name)

    async def disable(self, name: str) -> None:
        """Disable a plugin; see `PluginManager.disable_plugin`."""
        await self.plugin_manager.disable_plugin(name)

    async def reload_config(self) -> ConfigChange:
        """Read the configuration file again, and apply what is new in it while the bot runs.

        With hot reload on, a saved file is applied by itself.

        Returns:
            What was done, and which plugins are not as the configuration says.

        Raises:
            ConfigError: It is refused, with every fault; nothing has changed then.
            PermissionDeniedError: A plugin asks that has not declared `manage`.
            RuntimeError: The bot does not run.
        """
        check_permission(Permission.MANAGE)
        if self._phase is not _Phase.STARTED:
            raise RuntimeError("a bot that does not run takes no configuration over")
        change = await self._live_config.reload()
        await self._hot_reload.adjust()
        return change

    @property
    def _links(self) -> tuple[Link, ...]:
        return (self.local,) if self.connection is self.local else (self.local, self.connection)

    def storage_bytes(self, plugin: str) -> int:
        """How much a plugin's storage takes."""
        return self.storage.bytes_used(plugin)
