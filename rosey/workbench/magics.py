"""The magic: one line of `%rosey` to one command."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError as OneLineError
from IPython.core.magic import Magics, line_cell_magic, magics_class, no_var_expand

from rosey.chat.escaping import for_terminal
from rosey.errors import RoseyError, UsageError
from rosey.workbench.commands.command import WorkbenchCommand, find
from rosey.workbench.commands.table import COMMANDS
from rosey.workbench.crossing.waiting import cancel
from rosey.workbench.facade.bot import BotFacade
from rosey.workbench.faces import access_faces, render
from rosey.workbench.faces.answer import Answer, Lines
from rosey.workbench.next_steps import next_steps
from rosey.workbench.session import Session

NAME = "bot"
"""The variable under which a notebook finds the running bot."""

YOUR_OWN = Lines(lines=("your variable bot stays as it is; del bot, and it becomes the bot",))


@magics_class
class RoseyMagics(Magics):
    """`%rosey`: the bot of this kernel.

    Args:
        shell: IPython's shell.
        session: What the commands work on.
    """

    def __init__(self, shell: Any, session: Session) -> None:  # noqa: ANN401  IPython's own type
        super().__init__(shell)
        self._shell = shell
        self._session = session

    @no_var_expand
    @line_cell_magic
    def rosey(self, line: str, cell: str | None = None) -> Answer:
        """Build a chat bot while it runs: `%rosey help` lists the commands.

        Begin with `%rosey start`, then `%rosey list` and `%rosey say !help`.
        """
        before, handed_over = self._session.standing(), self._session.newest
        try:
            return self._run(line.strip(), cell).redacted(self._session.redact)
        except RoseyError as error:
            text = str(error)
        except KeyboardInterrupt:
            # It may have come before anybody waited for what was handed over.
            newest = self._session.newest
            if newest is not None and newest is not handed_over:
                cancel(newest)
            blocked_at, left = self._session.blocked_at, _left(before, self._session.standing())
            text = f"interrupted: what was under way is cancelled{blocked_at}; {left}"
        finally:
            self._bind()
        # One line instead of a traceback, and outside of the handlers: IPython keeps the last
        # error, and would keep the code of the plugins that its cause has gone through.
        raise OneLineError(self._shown(text))

    def close(self) -> None:
        """Stop the bot and take back what was bound."""
        try:
            self._session.stop()
        finally:
            self._bind()

    def _run(self, line: str, body: str | None) -> Answer:
        if not line:
            return self._overview()
        word, rest = [*line.split(maxsplit=1), ""][:2]
        command = find(COMMANDS, word)
        if rest in {"-h", "--help"}:
            command, rest, body = COMMANDS["help"], word, None
        try:
            answer = self._carry_out(command, rest, body)
        except UsageError as error:
            raise UsageError(f"{error} (usage: {command.usage})") from error
        if command.name == "start" and not self._is_name_free:
            return Answer(answer.value, *answer.parts, YOUR_OWN)
        return answer

    def _carry_out(self, command: WorkbenchCommand, text: str, body: str | None) -> Answer:
        if body is not None:
            if command.run_cell is None:
                raise UsageError("it takes no cell: write one % and one line")
            return command.run_cell(self._session, text, body)
        if command.run is None:
            raise UsageError("it takes the rest of the cell: write %% in the cell's first line")
        return command.run(self._session, text)

    def _overview(self) -> Answer:
        bot = self._session.bot.snapshot() if self._session.is_running else None
        band = access_faces.production(self._session.bot.access) if bot is not None else ()
        is_locked = any(shown.is_locked for shown in band)
        heads = ("what you can do next", "")
        steps = render.table(None, heads, next_steps(bot, is_locked=is_locked))
        if bot is None:
            return Answer(None, Lines(lines=("no bot runs",)), *steps.parts)
        return Answer(bot, *render.status(bot, band).parts, *steps.parts)

    def _shown(self, text: str) -> str:
        """An error's text without secrets, and with paths as the user knows them: from here."""
        with contextlib.suppress(FileNotFoundError):  # the folder may have been deleted
            text = text.replace(f"{Path.cwd()}{os.sep}", "")
        return for_terminal(self._session.redact(text))

    @property
    def _is_name_free(self) -> bool:
        names = self._shell.user_ns
        return NAME not in names or isinstance(names[NAME], BotFacade)

    def _bind(self) -> None:
        """Keep the variable `bot` at the running bot, and off a variable of the user's own."""
        if not self._is_name_free:
            return
        if self._session.is_running:
            self._shell.user_ns[NAME] = self._session.bot
        else:
            self._shell.user_ns.pop(NAME, None)


def _left(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """How an interrupt has left the plugins, as the end of a sentence."""
    others = [
        f"{name} is {now.get(name, 'gone')}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]
    if not others:
        return "no plugin was loaded, changed or unloaded"
    return "; ".join([*others, "all others are as they were"])
