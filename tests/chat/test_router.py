"""From a message to the one command that it calls, and to what is answered."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rosey.chat.arguments import arguments_of
from rosey.chat.commands import CommandContext
from rosey.chat.model import Rank
from rosey.errors import CommandAlreadyRegistered, UsageError
from rosey.plugins.events import Event
from rosey.plugins.ledger import Ledger
from rosey.plugins.life.closing import Closing
from rosey.plugins.supervision.limits import Limits
from tests.chat.conftest import Chat


async def echo(ctx: CommandContext, *, text: str = "nothing") -> None:
    await ctx.reply(text)


def add(chat: Chat, name: str, handler: Any = echo, **options: Any) -> Any:  # noqa: ANN401  any handler and options
    """Register a command as a plugin's decorator does; gives the function that ends it."""
    return chat.router.register(name, handler, arguments=arguments_of(handler), **options)


@pytest.mark.parametrize("text", ["!echo hi", "!ECHO hi", "!echo\thi", "!echo\nhi", "!echo   hi "])
async def test_command_is_called_by_its_word(chat: Chat, text: str) -> None:
    add(chat, "Echo")

    assert await chat.say(text) == ["hi"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        "! echo",
        "!\necho",
        "echo",
        "so !echo",
        " !echo",
        "?echo",
        "\u200b!echo",
        "\uff01echo",
    ],
)
async def test_line_without_a_command_at_its_start_is_not_answered(chat: Chat, text: str) -> None:
    add(chat, "echo")

    assert await chat.say(text) == []


@pytest.mark.parametrize(
    "text", ["!echoes", "!echo!", "!ech", "!!echo", "!\u0435cho", "!ec\u200bho"]
)
async def test_word_must_be_the_whole_word(chat: Chat, text: str) -> None:
    add(chat, "echo")

    assert await chat.say(text, is_private=False) == []
    assert (await chat.say(text))[0].startswith(f"There is no command {text}.")


async def test_unknown_command_is_answered_with_the_nearest(chat: Chat) -> None:
    add(chat, "echo")

    assert await chat.say("!ecko") == [
        "There is no command !ecko. Did you mean !echo? !help lists them."
    ]


async def test_command_that_the_user_may_not_use_is_not_suggested(chat: Chat) -> None:
    add(chat, "echo", rank=Rank.ADMIN)

    assert await chat.say("!ecko") == ["There is no command !ecko. !help lists them."]


async def test_very_long_word_is_answered_briefly(chat: Chat) -> None:
    add(chat, "echo")

    (reply,) = await chat.say("!" + "e" * 1_000_000)

    assert len(reply) < 100


async def test_very_long_line_reaches_its_command(chat: Chat) -> None:
    add(chat, "echo")

    assert await chat.say("!echo " + "e" * 1_000_000) == ["e" * 1_000_000]


async def test_alias_calls_the_command_and_is_named_in_its_context(chat: Chat) -> None:
    async def said(ctx: CommandContext) -> None:
        await ctx.reply(ctx.command)

    add(chat, "say", said, aliases=("S",))

    assert await chat.say("!s") == ["s"]
    assert await chat.say("!SAY") == ["say"]
    assert [command.name for command in chat.router.commands()] == ["say"]


async def test_context_tells_who_said_what_where(chat: Chat) -> None:
    seen: list[CommandContext] = []

    async def look(ctx: CommandContext) -> None:
        seen.append(ctx)

    add(chat, "look", look)
    await chat.say("!look", user="Root", account="root", rank=Rank.MEMBER)

    (ctx,) = seen
    assert (ctx.user.name, ctx.rank, ctx.message.text) == ("Root", Rank.OWNER, "!look")
    assert ctx.event.name == "message"


async def test_handler_that_parses_the_line_itself_gets_event_and_data(chat: Chat) -> None:
    seen: list[tuple[str, Any]] = []

    def roll(event: Event, data: Any) -> None:  # noqa: ANN401  the data of any event
        seen.append((event.name, data["msg"]))

    chat.router.register("roll", roll)
    await chat.say("!roll 2d6 now")

    assert seen == [("message", "!roll 2d6 now")]


