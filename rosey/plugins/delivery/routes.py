"""Which subscriptions an event goes to, looked up once for each name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

from rosey.plugins.calling.gate import Gate
from rosey.plugins.calling.ownership import Owner
from rosey.plugins.delivery.dispatch import Route
from rosey.plugins.delivery.mailbox import Mailbox, Part, parts_at
from rosey.plugins.events import Subscription

_MOST_KEPT = 4096


class Routes:
    """The subscriptions of a bus, by the names and patterns that they are for."""

    def __init__(self) -> None:
        self._exact: dict[str, list[Subscription]] = {}
        self._patterns: list[tuple[re.Pattern[str], Subscription]] = []
        self._kept: dict[str, Route] = {}
        self._mailboxes: dict[Gate, Mailbox] = {}
        self.serial = 0
        """Counts how often it has changed whom events go to."""
        self.kept = self._kept.get
        """A route that is kept; None where one has to be looked up. Asked for each event."""

    def __len__(self) -> int:
        """How many routes are kept."""
        return len(self._kept)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """All of them, in the order in which their handlers run."""
        exact = itertools.chain.from_iterable(self._exact.values())
        return tuple(sorted([*exact, *(s for _, s in self._patterns)], key=lambda s: s.place))

    def add(self, subscription: Subscription) -> None:
        """Lead events to a subscription from now on."""
        self.forget()
        if "*" in subscription.pattern:
            self._patterns.append((_expression(subscription.pattern), subscription))
        else:
            self._exact.setdefault(subscription.pattern, []).append(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Lead no event to it any more."""
        self.forget()
        if "*" in subscription.pattern:
            self._patterns = [(m, s) for m, s in self._patterns if s is not subscription]
            return
        left = self._exact[subscription.pattern]
        left.remove(subscription)
        if not left:
            del self._exact[subscription.pattern]

    def route(self, event: str) -> Route:
        """The handlers of an event in their order, numbered.

        For those of a plugin that is held something stands in that puts the event aside. It is kept
        until a subscription changes or a gate closes, unless one of theirs is closed.
        """
        route = self._kept.get(event)
        if route is not None:
            return route
        matching = self._matching(event)
        for gate, mailbox in self._mailboxes.items():
            parts = parts_at(gate, matching)
            matching = [mailbox.stand_in(s, parts[s]) if s in parts else s for s in matching]
        route = tuple(enumerate(matching))
        if all(s.gate is None or s.gate.is_open for s in matching):
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[event] = route
        return route

    def _matching(self, event: str) -> list[Subscription]:
        matching = [*self._exact.get(event, ())]
        matching += [s for pattern, s in self._patterns if pattern.match(event)]
        return sorted(matching, key=lambda s: s.place)

    def mailbox(self, owner: Owner | None) -> Mailbox | None:
        """Where events wait for a plugin, if it is held."""
        return self._mailboxes.get(owner.gate) if owner is not None else None

    def hold(self, gate: Gate, mailbox: Mailbox) -> None:
        """Lead what is meant for the plugin with this gate into a mailbox."""
        self._mailboxes[gate] = mailbox
        self.forget()

    def let_go(self, gate: Gate) -> None:
        """Lead it to the plugin again."""
        del self._mailboxes[gate]
        self.forget()

    def parts(self, gate: Gate, event: str) -> dict[Subscription, Part]:
        """The handlers that the plugin with this gate has for an event, held or not, in order."""
        return parts_at(gate, self._matching(event))

    def forget(self) -> None:
        """Look anew whom each event goes to: a gate has been closed or opened."""
        self.serial += 1
        self._kept.clear()


def fits(pattern: str, event: str) -> bool:
    """Whether an event's name is one that a subscription to `pattern` gets."""
    return fitting(pattern)(event)


def fitting(pattern: str) -> Callable[[str], bool]:
    """What tells of many names whether they fit `pattern`."""
    if "*" not in pattern:
        return lambda event: event == pattern
    match = _expression(pattern).match
    return lambda event: match(event) is not None


def _expression(pattern: str) -> re.Pattern[str]:
    first, *others = map(re.escape, pattern.split("*"))
    # Each piece where it comes first, and never looked for again: else a pattern of many stars
    # could take for ever.
    middle = "".join(f"(?>.*?{piece})" for piece in others[:-1])
    return re.compile(rf"{first}{middle}.*{others[-1]}\Z", re.DOTALL)
