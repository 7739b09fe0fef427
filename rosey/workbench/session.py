"""One bot of one kernel: started, stopped, and reached by magics and facade alike."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rosey.bot import Bot
from rosey.chat.connection import Connection
from rosey.chat.model import LOCAL
from rosey.config import Config, find_config
from rosey.diagnostics.log import LogRing
from rosey.errors import RoseyError
from rosey.workbench.access.access import Access
from rosey.workbench.access.audit import Audit
from rosey.workbench.calls.traces import Traces, recording
from rosey.workbench.crossing.loop import Crossing, LoopThread
from rosey.workbench.facade.bot import BotFacade
from rosey.workbench.facade.panels import NoPanels, PanelOpener
from rosey.workbench.following import Following
from rosey.workbench.output import THREADS, led_into_the_log

STOP_S = 30.0
"""Seconds in which a bot must have stopped, all teardowns included."""


class Session:
    """What `%rosey` works on: no bot at first, then one at a time.

    Args:
        shell: IPython's shell; None outside of IPython.

    Attributes:
        shell: As passed.
        log: What was logged last.
        following: Which cell shows events live; None where none does.
        panels: Opens control panels.
        is_served: Whether the bot is that of `rosey run`, to which notebooks only attach.
    """

    def __init__(self, shell: Any = None) -> None:  # noqa: ANN401  IPython's own type
        self.shell = shell
        self._bot: Bot | None = None
        self._config = Config()
        self._facade: BotFacade | None = None
        self._thread: LoopThread | None = None
        self._end_told: Crossing[None] | None = None
        self._parts = contextlib.ExitStack()
        self.log = LogRing(self.redact)
        self.panels: PanelOpener = NoPanels()
        self.following: Following | None = None
        self.is_served = False

    @property
    def is_running(self) -> bool:
        """Whether there is a bot."""
        return self._facade is not None

    def redact(self, text: str) -> str:
        """A text without the values of the secrets of the bot, the last one where none runs."""
        config = self._config if self._bot is None else self._bot.config
        return config.redact(text)

    @property
    def bot(self) -> BotFacade:
        """The running bot.

        Raises:
            RoseyError: None runs.
        """
        if self._facade is None:
            raise RoseyError("no bot runs: start one with %rosey start")
        return self._facade

    def standing(self) -> Mapping[str, str]:
        """By name of each plugin, where it stands; nothing where no bot runs."""
        return self._facade.standing() if self._facade is not None else {}

    @property
    def folder(self) -> Path | None:
        """Where the bot keeps what is to outlive it; None where it keeps that in memory."""
        return (self._config if self._bot is None else self._bot.config).storage

    @property
    def ignored(self) -> tuple[str, ...]:
        """What the configuration says and the workbench does not do, in lines for people."""
        connection = self._config.connection
        if connection == LOCAL or self.is_served:
            return ()
        return (f"connection {connection!r} is ignored: only `rosey run` opens it",)

    @property
    def newest(self) -> Crossing[Any] | None:
        """The work that was handed to the bot last; None where there is none."""
        return self._thread.newest() if self._thread is not None else None

    @property
    def blocked_at(self) -> str:
        """Which line of a plugin the bot is executing, for a message; else nothing."""
        return self._thread.blocked_at() if self._thread is not None else ""

    def start(self, path: str | None = None) -> BotFacade:
        """Start a bot.

        Args:
            path: Its configuration file; None looks for one in the working directory, and
                otherwise starts with defaults: the local connection, nothing on disk, and the
                plugins in `plugins/`.

        Raises:
            RoseyError: One runs already, or it cannot be started; nothing is left of it then.
        """
        if self._facade is not None:
            raise RoseyError("a bot runs already: %rosey stop ends it")
        return self._open(_config(path), None)

    def serve(
        self, config: Config, connection: Connection | None, tell_end: Callable[[], None]
    ) -> BotFacade:
        """Start a bot that people talk to, and that a notebook only attaches to.

        Args:
            config: What it runs.
            connection: Where people talk to it; None for its own local one.
            tell_end: Called on the bot's thread, once, when it is stopped: because its
                connection is over, or because somebody stops it.

        Raises:
            RoseyError: It cannot be started; nothing is left of it then.
        """
        # Whatever holds for a bot that serves people begins here.
        self.is_served = True
        facade = self._open(config, connection)
        if self._bot is not None and self._thread is not None:
            self._end_told = self._thread.submit(_tell_end(self._bot, tell_end))
        return facade

    def ask_to_stop(self) -> Crossing[None] | None:
        """Have the bot stop, and do not wait; None where none runs. `stop` must still be called."""
        bot, thread = self._bot, self._thread
        return None if bot is None or thread is None else thread.submit(bot.stop())

    def _open(self, config: Config, connection: Connection | None) -> BotFacade:
        self._config = config
        bot = self._bot = Bot(config, connection=connection)
        self.log.open()
        self._parts.callback(self.log.close)
        self._parts.enter_context(led_into_the_log(THREADS))
        recorder = self._parts.enter_context(recording(bot))
        thread = self._thread = LoopThread()
        try:
            thread.submit(bot.__aenter__()).result()
        except BaseException:
            # Cancelled with the loop, the bot gives back what it had.
            self._end(thread)
            raise
        access = Access(thread, Audit(self.folder) if self.is_served else None, self.redact)
        traces = Traces(bot, thread, access, recorder)
        self._facade = BotFacade(
            bot, thread, access, traces=traces, log=self.log, shell=self.shell, panels=self.panels
        )
        return self._facade

    def stop(self) -> None:
        """Stop the bot; nothing happens where none runs.

        Raises:
            RoseyError: It does not stop in time; it is given up.
        """
        bot, thread = self._bot, self._thread
        if bot is None or thread is None:
            return
        self._facade = None
        self.follow(None)
        try:
            thread.submit(bot.stop()).result(STOP_S)
        except TimeoutError:
            raise RoseyError(f"the bot did not stop within {STOP_S:g} s{self.blocked_at}") from None
        finally:
            self._end(thread)

    def follow(self, following: Following | None) -> Following | None:
        """Let another cell show events live, or none; the one before ends, and is returned."""
        before, self.following = self.following, following
        if before is not None:
            before.close()
        return before

    def _end(self, thread: LoopThread) -> None:
        if self._bot is not None:
            self._config = self._bot.config
        self._bot = self._thread = None
        try:
            thread.stop()
        finally:
            self._parts.close()


async def _tell_end(bot: Bot, tell: Callable[[], None]) -> None:
    try:
        await bot.wait_closed()
        await bot.stop()
    finally:
        tell()


def _config(path: str | None) -> Config:
    found = find_config(Path()) if path is None else path
    if found is None:
        return Config.from_mapping({}, origin="embedded default (no config.json here)")
    return Config.load(found)
