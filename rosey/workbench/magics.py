"""The magic: one line of `%rosey` to one command."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError as OneLineError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from rosey.chat.escaping import for_terminal
from rosey.errors import RoseyError, UsageError
from rosey.workbench import render
from rosey.workbench.answer import Answer, Lines
from rosey.workbench.commands import COMMANDS, find
from rosey.workbench.facade import BotFacade
from rosey.workbench.session import Session

NAME = "bot"
"""The variable under which a notebook finds the running bot."""

NEXT_STEPS = ("list", "say", "reload", "info", "help")

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
    @line_magic
    def rosey(self, line: str) -> Answer:
        """Build a chat bot while it runs: `%rosey help` lists the commands.

        Begin with `%rosey start`, then `%rosey list` and `%rosey say !help`.
        """
        try:
            return self._run(line.strip()).redacted(self._session.redact)
        except RoseyError as error:
            text = str(error)
        except KeyboardInterrupt:
            text = f"interrupted: what was under way is cancelled{self._session.blocked_at}"
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

    def _run(self, line: str) -> Answer:
        if not line:
            return self._overview()
        word, rest = [*line.split(maxsplit=1), ""][:2]
        command = find(word)
        if rest in {"-h", "--help"}:
            command, rest = COMMANDS["help"], word
        try:
            answer = command.run(self._session, rest)
        except UsageError as error:
            raise UsageError(f"{error} (usage: {command.usage})") from error
        if command.name == "start" and not self._is_name_free:
            return Answer(answer.value, *answer.parts, YOUR_OWN)
        return answer

    def _overview(self) -> Answer:
        if not self._session.is_running:
            start, explain = COMMANDS["start"], COMMANDS["help"]
            steps = [f"%rosey start  - {start.help}", f"{explain.example}  - {explain.help}"]
            return render.lines(None, ["no bot runs", *steps])
        status = render.status(self._session.bot.snapshot())
        steps = [f"{COMMANDS[n].example}  - {COMMANDS[n].help}" for n in NEXT_STEPS]
        return Answer(status.value, *status.parts, Lines(lines=tuple(steps)))

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
