"""A bot starts its parts, talks, and stops them in reverse, whatever fails."""

from __future__ import annotations

import asyncio
import gc
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from rosey.bot import Bot
from rosey.chat.connection import Receive
from rosey.chat.model import Message, Rank, Reply, User
from rosey.errors import (
    PluginLoadError,
    PluginNotFoundError,
    StorageError,
    StorageLockedError,
)
from tests.bots import bot_of, write_plugin

ECHO = """
@command("echo")
async def echo(self, ctx, *, text=""):
    await ctx.reply(text)
"""


class Network:
    """A network of the test's own."""

    name = "net"
    own_name = None
    pace = None
    is_trusted = False

    def __init__(self) -> None:
        self.said: list[Reply] = []
        self.ended = asyncio.Event()
        self.receive: asyncio.Future[Receive] = asyncio.get_running_loop().create_future()
        self.closing_error: Exception | None = None

    async def run(self, receive: Receive) -> None:
        self.receive.set_result(receive)
        await self.ended.wait()

    async def send(self, reply: Reply) -> None:
        self.said.append(reply)

    async def close(self) -> None:
        if self.closing_error is not None:
            raise self.closing_error


@pytest.fixture
async def network() -> Network:
    return Network()


async def test_bot_without_configuration_answers_its_own_commands() -> None:
    async with Bot() as bot:
        (answer,) = await bot.say("!help")

    assert [line.split()[0] for line in answer.splitlines()[1:]] == [
        "!help",
        "!plugin",
        "!services",
    ]


async def test_plugin_answers_what_is_said(tmp_path: Path) -> None:
    write_plugin(tmp_path, "parrot", ECHO)

    async with bot_of(tmp_path) as bot:
        assert await bot.say("!echo hello") == ["hello"]


async def test_prefix_is_the_configured_one(tmp_path: Path) -> None:
    write_plugin(tmp_path, "parrot", ECHO)

    async with bot_of(tmp_path, command_prefix="??") as bot:
        assert await bot.say("??echo hello") == ["hello"]
        assert await bot.say("!echo hello") == []


# What is loaded


async def test_plugin_is_defined_by_a_text_and_by_what_another_bot_runs() -> None:
    text = "from rosey import *\n\nclass Parrot(Plugin):\n    name = 'parrot'\n"
    async with Bot() as bot, Bot() as other:
        await bot.define("parrot", text + textwrap.indent(ECHO, "    "))
        await other.define("parrot", bot.plugin_manager.running_source("parrot"))

        assert await bot.say("!echo hello") == await other.say("!echo hello") == ["hello"]


async def test_enabled_plugins_are_loaded_and_no_others(tmp_path: Path) -> None:
    for name in ("parrot", "crow", "owl"):
        write_plugin(tmp_path, name)

    async with bot_of(tmp_path, plugins={"enabled": ["crow", "owl"], "disabled": ["owl"]}) as bot:
        assert bot.plugin_manager.list_plugins() == ["crow"]
        assert bot.failures == {}


async def test_section_that_says_so_disables_its_plugin(tmp_path: Path) -> None:
    for name in ("parrot", "crow"):
        write_plugin(tmp_path, name)

    async with bot_of(tmp_path, plugins={"crow": {"enabled": False}}) as bot:
        assert bot.plugin_manager.list_plugins() == ["parrot"]


async def test_unknown_plugin_is_a_failure_that_names_the_nearest(tmp_path: Path) -> None:
    write_plugin(tmp_path, "parrot")

    async with bot_of(tmp_path, plugins={"enabled": ["parot", "parrot"]}) as bot:
        assert str(bot.failures["parot"]) == (
            "no plugin named 'parot' is known; did you mean parrot?"
        )
        assert bot.plugin_manager.list_plugins() == ["parrot"]


async def test_settings_for_a_plugin_that_is_not_there_are_a_failure(tmp_path: Path) -> None:
    write_plugin(tmp_path, "parrot")

    async with bot_of(tmp_path, plugins={"parot": {"words": 3}}) as bot:
        assert isinstance(bot.failures["parot"], PluginNotFoundError)


