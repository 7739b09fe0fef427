"""Commands for the life of the bot and of its plugins."""

from __future__ import annotations

from collections.abc import Callable

from rosey.diagnostics.snapshot import PluginSnapshot
from rosey.errors import PluginLoadError, RoseyError
from rosey.plugins.lifecycle import LOADED, PluginState
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.crossing.loop import Crossing
from rosey.workbench.crossing.waiting import wait
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer, Lines
from rosey.workbench.session import Session


def _start(session: Session, text: str) -> Answer:
    path = arguments.words(text, most=1)
    bot = session.start(path[0] if path else None)
    answer = render.status(bot.snapshot())
    failures = bot.failures()
    trouble = [*session.ignored, *(["not loaded:", *failures.values()] if failures else [])]
    if not trouble:
        return answer
    return Answer(answer.value, *answer.parts, Lines(lines=tuple(trouble)))


def _stop(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    was_running = session.is_running
    if was_running:
        session.bot.access.require("stop")
    session.stop()
    return render.lines(None, ["the bot is stopped" if was_running else "no bot runs"])


def _load(session: Session, text: str) -> Answer:
    plugin = wait(session.bot.load(arguments.plugin_name(text)))
    return render.lines(plugin, [f"{plugin.name} {plugin.version} is loaded"])


def _reload(session: Session, text: str) -> Answer:
    name, is_fresh = arguments.name_and_option(text, "--fresh")
    plugin = replaced(session, name, session.bot.reload(name, fresh=is_fresh))
    return render.lines(
        plugin, [f"{plugin.name} {plugin.version} is reloaded", *render.reload_report(plugin)]
    )


def _enable(session: Session, text: str) -> Answer:
    plugin = wait(session.bot.enable(arguments.plugin_name(text)))
    return render.lines(plugin, [f"{plugin.name} is enabled"])


def _disable(session: Session, text: str) -> Answer:
    plugin = wait(session.bot.disable(arguments.plugin_name(text)))
    return render.lines(plugin, [f"{plugin.name} is disabled; it keeps its state"])


def _unload(session: Session, text: str) -> Answer:
    name, with_dependents = arguments.name_and_option(text, "--with-dependents")
    plugin = wait(session.bot.unload(name, with_dependents=with_dependents))
    return render.lines(plugin, [f"{plugin.name} is unloaded"])


def replaced(
    session: Session,
    name: str,
    crossing: Crossing[PluginSnapshot],
    waited: Callable[[Crossing[PluginSnapshot]], PluginSnapshot] = wait,
) -> PluginSnapshot:
    """Wait for a new version; where there is none, the error says what became of the old one."""
    try:
        return waited(crossing)
    except PluginLoadError as error:
        still = session.bot.plugin(name)
        if still.state not in LOADED:
            raise
        raise RoseyError(f"{error}; version {still.version} {fate(still)}") from error


def fate(still: PluginSnapshot) -> str:
    """What a version does that was not replaced."""
    return "serves on" if still.state is PluginState.ENABLED else f"stays {still.state}"


_S = PluginState

STARTING = (
    WorkbenchCommand(
        name="start",
        arguments="[CONFIG]",
        help="Start a bot, with a config file or with defaults.",
        example="%rosey start config.json",
        python="",
        run=_start,
        other_words=("run", "open"),
        complete=candidates.config_files,
    ),
    WorkbenchCommand(
        name="stop",
        arguments="",
        help="Stop the bot.",
        example="%rosey stop",
        python="",
        run=_stop,
        other_words=("quit", "exit", "close", "kill"),
    ),
)

CHANGING = (
    WorkbenchCommand(
        name="load",
        arguments="NAME",
        help="Load a plugin, and what it depends on.",
        example="%rosey load trivia",
        python='bot.load("trivia")',
        run=_load,
        other_words=("add", "install"),
        complete=candidates.plugins_in(_S.DISCOVERED, _S.UNLOADED, _S.FAILED),
    ),
    WorkbenchCommand(
        name="unload",
        arguments="NAME [--with-dependents]",
        help="Unload a plugin, alone or with those that need it.",
        example="%rosey unload trivia",
        python='bot.unload("trivia")',
        run=_unload,
        other_words=("remove", "delete"),
        complete=candidates.unloadable,
    ),
    WorkbenchCommand(
        name="reload",
        arguments="NAME [--fresh]",
        help="Reload a plugin and what depends on it; with --fresh without its state.",
        example="%rosey reload trivia",
        python='bot.reload("trivia")',
        run=_reload,
        other_words=("refresh", "restart", "update"),
        complete=candidates.reloadable,
    ),
    WorkbenchCommand(
        name="enable",
        arguments="NAME",
        help="Give a disabled plugin its events and commands again.",
        example="%rosey enable trivia",
        python='bot.enable("trivia")',
        run=_enable,
        other_words=("activate",),
        complete=candidates.plugins_in(_S.DISABLED, _S.QUARANTINED),
    ),
    WorkbenchCommand(
        name="disable",
        arguments="NAME",
        help="Keep a plugin, but give it no events and no commands.",
        example="%rosey disable trivia",
        python='bot.disable("trivia")',
        run=_disable,
        other_words=("pause",),
        complete=candidates.plugins_in(_S.ENABLED),
    ),
)
