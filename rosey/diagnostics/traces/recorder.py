"""The recorder: takes down what becomes of each event, while it happens."""

from __future__ import annotations

import collections
import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Any, Protocol

from rosey.chat.model import Message, Rank
from rosey.chat.routed import Routed, Verdict
from rosey.chat.router import Router
from rosey.diagnostics.state.changes import changes
from rosey.diagnostics.state.looking import look
from rosey.diagnostics.state.whole import whole
from rosey.diagnostics.traces.allowance import Allowance
from rosey.diagnostics.traces.census import MESSAGE, CensusTaker
from rosey.diagnostics.traces.ring import Ring
from rosey.diagnostics.traces.trace import DATA_CHARS, Changed, EventTrace, HandlerTrace, Kept
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.calling.faults import Outcome
from rosey.plugins.delivery.flow import ERROR
from rosey.plugins.events import Delivery, Event, Handled, LateEvent, current_event
from rosey.plugins.manager import PluginManager

REPLY = "reply"

SHARE = 0.05
KEPT_CHARS = 200

_MOST_UNDER_WAY = 10_000

Look = Mapping[str, str]
Watcher = Callable[[EventTrace], None]


class Traced(Protocol):
    """What a recorder needs to see of a bot."""

    bus: PluginEventBus
    plugin_manager: PluginManager
    router: Router

    def redact(self, text: str) -> str:
        """A text without the values of secrets."""


class _UnderWay:
    """An event that is on its way to its handlers."""

    __slots__ = ("at", "before", "began_at", "kept", "routed")

    def __init__(self, before: Mapping[str, Look] | None) -> None:
        self.at = time.time()
        self.before = before
        self.kept: list[Kept] = []
        self.routed: Routed | None = None
        self.began_at = perf_counter()