async def test_plugin_that_fails_stops_no_other(tmp_path: Path) -> None:
    write_plugin(tmp_path, "parrot", ECHO)
    (tmp_path / "crow.py").write_text("1/0\n", encoding="utf-8")
    (tmp_path / "os.py").write_text("", encoding="utf-8")

    async with bot_of(tmp_path) as bot:
        assert sorted(bot.failures) == ["crow", "os"]
        assert "ZeroDivisionError" in str(bot.failures["crow"])
        assert await bot.say("!echo hello") == ["hello"]


async def test_second_plugin_with_the_same_command_fails_whole(tmp_path: Path) -> None:
    write_plugin(tmp_path, "crow", ECHO)
    rival = """
    @command("caw", aliases=("echo",))
    async def caw(self, ctx): ...

    @on("ping")
    async def on_ping(self, event, data): ...

    async def setup(self):
        self.provide_service("rivalry", self)
        self.create_task(self.storage.get("x"))
    """
    write_plugin(tmp_path, "parrot", rival)

    async with bot_of(tmp_path) as bot:
        failure = bot.failures["parrot"]
        assert isinstance(failure, PluginLoadError)
        assert "command 'echo' of parrot is taken by crow" in str(failure)
        assert "command 'echo' of parrot is taken by crow" in str(failure)
        assert bot.router.find("caw") is None
        assert bot.services.list_services() == []
        assert "ping" not in {s.pattern for s in bot.bus.subscriptions()}


# Starting and stopping


async def test_bot_tells_plugins_when_it_starts_and_stops(tmp_path: Path) -> None:
    heard: list[str] = []
    bot = bot_of(tmp_path)
    bot.on("bot.*", lambda event, _: heard.append(f"{event} {bot.started_at is not None}"))

    async with bot:
        assert heard == ["bot.started True"]

    assert heard == ["bot.started True", "bot.stopping True"]
    assert bot.started_at is None


async def test_bot_leaves_nothing_behind(tmp_path: Path) -> None:
    before = (list(sys.meta_path), asyncio.all_tasks())
    body = """
    @every(60)
    async def tick(self): ...

    async def setup(self):
        await self.storage.set("key", 1)
        self.create_task(asyncio.Event().wait())
    """
    file = write_plugin(tmp_path / "plugins", "parrot", body)
    file.write_text("import asyncio\n" + file.read_text(encoding="utf-8"), encoding="utf-8")

    async with bot_of(tmp_path / "plugins", storage=str(tmp_path / "data")) as bot:
        assert bot.failures == {}

    assert (list(sys.meta_path), asyncio.all_tasks()) == before
    assert asyncio.get_running_loop().get_task_factory() is None


async def test_stopping_twice_is_stopping_once() -> None:
    async with Bot() as bot:
        await bot.stop()
        await bot.stop()


async def test_bot_that_never_started_can_be_stopped() -> None:
    finders = list(sys.meta_path)
    bot = Bot()

    await bot.stop()

    assert sys.meta_path == finders


async def test_bot_runs_once() -> None:
    async with Bot() as bot:
        with pytest.raises(RuntimeError, match="a bot runs once"):
            await bot.start()
    with pytest.raises(RuntimeError, match="a bot runs once"):
        await bot.start()


async def test_folder_that_cannot_hold_data_is_one_clear_error_and_nothing_runs(
    tmp_path: Path,
) -> None:
    write_plugin(tmp_path / "plugins", "parrot")
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    bot = bot_of(tmp_path / "plugins", storage=str(tmp_path / "data"))

    with pytest.raises(StorageError, match="data cannot hold data: File exists"):
        await bot.start()

    assert bot.plugin_manager.list_plugins() == []
    assert asyncio.get_running_loop().get_task_factory() is None


async def test_second_bot_on_the_same_data_is_refused(tmp_path: Path) -> None:
    storage = str(tmp_path / "data")
    async with bot_of(tmp_path / "plugins", storage=storage):
        with pytest.raises(StorageLockedError, match="is used by another bot"):
            await bot_of(tmp_path / "plugins", storage=storage).start()

    async with bot_of(tmp_path / "plugins", storage=storage):
        pass


async def test_part_that_fails_to_stop_keeps_no_other_from_it(
    tmp_path: Path, network: Network
) -> None:
    write_plugin(tmp_path, "parrot")
    network.closing_error = OSError("stuck")
    bot = bot_of(tmp_path, connection=network)
    await bot.start()

    with pytest.raises(OSError, match="stuck"):
        await bot.stop()

    assert bot.plugin_manager.list_plugins() == []
    assert asyncio.get_running_loop().get_task_factory() is None


