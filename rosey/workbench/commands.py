"""The commands of `%rosey`: what each takes, does, shows and completes."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from rosey.diagnostics.snapshot import PluginSnapshot
from rosey.errors import PluginLoadError, RoseyError, UsageError
from rosey.plugins.lifecycle import LOADED, PluginState
from rosey.workbench import arguments, candidates, render
from rosey.workbench.answer import Answer, Lines
from rosey.workbench.candidates import Complete
from rosey.workbench.loop import Crossing
from rosey.workbench.session import Session

Result = TypeVar("Result")
Run = Callable[[Session, str], Answer]

LOG_LINES_SHOWN = 20

CANCEL_S = 2.0
"""Seconds that interrupted work has to give back what it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbenchCommand:
    """One command of `%rosey`.

    Attributes:
        name: Its word.
        arguments: What it takes, as the usage shows it.
        help: What it does, in a sentence.
        example: A line to try.
        run: Carries it out with the text after its word.
        complete: Candidates for the next word, given those before it.
    """

    name: str
    arguments: str
    help: str
    example: str
    run: Run
    complete: Complete

    @property
    def usage(self) -> str:
        """How to call it, on one line."""
        return f"%rosey {self.name} {self.arguments}".rstrip()


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
    session.stop()
    return render.lines(None, ["the bot is stopped" if was_running else "no bot runs"])


