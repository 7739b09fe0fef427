"""Commands that stand in for those of plugins which are not loaded until they are used."""

from __future__ import annotations

from rosey.chat.arguments import Argument
from rosey.chat.commands import CommandContext
from rosey.chat.model import Rank
from rosey.chat.router import Router
from rosey.plugins.calling.ownership import Owner
from rosey.plugins.loading.outline import CommandOutline


def stand_in(router: Router, command: CommandOutline, owner: Owner) -> None:
    """Show a command as far as it is known before its plugin's code runs.

    Whoever uses it waits at the plugin's gate, and gets the plugin's own answer. Only where the
    plugin could not be loaded, the answer comes from here.

    Args:
        router: Where it is shown.
        command: What is known of it.
        owner: What it is entered in, in the plugin's name.

    Raises:
        CommandAlreadyRegistered: Another plugin, or the bot, has one of the words.
        ValueError: A word of it is not one printable word.
    """

    async def refuse(ctx: CommandContext, *_: str, **__: str) -> None:
        shown = f"{router.prefix}{ctx.command}"
        await ctx.reply(f"{shown} does not work now: {owner.name} could not be loaded.")

    router.register(
        command.name,
        refuse,
        owner=owner,
        help=command.help,
        rank=Rank.__members__.get(command.rank, Rank.ANONYMOUS),
        aliases=command.aliases,
        arguments=_arguments(command),
    )


def _arguments(command: CommandOutline) -> tuple[Argument, ...]:
    """What it takes, as the usage shows it; any words at all where that is not known."""
    if command.parameters is None:
        return (Argument(name="words", convert=str, is_required=False, is_many=True),)
    return tuple(
        Argument(
            name=parameter.name,
            convert=str,
            is_required=parameter.is_required,
            is_rest=parameter.is_rest,
            is_many=parameter.is_many,
        )
        for parameter in command.parameters
    )
