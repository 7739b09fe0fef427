"""A bot in a test: what is said to it, what it replies, and what goes wrong meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

from rosey.bot import Bot
from rosey.chat.model import Rank, Reply
from rosey.errors import PluginNotFoundError
from rosey.plugins.base import Plugin
from rosey.plugins.calling.faults import Fault
from rosey.plugins.events import Delivery, Event
from rosey.rehearsal.twin import Twin, open_twin

Result = TypeVar("Result")

OWNER = "owner"

REPLY_S = 5.0
"""Seconds within which a reply that a test waits for must have come."""


class TestedBot:
    """A bot that runs for one test, on the test's own loop.

    A plugin that fails while the test says or emits something fails the test in that line, with an
    `AssertionError`; one that fails at any other time, in a timer or a task, does so at its end.

    Args:
        bot: It runs.

    Attributes:
        bot: As passed: the bot itself, for what has no call here.
        replies: All that it has said on its local connection, in order; a test may clear it.
        faults: What went wrong in plugins and has failed no call of the test; one that is left in
            the end fails the test.
    """

    # Its name does not make it a class of tests.
    __test__ = False

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.replies: list[str] = []
        self.faults: list[Fault] = []
        self._said = asyncio.Event()
        bot.bus.fault_listeners.append(self.faults.append)

    async def say(self, text: str, user: str = OWNER, rank: Rank | str | None = None) -> list[str]:
        """Say something to the bot, in private.

        Args:
            text: The line.
            user: Who says it.
            rank: What they may do, such as `"moderator"`; by default the owner is the owner, and
                everybody else a guest.

        Returns:
            The bot's replies to it, in order, once all events that it led to are handled.

        Raises:
            AssertionError: A plugin has failed.
            ValueError: There is no such rank.
        """
        return await self._sound(self.bot.say(text, user, _rank(user, rank)))

    async def emit(self, event: str, data: object = None) -> Delivery:
        """Emit an event, and wait until all events that it led to are handled.

        Returns:
            Who handled it. What the bot said meanwhile is in `replies`.

        Raises:
            AssertionError: A plugin has failed.
        """
        return (await self._sound(self.bot.exchange(event, data))).delivery

    async def reply_with(self, text: str, timeout_s: float = REPLY_S) -> str:
        """The first reply in `replies` that holds a text, or the next one that does.

        This is how a test waits for a timer or a task.

        Raises:
            AssertionError: None has come within `timeout_s` seconds.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not any(text in reply for reply in self.replies):
                    self._said.clear()
                    await self._said.wait()
        found = [reply for reply in self.replies if text in reply]
        assert found, f"no reply with {text!r} within {timeout_s:g} s; replies: {self.replies}"  # noqa: S101  it fails a test
        return found[0]

    async def load(self, name: str) -> None:
        """Load a plugin, and what it depends on."""
        await self.bot.load(name)

    async def reload(self, name: str, *, fresh: bool = False) -> None:
        """Reload a plugin; `fresh` drops its state.

        Raises:
            PluginLoadError: The new version is refused; the old one serves on.
        """
        await self.bot.reload(name, fresh=fresh)

    async def unload(self, name: str, *, with_dependents: bool = False) -> None:
        """Unload a plugin; `with_dependents` unloads those that need it too."""
        await self.bot.unload(name, with_dependents=with_dependents)

    async def enable(self, name: str) -> None:
        """Give a disabled plugin its events and commands again."""
        await self.bot.enable(name)

    async def disable(self, name: str) -> None:
        """Keep a plugin and its state, but give it no events and no commands."""
        await self.bot.disable(name)

    def plugin(self, name: str) -> Plugin:
        """The instance of a plugin that serves at this moment.

        Raises:
            PluginNotFoundError: It is not loaded.
        """
        found = self.bot.plugin_manager.get_plugin(name)
        if found is None:
            raise PluginNotFoundError(name)
        return found

    def take_faults(self) -> list[str]:
        """What is in `faults`, in lines for people; the list is empty then."""
        told = [f"{f.plugin or 'rosey'} failed in {f.where}: {f.error}" for f in self.faults]
        self.faults.clear()
        return told

    def note_reply(self, sent: Event, delivery: Delivery) -> None:
        """Take what the bot says down; a tap of its bus."""
        if sent.name != "reply" or delivery.refused is not None:
            return
        local = self.bot.local.name
        reply = Reply.of(sent.data, sent.origin or local)
        if reply.connection == local:
            self.replies.append(reply.text)
            self._said.set()

    async def _sound(self, work: Awaitable[Result]) -> Result:
        """What work gives, where no plugin has failed by its end."""
        result = await work
        traceback = self.faults[0].traceback if self.faults else ""
        if faults := self.take_faults():
            raise AssertionError("\n".join([*faults, traceback]).rstrip())
        return result

    def __repr__(self) -> str:
        return f"<TestedBot with {', '.join(self.bot.plugin_manager.list_plugins()) or 'nothing'}>"


@contextlib.asynccontextmanager
async def open_tested_bot(twin: Twin) -> AsyncIterator[TestedBot]:
    """Run a bot for a test, until the `async with` block ends.

    Raises:
        PluginError: One of its plugins cannot be loaded.
        AssertionError: In the end: a plugin has failed meanwhile, or has left something behind.
    """
    async with open_twin(twin) as bot:
        for failure in bot.failures.values():
            raise failure
        tested = TestedBot(bot)
        with bot.bus.tap(tested.note_reply):
            yield tested
        await bot.stop()
    if wrong := [*tested.take_faults(), *_left_behind(bot)]:
        raise AssertionError("\n".join(wrong))


def _left_behind(bot: Bot) -> list[str]:
    """What plugins have left behind, in lines for people."""
    slots = bot.plugin_manager.slots
    return [f"{slot.name} has left behind: {what}" for slot in slots for what in slot.left_behind]


def _rank(user: str, rank: Rank | str | None) -> Rank:
    if rank is None:
        return Rank.OWNER if user == OWNER else Rank.GUEST
    return Rank.parse(rank) if isinstance(rank, str) else rank