async def test_handler_that_takes_it_gets_the_source_of_the_event(chat: Chat) -> None:
    seen: list[object] = []

    async def roll(_event: Event, _data: object, *, source: object) -> None:
        seen.append(source)

    chat.router.register("roll", roll)
    await chat.bus.emit("message", "!roll", source="the emitter")

    assert seen == ["the emitter"]


async def test_wrong_arguments_are_answered_with_usage(chat: Chat) -> None:
    async def roll(_ctx: CommandContext, sides: int) -> None: ...

    add(chat, "roll", roll)

    assert await chat.say("!roll x") == ["Usage: !roll <sides> (sides must be a whole number)"]


@pytest.mark.parametrize(("reason", "shown"), [("too odd", " (too odd)"), ("", "")])
async def test_handler_may_ask_for_other_arguments(chat: Chat, reason: str, shown: str) -> None:
    async def roll(_ctx: CommandContext) -> None:
        raise UsageError(reason)

    add(chat, "roll", roll)

    assert await chat.say("!roll") == [f"Usage: !roll{shown}"]
    assert chat.faults == []


async def test_fault_is_noted_for_the_plugin_and_answered_politely(chat: Chat) -> None:
    async def boom(_ctx: CommandContext) -> None:
        raise ZeroDivisionError("secret")

    add(chat, "boom", boom, owner=chat.plugin("fire"))

    assert await chat.say("!boom") == ["!boom failed: a fault in fire, which was noted."]
    assert [(f.plugin, f.where, f.error) for f in chat.faults] == [
        ("fire", "!boom", "ZeroDivisionError: secret")
    ]


@pytest.mark.parametrize("error", [SystemExit, asyncio.CancelledError, KeyboardInterrupt])
async def test_command_cannot_end_the_bot(chat: Chat, error: type[BaseException]) -> None:
    async def leave(_ctx: CommandContext) -> None:
        raise error

    add(chat, "leave", leave, owner=chat.plugin("fire"))

    assert await chat.say("!leave") == ["!leave failed: a fault in fire, which was noted."]


async def test_command_that_hangs_is_its_plugins_fault(chat: Chat) -> None:
    async def hang(_ctx: CommandContext) -> None:
        await asyncio.Event().wait()

    chat.bus.caller.deadline_s = 0.05
    add(chat, "hang", hang, owner=chat.plugin("fire"))

    assert await chat.say("!hang") == ["!hang failed: a fault in fire, which was noted."]
    assert [(f.plugin, f.where) for f in chat.faults] == [("fire", "!hang")]


async def test_fault_of_no_plugin_is_the_bots(chat: Chat) -> None:
    async def boom(_ctx: CommandContext) -> None:
        raise ValueError

    add(chat, "boom", boom)

    assert await chat.say("!boom") == ["!boom failed: a fault in rosey, which was noted."]


async def test_rank_is_needed(chat: Chat) -> None:
    add(chat, "echo", rank=Rank.MODERATOR)

    assert await chat.say("!echo", rank=Rank.MEMBER) == ["!echo needs the rank moderator."]
    assert await chat.say("!echo", rank=Rank.MODERATOR) == ["nothing"]


async def test_account_with_a_grant_has_its_rank(chat: Chat) -> None:
    add(chat, "echo", rank=Rank.OWNER)

    assert await chat.say("!echo", account="root") == ["nothing"]


@pytest.mark.parametrize("name", ["root", "Root", "r\u043e\u043et", "\uff52\uff4f\uff4f\uff54"])
async def test_name_like_an_account_has_no_rank(chat: Chat, name: str) -> None:
    add(chat, "echo", rank=Rank.MEMBER)

    assert await chat.say("!echo", user=name) == ["!echo needs the rank member."]
    assert await chat.say("!echo", account=f"{name} ") == ["!echo needs the rank member."]