async def test_database_of_a_plugin_that_fails_is_closed(tmp_path: Path) -> None:
    body = """
    async def setup(self):
        await self.storage.set("key", 1)
        raise ValueError
    """
    write_plugin(tmp_path / "plugins", "parrot", body)

    async with bot_of(tmp_path / "plugins", storage=str(tmp_path / "data")) as bot:
        await bot.bus.drain()
        # SQLite removes its log when the last connection to a database is closed.
        assert [p.name for p in (tmp_path / "data").glob("*.sqlite*")] == ["parrot.sqlite"]


async def test_what_a_plugin_keeps_survives_the_bot(tmp_path: Path) -> None:
    body = """
    @command("count")
    async def count(self, ctx):
        await self.storage.set("n", await self.storage.get("n", 0) + 1)
        await ctx.reply(str(await self.storage.get("n")))
    """
    write_plugin(tmp_path / "plugins", "counter", body)

    for expected in ("1", "2"):
        async with bot_of(tmp_path / "plugins", storage=str(tmp_path / "data")) as bot:
            assert await bot.say("!count") == [expected]


# Talking


async def test_message_from_a_network_is_answered_there_alone(
    tmp_path: Path, network: Network
) -> None:
    write_plugin(tmp_path, "parrot", ECHO)
    async with bot_of(tmp_path, connection=network) as bot:
        receive = await network.receive
        message = Message(text="!echo hi", user=User(name="bob"), connection="net")
        await receive(message)
        assert await bot.say("!echo there") == ["there"]

    assert [reply.text for reply in network.said] == ["hi"]


async def test_account_with_a_grant_manages_and_its_namesake_does_not(
    tmp_path: Path, network: Network
) -> None:
    write_plugin(tmp_path, "parrot")
    async with bot_of(tmp_path, connection=network, accounts={"bob": "admin"}) as bot:
        receive = await network.receive
        for user in (User(name="bob"), User(name="x", account="bob")):
            await receive(Message(text="!plugin unload parrot", user=user, connection="net"))
        assert bot.plugin_manager.list_plugins() == []

    assert [reply.text for reply in network.said] == [
        "\u00b7 !plugin unload needs the rank admin.",
        "\U0001f4e4 Unloading parrot...",
        "\u2713 Plugin parrot unloaded",
    ]


async def test_plugin_speaks_where_it_was_spoken_to_or_else_on_the_bots_connection(
    tmp_path: Path, network: Network
) -> None:
    body = """
    @on("ping")
    async def on_ping(self, event, data):
        await self.bot.send_message("pong")
    """
    write_plugin(tmp_path, "parrot", body)
    async with bot_of(tmp_path, connection=network) as bot:
        assert bot.connection_name == "net"
        assert (await bot.exchange("ping")).replies == ("pong",)
        assert network.said == []
        await bot.bus.emit("ping")

    assert [(reply.text, reply.to) for reply in network.said] == [("pong", None)]


async def test_say_gives_replies_in_order_also_those_that_nobody_awaits(tmp_path: Path) -> None:
    body = """
    @command("count")
    async def count(self, ctx):
        await ctx.reply("one")
        self.emit_event("counted", 3)
        await ctx.reply("two")

    @on("counted")
    async def on_counted(self, event, data):
        await self.bot.send_message("three")
        self.emit_event("counted.again")

    @on("counted.again")
    async def on_counted_again(self, event, data):
        await self.bot.send_message("four")
    """
    write_plugin(tmp_path, "counter", body)

    async with bot_of(tmp_path) as bot:
        assert await bot.say("!count") == ["one", "two", "three", "four"]


async def test_say_gives_replies_in_the_order_in_which_they_were_said(tmp_path: Path) -> None:
    body = """
    @command("both")
    async def both(self, ctx):
        for text in ("slow", "fast"):
            self.emit_event("reply", {"msg": text})

    @on("reply")
    async def on_reply(self, event, data):
        if data["msg"] == "slow":
            await self.bot.fast.wait()
        else:
            self.bot.fast.set()
    """
    write_plugin(tmp_path, "pair", body)

    async with bot_of(tmp_path) as bot:
        bot.fast = asyncio.Event()  # type: ignore[attr-defined]  # for this test's plugin
        assert await bot.say("!both") == ["slow", "fast"]


