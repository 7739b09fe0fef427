"""The base class of plugins, and the decorators that declare what a plugin listens to."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

from rosey.errors import PluginStateError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.events import Handler
from rosey.plugins.ledger import Ledger
from rosey.plugins.ownership import current_owner, owned_by
from rosey.plugins.services import ServiceRegistry

_DECLARED = "__rosey_declared__"

Method = TypeVar("Method", bound=Callable[..., Any])


class Host(Protocol):
    """What a plugin may count on in the bot that runs it."""

    bus: PluginEventBus
    services: ServiceRegistry
    plugin_manager: Any

    def register_command(self, *arguments: Any, **options: Any) -> object:  # noqa: ANN401  the bot's own options
        """Answer the chat command `name` with `handler(event, data)`."""

    def on(self, *arguments: Any, **options: Any) -> object:  # noqa: ANN401  the bot's own options
        """Subscribe `handler(event, data)` to `event`."""


class Plugin:
    """A part of the bot that is loaded, reloaded and unloaded while the bot runs.

    A plugin file defines one subclass. It needs a `name`; everything else has a default.

    Attributes:
        name: What the plugin is called: lower case letters, digits and underscores; the name of
            its file or folder.
        version: A version as packages have it: `1.4.0`.
        description: One line for `!plugin list`.
        author: Who wrote it.
        dependencies: Names of plugins that must run first, with a version where it matters:
            `["quotes", "scores>=1.2"]`.
        config_schema: A marshmallow schema class; the config is refused unless it fits, and
            defaults are filled in.
        bot: The bot that runs the plugin.
        config: The plugin's settings, validated.
        logger: Named `plugin.NAME`.
        enabled: Whether the plugin gets events and answers commands at the moment.
        storage: What the plugin persists, in a namespace of its own: a
            `rosey.storage.PluginStorage`. The bot sets it before `setup`.
    """

    name: ClassVar[str] = ""
    version: ClassVar[str] = "0.1.0"
    description: ClassVar[str] = ""
    author: ClassVar[str] = ""
    dependencies: ClassVar[Sequence[str]] = ()
    config_schema: ClassVar[type[Any] | None] = None

    storage: Any

    def __init__(self, bot: Any, config: Mapping[str, Any] | None = None) -> None:  # noqa: ANN401  a Host, or a stand-in of the author's own
        self.bot = bot
        self.config: dict[str, Any] = dict(config or {})
        self.logger = logging.getLogger(f"plugin.{self.name}")
        self.enabled = False

    async def setup(self) -> None:
        """Take what the plugin needs: called once, before it is enabled.

        What it registers or starts here begins only when everything has succeeded.
        """

    async def teardown(self) -> None:
        """Give back what the ledger does not know of: called once, after `on_disable`."""

    async def on_enable(self) -> None:
        """Called when the plugin is about to get events, after `setup` and each `enable`."""

    async def on_disable(self) -> None:
        """Called when the plugin gets no more events, before `teardown` and at each `disable`."""

    @property
    def ledger(self) -> Ledger:
        """Where what the plugin takes is entered.

        Raises:
            PluginStateError: The plugin was not loaded by a PluginManager.
        """
        ledger = self.__dict__.get("_ledger") or current_owner()
        if not isinstance(ledger, Ledger):
            message = f"{self.name} has no ledger: load it with a PluginManager"
            raise PluginStateError(self.name, message)
        return ledger

    @ledger.setter
    def ledger(self, ledger: Ledger) -> None:
        self.__dict__["_ledger"] = ledger

    def register_command(self, name: str, handler: Handler, **options: Any) -> None:  # noqa: ANN401  the bot's own options
        """Answer a chat command with `handler(event, data)`; `data["msg"]` is the whole line.

        Args:
            name: The word after the prefix.
            handler: Plain or async.
            **options: As of `rosey.command`: `help`, `rank`, `aliases`, `cooldown_s`.

        Raises:
            CommandAlreadyRegistered: Another plugin has that command.
        """
        self.bot.register_command(name, handler, plugin=self, **options)

    def on_event(self, event: str, handler: Handler, **options: Any) -> None:  # noqa: ANN401  the bot's own options
        """Have `handler(event, data)` called for events; options: `priority`, high first."""
        # The code that runs may be another plugin's, which calls a service of this one.
        with owned_by(self.__dict__.get("_ledger")):
            self.bot.on(event, handler, **options)

    def emit_event(self, event: str, data: object = None) -> Any:  # noqa: ANN401  an awaitable Delivery from a real bot
        """Emit an event with this plugin as its source; awaiting the result is optional."""
        return self.bot.plugin_manager.emit(event, data, source=self)

    def get_service(self, service_name: str) -> Any:  # noqa: ANN401  a service is any object
        """A service of another plugin; None where nobody provides it now.

        It may be kept: it leads to the provider's newest version also after a reload.
        """
        services: ServiceRegistry = self.bot.services
        return services.handle(service_name) if services.info(service_name) else None

    def provide_service(
        self, service_name: str, service: object, *, version: str | None = None
    ) -> None:
        """Offer a service to other plugins.

        Raises:
            ServiceAlreadyRegistered: Another plugin provides one of that name.
        """
        self.bot.services.register(service_name, service, provider=self, version=version)

    def create_task(self, code: Coroutine[Any, Any, Any], *, name: str | None = None) -> Any:  # noqa: ANN401  asyncio.Task of the code's result
        """Run a coroutine as a task of the plugin; it is cancelled when the plugin is unloaded."""
        return self.ledger.create_task(code, name=name)

    def on_close(self, function: Callable[[], object], *, label: str = "") -> None:
        """Have `function`, plain or async, called at unload, and after a failed setup."""
        self.ledger.on_close(label or getattr(function, "__qualname__", repr(function)), function)


def on(event: str, *, priority: int = 0) -> Callable[[Method], Method]:
    """Declare that a method handles an event: it is called as `method(event, data)`.

    Args:
        event: A name, or a pattern in which `*` stands for any run of characters.
        priority: High comes first.
    """
    return declare(lambda plugin, method: plugin.on_event(event, method, priority=priority))


def every(seconds: float) -> Callable[[Method], Method]:
    """Declare that a method is called every `seconds` seconds while the plugin is enabled.

    Raises:
        ValueError: `seconds` is not above zero.
    """
    if seconds <= 0:
        message = f"every({seconds}) has no pause: give seconds above 0"
        raise ValueError(message)
    return declare(lambda plugin, method: plugin.ledger.every(seconds, method, method.__qualname__))


Declaration = Callable[[Any, Any], None]
"""Carries out, for one plugin and one of its methods, what a decorator declared."""


def declare(declaration: Declaration) -> Callable[[Method], Method]:
    """Make a decorator of what is to be done with a method when its plugin is set up."""

    def mark(method: Method) -> Method:
        setattr(method, _DECLARED, (*getattr(method, _DECLARED, ()), declaration))
        return method

    return mark


def carry_out_declarations(plugin: Plugin) -> None:
    """Do what the decorators of a fresh plugin's methods declare, in the order of its class."""
    for name, declarations in _declared(type(plugin)):
        for declaration in declarations:
            declaration(plugin, getattr(plugin, name))


def _declared(plugin_class: type) -> Iterator[tuple[str, Sequence[Declaration]]]:
    names = dict.fromkeys(n for c in reversed(plugin_class.__mro__) for n in vars(c))
    for name in names:
        # An overriding method without the decorator takes the declaration back.
        declarations = getattr(inspect.getattr_static(plugin_class, name), _DECLARED, ())
        if declarations:
            yield name, declarations