class Recorder:
    """Records what becomes of each event of a bot, between `open` and the end of that block.

    What is costly, the data and the state of plugins, is looked at within an allowance of time: in
    a flood, traces lack them, and say so.

    Args:
        bot: The bot; the recorder belongs to its loop.
        ring: Where traces are kept.
        share: How much of the time may go into looking at the state of plugins, and as much into
            the data of events.

    Attributes:
        ring: As passed.
    """

    def __init__(self, bot: Traced, ring: Ring, share: float = SHARE) -> None:
        self.ring = ring
        self._watchers: tuple[Watcher, ...] = ()
        self._watching = threading.Lock()
        self._bot = bot
        self._census = CensusTaker(bot.bus, bot.router, bot.plugin_manager.slots)
        self._for_state = Allowance(share)
        self._for_data = Allowance(share)
        self._under_way: collections.OrderedDict[int, _UnderWay] = collections.OrderedDict()

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Record inside the `with` block."""
        router = self._bot.router
        router.listeners = (*router.listeners, self._note_routed)
        try:
            with self._bot.bus.tap(self._after, before=self._before, cancelled=self._cancelled):
                yield
        finally:
            router.listeners = tuple(n for n in router.listeners if n != self._note_routed)
            self._under_way.clear()

    @contextlib.contextmanager
    def telling(self, watcher: Watcher) -> Iterator[None]:
        """Tell `watcher` of each trace once it is kept, inside the `with` block, on the loop.

        Any thread may begin and end the block.
        """
        with self._watching:
            self._watchers = (*self._watchers, watcher)
        try:
            yield
        finally:
            with self._watching:
                self._watchers = tuple(w for w in self._watchers if w != watcher)

    def note_kept(self, plugin: str, change: str) -> None:
        """Take note of what a plugin has stored; called in the task that has stored it."""
        event = current_event()
        under_way = self._under_way.get(event.id) if event is not None else None
        if under_way is not None:
            # As it was written first: a secret would not be known with other spaces in it.
            told = " ".join(line.strip() for line in self._bot.redact(change).split("\n"))
            under_way.kept.append(Kept(plugin=plugin, change=told.strip()[:KEPT_CHARS]))

    def _note_routed(self, event: Event, routed: Routed) -> None:
        if (under_way := self._under_way.get(event.id)) is not None:
            under_way.routed = routed

    def _before(self, event: Event) -> None:
        before = self._look(self._reached(event)) if self._for_state.is_left else None
        self._under_way[event.id] = _UnderWay(before)
        if len(self._under_way) > _MOST_UNDER_WAY:
            # It waits for ever, or the loop it was on has ended.
            self._under_way.popitem(last=False)

    def _cancelled(self, event: Event, delivery: Delivery) -> None:
        self._after(event, delivery, is_cancelled=True)

    def _after(self, event: Event, delivery: Delivery, *, is_cancelled: bool = False) -> None:
        ended_at = perf_counter()
        under_way = self._under_way.pop(event.id, None)
        if under_way is None:
            self.ring.miss()  # it was emitted before the recorder was opened, or too many are
            return
        trace = self._trace(event, delivery, under_way, ended_at, is_cancelled=is_cancelled)
        self._census.note(event.name)
        self.ring.add(trace)
        for watcher in self._watchers:
            watcher(trace)

    def _trace(
        self,
        event: Event,
        delivery: Delivery,
        under_way: _UnderWay,
        ended_at: float,
        *,
        is_cancelled: bool,
    ) -> EventTrace:
        user, rank, text = _said(event)
        began_at, routed = under_way.began_at, under_way.routed
        redact = self._bot.redact
        return EventTrace(
            id=event.id,
            event=event.name,
            at=under_way.at,
            root=event.root,
            cause=event.cause,
            hops=event.hops,
            origin=event.origin,
            emitter=event.emitter,
            late_for=event.plugin if isinstance(event, LateEvent) else None,
            user=_bounded(user, redact) if user is not None else None,
            rank=rank,
            text=_bounded(text, redact) if text is not None else None,
            data=self._data(event.data),
            took_s=ended_at - began_at,
            is_stopped=event.is_stopped,
            is_cancelled=is_cancelled,
            refused=delivery.refused,
            handled=tuple(_handler(handled, began_at, redact) for handled in delivery.handled),
            command=self._command(routed, began_at) if routed is not None else None,
            kept=tuple(under_way.kept),
            changed=self._changed(under_way.before),
            census=self._census.take(),
        )

    def _command(self, routed: Routed, began_at: float) -> HandlerTrace:
        name = routed.command if routed.command is not None else routed.word
        return HandlerTrace(
            plugin=routed.plugin,
            handler=_bounded(f"{self._bot.router.prefix}{name}", self._bot.redact),
            outcome=routed.verdict,
            is_failure=routed.verdict is Verdict.FAILED,
            waited_s=max(0.0, routed.began_at - began_at),
            took_s=routed.duration_s,
            error=self._bot.redact(routed.error) if routed.error else None,
        )

    def _data(self, data: object) -> str | None:
        if data is None:
            return "None"
        if not self._for_data.is_left:
            return None
        with self._for_data.spending():
            return whole(data, self._bot.redact, DATA_CHARS)

    def _reached(self, event: Event) -> set[str]:
        """The plugins that will get an event, and that whose command it calls."""
        if isinstance(event, LateEvent):
            return {event.plugin}
        owners = [s.owner.name for s in self._bot.bus.listeners(event.name) if s.owner is not None]
        if event.name == MESSAGE:
            _, _, text = _said(event)
            command = self._bot.router.called(text or "")
            if command is not None and command.plugin is not None:
                owners.append(command.plugin)
        return set(owners)

    def _look(self, plugins: set[str]) -> dict[str, Look]:
        looks: dict[str, Look] = {}
        with self._for_state.spending():
            for name in plugins:
                plugin = self._bot.plugin_manager.get_plugin(name)
                if plugin is not None:
                    looks[name] = look(plugin, self._bot.redact)
        return looks

    def _changed(self, before: Mapping[str, Look] | None) -> tuple[Changed, ...] | None:
        if before is None or not before:
            return None if before is None else ()
        after = self._look({*before})
        return tuple(
            Changed(plugin=name, changes=differing)
            for name, look_before in before.items()
            if name in after and (differing := changes(look_before, after[name]))
        )


def _said(event: Event) -> tuple[str | None, Rank | None, str | None]:
    """Who said what, and as whom, where an event is a message, a reply or a fault."""
    if event.name not in {MESSAGE, REPLY, ERROR}:
        return None, None, None
    # Read with care: anybody may emit such an event, with data of any kind.
    data: dict[Any, Any] = event.data if type(event.data) is dict else {"msg": event.data}
    if event.name == ERROR:
        return None, None, f"{_word(data.get('where'))}: {_word(data.get('error'))}"
    message = data.get("message")
    if event.name == MESSAGE and type(message) is Message:
        return message.user.name, message.user.rank, message.text
    user, rank = ("guest", Rank.GUEST) if event.name == MESSAGE else (None, None)
    return _word(data.get("username", user)), rank, _word(data.get("msg"))


def _word(value: object) -> str | None:
    return value if value is None or type(value) is str else whole(value, str, DATA_CHARS)


def _bounded(text: str, redact: Callable[[str], str]) -> str:
    text = redact(text)
    return text if len(text) <= DATA_CHARS else f"{text[:DATA_CHARS]}..."


def _handler(handled: Handled, began_at: float, redact: Callable[[str], str]) -> HandlerTrace:
    return HandlerTrace(
        plugin=handled.plugin,
        handler=handled.handler,
        outcome=handled.outcome,
        is_failure=handled.outcome not in {Outcome.HANDLED, Outcome.HELD},
        waited_s=max(0.0, handled.began_at - began_at),
        took_s=handled.duration_s,
        error=redact(handled.error) if handled.error is not None else None,
    )