async def test_those_who_speak_at_once_get_their_own_replies(tmp_path: Path) -> None:
    body = """
    @command("meet")
    async def meet(self, ctx, name: str):
        self.bot.met.append(name)
        if len(self.bot.met) == 2:
            self.bot.all_met.set()
        await self.bot.all_met.wait()
        await ctx.reply(f"hello {name}")
    """
    write_plugin(tmp_path, "host", body)

    async with bot_of(tmp_path) as bot:
        stage: Any = bot
        stage.met, stage.all_met = [], asyncio.Event()
        answers = await asyncio.gather(bot.say("!meet bob"), bot.say("!meet eve"))

    assert [*answers] == [["hello bob"], ["hello eve"]]


async def test_say_leaves_out_what_is_said_elsewhere(tmp_path: Path, network: Network) -> None:
    body = """
    @command("tell")
    async def tell(self, ctx):
        await self.emit_event("reply", {"msg": "psst", "connection": "net"})
        await ctx.reply("told")
    """
    write_plugin(tmp_path, "bridge", body)

    async with bot_of(tmp_path, connection=network) as bot:
        assert await bot.say("!tell") == ["told"]

    assert [reply.text for reply in network.said] == ["psst"]


async def test_say_leaves_out_a_reply_at_the_end_of_too_long_a_chain(tmp_path: Path) -> None:
    body = """
    @on("reply")
    async def on_reply(self, event, data):
        await self.bot.send_message("again")
    """
    write_plugin(tmp_path, "echo_chamber", body)

    async with bot_of(tmp_path) as bot:
        assert len(await bot.say("!help")) == 16


async def test_say_speaks_as_whom_it_is_told(tmp_path: Path) -> None:
    body = """
    @command("whoami")
    async def whoami(self, ctx):
        await ctx.reply(f"{ctx.user.name} {ctx.rank} {ctx.message.is_private}")
    """
    write_plugin(tmp_path, "mirror", body)

    async with bot_of(tmp_path) as bot:
        assert await bot.say("!whoami") == ["owner owner True"]
        assert await bot.say("!whoami", user="bob", rank=Rank.GUEST) == ["bob guest True"]


async def test_say_in_a_handler_is_refused_at_once(tmp_path: Path) -> None:
    body = """
    @command("all")
    async def all(self, ctx):
        try:
            await self.bot.say("!help")
        except RuntimeError as error:
            await ctx.reply(str(error))
    """
    write_plugin(tmp_path, "macro", body)

    async with bot_of(tmp_path) as bot:
        assert await bot.say("!all") == ["a handler would wait for itself: emit 'message' instead"]


async def test_exchange_tells_who_handled_an_event(tmp_path: Path) -> None:
    body = """
    @on("ping")
    async def on_ping(self, event, data):
        await self.bot.send_message(f"pong {data}")
    """
    write_plugin(tmp_path, "parrot", body)

    async with bot_of(tmp_path) as bot:
        exchange = await bot.exchange("ping", 3)

    assert exchange.replies == ("pong 3",)
    assert [(h.plugin, h.handler) for h in exchange.delivery.handled] == [
        ("parrot", "parrot.on_ping")
    ]


# The rest of what a plugin may use


async def test_commands_and_handlers_may_be_registered_from_outside() -> None:
    heard: list[str] = []
    async with Bot() as bot:
        bot.register_command("hi", lambda _event, data: heard.append(data["msg"]), help="Greet.")
        subscription = bot.on("ping", lambda event, _data: heard.append(str(event)), priority=5)
        await bot.say("!hi there")
        await bot.bus.emit("ping")
        subscription.cancel()
        await bot.bus.emit("ping")

    assert heard == ["!hi there", "ping"]


async def test_plugins_are_managed_by_name(tmp_path: Path) -> None:
    write_plugin(tmp_path, "parrot", ECHO)
    write_plugin(tmp_path, "crow", 'dependencies = ["parrot"]')

    async with bot_of(tmp_path) as bot:
        await bot.disable("parrot")
        assert await bot.say("!echo hi") == ["There is no command !echo. !help lists them."]
        await bot.enable("parrot")
        await bot.reload("parrot")
        assert await bot.say("!echo hi") == ["hi"]
        await bot.unload("parrot", with_dependents=True)
        await bot.load("crow")
        assert sorted(bot.plugin_manager.list_plugins()) == ["crow", "parrot"]


