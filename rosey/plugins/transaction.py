"""One plugin from source to service and back: stage, swap, retire."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from rosey.errors import PluginLoadError
from rosey.plugins.base import Host, Plugin, carry_out_declarations
from rosey.plugins.blame import load_error
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.ledger import Ledger
from rosey.plugins.loader import Generation, Loader
from rosey.plugins.reading import Reading
from rosey.plugins.remedies import remedy
from rosey.plugins.settings import settings_for
from rosey.plugins.sources import PluginSource

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A generation with its instance: complete, but not in service.

    Attributes:
        plugin: The instance; its `setup` has succeeded.
        ledger: What it has taken.
        generation: The code that it runs.
    """

    plugin: Plugin
    ledger: Ledger
    generation: Generation


class Stage:
    """Where new generations are made ready beside those that serve.

    Args:
        bot: What plugins are constructed with.
        bus: Calls plugins and gets their faults.
        loader: Executes their code.
        prepare: Called with each fresh instance before its setup, in the order given: attaches
            what the plugin system knows nothing of.
    """

    def __init__(
        self,
        bot: Host,
        bus: PluginEventBus,
        loader: Loader,
        prepare: Sequence[Callable[[Plugin], None]] = (),
    ) -> None:
        self._bot = bot
        self._bus = bus
        self._loader = loader
        self._prepare = prepare

    async def stage(
        self,
        source: PluginSource,
        reading: Reading,
        config: Mapping[str, Any],
        *,
        order: int,
        check: Callable[[type[Plugin]], None],
    ) -> Staged:
        """Compile, execute, validate, construct and set up a new generation.

        Args:
            source: Where it comes from.
            reading: What was read there.
            config: Settings that go before the plugin's own defaults.
            order: The plugin's place among plugins of equal priority.
            check: Raises where the class must not be used, for instance for its dependencies.

        Raises:
            PluginLoadError: Whatever is wrong; nothing of the new generation is left behind.
        """
        generation = self._loader.stage(source, reading.snapshot)
        bus = self._bus
        ledger = Ledger(source.name, bus.caller, bus.report, order=order, is_staged=True)
        try:
            await bus.caller.call(ledger, "import", self._loader.execute, generation)
            plugin_class = find_plugin_class(generation)
            check(plugin_class)
            settings = settings_for(plugin_class, {**reading.defaults, **config})
            plugin = await self._set_up(plugin_class, settings, ledger)
        except BaseException as error:  # noqa: BLE001  it is raised there
            await self._discard(ledger, generation, error)
        return Staged(plugin=plugin, ledger=ledger, generation=generation)

    async def put_in_service(
        self,
        old: Staged | None,
        new: Staged,
        *,
        is_enabled: bool,
        check: Callable[[type[Plugin]], None],
    ) -> None:
        """Let a staged generation take over: `on_enable`, then the swap.

        Args:
            old: The generation that serves until then, if one does.
            new: The generation that is to serve.
            is_enabled: Whether the plugin gets events; a disabled plugin stays so.
            check: As for `stage`, asked again right before the swap.

        Raises:
            PluginLoadError: It cannot; nothing of it is left behind, and the old one serves on.
        """
        try:
            if is_enabled:
                await self._call(new, "on_enable")
            check(type(new.plugin))
            self._swap(old, new, is_enabled=is_enabled)
        except BaseException as error:  # noqa: BLE001  it is raised there
            await self._discard(new.ledger, new.generation, error)

    def _swap(self, old: Staged | None, new: Staged, *, is_enabled: bool) -> None:
        """Take what the old generation had, in one step: there is no await in here."""
        if old is not None:
            old.ledger.withdraw()
        try:
            _put_in_service(new, is_enabled=is_enabled)
            self._loader.commit(new.generation)
        except BaseException:
            new.ledger.withdraw()
            if old is not None:
                _put_in_service(old, is_enabled=old.plugin.enabled)
            raise

    async def _discard(
        self, ledger: Ledger, generation: Generation, error: BaseException
    ) -> NoReturn:
        """Give back what a generation took that never served, and raise why it did not."""
        try:
            for problem in (*await ledger.close(), *remedy(generation)):
                logger.warning(
                    "%s left something behind: %s",
                    ledger.name,
                    problem,
                    extra={"plugin": ledger.name},
                )
        finally:
            self._loader.drop(generation)
        if isinstance(error, asyncio.CancelledError):
            raise error
        refusal = load_error(generation.source, generation.snapshot, error)
        raise refusal from (error if refusal is not error else error.__cause__)

    async def retire(self, old: Staged) -> tuple[str, ...]:
        """End a generation that served: `on_disable`, `teardown`, then its ledger.

        Returns:
            What could not be given back, for people. Nothing is raised: it is over either way.
        """
        old.ledger.withdraw()
        problems: list[str] = []
        hooks = ["on_disable", "teardown"] if old.plugin.enabled else ["teardown"]
        old.plugin.enabled = False
        try:
            for hook in hooks:
                problems += await self._call_last(old, hook)
        finally:
            # Also where the loop is being shut down, which cancels the hook.
            problems += await old.ledger.close()
            problems += remedy(old.generation)
            self._loader.drop(old.generation)
        return tuple(problems)

    async def _call_last(self, old: Staged, hook: str) -> list[str]:
        try:
            await self._call(old, hook)
        except Exception as error:
            name = old.ledger.name
            logger.exception("%s failed in %s", name, hook, extra={"plugin": name})
            return [f"{hook}: {error}"]
        return []

    async def _call(self, staged: Staged, hook: str) -> None:
        caller = self._bus.caller
        await caller.call(staged.ledger, hook, getattr(staged.plugin, hook))

    async def _set_up(
        self, plugin_class: type[Plugin], settings: dict[str, Any], ledger: Ledger
    ) -> Plugin:
        def construct() -> Plugin:
            plugin = plugin_class(self._bot, settings)
            plugin.ledger = ledger
            for attach in self._prepare:
                attach(plugin)
            carry_out_declarations(plugin)
            return plugin

        caller = self._bus.caller
        plugin: Plugin = await caller.call(ledger, "construct", construct)
        await caller.call(ledger, "setup", plugin.setup)
        return plugin


