"""The console: the owner's chat with the bot in a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TextIO, cast

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import StdoutProxy
from prompt_toolkit.shortcuts import CompleteStyle

from rosey.chat.connection import Receive
from rosey.chat.escaping import for_terminal
from rosey.chat.model import Reply
from rosey.connections.history import TypedHistory
from rosey.connections.lines import CONSOLE, owner_message

PROMPT = "> "
HINT = "Enter sends, Alt-Enter begins a new line, Tab completes, Ctrl-D leaves."

# Prints come in bundles, so that a flood does not redraw the prompt for each line.
_BUNDLE_S = 0.02


class ConsoleConnection:
    """Talks to the owner in this process's terminal.

    What the bot says, and whatever else is printed or logged meanwhile, appears above the line
    that is being typed. Several lines are one message. The owner leaves by Ctrl-D or Ctrl-C on an
    empty line.

    Args:
        words: Tells what a line may begin with, for completion.
        history: Keeps what was typed; by default it is forgotten at the end.
    """

    name = CONSOLE
    own_name = None
    pace = None
    is_trusted = True

    def __init__(
        self,
        *,
        words: Callable[[], Iterable[str]] = tuple,
        history: TypedHistory | None = None,
    ) -> None:
        self._words = words
        self._history = history

    async def run(self, receive: Receive) -> None:
        """Pass on each message that is typed."""
        session = self._session(await self._typed_before())
        async with _printing_above_prompt():
            await self._print(HINT)
            while (text := await _ask(session)) is not None:
                if text.strip():
                    receive(owner_message(text))
                    await self._keep(text)

    async def send(self, reply: Reply) -> None:
        """Print the reply above the prompt."""
        await self._print(reply.text)

    async def close(self) -> None:
        """Nothing is held: the terminal is given back when `run` ends."""

    def _session(self, typed_before: Iterable[str]) -> PromptSession[str]:
        return PromptSession(
            PROMPT,
            multiline=True,
            prompt_continuation=" " * len(PROMPT),
            key_bindings=_key_bindings(),
            history=InMemoryHistory([*typed_before]),
            completer=WordCompleter(lambda: sorted(self._words()), sentence=True),
            complete_style=CompleteStyle.READLINE_LIKE,
            complete_while_typing=False,
        )

    async def _typed_before(self) -> list[str]:
        return await asyncio.to_thread(self._history.load) if self._history is not None else []

    async def _keep(self, text: str) -> None:
        if self._history is not None:
            await asyncio.to_thread(self._history.append, text)

    async def _print(self, text: str) -> None:
        await asyncio.to_thread(sys.stdout.write, f"{for_terminal(text)}\n")


async def _ask(session: PromptSession[str]) -> str | None:
    """What the owner types next; None when they leave."""
    try:
        # Signals and unhandled exceptions are the process's business, not the prompt's.
        return await session.prompt_async(handle_sigint=False, set_exception_handler=False)
    except EOFError:
        return None


@contextlib.asynccontextmanager
async def _printing_above_prompt() -> AsyncIterator[None]:
    """Have everything that is printed, by whomever, appear above the prompt."""
    proxy = StdoutProxy(sleep_between_writes=_BUNDLE_S)
    stream = cast("TextIO", proxy)
    try:
        with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(stream):
            yield
    finally:
        # It waits for its thread, which prints what is left.
        await asyncio.to_thread(proxy.close)


def _key_bindings() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("c-c")
    def _(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=EOFError)

    return keys
