"""What one can do next, as things stand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from rosey.diagnostics.snapshot import BotSnapshot, PluginSnapshot
from rosey.plugins.lifecycle import LOADED, PluginState

STEPS_SHOWN = 5

Step = tuple[str, str]
"""A line to enter, and what it does."""


def next_steps(bot: BotSnapshot | None, *, is_locked: bool = False) -> tuple[Step, ...]:
    """The `STEPS_SHOWN` most useful things to do, the most urgent first.

    Args:
        bot: How it is; None where none runs.
        is_locked: Whether it is in production, and read-only.
    """
    if bot is None:
        steps = _without_a_bot()
    else:
        steps = itertools.chain(_unlocking() if is_locked else (), _urgent(bot), _usual(bot))
    return tuple(itertools.islice(dict.fromkeys(steps), STEPS_SHOWN))


def _without_a_bot() -> Iterator[Step]:
    yield "%rosey start", "start a bot, with the config file of this folder or with defaults"
    yield "%rosey start config.json", "start it with a file that you name"
    yield "%rosey help", "list all commands"
    yield "%rosey help plugin", "see how a cell becomes a plugin"
    yield "%rosey log", "see what the last bot has logged"


def _unlocking() -> Iterator[Step]:
    yield "%rosey panel", "look at all of it"
    yield "%rosey unlock REASON", "change it, for some minutes"


def _urgent(bot: BotSnapshot) -> Iterator[Step]:
    for plugin in bot.plugins:
        if plugin.held is not None:
            yield f"%rosey step {plugin.name}", "let the first of what waits for it through"
            yield f"%rosey resume {plugin.name}", "hold it no more"
        if plugin.state is PluginState.FAILED:
            yield f"%rosey reload {plugin.name}", "load it once its code is mended"
            yield f"%rosey edit {plugin.name}", "mend it here, in a cell"
        elif plugin.state is PluginState.QUARANTINED:
            yield f"%rosey enable {plugin.name}", "let it out of quarantine"
        elif plugin.state is PluginState.DISABLED:
            yield f"%rosey enable {plugin.name}", "give it events and commands again"
        elif plugin.error is not None:
            yield f"%rosey diff {plugin.name}", "see what the version that was refused changes"
        if plugin.fault_count:
            match = f"plugin:{plugin.name} error:yes"
            yield f"%rosey events --match {match}", "see what went wrong in it"


def _usual(bot: BotSnapshot) -> Iterator[Step]:
    for plugin in bot.plugins:
        if plugin.state in {PluginState.DISCOVERED, PluginState.UNLOADED} and not plugin.waits_for:
            yield f"%rosey load {plugin.name}", "load it"
            break
    loaded = [plugin for plugin in bot.plugins if plugin.state in LOADED]
    if not loaded:
        yield "%%rosey plugin greeter", "begin a cell with this, and it is a plugin"
        yield "%rosey say !help", "talk to the bot"
    else:
        yield from _with(loaded[0])
    yield "%rosey events", "see what the bot has handled"
    yield "%rosey list", "list all plugins"
    yield "%rosey help", "list all commands"
    yield "%rosey log", "see what was logged"


def _with(plugin: PluginSnapshot) -> Iterator[Step]:
    word = plugin.commands[0] if plugin.commands else "help"
    yield f"%rosey say !{word}", "talk to the bot, and see what leads to its reply"
    yield f"%rosey state {plugin.name}", "see what the plugin keeps"
    yield f"%rosey edit {plugin.name}", "change it here, in a cell"
