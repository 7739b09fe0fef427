"""`rosey run`: the bot, until its owner leaves or a signal stops it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, TextIO

from rosey.bot import Bot
from rosey.chat.connection import Connection
from rosey.chat.model import LOCAL
from rosey.cli.logs import configure_logging
from rosey.config import Config, find_config
from rosey.connections.history import TypedHistory
from rosey.connections.lines import CONSOLE, LineConnection
from rosey.diagnostics.snapshot import BotSnapshot, bot_snapshot
from rosey.plugins.lifecycle import PluginState

logger = logging.getLogger(__name__)

HISTORY = "console.history"
"""The file in the storage folder that keeps what was typed."""


def run(path: Path | None, connection: str | None, *, is_debug: bool = False) -> int:
    """Run the bot until it is over.

    Args:
        path: The configuration; by default that in the working directory, or else an embedded
            one: the console, nothing on disk, and the plugins in `plugins/`.
        connection: Where people talk to it, instead of what the configuration says.
        is_debug: Log more.

    Returns:
        The exit code.

    Raises:
        ConfigError: The configuration is refused.
        StorageError: The storage cannot be opened.
    """
    config = read_config(path, connection, otherwise=CONSOLE)
    asyncio.run(_serve(config, is_debug=is_debug))
    return 0


def read_config(path: Path | None, connection: str | None, *, otherwise: str) -> Config:
    """What the bot is to run.

    Args:
        path: The configuration; None looks for one in the working directory.
        connection: Instead of what it says.
        otherwise: The connection where there is neither.
    """
    path = path if path is not None else find_config(Path())
    if path is None:
        values = {"connection": connection or otherwise}
        return Config.from_mapping(values, origin="embedded default")
    return Config.load(path, connection=connection)


async def _serve(config: Config, *, is_debug: bool) -> None:
    _stop_on_signals()
    bot = Bot(config, connection=_connection(config, lambda: _words(bot)))
    # The bot's own: it knows the secrets of a changed configuration too.
    configure_logging(bot.redact, is_debug=is_debug)
    with contextlib.suppress(asyncio.CancelledError):  # a signal
        async with bot:
            report(bot_snapshot(bot))
            await bot.wait_closed()


def _stop_on_signals() -> None:
    """Have this task cancelled by what stops a service, as asyncio has it cancelled by Ctrl-C."""
    task = asyncio.current_task()
    if sys.platform == "win32" or task is None:
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)


def _connection(config: Config, words: Callable[[], Iterable[str]]) -> Connection | None:
    """What the configuration names; None for the bot's own local connection."""
    if config.connection != CONSOLE:
        return None
    if not is_in_terminal():
        return line_connection()
    from rosey.connections.console import ConsoleConnection

    history = TypedHistory(config.storage / HISTORY) if config.storage is not None else None
    return ConsoleConnection(words=words, history=history)


def is_in_terminal() -> bool:
    """Whether somebody sits at both standard streams."""
    return _is_terminal(sys.stdin) and _is_terminal(sys.stdout)


def line_connection() -> LineConnection:
    """The console line by line, over the standard streams."""
    return LineConnection(_standard_input(), sys.stdout)


def _standard_input() -> BinaryIO:
    if sys.stdin is None:  # the process was started with it closed
        return io.BytesIO()
    # Not sys.stdin's own buffer: a read that never ends would hold its lock at the exit.
    return os.fdopen(sys.stdin.fileno(), "rb", closefd=False)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _words(bot: Bot) -> Iterable[str]:
    prefix = bot.router.prefix
    return [f"{prefix}{word}" for command in bot.router.commands() for word in command.words]


def report(bot: BotSnapshot) -> None:
    """Log what runs; what became of each plugin has been logged when it was loaded."""
    running = [p.name for p in bot.plugins if p.state is PluginState.ENABLED]
    logger.info("configuration: %s; running: %s", bot.config, ", ".join(running) or "no plugin")
    if bot.connection == LOCAL:
        logger.info("no connection to the outside: the bot runs until SIGINT or SIGTERM")
