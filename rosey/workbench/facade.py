"""The notebook's `bot`: the running bot, called from outside its loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from rosey.bot import Bot
from rosey.chat.model import Rank
from rosey.conversation import Exchange
from rosey.diagnostics.snapshot import (
    BotSnapshot,
    PluginSnapshot,
    bot_snapshot,
    plugin_snapshot,
    state_of,
)
from rosey.errors import RoseyError
from rosey.live_config import ConfigChange
from rosey.plugins.events import Delivery
from rosey.workbench import render
from rosey.workbench.answer import Answer
from rosey.workbench.loop import Crossing, LoopThread

Seen = TypeVar("Seen")

LOOK_S = 5.0
"""Seconds in which a bot answers how it is; one that a plugin blocks does not."""


class BotFacade:
    """The running bot, for cells: `await bot.reload("trivia")`, or `.result()` without await.

    What it returns are plain values and snapshots: keeping them keeps no plugin alive.

    Args:
        bot: The bot.
        thread: Where the bot's loop runs.
    """

    def __init__(self, bot: Bot, thread: LoopThread) -> None:
        self._bot = bot
        self._thread = thread

    def load(self, name: str) -> Crossing[PluginSnapshot]:
        """Load a plugin, and what it depends on."""
        return self._step(self._bot.load, name)

    def reload(self, name: str, *, fresh: bool = False) -> Crossing[PluginSnapshot]:
        """Reload a plugin; the old version serves until the new one is ready.

        What depends on it is reloaded with it. `fresh` drops its state.
        """

        async def step(name: str) -> None:
            await self._bot.reload(name, fresh=fresh)

        return self._step(step, name)

    def enable(self, name: str) -> Crossing[PluginSnapshot]:
        """Give a disabled plugin its events and commands again."""
        return self._step(self._bot.enable, name)

    def disable(self, name: str) -> Crossing[PluginSnapshot]:
        """Keep a plugin and its state, but give it no events and no commands."""
        return self._step(self._bot.disable, name)

    def unload(self, name: str, *, with_dependents: bool = False) -> Crossing[PluginSnapshot]:
        """Unload a plugin; `with_dependents` unloads those that need it too."""

        async def step(name: str) -> None:
            await self._bot.unload(name, with_dependents=with_dependents)

        return self._step(step, name)

    def configure(self, name: str, /, **changes: Any) -> Crossing[PluginSnapshot]:  # noqa: ANN401  settings are of any type
        """Change settings of a plugin, by a reload with them; what does not fit changes nothing."""

        async def step(name: str) -> None:
            await self._bot.plugin_manager.configure_plugin(name, changes)

        return self._step(step, name)

    def reload_config(self) -> Crossing[ConfigChange]:
        """Read the configuration file again, and apply what is new in it."""
        return self._thread.submit(self._bot.reload_config())

    def say(self, text: str, user: str = "owner", rank: Rank = Rank.OWNER) -> Crossing[list[str]]:
        """Say something to the bot; the result is the list of its replies."""
        return self._thread.submit(self._bot.say(text, user, rank))

    def emit(self, event: str, data: object = None) -> Crossing[Delivery]:
        """Emit an event; the result tells who handled it."""

        async def emit() -> Delivery:
            return (await self._bot.exchange(event, data)).delivery

        return self._thread.submit(emit())

    def exchange(self, event: str, data: object = None) -> Crossing[Exchange]:
        """Emit an event; the result tells who handled it, and what the bot replied to it."""
        return self._thread.submit(self._bot.exchange(event, data))

    def send_message(self, text: str) -> Crossing[None]:
        """Have the bot say something on its connection."""
        return self._thread.submit(self._bot.send_message(text))

    def failures(self) -> dict[str, str]:
        """By name, why a plugin was not loaded when the bot was started."""
        return {name: self.redact(str(error)) for name, error in self._bot.failures.items()}

    def snapshot(self, timeout_s: float = LOOK_S) -> BotSnapshot:
        """The bot at this moment.

        Raises:
            RoseyError: It does not answer within `timeout_s` seconds: a plugin blocks it.
        """
        return self._look(lambda: bot_snapshot(self._bot), timeout_s)

    def plugin(self, name: str, timeout_s: float = LOOK_S) -> PluginSnapshot:
        """One plugin at this moment.

        Raises:
            PluginNotFoundError: There is no such plugin.
            RoseyError: The bot does not answer within `timeout_s` seconds.
        """
        return self._look(lambda: plugin_snapshot(self._bot, name), timeout_s)

    def state(self, name: str) -> Mapping[str, str]:
        """The attributes of a loaded plugin, as bounded text.

        Raises:
            PluginNotFoundError: It is not loaded.
            RoseyError: The bot does not answer.
        """
        return self._look(lambda: state_of(self._bot, name), LOOK_S)

    def redact(self, text: str) -> str:
        """A text without the values of secrets."""
        return self._bot.redact(text)

    def __repr__(self) -> str:
        return self._face().text

    def _repr_html_(self) -> str:
        return self._face().html

    def _face(self) -> Answer:
        try:
            return render.status(self.snapshot()).redacted(self.redact)
        except RoseyError as error:
            return Answer.of_lines(None, [str(error)])

    def _step(self, step: Callable[[str], Awaitable[None]], name: str) -> Crossing[PluginSnapshot]:
        async def carry_out() -> PluginSnapshot:
            await step(name)
            return plugin_snapshot(self._bot, name)

        return self._thread.submit(carry_out())

    def _look(self, see: Callable[[], Seen], timeout_s: float) -> Seen:
        async def look() -> Seen:
            return see()

        crossing = self._thread.submit(look())
        try:
            return crossing.result(timeout_s)
        except TimeoutError:
            crossing.cancel()
        where = self._thread.blocked_at()
        raise RoseyError(f"the bot has not answered for {timeout_s:g} s: a plugin blocks it{where}")