async def test_what_a_plugin_does_to_its_settings_is_gone_after_a_reload(tmp_path: Path) -> None:
    body = """
    @command("grow")
    async def grow(self, ctx):
        self.config["words"]["list"].append("x")
        await ctx.reply(str(len(self.config["words"]["list"])))
    """
    write_plugin(tmp_path, "parrot", body)
    plugins = {"parrot": {"words": {"list": ["a", "b"]}}}

    async with bot_of(tmp_path, plugins=plugins) as bot:
        assert await bot.say("!grow") == ["3"]
        await bot.reload("parrot")
        assert await bot.say("!grow") == ["3"]


async def test_wait_closed_waits_for_the_other_side(tmp_path: Path, network: Network) -> None:
    async with bot_of(tmp_path, connection=network) as bot:
        waiting = asyncio.ensure_future(bot.wait_closed())
        await network.receive
        assert not waiting.done()
        network.ended.set()
        await waiting


async def test_wait_closed_ends_when_the_bot_is_stopped(network: Network) -> None:
    bot = Bot(connection=network)
    await bot.wait_closed()
    await bot.start()
    waiting = asyncio.ensure_future(bot.wait_closed())
    await network.receive
    await bot.stop()
    await waiting


async def test_failures_keep_nothing_of_the_code_that_failed(tmp_path: Path) -> None:
    write_plugin(
        tmp_path, "crow", "async def setup(self):\n    self.bot.crow = weakref.ref(self)\n    1 / 0"
    )
    file = tmp_path / "crow.py"
    file.write_text(f"import weakref\n{file.read_text()}")

    async with bot_of(tmp_path) as bot:
        gc.collect()
        assert "ZeroDivisionError" in str(bot.failures["crow"])
        assert vars(bot)["crow"]() is None


async def test_bot_can_be_stopped_by_a_command(tmp_path: Path) -> None:
    quit_command = """
    @command("quit")
    async def quit_bot(self, ctx):
        await self.bot.stop()

    async def teardown(self):
        self.bot.was_torn_down = True
    """
    write_plugin(tmp_path, "parrot", quit_command)
    bot = bot_of(tmp_path)
    await bot.start()

    await asyncio.wait([bot.bus.emit_soon("message", {"msg": "!quit"}, origin="local")])
    await bot.stop()

    assert vars(bot)["was_torn_down"]
    assert bot.plugin_manager.list_plugins() == []


async def test_stop_that_is_cut_short_gives_everything_back(tmp_path: Path) -> None:
    write_plugin(tmp_path, "parrot")
    bot = bot_of(tmp_path)
    await bot.start()
    is_stopping = asyncio.Event()

    async def linger(_event: object, _data: object) -> None:
        is_stopping.set()
        await asyncio.Event().wait()

    bot.on("bot.stopping", linger)
    stop = asyncio.create_task(bot.stop())
    await is_stopping.wait()
    stop.cancel()
    await asyncio.wait([stop])

    assert bot.plugin_manager.list_plugins() == []
    assert bot.started_at is None


async def test_stop_waits_for_a_start_that_is_under_way(tmp_path: Path) -> None:
    slow = """
    async def setup(self):
        self.bot.is_setting_up.set()
        await self.bot.go_on.wait()
    """
    write_plugin(tmp_path, "parrot", slow)
    bot = bot_of(tmp_path)
    vars(bot).update(is_setting_up=asyncio.Event(), go_on=asyncio.Event())
    start = asyncio.create_task(bot.start())
    await vars(bot)["is_setting_up"].wait()
    stop = asyncio.create_task(bot.stop())
    await asyncio.sleep(0)
    vars(bot)["go_on"].set()
    await asyncio.gather(start, stop)

    assert bot.started_at is None
    assert bot.plugin_manager.list_plugins() == []


async def test_storage_of_a_plugin_is_its_own_again_when_it_is_loaded_at_once(
    tmp_path: Path,
) -> None:
    write_plugin(tmp_path, "parrot", "async def setup(self):\n    await self.storage.set('a', 1)")
    async with bot_of(tmp_path) as bot:

        async def linger(_event: object, _data: object) -> None:
            await asyncio.sleep(0)

        bot.bus.subscribe("plugin.unloaded", linger, priority=10)
        await bot.unload("parrot")
        await bot.load("parrot")
        await bot.bus.drain()
        assert bot.plugin_manager.list_plugins() == ["parrot"]
