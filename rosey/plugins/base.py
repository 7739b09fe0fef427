"""The base class of plugins, and the decorators that declare what a plugin listens to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

from rosey.errors import PluginStateError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.ownership import current_owner, owned_by
from rosey.plugins.events import Handler
from rosey.plugins.ledger import Ledger
from rosey.plugins.services import ServiceRegistry

_DECLARED = "__rosey_declared__"
_MIGRATES = "__rosey_migrates__"

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

    A method `on_config_change(old, new)`, plain or async, is called when the plugin's section of
    the bot's configuration has changed, with what `config` is and what it is to be; `config` is
    the new one once that has returned. A plugin without such a method is reloaded instead.

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
        watch: Data files whose changes reload the plugin, relative to its package's folder, or to
            the folder that its file is in: `["questions.json"]`.
        activation: What loads the plugin's code, where that can wait for its first use:
            `["command:roll", "event:user_join"]`.
        state_version: Of what `export_state` gives; a change asks for a migration.
        permissions: What of `rosey.plugins.supervision.permissions.Permission` the plugin asks of
            the bot: `{"send", "storage"}`; what is left out is refused. None for everything.
        exclusive: Two generations cannot be set up at once, for instance as they listen on a port.
            At a reload the old one is torn down first, and set up again if the new one fails.
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
    watch: ClassVar[Sequence[str]] = ()
    activation: ClassVar[Sequence[str]] = ()
    state_version: ClassVar[int] = 1
    permissions: ClassVar[Collection[str] | None] = None
    exclusive: ClassVar[bool] = False

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
        """Give back what the ledger does not know of: called once, after `on_disable`.

        Not called for a new version that fails beside the one that serves.
        """

    async def on_enable(self) -> None:
        """Called when the plugin is about to get events, after `setup` and each `enable`."""

    async def on_disable(self) -> None:
        """Called when the plugin gets no more events, before `teardown` and at each `disable`."""

    def export_state(self) -> Any:  # noqa: ANN401  plain data of any shape
        """What the next generation of the plugin goes on with; None where it starts fresh.

        Called at a reload while nothing of the plugin is handled. Plain data: what belongs to the
        plugin's own code is refused, and the rest is copied. It may be async.
        """

    def import_state(self, state: Any, version: int) -> None:  # noqa: ANN401  as exported
        """Go on with what the last generation exported; called after `setup`, before `on_enable`.

        Args:
            state: As exported, then taken through the migrations. It is the plugin's own copy.
            version: Of the state: that of the plugin's `state_version`.
        """

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
        return services.handle(service_name) or None

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

    async def keep(
        self,
        name: str,
        factory: Callable[[], Any],
        *,
        key: object = None,
        close: Callable[[Any], object] | None = None,
    ) -> Any:  # noqa: ANN401  whatever the factory makes
        """Get something live, such as a connection, that goes from generation to generation.

        Args:
            name: What the plugin calls it.
            factory: Makes it, plain or async, where the generation that serves has none of that
                name with an equal key.
            key: What it depends on, plain data; one with another key is closed after the swap.
            close: Called with it when the plugin is unloaded or keeps it no more; by default its
                `aclose` or `close`, if it has one.

        Raises:
            StateError: It belongs to the plugin's own code, of which the next generation has
                another version: keep a library's object.
        """
        return await self.ledger.kept.get(name, factory, key=key, close=close)

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


def migrates(old: int, new: int) -> Callable[[Method], Method]:
    """Declare that a method turns state of one version into that of another.

    It is called as `method(state)` and returns the new state. Migrations are chained: the shortest
    way from the version that was exported to the plugin's `state_version` is taken.

    Args:
        old: The version that it takes.
        new: The version that it gives; lower than `old` to allow going back.

    Raises:
        ValueError: The versions are equal.
    """
    if old == new:
        message = f"migrates({old}, {new}) leads nowhere: give two versions"
        raise ValueError(message)

    def mark(method: Method) -> Method:
        setattr(method, _MIGRATES, (*getattr(method, _MIGRATES, ()), (old, new)))
        return method

    return mark


def migrations_of(plugin_class: type[Plugin]) -> dict[tuple[int, int], str]:
    """The names of the methods that migrate state, by the versions from which and to which."""
    return {step: name for name, steps in _marked(plugin_class, _MIGRATES) for step in steps}


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
    for name, declarations in _marked(type(plugin), _DECLARED):
        for declaration in declarations:
            declaration(plugin, getattr(plugin, name))


def _marked(plugin_class: type, mark: str) -> Iterator[tuple[str, Sequence[Any]]]:
    """The methods that bear a mark, with what it says, in the order of the class."""
    members: dict[str, object] = {}
    for level in reversed(plugin_class.__mro__):
        # An overriding method without the decorator takes the declaration back.
        members.update(vars(level))
    for name, member in members.items():
        said = getattr(member, mark, ())
        if said:
            yield name, said
