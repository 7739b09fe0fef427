"""Says the users' half of a chat to a bot, and takes down what the bot says."""

from __future__ import annotations

import asyncio
import dataclasses
import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rosey.chat.model import LOCAL, Reply
from rosey.plugins.bus import PluginEventBus
from rosey.plugins.events import Delivery, Event
from rosey.recording.records import Heard, cut

_LONGEST_PAUSE_S = 3_600.0
# On a clock that is moved by hand, whatever needs no time is done before this has passed.
_SHORTEST_PAUSE_S = 1e-6
_MOST_FAULTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What a bot said to a chat.

    Attributes:
        answers: By the id of each message, what it led to.
        unprompted: What else was said meanwhile.
        faults: What went wrong in plugins meanwhile, a line each.
        failing: The messages, by their ids, that led to faults.
    """

    answers: Mapping[int, tuple[str, ...]]
    unprompted: tuple[str, ...]
    faults: tuple[str, ...]
    failing: frozenset[int] = frozenset()


async def perform(  # noqa: PLR0913  all but two by name
    bus: PluginEventBus,
    heard: Iterable[Heard],
    *,
    speed: float | None,
    ends_s: float = 0.0,
    redact: Callable[[str], str],
    before: Callable[[Heard | None], None],
) -> Performance:
    """Say to a bot what it was told before; whatever the connection was, it is the local one now.

    Args:
        bus: The bot's.
        heard: What to say.
        speed: How fast: 1 as recorded, 2 twice as fast. None says each as soon as all that the
            last one led to is handled.
        ends_s: With a speed, what the bot says until then counts, in seconds as recorded.
        redact: Takes secrets out of a text, as when it was recorded.
        before: Told of each message before it is said, and that nothing is said for a while.
    """
    listening = _Listening(redact)
    with bus.tap(listening.note, before=listening.look):
        if speed is None:
            for message in heard:
                before(message)
                delivery = await bus.emit("message", _local(message), origin=LOCAL)
                listening.roots[delivery.root] = message.id
                await bus.drain(delivery.root)
        else:
            await _in_time(bus, heard, speed, ends_s, before, listening)
    return listening.performance()


async def _in_time(  # noqa: PLR0913, PLR0917  a part of `perform`, with what that has
    bus: PluginEventBus,
    heard: Iterable[Heard],
    speed: float,
    ends_s: float,
    before: Callable[[Heard | None], None],
    listening: _Listening,
) -> None:
    began_s = asyncio.get_running_loop().time()
    under_way: set[asyncio.Task[Delivery]] = set()
    for message in heard:
        await _pause_until(began_s + message.at_s / speed, before)
        before(message)
        task = bus.emit_soon("message", _local(message), origin=LOCAL)
        task.add_done_callback(functools.partial(listening.note_root, message.id))
        # Only for so long: what looks at all tasks of the loop would look at those that are over.
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await _pause_until(began_s + ends_s / speed, before)
    if under_way:
        await asyncio.wait(under_way)
    await bus.drain()


async def _pause_until(due_s: float, before: Callable[[Heard | None], None]) -> None:
    loop = asyncio.get_running_loop()
    while (left_s := due_s - loop.time()) > _LONGEST_PAUSE_S:
        await asyncio.sleep(_LONGEST_PAUSE_S)
        before(None)
    await asyncio.sleep(max(left_s, _SHORTEST_PAUSE_S))


def _local(message: Heard) -> object:
    return dataclasses.replace(message.message, connection=LOCAL).data


class _Listening:
    """Takes down what is said and what fails.

    Args:
        redact: Takes secrets out of a text.

    Attributes:
        roots: The id of the message by that of the event with which it was said.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        self._redact = redact
        self.roots: dict[int, int] = {}
        self._messages: set[int] = set()
        self._said: list[tuple[int, str]] = []
        self._faults: list[str] = []
        self._failing: set[int] = set()

    def note_root(self, message: int, task: asyncio.Task[Delivery]) -> None:
        if not task.cancelled():
            self.roots[task.result().root] = message

    def look(self, event: Event) -> None:
        if event.name == "message" and event.cause is None:
            self._messages.add(event.id)

    def note(self, event: Event, delivery: Delivery) -> None:
        if event.name == "reply" and delivery.refused is None:
            text = Reply.of(event.data, LOCAL).text
            self._said.append((event.root, cut(self._redact(text))))
        elif event.name == "plugin.error":
            self._note_fault(event.root, event.data)

    def _note_fault(self, root: int, fault: Mapping[str, Any]) -> None:
        self._failing.add(root)
        if len(self._faults) < _MOST_FAULTS:
            told = f"{fault['plugin'] or 'rosey'} failed in {fault['where']}: {fault['error']}"
            self._faults.append(cut(self._redact(told)))

    def performance(self) -> Performance:
        answers: defaultdict[int, list[str]] = defaultdict(list)
        unprompted: list[str] = []
        for root, text in self._said:
            if root in self.roots:
                answers[self.roots[root]].append(text)
            elif root not in self._messages:  # nor was it said to somebody else meanwhile
                unprompted.append(text)
        return Performance(
            answers={message: tuple(texts) for message, texts in answers.items()},
            unprompted=tuple(unprompted),
            faults=tuple(self._faults),
            failing=frozenset(self.roots[root] for root in self._failing & self.roots.keys()),
        )
