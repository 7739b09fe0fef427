"""What the next word of a command can be, given the words before it and the bot that runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rosey.chat.model import Rank
from rosey.diagnostics.snapshot import BotSnapshot
from rosey.diagnostics.traces.query import TERMS
from rosey.plugins.lifecycle import LOADED, PluginState
from rosey.workbench.crossing.looks import TAB_S
from rosey.workbench.session import Session

Complete = Callable[[Session, Sequence[str]], Iterable[str]]

CHECK = "--check"
"""Says of changed settings what they would do."""

RELOAD = "--reload"
"""Applies the saved configuration file."""

_CONFIG_SUFFIXES = (".json", ".yaml", ".yml")


def nothing(session: Session, words: Sequence[str]) -> Iterable[str]:
    """No candidates."""
    del session, words
    return ()


def plugins_in(*states: PluginState, or_waiting: bool = False) -> Complete:
    """Names of plugins in some states, in any where none is named, or that wait to be used."""

    def complete(session: Session, words: Sequence[str]) -> Iterable[str]:
        if words:
            return ()
        return [
            p.name
            for p in _look(session).plugins
            if not states or p.state in states or (or_waiting and p.waits_for)
        ]

    return complete


loaded = plugins_in(*LOADED)


def held(session: Session, words: Sequence[str]) -> Iterable[str]:
    """Names of plugins that are held."""
    return () if words else [p.name for p in _look(session).plugins if p.held is not None]


def then(names: Complete, option: str) -> Complete:
    """Names of plugins, and then an option."""

    def complete(session: Session, words: Sequence[str]) -> Iterable[str]:
        return [option] if len(words) == 1 else names(session, words)

    return complete


unloadable = then(plugins_in(*LOADED, or_waiting=True), "--with-dependents")
reloadable = then(plugins_in(*LOADED, PluginState.FAILED, or_waiting=True), "--fresh")


def config_files(session: Session, words: Sequence[str]) -> Iterable[str]:
    """Files that can be a configuration."""
    del session
    return () if words else files(*_CONFIG_SUFFIXES)


def files(*suffixes: str) -> list[str]:
    """Files of the working directory that end in one of these."""
    return sorted(path.name for path in Path().iterdir() if path.suffix in suffixes)


def events(session: Session, words: Sequence[str]) -> Iterable[str]:
    """Events that somebody has subscribed to."""
    return () if words else [event for event in _look(session).events if "*" not in event]


def chat(session: Session, words: Sequence[str]) -> Iterable[str]:
    """Options of `%rosey say`, ranks after `-r`, and chat commands where the line begins."""
    left = [*words]
    while left[:1] in (["-u"], ["-r"]):
        option, *left = left
        if not left:
            return [str(rank) for rank in Rank] if option == "-r" else ()
        del left[0]
    return () if left else ["-u", "-r", *(c.usage.split()[0] for c in _look(session).commands)]


def query_terms(session: Session, words: Sequence[str]) -> Iterable[str]:
    """What a query for events can begin its next term with, and the plugins and events it names."""
    del words
    bot = _look(session)
    named = {"plugin": [p.name for p in bot.plugins], "event": bot.events}
    yes_or_no = dict.fromkeys(("error", "slow", "reply"), ("yes", "no"))
    known: dict[str, Sequence[str]] = {**named, **yes_or_no}
    return [f"{term}:{value}" for term in TERMS for value in known.get(term, ("",))]


def settings(session: Session, words: Sequence[str]) -> Iterable[str]:
    """Names of loaded plugins or an option, and then a plugin's settings and the other option."""
    if not words:
        return [*loaded(session, words), RELOAD]
    if words[0] == RELOAD:
        return ()
    given = {word.partition("=")[0] for word in words[1:]}
    form = session.bot.configuration(words[0], TAB_S)
    paths = [leaf.path for setting in form.settings for leaf in setting.leaves()]
    return [*(f"{path}=" for path in paths if path not in given), *[CHECK] * (CHECK not in given)]


def _look(session: Session) -> BotSnapshot:
    return session.bot.snapshot(TAB_S)
