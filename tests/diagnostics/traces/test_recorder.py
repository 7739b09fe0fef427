"""What a real bot does is recorded, and the bot does not feel it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.chat.model import Rank
from rosey.diagnostics.state.changes import StateChange
from rosey.diagnostics.traces import recorder as recording
from rosey.diagnostics.traces.explanation import why_not
from rosey.diagnostics.traces.recorder import Recorder
from rosey.diagnostics.traces.ring import Ring
from rosey.diagnostics.traces.trace import ChainTrace, Changed, Kept, Kind
from tests.bots import bot_of, write_plugin

COUNTER = """
async def setup(self):
    self.count = 0

@command("count")
async def up(self, ctx, by: int = 1):
    self.count += by
    await self.storage.set("count", self.count)
    await ctx.reply(str(self.count))

@command("secret", rank=Rank.ADMIN)
async def secret(self, ctx):
    await ctx.reply("hidden")

@command("burn")
async def burn(self, ctx):
    raise ValueError("ashes")

@on("user_*", priority=5)
async def joined(self, event, data):
    self.last = data["username"]
    self.emit_event("counter.joined", {"by": "hand"})
"""

KEEPER = """
@on("keep")
async def keep(self, event, data):
    await self.storage.set("kept", [data])
    await self.storage.migrate(["CREATE TABLE notes (text TEXT)"])
    async with self.storage.transaction() as sql:
        await sql.execute(f"INSERT INTO notes\\n    VALUES ('{data}')")
"""

BYSTANDER = """
@on("counter.joined")
async def heard(self, event, data):
    async with self.storage.transaction() as sql:
        await sql.execute("CREATE TABLE IF NOT EXISTS seen (name TEXT)")
        await sql.execute("INSERT INTO seen VALUES ('x'), ('y')")
