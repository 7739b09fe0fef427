"""The router: from a message to the one command that it calls, and to what is answered."""

from __future__ import annotations

import asyncio
import difflib
import functools
import math
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rosey.chat.arguments import Argument, parse
from rosey.chat.commands import Command, CommandContext, check_word
from rosey.chat.cooldown import Cooldowns
from rosey.chat.model import LOCAL, Message, Rank, Reply
from rosey.chat.permissions import Permissions
from rosey.chat.routed import Routed, Verdict
from rosey.errors import CommandAlreadyRegistered, EventDroppedError, UsageError
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Fault, Outcome, describe
from rosey.plugins.calling.ownership import Owner, current_owner
from rosey.plugins.events import Event, as_coroutine_function

_WORD_AND_REST = re.compile(r"(\S+)\s*(.*)", re.DOTALL)
_SHOWN_CHARS = 40
_VERDICTS = {Outcome.HELD: Verdict.HELD, Outcome.DROPPED: Verdict.BUSY}


class _Call(NamedTuple):
    """A message that calls a command."""

    event: Event
    message: Message
    word: str
    rest: str


class Router:
    """Answers messages that begin with the prefix and a command's word.

    Args:
        bus: Where messages come from and replies go.
        prefix: What a command begins with.
        permissions: Who may use which command.
        clock: Seconds that never go back, for cooldowns.

    Attributes:
        listeners: Told of each call of a command, once it is over.
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
        self.listeners: tuple[Callable[[Event, Routed], None], ...] = ()
        self._bus = bus
        self._cooldowns = Cooldowns(clock)
        self._commands: dict[str, Command] = {}
        # It must outlive what it calls, or nobody would hear that a command did not end.
        self._listening = bus.subscribe("message", self.handle, deadline_s=math.inf)

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

    def called(self, text: str) -> Command | None:
        """The command that a message calls; None where it calls none."""
        found = self._call_in(text)
        return None if found is None else self.find(found[0])

    async def handle(self, event: Event, data: object) -> None:
        """Answer the message that an event carries, where it calls a command."""
        message = Message.of(data, event.origin or LOCAL)
        found = self._call_in(message.text)
        if found is None:
            return
        call = _Call(event, message, *found)
        command = self.find(call.word)
        if self._put_aside(command, call):
            return
        try:
            command = await self._current(command, call)
        except EventDroppedError:
            if message.is_private:
                shown = call.word[:_SHOWN_CHARS]
                busy = f"{self.prefix}{shown} has too much to do: try again later."
                await self._send(message, busy)
            self._tell(call, command, Verdict.BUSY)
            return
        if self._put_aside(command, call):
            return
        if command is not None:
            await self._answer(command, call)
            return
        if message.is_private:
            # In company the word may be meant for another bot.
            rank = self.permissions.rank_of(message.user)
            await self._send(message, self._unknown(call.word, rank))
        self._tell(call, None, Verdict.UNKNOWN)

    def _call_in(self, text: str) -> tuple[str, str] | None:
        """The word after the prefix, and what follows it; None where a text calls nothing."""
        if not text.startswith(self.prefix):
            return None
        found = _WORD_AND_REST.match(text, len(self.prefix))
        return None if found is None else (found[1], found[2])

    async def _current(self, command: Command | None, call: _Call) -> Command | None:
        """The command; while its plugin changes, what the word calls once that is over."""
        owner = command.owner if command is not None else None
        if owner is None or owner.gate.admits(current_owner(), call.event.awaited_by):
            return command
        await owner.gate.turn(call.event)
        return self.find(call.word)

    def _put_aside(self, command: Command | None, call: _Call) -> bool:
        """Have the message wait where the command's plugin is held; tells whether it is."""
        mailbox = self._bus.holds.of(command.owner) if command is not None else None
        if mailbox is None or mailbox.is_letting_through(call.event):
            return False
        outcome = mailbox.take_command(call.event, self._listening)
        self._tell(call, command, _VERDICTS[outcome])
        return True

    async def _answer(self, command: Command, call: _Call) -> None:
        message = call.message
        rank = self.permissions.rank_of(message.user)
        shown = f"{self.prefix}{command.name}"
        if rank < command.rank:
            await self._send(message, f"{shown} needs the rank {command.rank}.")
            self._tell(call, command, Verdict.RANK)
            return
        wait_s = self._wait_s(command, message, rank)
        if wait_s > 0:
            if message.is_private:
                await self._send(message, f"{shown} can be used again in {wait_s:.1f} s.")
            self._tell(call, command, Verdict.COOLDOWN)
            return
        await self._carry_out(command, call, rank)

    async def _carry_out(self, command: Command, call: _Call, rank: Rank) -> None:
        message, shown = call.message, f"{self.prefix}{command.name}"
        context = CommandContext(
            event=call.event,
            message=message,
            command=call.word.casefold(),
            rank=rank,
            send=lambda text: self._send(message, text),
        )
        began_at = time.perf_counter()
        try:
            await self._call(command, context, call.rest)
        except UsageError as error:
            self._tell(call, command, Verdict.USAGE, str(error), began_at)
            reason = f" ({error})" if str(error) else ""
            await self._send(message, f"Usage: {command.usage(self.prefix)}{reason}")
        except asyncio.CancelledError:
            self._tell(call, command, Verdict.CANCELLED, None, began_at)
            raise
        except Exception as error:  # noqa: BLE001  a command's fault is its plugin's alone
            self._tell(call, command, Verdict.FAILED, describe(error), began_at)
            self._bus.report(Fault.of(command.plugin, shown, error))
            at = command.plugin or "rosey"
            await self._send(message, f"{shown} failed: a fault in {at}, which was noted.")
        else:
            self._tell(call, command, Verdict.ANSWERED, None, began_at)

    def _tell(
        self,
        call: _Call,
        command: Command | None,
        verdict: Verdict,
        error: str | None = None,
        began_at: float | None = None,
    ) -> None:
        if not self.listeners:
            return
        now = time.perf_counter()
        name, plugin = (command.name, command.plugin) if command is not None else (None, None)
        began_at = now if began_at is None else began_at
        routed = Routed(call.word, name, plugin, verdict, error, began_at, now - began_at)
        for listener in self.listeners:
            listener(call.event, routed)

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
