"""The notebook's `bot.traces`: what became of each event."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping

from rosey.bot import Bot
from rosey.chat.model import Rank
from rosey.conversation import spoken
from rosey.diagnostics.rows import Rows
from rosey.diagnostics.traces.audience import Audience, audience
from rosey.diagnostics.traces.handler_places import HandlerPlace, handler_places
from rosey.diagnostics.traces.query import parse
from rosey.diagnostics.traces.recorder import Recorder
from rosey.diagnostics.traces.ring import Ring
from rosey.diagnostics.traces.trace import ChainTrace, EventTrace
from rosey.diagnostics.traces.window import Window
from rosey.errors import RoseyError
from rosey.workbench.access.access import Access
from rosey.workbench.crossing.looks import LOOK_S, Looks
from rosey.workbench.crossing.loop import Crossing, LoopThread

EVENTS_SHOWN = 20


class Traces:
    """The last events of the running bot, and what became of them, as plain values.

    Args:
        bot: The bot.
        thread: Where the bot's loop runs.
        access: What may be done to the bot.
        recorder: Records what becomes of each event.
    """

    def __init__(self, bot: Bot, thread: LoopThread, access: Access, recorder: Recorder) -> None:
        self._bot = bot
        self._access = access
        self._looks = Looks(thread)
        self._recorder = recorder

    def last(self, count: int = EVENTS_SHOWN, match: str = "") -> Rows[EventTrace]:
        """The last events that match a query, oldest first; also while a plugin holds the bot.

        Args:
            count: How many at most, 1 or more.
            match: What to look for; see `rosey.diagnostics.traces.query.parse`.

        Raises:
            UsageError: The query cannot be read.
        """
        query = parse(match)
        found = [trace for trace in self._recorder.ring.events() if query.matches(trace)]
        return Rows(found[-count:])

    def of(self, event_id: int) -> ChainTrace:
        """The chain of events that one of them belongs to, by its number.

        Raises:
            RoseyError: It is not kept any more, or is still on its way.
        """
        chain = self._recorder.ring.chain(event_id)
        if chain is None:
            raise RoseyError(f"event {event_id} is not kept: %rosey events lists those that are")
        return chain

    def window(self, match: str = "") -> Window:
        """A window on the events that match a query, to look at again and again.

        Whoever opens it closes it.

        Args:
            match: What to look for; see `rosey.diagnostics.traces.query.parse`.

        Raises:
            UsageError: The query cannot be read.
        """
        return Window(self._recorder.ring, parse(match))

    def audience(self, event: str, timeout_s: float = LOOK_S) -> Audience:
        """Who would hear an event that is emitted now.

        Raises:
            RoseyError: The bot does not answer within `timeout_s` seconds.
        """
        return self._looks.at(lambda: audience(self._bot.bus, event), timeout_s)

    def handler_places(
        self, trace: EventTrace, timeout_s: float = LOOK_S
    ) -> Mapping[str, HandlerPlace]:
        """By name of each handler that had an event, where it stands now, as far as that is known.

        Raises:
            RoseyError: The bot does not answer within `timeout_s` seconds.
        """
        bot = self._bot
        return self._looks.at(lambda: handler_places(trace, bot.bus, bot.router), timeout_s)

    def chain(self, event_id: int) -> tuple[EventTrace, ...]:
        """The events of the chain that one of them belongs to; nothing where it is not kept."""
        chain = self._recorder.ring.chain(event_id)
        return chain.events if chain is not None else ()

    def emit(self, event: str, data: object = None) -> Crossing[ChainTrace]:
        """Emit an event, wait until all that it leads to is handled, and tell what became of it."""
        return self._emit(f"emit {event}", event, data)

    def say(self, text: str, user: str = "owner", rank: Rank = Rank.OWNER) -> Crossing[ChainTrace]:
        """Say something to the bot, and tell what became of it; its replies are part of that."""
        message = spoken(text, user, rank, self._bot.local.name)
        return self._emit(saying(text, user, rank), "message", message)

    def _emit(self, what: str, event: str, data: object) -> Crossing[ChainTrace]:
        async def emit() -> ChainTrace:
            return self.of((await self._bot.exchange(event, data)).delivery.id)

        return self._access.loop_for(what).submit(emit())

    def following(
        self, watcher: Callable[[EventTrace], None]
    ) -> contextlib.AbstractContextManager[None]:
        """Tell `watcher` of each event that was handled, on the bot's thread, in a `with` block."""
        return self._recorder.telling(watcher)

    @property
    def count(self) -> int:
        """How many events were traced since the bot was started."""
        return self._recorder.ring.count

    @property
    def dropped(self) -> dict[str, int]:
        """How many chains of events were let go of, by kind, as newer ones came."""
        return {str(kind): count for kind, count in self._recorder.ring.dropped.items()}

    @property
    def dropped_events(self) -> int:
        """Of how many events nothing is kept."""
        return self._recorder.ring.dropped_events


def saying(text: str, user: str, rank: Rank) -> str:
    """How the audit tells that somebody is made to say something."""
    return f"say as {user!r} ({rank}): {text}"


@contextlib.contextmanager
def recording(bot: Bot) -> Iterator[Recorder]:
    """Record what becomes of each event of a bot, inside the `with` block."""
    recorder = Recorder(bot, Ring())
    storage = bot.storage
    storage.listeners = (*storage.listeners, recorder.note_kept)
    try:
        with recorder.open():
            yield recorder
    finally:
        storage.listeners = tuple(n for n in storage.listeners if n != recorder.note_kept)
