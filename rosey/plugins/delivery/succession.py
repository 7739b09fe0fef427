"""New generations of plugins go on where the old ones were on the way of an event or a value."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable, Sequence

from rosey.plugins.calling.gate import Gate
from rosey.plugins.events import Subscription


def unmet(
    now: Sequence[Subscription],
    first: Iterable[Subscription],
    met: Iterable[Subscription],
    is_ahead: Callable[[Subscription], bool],
) -> list[Subscription]:
    """Whom an event has not met yet, where plugins have been reloaded on its way.

    A new generation goes on where the old one was. What it calls by the same name is the same
    handler, wherever it stands now: it is called if it was not. Where the old one has had nothing
    of the event, the new one gets it from the beginning.

    Args:
        now: Whom it would go to if it began now, in order.
        first: Whom it went to when it began.
        met: Whom it has met, of whatever generation.
        is_ahead: Whether the event has not come past a subscription's place.

    Returns:
        Some of `now`, in their order.
    """
    met, first = [*met], [*first]
    met_places = {s.place for s in met}  # what stands in for a handler has its place
    before = {s.owner.gate: s.owner for s in first if s.owner is not None}
    serving = {s.owner for s in now}
    gone = [s for s in met if s.owner not in serving]
    had = collections.Counter(map(_part, gone))
    missed = collections.Counter(map(_part, first)) - had
    begun = {_part(s)[0] for s in gone}

    def is_left(subscription: Subscription) -> bool:
        gate, _ = part = _part(subscription)
        if gate is None or before.get(gate, subscription.owner) is subscription.owner:
            return is_ahead(subscription)
        had[part] -= 1
        if had[part] >= 0:
            return False
        return is_ahead(subscription) or gate not in begun or missed[part] > 0

    return [s for s in now if is_left(s) and s.place not in met_places]


def _part(subscription: Subscription) -> tuple[Gate | None, str]:
    """Which part of which plugin it is, in whatever generation."""
    owner = subscription.owner
    return owner.gate if owner is not None else None, subscription.face.handler