"""


class Site:
    """A bot that is recorded."""

    def __init__(self, bot: Bot, recorder: Recorder) -> None:
        self.bot = bot
        self.recorder = recorder

    async def emitted(self, event: str, data: object) -> ChainTrace:
        """What became of an event that is emitted now."""
        exchange = await self.bot.exchange(event, data)
        chain = self.recorder.ring.chain(exchange.delivery.id)
        assert chain is not None
        return chain

    async def said(self, text: str) -> ChainTrace:
        """What became of a message that a guest says now."""
        return await self.emitted("message", {"msg": text, "username": "alice"})


@contextlib.asynccontextmanager
async def recorded(
    folder: Path, *, environ: dict[str, str] | None = None, share: float = 1.0
) -> AsyncIterator[Site]:
    write_plugin(folder, "counter", COUNTER)
    write_plugin(folder, "bystander", BYSTANDER)
    settings = {"counter": {"token": "${TOKEN}"}} if environ else {}
    async with bot_of(folder, environ=environ, plugins={"plugin_config": settings}) as bot:
        recorder = Recorder(bot, Ring(), share)
        bot.storage.listeners = (recorder.note_kept,)
        with recorder.open():
            yield Site(bot, recorder)


async def test_a_command_is_traced_to_its_reply_and_what_it_changed(tmp_path: Path) -> None:
    async with recorded(tmp_path / "plugins") as site:
        chain = await site.said("!count 2")

    message, reply = chain.events
    assert (message.user, message.text, message.root) == ("alice", "!count 2", message.id)
    assert (message.rank, reply.rank) == (Rank.GUEST, None)
    command = message.command
    assert command is not None
    assert (command.plugin, command.handler, str(command.outcome)) == (
        "counter",
        "!count",
        "answered",
    )
    assert message.kept == (Kept(plugin="counter", change="count = 2"),)
    change = StateChange(path="count", before="0", after="2")
    assert message.changed == (Changed(plugin="counter", changes=(change,)),)
    assert (reply.cause, reply.emitter, reply.text) == (message.id, "counter", "2")
    assert chain.replies == ("2",)
    assert chain.kind >= Kind.ANSWERED
    assert chain.caused_by(message.id) == (reply,)


@pytest.mark.parametrize(
    ("text", "verdict", "error"),
    [
        ("!count many", "wrong use", "by must be a whole number"),
        ("!secret", "rank too low", None),
        ("!burn", "failed", "ValueError: ashes"),
        ("!nothing", "no such command", None),
    ],
)
async def test_a_command_that_is_not_answered_says_why(
    tmp_path: Path, text: str, verdict: str, error: str | None
) -> None:
    async with recorded(tmp_path / "plugins") as site:
        command = (await site.said(text)).events[0].command

    assert command is not None
    assert (str(command.outcome), command.error) == (verdict, error)


async def test_an_event_is_traced_through_what_it_leads_to(tmp_path: Path) -> None:
    async with recorded(tmp_path / "plugins") as site:
        chain = await site.emitted("user_join", {"username": "bob"})

    first, second = chain.events
    assert [(ran.plugin, ran.handler) for ran in first.handled] == [("counter", "counter.joined")]
    assert (second.event, second.emitter, second.cause) == ("counter.joined", "counter", first.id)
    assert [kept.change for kept in second.kept] == ["2 rows: INSERT INTO seen VALUES ('x'), ('y')"]
    assert first.changed is not None
    assert [str(change) for change in first.changed[0].changes] == ["last = 'bob' (new)"]
    assert why_not(first) == {"bystander": "it handles counter.joined, not user_join"}


async def test_an_error_makes_its_chain_worth_keeping(tmp_path: Path) -> None:
    async with recorded(tmp_path / "plugins") as site:
        chain = await site.said("!burn")

    assert chain.kind is Kind.FAILED
    assert chain.events[0].failures == ("counter: !burn failed: ValueError: ashes",)


async def test_a_disabled_plugin_is_named_with_its_state(tmp_path: Path) -> None:
    async with recorded(tmp_path / "plugins") as site:
        await site.said("hello")
        await site.bot.disable("counter")
        chain = await site.said("!count")

    assert why_not(chain.events[0])["counter"] == "it was disabled"


async def test_secrets_are_masked(tmp_path: Path) -> None:
    async with recorded(tmp_path / "plugins", environ={"TOKEN": "hunter2000"}) as site:
        chain = await site.said("!hunter2000 hunter2000")

    assert "hunter2000" not in repr(chain)


@pytest.mark.parametrize("secret", ["hunter2000", 'hunt"er2000', "hunt\\er2000", "hünter  2000"])
@pytest.mark.parametrize("before", [0, 185, 190, 2_000])
async def test_secrets_that_are_stored_are_masked(tmp_path: Path, secret: str, before: int) -> None:
    write_plugin(tmp_path / "plugins", "keeper", KEEPER)
    async with recorded(tmp_path / "plugins", environ={"TOKEN": secret}) as site:
        chain = await site.emitted("keep", "x" * before + secret)

    told = [kept.change for kept in chain.events[0].kept]
    assert len(told) == 3
    assert "hunt" not in repr(told)
    assert "hünt" not in repr(told)
    assert max(map(len, told)) <= 200


async def test_where_no_time_is_left_traces_lack_what_is_costly(tmp_path: Path) -> None:
    async with recorded(tmp_path / "plugins", share=0.0) as site:
        chain = await site.said("!count")

    message = chain.events[0]
    assert (message.data, message.changed) == (None, None)
    assert message.command is not None
    assert chain.replies == ("1",)


async def test_watchers_are_told_of_each_event(tmp_path: Path) -> None:
    seen: list[str] = []
    async with recorded(tmp_path / "plugins") as site:
        with site.recorder.telling(lambda trace: seen.append(trace.event)):
            await site.said("!count")
        await site.emitted("nobody hears", None)

    assert seen[:2] == ["reply", "message"]


async def test_nothing_is_left_on_the_bot(tmp_path: Path) -> None:
    async with recorded(tmp_path / "plugins") as site:
        await site.said("hello")

    assert site.bot.router.listeners == ()


async def test_an_event_that_is_under_way_at_the_opening_is_left_out(tmp_path: Path) -> None:
    go_on = asyncio.Event()

    async def slow(*_: object) -> None:
        await go_on.wait()

    async with bot_of(tmp_path) as bot:
        bot.on("slow", slow)
        begun = bot.bus.emit_soon("slow")
        await asyncio.sleep(0)
        recorder = Recorder(bot, Ring())
        with recorder.open():
            go_on.set()
            await begun
        assert (len(recorder.ring), recorder.ring.dropped_events) == (0, 1)


async def test_events_that_never_end_are_not_kept_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "_MOST_UNDER_WAY", 2)

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    async with bot_of(tmp_path) as bot:
        bot.on("never", never)
        with Recorder(bot, ring := Ring()).open():
            tasks = [bot.bus.emit_soon("never") for _ in range(3)]
            await bot.bus.emit("quick")
            for task in tasks:
                task.cancel()
        assert [trace.event for trace in ring.events()] == ["quick"]


async def test_an_event_that_is_cancelled_is_traced_as_such(tmp_path: Path) -> None:
    async def hang(*_: object) -> None:
        emitting.cancel()
        await asyncio.Event().wait()

    async with bot_of(tmp_path) as bot:
        bot.on("reply", hang)
        with Recorder(bot, ring := Ring()).open():
            emitting = bot.bus.emit_soon("reply", {"msg": "well"})
            await asyncio.wait([emitting])
        trace = next(trace for trace in ring.events() if trace.event == "reply")

    assert trace.is_cancelled
    assert ChainTrace(root=trace.root, events=(trace,), left_out=0).replies == ()


async def test_the_prefix_of_commands_is_told(tmp_path: Path) -> None:
    write_plugin(tmp_path / "plugins", "counter", COUNTER)
    async with bot_of(tmp_path / "plugins", command_prefix="?") as bot:
        with Recorder(bot, ring := Ring()).open():
            assert await bot.say("?count", rank=Rank.GUEST) == ["1"]
        message = next(trace for trace in ring.events() if trace.event == "message")

    assert message.command is not None
    assert message.command.handler == "?count"
    assert message.census.prefix == "?"


class Mine:
    """An object of a plugin's own, which does harm where it is asked."""

    def __repr__(self) -> str:
        raise SystemExit

    __str__ = __repr__
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        raise SystemExit


