"""The bot's own chat commands: `!help`, `!plugin` and `!services`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rosey.chat.arguments import arguments_of
from rosey.chat.commands import CommandContext
from rosey.chat.model import Rank
from rosey.diagnostics.snapshot import (
    Observed,
    PluginSnapshot,
    bot_snapshot,
    plugin_snapshot,
)
from rosey.errors import PluginLoadError, RoseyError, UsageError
from rosey.plugins.lifecycle import LOADED, PluginState
from rosey.plugins.loading.discovery import LONGEST_NAME

Step = Callable[[str], Awaitable[object]]

FRESH = "--fresh"
"""Drops the state of a plugin at its reload."""


class Management:
    """Answers the bot's own commands.

    Args:
        bot: Whose plugins it manages. Managing needs the rank of an administrator.
    """

    def __init__(self, bot: Observed) -> None:
        self._bot = bot
        manager = bot.plugin_manager
        self._steps: dict[str, tuple[str, str, Step]] = {
            "load": ("📦 Loading {}...", "✓ Plugin {} loaded", manager.load_plugin),
            "unload": ("📤 Unloading {}...", "✓ Plugin {} unloaded", manager.unload_plugin),
            "enable": ("▶️ Enabling {}...", "✓ Plugin {} enabled", manager.enable_plugin),
            "disable": ("⏸️ Disabling {}...", "✓ Plugin {} disabled", manager.disable_plugin),
            "reload": ("♻️ Reloading {}...", "✓ Successfully reloaded {}", manager.reload_plugin),
        }
        for name, method, text in (
            ("help", self.help, "List the commands, or explain one."),
            ("plugin", self.plugin, "List and manage plugins."),
            ("services", self.services, "List the services that plugins provide."),
        ):
            bot.router.register(name, method, help=text, arguments=arguments_of(method))

    async def help(self, ctx: CommandContext, command: str = "") -> None:
        """List the commands that the user may use, or explain one."""
        router = self._bot.router
        prefix = router.prefix
        if not command:
            usable = [c for c in router.commands() if ctx.rank >= c.rank]
            lines = [f"  {c.usage(prefix)}" + (f" - {c.help}" if c.help else "") for c in usable]
            await ctx.reply("\n".join(["Commands:", *lines]))
            return
        word = command.removeprefix(prefix)
        found = router.find(word)
        if found is None:
            await ctx.reply(f"There is no command {prefix}{word[:LONGEST_NAME]}.")
            return
        needs = f" (rank: {found.rank})" if found.rank > Rank.ANONYMOUS else ""
        await ctx.reply(f"{found.usage(prefix)}{needs} - {found.help or 'no help'}")

    async def plugin(
        self, ctx: CommandContext, action: str = "list", name: str = "", option: str = ""
    ) -> None:
        """Carry out `!plugin list|info|load|unload|enable|disable|reload`."""
        action = action.casefold()
        if action not in {"list", "info", *self._steps}:
            raise UsageError(f"action must be one of list, info, {', '.join(self._steps)}")
        if action == "list":
            await ctx.reply(plugin_list(bot_snapshot(self._bot).plugins))
            return
        if not 1 <= len(name) <= LONGEST_NAME:
            raise UsageError(f"{action} needs the name of a plugin")
        if option and (action, option) != ("reload", FRESH):
            raise UsageError(f"only reload takes an option: {FRESH}")
        try:
            if action == "info":
                await self._inform(ctx, name)
            else:
                await self._manage(ctx, action, name, is_fresh=option == FRESH)
        except RoseyError as error:
            await ctx.reply(self._bot.redact(f"✗ {error}"))

    async def services(self, ctx: CommandContext) -> None:
        """List the services that plugins provide."""
        lines = [
            f"  {s.name}{f' {s.version}' if s.version else ''} - {s.provider or 'rosey'}"
            for s in bot_snapshot(self._bot).services
        ]
        await ctx.reply("\n".join(["Services:", *(lines or ["  none"])]))

    async def _inform(self, ctx: CommandContext, name: str) -> None:
        is_admin = ctx.rank >= Rank.ADMIN
        try:
            plugin = plugin_snapshot(self._bot, name)
        except PluginLoadError as error:
            # Where the file stands on this machine is the administrators' business.
            text = str(error) if is_admin else f"{name}: {error.reason}"
            await ctx.reply(self._bot.redact(f"✗ {text}"))
            return
        await ctx.reply(plugin_info(plugin, self._bot.router.prefix, is_full=is_admin))

    async def _manage(self, ctx: CommandContext, action: str, name: str, *, is_fresh: bool) -> None:
        if ctx.rank < Rank.ADMIN:
            prefix = self._bot.router.prefix
            await ctx.reply(f"{prefix}plugin {action} needs the rank {Rank.ADMIN}.")
            return
        manager = self._bot.plugin_manager
        if manager.slots.get(name) is None:
            # Its file may be newer than the last look.
            await manager.discover_plugins()
        manager.slots.known(name)
        beginning, end, step = self._steps[action]
        await ctx.reply(beginning.format(name))
        await (manager.reload_plugin(name, fresh=True) if is_fresh else step(name))
        version = f" v{plugin_snapshot(self._bot, name).version}" if action == "reload" else ""
        await ctx.reply(end.format(name) + version)


def plugin_list(plugins: tuple[PluginSnapshot, ...]) -> str:
    """The answer to `!plugin list`."""
    lines = [
        f"  {'✓' if _answers(p) else '✗'} {p.name} (v{p.version or '?'})"
        + (f" - {p.description}" if p.description else "")
        + ("" if p.state is PluginState.ENABLED else f" [{_shown_state(p).upper()}]")
        for p in plugins
        if p.state in LOADED or p.state is PluginState.FAILED or p.waits_for
    ]
    return "\n".join(["Loaded Plugins:", *(lines or ["  none"])])


def _answers(plugin: PluginSnapshot) -> bool:
    is_waiting = bool(plugin.waits_for) and plugin.state is not PluginState.FAILED
    return plugin.state is PluginState.ENABLED or is_waiting


def _shown_state(plugin: PluginSnapshot) -> str:
    """Where a plugin stands: one that waits to be used is not loaded, and answers all the same."""
    return "waiting" if _answers(plugin) and plugin.waits_for else str(plugin.state)


def plugin_info(plugin: PluginSnapshot, prefix: str = "!", *, is_full: bool = True) -> str:
    """The answer to `!plugin info`.

    Args:
        plugin: What to tell of.
        prefix: What a command begins with.
        is_full: Tell its settings and what went wrong in it too, for administrators.
    """
    lines = [
        f"Plugin: {plugin.name}",
        f"Version: {plugin.version or '?'}",
        f"Author: {plugin.author or 'unknown'}",
        f"Status: {_shown_state(plugin).capitalize()}",
        f"Description: {plugin.description or 'none'}",
        f"Commands: {', '.join(f'{prefix}{c}' for c in plugin.commands) or 'None'}",
        f"Dependencies: {', '.join(plugin.dependencies) or 'None'}",
    ]
    if plugin.services:
        lines.append(f"Services: {', '.join(plugin.services)}")
    if plugin.waits_for:
        lines.append(f"Waits for: {', '.join(plugin.waits_for)}")
    return "\n".join([*lines, *_private_lines(plugin)] if is_full else lines)


def _private_lines(plugin: PluginSnapshot) -> list[str]:
    lines: list[str] = []
    if plugin.permissions is not None:
        lines.append(f"May: {', '.join(plugin.permissions) or 'nothing'}")
    lines.append(f"Usage: {'; '.join(plugin.usage.lines)}")
    if plugin.config:
        lines += ["Config:", *(f"  {key}: {value}" for key, value in plugin.config.items())]
    if plugin.error is not None:
        lines.append(f"Error: {plugin.error}")
    if plugin.last_fault is not None:
        lines.append(f"Faults: {plugin.fault_count}, last {plugin.last_fault.error}")
    return lines
