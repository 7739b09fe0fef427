"""Commands: how a plugin declares them, what is known of them, and what their handlers get."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rosey.chat.arguments import Argument, arguments_of
from rosey.chat.escaping import for_log
from rosey.chat.model import Message, Rank, User
from rosey.plugins.base import Method, declare
from rosey.plugins.calling.ownership import Owner
from rosey.plugins.events import Event

Send = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """What a decorated command gets before its arguments.

    Attributes:
        event: The event that carried the message.
        message: The message.
        command: The word that called the command, without the prefix: its name or an alias.
        rank: What the user may do, grants included.
        send: Says a text where the message came from; `reply` is the same.
    """

    event: Event
    message: Message
    command: str
    rank: Rank
    send: Send

    @property
    def user(self) -> User:
        """Who called the command."""
        return self.message.user

    async def reply(self, text: str) -> None:
        """Answer where the message came from; to its sender alone where it was private."""
        await self.send(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One chat command.

    Attributes:
        name: The word after the prefix, in the form of `check_word`, like the aliases.
        handler: What answers it.
        owner: The ledger of the plugin that it belongs to; None for the bot's own.
        help: What it does, for `!help`.
        rank: What a user needs to use it.
        aliases: Other words for it.
        cooldown_s: Seconds before the same user may use it again; moderators need not wait.
        arguments: What it takes after its name; None where the handler is called as
            `handler(event, data)` and parses the line itself.
    """

    name: str
    handler: Callable[..., Any]
    owner: Owner | None = None
    help: str = ""
    rank: Rank = Rank.ANONYMOUS
    aliases: tuple[str, ...] = ()
    cooldown_s: float = 0.0
    arguments: tuple[Argument, ...] | None = None

    @property
    def plugin(self) -> str | None:
        """The name of the plugin that it belongs to; None for the bot's own."""
        return self.owner.name if self.owner is not None else None

    @property
    def words(self) -> tuple[str, ...]:
        """All words that call it."""
        return (self.name, *self.aliases)

    def usage(self, prefix: str) -> str:
        """How to call it, on one line."""
        arguments = self.arguments or ()
        return " ".join([f"{prefix}{self.name}", *(a.usage for a in arguments)])


def command(
    name: str,
    *,
    help: str = "",  # noqa: A002  the field's word, and the PRD's
    rank: Rank = Rank.ANONYMOUS,
    aliases: Sequence[str] = (),
    cooldown_s: float | Callable[[Any], float] = 0.0,
) -> Callable[[Method], Method]:
    """Declare that a method answers a chat command: `async def roll(self, ctx, dice: str = "1d6")`.

    What follows the command's name is parsed as the method's annotations say; a call that does
    not fit them is answered with the usage. See `rosey.chat.arguments.arguments_of`.

    Args:
        name: The word after the prefix.
        help: What it does, for `!help`; by default the first line of the method's docstring.
        rank: What a user needs to use it.
        aliases: Other words for it.
        cooldown_s: Seconds before the same user may use it again, or a function of the plugin
            that tells them, for instance from its config.
    """

    def register(plugin: Any, method: Any) -> None:  # noqa: ANN401  a plugin and its method
        text = help or (method.__doc__ or "").strip().partition("\n")[0]
        plugin.register_command(
            name,
            method,
            help=text,
            rank=rank,
            aliases=aliases,
            cooldown_s=cooldown_s(plugin) if callable(cooldown_s) else cooldown_s,
            arguments=arguments_of(method),
        )

    return declare(register)


def check_word(word: str) -> str:
    """A command's word in the form in which it is looked up: its case does not matter.

    Raises:
        ValueError: It is empty, has a space in it, or a character that nobody sees.
    """
    if word.split() != [word] or for_log(word) != word:
        raise ValueError(f"{for_log(word)!r} cannot be a command: it must be one printable word")
    return word.casefold()