@pytest.mark.parametrize("event", ["message", "reply", "plugin.error", "own"])
@pytest.mark.parametrize("data", [Mine(), {"msg": Mine(), "username": Mine(), "error": Mine()}])
async def test_no_code_of_an_events_data_is_asked(tmp_path: Path, event: str, data: object) -> None:
    async with bot_of(tmp_path) as bot:
        with Recorder(bot, ring := Ring(), share=1.0).open():
            await bot.bus.emit(event, data)

    assert "Mine" in str(ring.events()[0].data)


async def test_event_that_one_plugin_gets_later_is_of_that_plugin_alone(tmp_path: Path) -> None:
    async with recorded(tmp_path / "plugins") as site:
        holding = site.bot.plugin_manager.holding
        await holding.hold("counter")
        first = (await site.said("!count 2")).events[0]
        delivery = await (await holding.step("counter"))
        await site.bot.bus.drain()
        chain = site.recorder.ring.chain(first.root)

    (held,) = [ran for ran in first.ran if ran.plugin == "counter"]
    assert (held.handler, str(held.outcome), held.is_failure) == ("!count", "held", False)
    assert first.late_for is None
    assert chain is not None
    part = chain.part(delivery.id)
    late, reply = part.events
    assert (late.late_for, late.cause, late.text) == ("counter", first.root, "!count 2")
    change = StateChange(path="count", before="0", after="2")
    assert late.changed == (Changed(plugin="counter", changes=(change,)),)
    assert why_not(late) == {}
    assert (reply.text, part.replies, part.root) == ("2", ("2",), delivery.id)