def _status(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    return render.status(session.bot.snapshot())


def _list(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    return render.plugins(session.bot.snapshot())


def _info(session: Session, text: str) -> Answer:
    plugin = session.bot.plugin(arguments.plugin_name(text))
    known = session.bot.snapshot().commands
    return render.plugin(plugin, [c.usage for c in known if c.plugin == plugin.name])


def _load(session: Session, text: str) -> Answer:
    plugin = wait(session.bot.load(arguments.plugin_name(text)))
    return render.lines(plugin, [f"{plugin.name} {plugin.version} is loaded"])


def _reload(session: Session, text: str) -> Answer:
    name, is_fresh = arguments.name_and_option(text, "--fresh")
    plugin = _replaced(session, name, session.bot.reload(name, fresh=is_fresh))
    return render.lines(plugin, [f"{plugin.name} {plugin.version} is reloaded", *_told(plugin)])


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


def _say(session: Session, text: str) -> Answer:
    speech = arguments.speech(text)
    replies = wait(session.bot.say(speech.text, speech.user, speech.rank))
    return render.lines(replies, replies or ["(no reply)"])


def _emit(session: Session, text: str) -> Answer:
    if not text:
        raise UsageError("the name of an event is missing")
    event, *body = text.split(maxsplit=1)
    data = arguments.event_data(body[0] if body else "")
    return render.exchange(wait(session.bot.exchange(event, data)))


def _state(session: Session, text: str) -> Answer:
    name = arguments.plugin_name(text)
    state = session.bot.state(name)
    empty = f"{name} has no attributes of its own"
    return render.table(state, ("attribute", "value"), state.items(), empty=empty)


def _config(session: Session, text: str) -> Answer:
    words = arguments.words(text)
    if words == ["--reload"]:
        change = wait(session.bot.reload_config())
        return render.lines(change, change.lines)
    plugin = session.bot.plugin(arguments.plugin_name(" ".join(words[:1])))
    if len(words) > 1:
        changes = arguments.pairs(words[1:])
        crossing = session.bot.configure(plugin.name, **changes)
        plugin = _replaced(session, plugin.name, crossing)
    config = plugin.config
    return render.table(config, ("setting", "value"), config.items(), empty="no settings")


def _services(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    return render.services(session.bot.snapshot().services)


def _commands(session: Session, text: str) -> Answer:
    arguments.words(text, most=0)
    return render.commands(session.bot.snapshot().commands)


def _log(session: Session, text: str) -> Answer:
    words = arguments.words(text, most=1)
    return render.log(session.log.lines(words[0] if words else None)[-LOG_LINES_SHOWN:])


def _help(session: Session, text: str) -> Answer:
    del session
    words = arguments.words(text, most=1)
    if not words:
        rows = [[command.usage, command.help] for command in COMMANDS.values()]
        return render.table(tuple(COMMANDS.values()), ("command", "what it does"), rows)
    command = find(words[0])
    explained = [command.usage, f"  {command.help}", f"  for example: {command.example}"]
    return render.lines(command, explained)


def _complete_help(session: Session, words: object) -> tuple[str, ...]:
    del session
    return () if words else tuple(COMMANDS)


_S = PluginState
COMMANDS: Mapping[str, WorkbenchCommand] = {
    name: WorkbenchCommand(
        name=name, arguments=arguments, help=text, example=example, run=run, complete=complete
    )
    for name, arguments, text, example, run, complete in (
        ("start", "[CONFIG]", "Start a bot, with a config file or with defaults.",
         "%rosey start config.json", _start, candidates.config_files),
        ("stop", "", "Stop the bot.", "%rosey stop", _stop, candidates.nothing),
        ("status", "", "Show the bot at a glance.", "%rosey status", _status, candidates.nothing),
        ("list", "", "List all plugins.", "%rosey list", _list, candidates.nothing),
        ("load", "NAME", "Load a plugin, and what it depends on.", "%rosey load trivia",
         _load, candidates.plugins_in(_S.DISCOVERED, _S.UNLOADED, _S.FAILED)),
        ("unload", "NAME [--with-dependents]", "Unload a plugin, alone or with those that need it.",
         "%rosey unload trivia", _unload, candidates.unloadable),
        ("reload", "NAME [--fresh]",
         "Reload a plugin and what depends on it; with --fresh without its state.",
         "%rosey reload trivia", _reload, candidates.reloadable),
        ("enable", "NAME", "Give a disabled plugin its events and commands again.",
         "%rosey enable trivia", _enable, candidates.plugins_in(_S.DISABLED, _S.QUARANTINED)),
        ("disable", "NAME", "Keep a plugin, but give it no events and no commands.",
         "%rosey disable trivia", _disable, candidates.plugins_in(_S.ENABLED)),
        ("info", "NAME", "Show all about one plugin.", "%rosey info trivia",
         _info, candidates.plugins_in()),
        ("say", "[-u USER] [-r RANK] TEXT",
         "Say something as the owner, or as USER, a guest without -r; show the replies.",
         "%rosey say -u alice -r guest !roll 2d6", _say, candidates.chat),
        ("emit", "EVENT [KEY=VALUE ... | JSON]", "Emit an event, and show who handled it.",
         '%rosey emit user_join {"username": "alice"}', _emit, candidates.events),
        ("state", "NAME", "Show the attributes of a plugin.", "%rosey state trivia",
         _state, candidates.loaded),
        ("config", "NAME [KEY=VALUE ...] | --reload",
         "Show a plugin's settings, or change some by a reload; or apply the saved config file.",
         "%rosey config dice_roller max_dice=20", _config, candidates.settings),
        ("services", "", "List what plugins offer each other.", "%rosey services",
         _services, candidates.nothing),
        ("commands", "", "List the chat commands.", "%rosey commands",
         _commands, candidates.nothing),
        ("log", "[NAME]", "Show the last log records, of one plugin or of all.",
         "%rosey log trivia", _log, candidates.loaded),
        ("help", "[COMMAND]", "Explain one command, or list all.", "%rosey help reload",
         _help, _complete_help),
    )
}  # fmt: skip


def _told(plugin: PluginSnapshot) -> list[str]:
    """What a reload did beside taking the new code, in lines for people."""
    report = plugin.last_reload
    if report is None:
        return []  # it had failed to load, and is loaded now
    return [f"  {line}" for line in report.lines]


def find(name: str) -> WorkbenchCommand:
    """A command by its word.

    Raises:
        UsageError: There is none; the message names the nearest.
    """
    if name not in COMMANDS:
        raise UsageError(f"there is no %rosey {name}{_hint(name)}; %rosey help lists all")
    return COMMANDS[name]


def _hint(name: str) -> str:
    nearest = difflib.get_close_matches(name, COMMANDS, n=1)
    return f"; did you mean {nearest[0]}?" if nearest else ""


def wait(crossing: Crossing[Result]) -> Result:
    """Wait for work on the bot's loop; an interrupt of the cell cancels it."""
    try:
        return crossing.result()
    except KeyboardInterrupt:
        crossing.cancel()
        crossing.join(CANCEL_S)
        raise


def _replaced(session: Session, name: str, crossing: Crossing[PluginSnapshot]) -> PluginSnapshot:
    """Wait for a new version; where there is none, the error says what became of the old one."""
    try:
        return wait(crossing)
    except PluginLoadError as error:
        still = session.bot.plugin(name)
        if still.state not in LOADED:
            raise
        fate = "serves on" if still.state is PluginState.ENABLED else f"stays {still.state}"
        raise RoseyError(f"{error}; version {still.version} {fate}") from error