def _put_in_service(staged: Staged, *, is_enabled: bool) -> None:
    staged.ledger.begin()
    if not is_enabled:
        staged.ledger.pause()
    staged.plugin.enabled = is_enabled


def find_plugin_class(generation: Generation) -> type[Plugin]:
    """The one plugin class that a generation's main module defines.

    Classes that it imports, and base classes without a `name` of their own, do not count.

    Raises:
        PluginLoadError: There is none, more than one, its name is not the plugin's, or what it
            says of itself is no text.
    """
    source = generation.source
    path = generation.snapshot.units[source.main].path
    members = vars(generation.main)
    found: dict[type[Plugin], None] = {
        value: None
        for key, value in members.items()
        if _is_plugin_class(value, generation) and source.class_name in {None, key}
    }
    classes = [*found]
    if len(classes) != 1:
        names = ", ".join(sorted(c.__name__ for c in classes))
        reason = (
            f"it defines {len(classes)} plugin classes ({names}): keep one in a file"
            if classes
            else "it defines no subclass of Plugin with a name"
        )
        raise PluginLoadError(source.name, reason, path=path)
    if classes[0].name != source.name:
        reason = f"its class is named {classes[0].name!r}: it must be {source.name!r}, as the file"
        raise PluginLoadError(source.name, reason, path=path)
    for attribute in ("version", "description", "author"):
        if not isinstance(getattr(classes[0], attribute), str):
            raise PluginLoadError(source.name, f"its {attribute} must be text", path=path)
    return classes[0]


def _is_plugin_class(value: object, generation: Generation) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, Plugin)
        and f"{value.__module__}.".startswith(f"{generation.name}.")
        and bool(value.name)
    )
