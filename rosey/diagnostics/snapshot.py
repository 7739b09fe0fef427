"""Snapshots: what the bot and its plugins are at one moment, as plain values.

The one source for magics, panel, command line and chat commands. A snapshot keeps no plugin alive.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from rosey.chat.commands import Command
from rosey.chat.router import Router
from rosey.diagnostics.holding import Held, held
from rosey.diagnostics.rows import Rows
from rosey.diagnostics.shown import Shown
from rosey.diagnostics.usage import Usage, usage_of
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault
from rosey.plugins.life.progress import ReloadReport
from rosey.plugins.life.slots import Slot
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.manager import PluginManager
from rosey.plugins.owning.entries import Taken
from rosey.plugins.services import ServiceInfo, ServiceRegistry


class Observed(Protocol):
    """What a snapshot needs to see of a bot."""

    bus: PluginEventBus
    plugin_manager: PluginManager
    router: Router
    services: ServiceRegistry

    @property
    def config_origin(self) -> str:
        """Where its configuration comes from."""

    @property
    def connection_name(self) -> str:
        """Where people talk to it."""

    @property
    def started_at(self) -> float | None:
        """Seconds since the epoch; None where it does not run."""

    def shown_config(self, plugin: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """A plugin's settings, with the names of environment variables for what is in them."""

    def redact(self, text: str) -> str:
        """A text without the values of secrets."""

    def storage_bytes(self, plugin: str) -> int:
        """How much a plugin's storage takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSnapshot:
    """One chat command.

    Attributes:
        name: Its word.
        plugin: Its plugin; None for the bot's own.
        usage: How to call it, prefix included.
        help: What it does.
        rank: What a user needs to use it.
    """

    name: str
    plugin: str | None
    usage: str
    help: str
    rank: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginSnapshot:
    """One plugin at one moment.

    Attributes:
        name: Its name.
        state: Where it stands in its life.
        version: Of the code that runs; where none runs, as its source says.
        description: One line.
        author: Who wrote it.
        source: Its file or folder, or the name of its cell.
        generation: Counts the loads of all plugins; None where it is not loaded.
        reloads: Successful ones since it was loaded.
        last_reload: How the last of them went; None before.
        uptime_s: Seconds since it was loaded; None where it is not.
        dependencies: What it declares.
        commands: The words of its chat commands.
        services: The names of what it provides.
        taken: Everything in its ledger, in the order of taking.
        config: Its settings, as text without secrets.
        permissions: What it may ask of the bot; None where it is not loaded.
        usage: What it uses of what all plugins share.
        fault_count: Faults since it was loaded.
        last_fault: The newest one.
        left_behind: What its generations left behind, each with what to do about it.
        error: Why it failed, was quarantined, or its last reload was refused.
        waits_for: What loads it when it is used, as `command:WORD` or `event:NAME`; empty where it
            is loaded, or nothing does.
        held: What waits for it, where somebody holds it; None where nobody does.
    """

    name: str
    state: PluginState
    version: str
    description: str
    author: str
    source: str
    generation: int | None
    reloads: int
    last_reload: ReloadReport | None
    uptime_s: float | None
    dependencies: tuple[str, ...]
    commands: tuple[str, ...]
    services: tuple[str, ...]
    taken: tuple[Taken, ...]
    config: Mapping[str, str]
    permissions: tuple[str, ...] | None
    usage: Usage
    fault_count: int
    last_fault: Fault | None
    left_behind: tuple[str, ...]
    error: str | None
    waits_for: tuple[str, ...]
    held: Held | None

    def standing(self, *, is_edited: bool = False) -> str:
        """Its state in a few words, with what keeps it from acting at once.

        Args:
            is_edited: Whether its files are no more what runs.
        """
        words = [str(self.state)]
        if self.held is not None:
            words.append(f"held: {self.held.waiting:,} waiting" if self.held.waiting else "held")
        elif self.waits_for:
            words.append("waits")
        if is_edited:
            words.append("edited, not loaded")
        return ", ".join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSnapshot:
    """The bot at one moment.

    Attributes:
        is_running: Whether it is started.
        uptime_s: Seconds since its start; None where it does not run.
        config: Where its configuration comes from.
        connection: Where people talk to it.
        plugins: All that are known, by name.
        rejected: Files that cannot be plugins, with the reason.
        services: What is provided.
        commands: What is answered.
        events: Names and patterns that somebody has subscribed to.
    """

    is_running: bool
    uptime_s: float | None
    config: str
    connection: str
    plugins: Rows[PluginSnapshot]
    rejected: Mapping[str, str]
    services: Rows[ServiceInfo]
    commands: Rows[CommandSnapshot]
    events: tuple[str, ...]


def bot_snapshot(bot: Observed) -> BotSnapshot:
    """Look at the whole bot."""
    slots = sorted(bot.plugin_manager.slots, key=lambda slot: slot.name)
    rejected = sorted(bot.plugin_manager.slots.rejected.items())
    infos = [bot.services.info(name) for name in bot.services.list_services()]
    return BotSnapshot(
        is_running=bot.started_at is not None,
        uptime_s=_since(bot.started_at),
        config=bot.config_origin,
        connection=bot.connection_name,
        plugins=Rows(_plugin(bot, slot) for slot in slots),
        rejected={name: bot.redact(error.reason) for name, error in rejected},
        services=Rows(info for info in infos if info is not None),
        commands=Rows(_command(bot, command) for command in bot.router.commands()),
        events=tuple(sorted({s.pattern for s in bot.bus.subscriptions()})),
    )


def plugin_snapshot(bot: Observed, name: str) -> PluginSnapshot:
    """Look at one plugin, loaded or not.

    Raises:
        PluginNotFoundError: There is no plugin of that name.
        PluginLoadError: There is a file of that name, but it cannot be a plugin.
    """
    return _plugin(bot, bot.plugin_manager.slots.known(name))


def _plugin(bot: Observed, slot: Slot) -> PluginSnapshot:
    staged = slot.staged
    plugin = staged.plugin if staged is not None else None
    facts = plugin if plugin is not None else slot.manifest
    taken = staged.ledger.entries if staged is not None else ()
    return PluginSnapshot(
        name=slot.name,
        state=slot.state,
        version=facts.version,
        description=bot.redact(facts.description),
        author=plugin.author if plugin is not None else "",
        source=str(slot.source.place),
        generation=staged.generation.serial if staged is not None else None,
        reloads=slot.reloads,
        last_reload=slot.last_reload,
        uptime_s=_since(slot.loaded_at),
        dependencies=tuple(facts.dependencies),
        commands=tuple(c.name for c in bot.router.commands() if c.plugin == slot.name),
        services=tuple(t.label for t in taken if t.kind == "service"),
        taken=taken,
        config=_shown(bot, slot.name, plugin.config if plugin is not None else {}),
        permissions=tuple(sorted(staged.ledger.permissions)) if staged is not None else None,
        usage=usage_of(slot, storage_bytes=bot.storage_bytes(slot.name)),
        fault_count=slot.fault_count,
        last_fault=redacted(bot, slot.faults[-1]) if slot.faults else None,
        left_behind=tuple(map(bot.redact, slot.left_behind)),
        error=bot.redact(str(slot.error)) if slot.error is not None else None,
        waits_for=slot.dormant.waits_for if slot.dormant is not None else (),
        held=held(bot.plugin_manager.holding, slot.name, bot.redact),
    )


def _command(bot: Observed, command: Command) -> CommandSnapshot:
    return CommandSnapshot(
        name=command.name,
        plugin=command.plugin,
        usage=command.usage(bot.router.prefix),
        help=command.help,
        rank=str(command.rank),
    )


def _shown(bot: Observed, name: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Settings as people may see them: what the file takes from the environment stays a name."""
    shown = Shown(bot.redact)
    return {key: shown.repr(value) for key, value in bot.shown_config(name, values).items()}


def redacted(bot: Observed, fault: Fault) -> Fault:
    """A fault without the values of secrets."""
    place = fault.place
    if place is not None:
        place = dataclasses.replace(place, frame=tuple(map(bot.redact, place.frame)))
    return dataclasses.replace(
        fault, error=bot.redact(fault.error), traceback=bot.redact(fault.traceback), place=place
    )


def _since(moment: float | None) -> float | None:
    return None if moment is None else max(0.0, time.time() - moment)
