"""Each event that the bot emits has its heading in the reference, and an example to fire."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from rosey.bot import Bot
from rosey.chat.connection import Link, Receive
from rosey.chat.model import Message, Reply, User
from rosey.config import Config
from rosey.diagnostics.traces.examples import EXAMPLES
from rosey.errors import ConfigError, PluginLoadError
from rosey.plugins.events import Delivery, Event
from rosey.plugins.lifecycle import PluginState
from rosey.plugins.supervision.limits import Limits

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "events.md"

PLUGIN = """
import asyncio
from rosey import Plugin, on

class Subject(Plugin):
    name = "subject"

    @on("wait")
    async def wait(self, event, data):
        await asyncio.sleep(0)

    async def on_disable(self):
        raise RuntimeError("a fault")
"""


class Network:
    """A network that takes whatever is said."""

    name = "net"
    own_name = None
    pace = None
    is_trusted = False

    def __init__(self) -> None:
        self.receive: asyncio.Future[Receive] = asyncio.get_running_loop().create_future()

    async def run(self, receive: Receive) -> None:
        self.receive.set_result(receive)
        await asyncio.Event().wait()

    async def send(self, reply: Reply) -> None:
        """It goes nowhere."""

    async def close(self) -> None:
        """Nothing is held."""


def headings() -> set[str]:
    return set(re.findall(r"^## (\S+)$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE))


def test_each_state_of_a_plugin_has_its_heading() -> None:
    emitted = {*PluginState} - {PluginState.DISCOVERED}  # a state that nothing leads to
    assert {f"plugin.{state}" for state in emitted} <= headings()


async def test_each_event_of_a_bots_life_has_its_heading(tmp_path: Path) -> None:
    (tmp_path / "subject.py").write_text(PLUGIN)
    config = tmp_path / "config.json"
    config.write_text('{"plugins": {"plugin_dirs": ["."]}}')
    seen: dict[str, set[str]] = {}

    def note(event: Event, delivery: Delivery) -> None:
        del delivery
        seen[event.name] = {*(event.data or ())} - {"message"}  # which has no form in JSON

    bot = Bot(await asyncio.to_thread(Config.load, config))
    with bot.bus.tap(note):
        async with bot:
            await bot.say("!help")
            await change_config(bot, config)
            await flood(bot)
            await overload(bot)
            await live(bot, tmp_path / "subject.py")
    del seen["wait"]
    assert {*seen} == headings()
    assert seen == {name: {*(data or ())} for name, data in EXAMPLES.items()}


async def change_config(bot: Bot, config: Path) -> None:
    """Save a faulty configuration, then one in which something is new."""
    config.write_text("{")
    with pytest.raises(ConfigError):
        await bot.reload_config()
    config.write_text('{"plugins": {"plugin_dirs": ["."], "hot_reload": false}}')
    await bot.reload_config()


async def flood(bot: Bot) -> None:
    """Have a machine answer the bot on a network, until it is ignored."""
    network = Network()
    link = Link(network, bot.bus)
    link.start()
    receive = await network.receive
    answering = bot.on("message", lambda *_: link.send_message("hi"))
    for _ in range(3):
        await receive(Message(text="hi", user=User(name="a machine"), connection="net"))
    answering.cancel()
    await link.close()
    await bot.bus.drain()


async def overload(bot: Bot) -> None:
    """Send the plugin more events than may wait for it."""
    bot.plugin_manager.limits = Limits(concurrent_handlers=1, queued_events=1)
    sent = [bot.bus.emit_soon("wait") for _ in range(3)]
    await asyncio.wait(sent)
    bot.plugin_manager.limits = Limits()


async def live(bot: Bot, file: Path) -> None:
    """Lead the plugin through all that can happen to it."""
    await bot.reload("subject")
    await bot.disable("subject")
    await bot.enable("subject")
    await bot.plugin_manager.handle_plugin_crash("subject", RuntimeError("a crash"))
    await bot.enable("subject")
    file.write_text("this is no Python")
    with pytest.raises(PluginLoadError):
        await bot.reload("subject")
    await bot.unload("subject")
    with pytest.raises(PluginLoadError):
        await bot.load("subject")