async def test_message_made_by_hand_never_has_rank(chat: Chat) -> None:
    add(chat, "echo", rank=Rank.MEMBER)
    claim = {"msg": "!echo", "username": "root", "rank": Rank.OWNER, "account": "root"}

    await chat.bus.emit("message", claim)

    assert [(r.text, r.to) for r in chat.replies] == [("!echo needs the rank member.", "root")]


async def test_message_made_by_hand_is_answered_to_the_local_user(chat: Chat) -> None:
    add(chat, "echo")

    await chat.bus.emit("message", "!echo")

    assert [(r.connection, r.to) for r in chat.replies] == [("local", "guest")]


async def test_private_message_is_answered_to_its_sender_alone(chat: Chat) -> None:
    add(chat, "echo")
    await chat.say("!echo", is_private=True)
    await chat.say("!echo", is_private=False)

    assert [(r.connection, r.to) for r in chat.replies] == [("net", "bob"), ("net", None)]


async def test_user_who_must_wait_is_told_so_in_private_only(chat: Chat) -> None:
    add(chat, "echo", cooldown_s=5)
    await chat.say("!echo")

    assert await chat.say("!echo") == ["!echo can be used again in 5.0 s."]
    assert await chat.say("!echo", is_private=False) == []


async def test_moderator_need_not_wait(chat: Chat) -> None:
    add(chat, "echo", cooldown_s=5)

    for _ in range(2):
        assert await chat.say("!echo", rank=Rank.MODERATOR) == ["nothing"]


async def test_commands_are_listed_by_name(chat: Chat) -> None:
    for name in ("b", "a", "c"):
        add(chat, name)

    assert [command.name for command in chat.router.commands()] == ["a", "b", "c"]


async def test_ended_command_is_not_answered(chat: Chat) -> None:
    end = add(chat, "echo", aliases=("e",))
    end()

    assert await chat.say("!echo", is_private=False) == []
    assert chat.router.find("e") is None


async def test_ending_a_command_twice_leaves_its_successor(chat: Chat) -> None:
    end = add(chat, "echo")
    end()
    add(chat, "echo")
    end()

    assert await chat.say("!echo") == ["nothing"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"name": "echo"}, {"name": "echo"}),
        ({"name": "echo"}, {"name": "ECHO"}),
        ({"name": "echo"}, {"name": "other", "aliases": ("echo",)}),
        ({"name": "other", "aliases": ("echo",)}, {"name": "echo"}),
        ({"name": "one", "aliases": ("echo",)}, {"name": "other", "aliases": ("Echo",)}),
    ],
)
async def test_words_that_collide_name_both_plugins(
    chat: Chat, first: dict[str, Any], second: dict[str, Any]
) -> None:
    add(chat, owner=chat.plugin("cave"), **first)

    with pytest.raises(CommandAlreadyRegistered) as caught:
        add(chat, owner=chat.plugin("valley"), **second)

    error = caught.value
    assert (error.command, error.owner, error.claimant) == ("echo", "cave", "valley")
    assert str(error) == "command 'echo' of valley is taken by cave: rename one of the two"
    assert [command.plugin for command in chat.router.commands()] == ["cave"]


async def test_plugin_cannot_take_the_bots_own_command(chat: Chat) -> None:
    add(chat, "help")

    with pytest.raises(CommandAlreadyRegistered, match="of valley is taken by rosey"):
        add(chat, "help", owner=chat.plugin("valley"))


async def test_plugin_cannot_take_one_word_twice(chat: Chat) -> None:
    plugin = chat.plugin("cave")
    add(chat, "echo", owner=plugin)

    with pytest.raises(CommandAlreadyRegistered, match="of cave is taken by cave"):
        add(chat, "echo", owner=plugin)


async def test_alias_may_repeat_the_name(chat: Chat) -> None:
    add(chat, "echo", aliases=("echo", "ECHO"))

    assert await chat.say("!echo") == ["nothing"]


