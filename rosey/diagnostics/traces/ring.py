"""The ring of traces: bounded, and what is dull never pushes out what matters."""

from __future__ import annotations

import collections
import itertools
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rosey.diagnostics.traces.trace import ChainTrace, EventTrace, Kind

MOST_CHAINS: Mapping[Kind, int] = MappingProxyType(
    {Kind.PLAIN: 1_000, Kind.ANSWERED: 1_000, Kind.SLOW: 500, Kind.FAILED: 500}
)
"""How many chains are kept, by what makes them worth it."""

MOST_EVENTS = 200
"""How many events are kept of one chain; what matters is kept up to twice that, and its root."""

MOST_CHARS = 4_000_000
"""How much text is kept, for each kind."""

_CHARS_OF_ITS_OWN = 500


# No named tuple: what those take is in no file, and a profile would count it as the plugin's.
@dataclass(frozen=True, slots=True)
class Step:
    """What one more event has changed in a ring; made for each event while anybody follows.

    Attributes:
        event: The event.
        is_kept: Whether it is kept; False where its chain is too long already.
        let_go: Ids of the events that were let go of for it.
    """

    event: EventTrace
    is_kept: bool
    let_go: Sequence[int]


Follow = Callable[[Step], None]


class _Chain:
    """A chain while it is kept."""

    __slots__ = ("chars", "events", "kind", "left_out", "root")

    def __init__(self, root: int) -> None:
        self.root = root
        self.kind = Kind.PLAIN
        self.events: list[EventTrace] = []
        self.left_out = 0
        self.chars = 0

    def add(self, event: EventTrace) -> bool:
        """Keep one more event; False where there are too many, and it is none that matters."""
        most = MOST_EVENTS if event.kind is Kind.PLAIN else 2 * MOST_EVENTS
        if len(self.events) >= most and event.id != self.root:
            self.left_out += 1
            return False
        self.events.append(event)
        self.chars += _chars(event)
        return True

    def trace(self) -> ChainTrace:
        events = tuple(sorted(self.events, key=lambda event: event.id))
        return ChainTrace(root=self.root, events=events, left_out=self.left_out)


class Ring:
    """Keeps the newest chains of events, each kind within its own bounds.

    A chain is of the highest kind that one of its events has, so that an error is kept with all
    that led to it. Any thread may ask, also while the bot's loop is held.

    Args:
        most_chains: How many chains are kept, by kind.
        most_chars: How much text is kept, for each kind.

    Attributes:
        dropped: How many chains were let go of, by kind.
        count: How many events it was told of.
    """

    def __init__(
        self, most_chains: Mapping[Kind, int] = MOST_CHAINS, most_chars: int = MOST_CHARS
    ) -> None:
        self.count = 0
        self.dropped: collections.Counter[Kind] = collections.Counter()
        self._followers: tuple[Follow, ...] = ()
        self._most_chains = most_chains
        self._most_chars = most_chars
        self._lock = threading.Lock()
        self._kept: dict[Kind, dict[int, _Chain]] = {kind: {} for kind in Kind}
        self._chars = dict.fromkeys(Kind, 0)
        self._kinds: dict[int, Kind] = {}
        self._roots: dict[int, int] = {}

    def __len__(self) -> int:
        """How many events are kept."""
        return len(self._roots)

    @property
    def dropped_events(self) -> int:
        """Of how many events nothing is kept: they were let go of, or never kept."""
        with self._lock:
            return self.count - len(self._roots)

    def add(self, event: EventTrace) -> None:
        """Keep what became of an event."""
        with self._lock:
            self.count += 1
            chain = self._take_out(event.root)
            is_kept = chain.add(event)
            if is_kept:
                self._roots[event.id] = event.root
            chain.kind = max(chain.kind, event.kind)
            self._kinds[chain.root] = chain.kind
            self._kept[chain.kind][chain.root] = chain
            self._chars[chain.kind] += chain.chars
            let_go = self._shrink(chain.kind)
            if self._followers:
                step = Step(event, is_kept, let_go)
                for follow in self._followers:
                    follow(step)

    def miss(self) -> None:
        """Count an event of which nothing was recorded."""
        with self._lock:
            self.count += 1

    def chain(self, event_id: int) -> ChainTrace | None:
        """The chain that an event belongs to; None where it is not kept."""
        with self._lock:
            root = self._roots.get(event_id)
            return None if root is None else self._kept[self._kinds[root]][root].trace()

    def events(self) -> tuple[EventTrace, ...]:
        """All events that are kept, by id: in the order of their emission."""
        with self._lock:
            events = self._events()
        return _by_id(events)

    def follow(self, follow: Follow) -> tuple[EventTrace, ...]:
        """Tell `follow` of each step from now on, on the bot's loop, which must not wait in it.

        Returns:
            The events before the first of these steps, by id.
        """
        with self._lock:
            self._followers = (*self._followers, follow)
            events = self._events()
        return _by_id(events)

    def unfollow(self, follow: Follow) -> None:
        """Tell `follow` no more."""
        with self._lock:
            self._followers = tuple(f for f in self._followers if f != follow)

    def _events(self) -> list[EventTrace]:
        chains = itertools.chain.from_iterable(map(dict.values, self._kept.values()))
        return [event for chain in chains for event in chain.events]

    def _take_out(self, root: int) -> _Chain:
        kind = self._kinds.get(root)
        if kind is None:
            return _Chain(root)
        chain = self._kept[kind].pop(root)
        self._chars[kind] -= chain.chars
        return chain

    def _shrink(self, kind: Kind) -> list[int]:
        """Let go of the oldest chains of a kind that has too much; the ids of their events."""
        chains, let_go = self._kept[kind], list[int]()
        while len(chains) > self._most_chains[kind] or (
            self._chars[kind] > self._most_chars and len(chains) > 1
        ):
            oldest = chains.pop(next(iter(chains)))
            self._chars[kind] -= oldest.chars
            self.dropped[kind] += 1
            del self._kinds[oldest.root]
            for event in oldest.events:
                del self._roots[event.id]
                let_go.append(event.id)
        return let_go


def _by_id(events: Iterable[EventTrace]) -> tuple[EventTrace, ...]:
    # Out of the lock: the bot would wait for it.
    return tuple(sorted(events, key=lambda event: event.id))


def _chars(event: EventTrace) -> int:
    changed = [str(change) for plugin in event.changed or () for change in plugin.changes]
    texts = [event.event, event.data or "", event.text or "", *event.failures, *changed]
    return _CHARS_OF_ITS_OWN + sum(map(len, texts)) + sum(len(kept.change) for kept in event.kept)
