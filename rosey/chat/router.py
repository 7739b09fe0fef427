"""The router: from a message to the one command that it calls, and to what is answered."""

from __future__ import annotations

import difflib
import functools
import math
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from rosey.chat.arguments import Argument, parse
from rosey.chat.commands import Command, CommandContext, check_word
from rosey.chat.cooldown import Cooldowns
from rosey.chat.model import LOCAL, Message, Rank, Reply
from rosey.chat.permissions import Permissions
from rosey.errors import CommandAlreadyRegistered, EventDroppedError, UsageError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault
from rosey.plugins.calling.ownership import Owner, current_owner
from rosey.plugins.events import Event, as_coroutine_function

_WORD_AND_REST = re.compile(r"(\S+)\s*(.*)", re.DOTALL)
_SHOWN_CHARS = 40


class Router:
    """Answers messages that begin with the prefix and a command's word.

    Args:
        bus: Where messages come from and replies go.
        prefix: What a command begins with.
        permissions: Who may use which command.
        clock: Seconds that never go back, for cooldowns.
    """

    def __init__(
        self,
        bus: PluginEventBus,
        *,
        prefix: str = "!",
        permissions: Permissions | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.prefix = prefix
        self.permissions = permissions if permissions is not None else Permissions()
        self._bus = bus
        self._cooldowns = Cooldowns(clock)
        self._commands: dict[str, Command] = {}
        # It must outlive what it calls, or nobody would hear that a command did not end.
        bus.subscribe("message", self.handle, deadline_s=math.inf)

    def register(  # noqa: PLR0913  the options of a command, all but two by name
        self,
        name: str,
        handler: Callable[..., Any],
        *,
        owner: Owner | None = None,
        help: str = "",  # noqa: A002  the field's word, and the PRD's
        rank: Rank = Rank.ANONYMOUS,
        aliases: Sequence[str] = (),
        cooldown_s: float = 0.0,
        arguments: tuple[Argument, ...] | None = None,
    ) -> Callable[[], None]:
        """Answer a command.

        Args:
            name: The word after the prefix.
            handler: Called as `handler(event, data)`, with `source=` where it takes it; where
                `arguments` are given as `handler(context, ...)`.
            owner: The plugin's ledger; by default that of the plugin whose code runs.
            help: What it does.
            rank: What a user needs to use it.
            aliases: Other words for it.
            cooldown_s: Seconds before the same user may use it again.
            arguments: What it takes.

        Returns:
            A function that ends it.

        Raises:
            CommandAlreadyRegistered: Another plugin, or the bot, has one of the words.
            ValueError: The name or an alias is not one printable word.
        """
        command = Command(
            name=check_word(name),
            handler=as_coroutine_function(handler) if arguments is None else handler,
            owner=owner if owner is not None else current_owner(),
            help=help,
            rank=rank,
            aliases=tuple(check_word(alias) for alias in aliases),
            cooldown_s=cooldown_s,
            arguments=arguments,
        )
        if command.owner is None:
            self._begin(command)
            return lambda: self._end(command)
        return command.owner.take(
            "command",
            command.name,
            begin=lambda: self._begin(command),
            give_back=lambda: self._end(command),
            check=lambda: self._check(command),
        )

    def commands(self) -> tuple[Command, ...]:
        """What is answered at the moment, by name."""
        return tuple(sorted(set(self._commands.values()), key=lambda c: c.name))

    def find(self, word: str) -> Command | None:
        """The command that a word calls, in any case; the whole word counts."""
        return self._commands.get(word.casefold())

    async def handle(self, event: Event, data: object) -> None:
        """Answer the message that an event carries, where it calls a command."""
        message = Message.of(data, event.origin or LOCAL)
        if not message.text.startswith(self.prefix):
            return
        found = _WORD_AND_REST.match(message.text, len(self.prefix))
        if found is None:
            return
        word, rest = found.groups()
        try:
            command = await self._command(word, event)
        except EventDroppedError:
            if message.is_private:
                busy = f"{self.prefix}{word[:_SHOWN_CHARS]} has too much to do: try again later."
                await self._send(message, busy)
            return
        if command is not None:
            await self._answer(command, event, message, word, rest)
        elif message.is_private:
            # In company the word may be meant for another bot.
            await self._send(message, self._unknown(word, self.permissions.rank_of(message.user)))

    async def _command(self, word: str, event: Event) -> Command | None:
        """What a word calls; while its plugin changes, what it calls once that is over."""
        command = self.find(word)
        owner = command.owner if command is not None else None
        if owner is None or owner.gate.admits(current_owner(), event.root):
            return command
        await owner.gate.turn()
        return self.find(word)

    async def _answer(
        self, command: Command, event: Event, message: Message, word: str, rest: str
    ) -> None:
        rank = self.permissions.rank_of(message.user)
        shown = f"{self.prefix}{command.name}"
        if rank < command.rank:
            await self._send(message, f"{shown} needs the rank {command.rank}.")
            return
        wait_s = self._wait_s(command, message, rank)
        if wait_s > 0:
            if message.is_private:
                await self._send(message, f"{shown} can be used again in {wait_s:.1f} s.")
            return
        context = CommandContext(
            event=event,
            message=message,
            command=word.casefold(),
            rank=rank,
            send=lambda text: self._send(message, text),
        )
        try:
            await self._call(command, context, rest)
        except UsageError as error:
            reason = f" ({error})" if str(error) else ""
            await self._send(message, f"Usage: {command.usage(self.prefix)}{reason}")
        except Exception as error:  # noqa: BLE001  a command's fault is its plugin's alone
            self._bus.report(Fault.of(command.plugin, shown, error))
            at = command.plugin or "rosey"
            await self._send(message, f"{shown} failed: a fault in {at}, which was noted.")

    async def _call(self, command: Command, context: CommandContext, rest: str) -> None:
        if command.arguments is None:
            data = context.message.data
            handler = functools.partial(command.handler, context.event, data)
        else:
            positional, named = parse(command.arguments, rest)
            handler = functools.partial(command.handler, context, *positional, **named)
        where = f"{self.prefix}{command.name}"
        # The bot's own commands wait for plugins, each of which has a deadline.
        owner = command.owner
        deadline_s = owner.limits.deadline("command") if owner is not None else math.inf
        started = time.perf_counter()
        try:
            await self._bus.caller.call(owner, where, handler, deadline_s=deadline_s)
        finally:
            if owner is not None:
                owner.account.handled.note(time.perf_counter() - started)

    def _wait_s(self, command: Command, message: Message, rank: Rank) -> float:
        if command.cooldown_s <= 0 or rank >= Rank.MODERATOR:
            return 0.0
        return self._cooldowns.wait_s(command.name, command.cooldown_s, message)

    async def _send(self, message: Message, text: str) -> None:
        to = message.user.name if message.is_private else None
        reply = Reply(text=text, connection=message.connection, to=to)
        await self._bus.emit("reply", reply.data)

    def _unknown(self, word: str, rank: Rank) -> str:
        shown = word[:_SHOWN_CHARS]
        usable = [w for w, command in self._commands.items() if rank >= command.rank]
        nearest = difflib.get_close_matches(shown.casefold(), usable, n=1)
        hint = f" Did you mean {self.prefix}{nearest[0]}?" if nearest else ""
        return f"There is no command {self.prefix}{shown}.{hint} {self.prefix}help lists them."

    def _check(self, command: Command) -> None:
        for word in command.words:
            other = self._commands.get(word)
            if other is None:
                continue
            # The generation that serves has the same words until the swap.
            if other.owner is command.owner or other.plugin != command.plugin:
                raise CommandAlreadyRegistered(
                    word, owner=other.plugin or "rosey", claimant=command.plugin or "rosey"
                )

    def _begin(self, command: Command) -> None:
        self._check(command)
        self._commands.update(dict.fromkeys(command.words, command))

    def _end(self, command: Command) -> None:
        for word in command.words:
            if self._commands.get(word) is command:
                del self._commands[word]