@pytest.mark.parametrize("words", [("two words",), ("fine", "not fine")])
async def test_command_that_is_no_word_is_refused(chat: Chat, words: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="must be one printable word"):
        add(chat, words[0], aliases=words[1:])

    assert chat.router.commands() == ()


async def test_prefix_may_be_any_text(chat: Chat) -> None:
    add(chat, "echo")
    chat.router.prefix = "hey.*"

    assert await chat.say("hey.*echo") == ["nothing"]
    assert await chat.say("hey you echo") == []


async def test_word_has_no_meaning_as_a_pattern_or_format(chat: Chat) -> None:
    add(chat, "echo")

    for word in ("(a+)+$", "{0.__class__}", "%(x)s", "%s", "[", "\\"):
        assert await chat.say(f"!echo {word}") == [word]
        assert (await chat.say(f"!{word}"))[0].startswith(f"There is no command !{word}.")


async def test_command_waits_while_its_plugin_changes_and_calls_the_new_version(chat: Chat) -> None:
    old = chat.plugin("dice")
    add(chat, "roll", owner=old)
    said: list[asyncio.Task[list[str]]] = []

    async with Closing(chat.bus.caller, [old], 10):
        said += [asyncio.create_task(chat.say(f"!roll {number}")) for number in range(3)]
        await asyncio.sleep(0)
        old.withdraw()
        new = Ledger("dice", chat.bus.caller, chat.bus.report, gate=old.gate)
        add(chat, "roll", lambda ctx, *, text="": ctx.reply(text * 2), owner=new)
        assert chat.replies == []

    await asyncio.gather(*said)
    assert [reply.text for reply in chat.replies] == ["00", "11", "22"]


async def test_command_that_the_new_version_lacks_is_answered_as_unknown(chat: Chat) -> None:
    old = chat.plugin("dice")
    add(chat, "roll", owner=old)

    async with Closing(chat.bus.caller, [old], 10):
        said = asyncio.create_task(chat.say("!roll"))
        await asyncio.sleep(0)
        old.withdraw()

    (answer,) = await said
    assert answer.startswith("There is no command !roll.")


async def test_command_of_a_plugin_that_is_full_is_told_to_be_busy_in_private_only(
    chat: Chat,
) -> None:
    dice = chat.plugin("dice")
    dice.limit(Limits(concurrent_handlers=1, queued_events=1))
    go_on = asyncio.Event()

    async def roll(*_: object) -> None:
        await go_on.wait()

    chat.router.register("roll", roll, owner=dice)
    rolling = [asyncio.create_task(chat.say("!roll")) for _ in range(2)]
    while dice.gate.waiting < 1:  # noqa: ASYNC110  nobody is told
        await asyncio.sleep(0)

    assert await chat.say("!roll") == ["!roll has too much to do: try again later."]
    assert await chat.say("!roll", is_private=False) == []
    go_on.set()
    await asyncio.wait(rolling)


async def test_command_has_its_own_deadline_and_is_counted(chat: Chat) -> None:
    dice = chat.plugin("dice")
    dice.limit(Limits(deadlines_s={"command": 0.02}))

    async def roll(*_: object) -> None:
        await asyncio.Event().wait()

    chat.router.register("roll", roll, owner=dice)
    await chat.say("!roll")

    assert "did not finish within 0.02 s" in chat.faults[0].error
    assert dice.account.handled.durations().count == 1


async def test_reply_is_the_plugins_and_what_the_router_says_the_bots_own(chat: Chat) -> None:
    emitters: list[str | None] = []
    chat.bus.subscribe("reply", lambda event, _data: emitters.append(event.emitter))

    async def fail(ctx: CommandContext, sides: int) -> None:
        await ctx.reply(f"rolling {sides}")
        raise ValueError

    add(chat, "roll", fail, owner=chat.plugin("dice"))
    await chat.say("!roll 6")
    await chat.say("!roll six")
    await chat.say("!rol")

    assert emitters == ["dice", None, None, None]
