"""Values through filters, in order and isolated."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from rosey.errors import EventDroppedError
from rosey.plugins.calling.calls import Caller
from rosey.plugins.calling.faults import Fault
from rosey.plugins.calling.ownership import current_owner
from rosey.plugins.delivery.succession import unmet
from rosey.plugins.events import Subscription, current_event


class Filters:
    """Functions that transform values, by the names that the values go by.

    Args:
        caller: How they are called.
        report: Gets each fault.
    """

    def __init__(self, caller: Caller, report: Callable[[Fault], None]) -> None:
        self._caller = caller
        self._report = report
        self._filters: dict[str, list[Subscription]] = {}

    def add(self, subscription: Subscription) -> None:
        """Transform values from now on."""
        self._filters.setdefault(subscription.pattern, []).append(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Transform values no more."""
        self._filters[subscription.pattern].remove(subscription)

    async def apply(self, name: str, value: Any) -> Any:  # noqa: ANN401  the value's own type
        """Pass a value through the filters of `name`; a filter that fails is left out."""
        event = current_event()
        root = event.root if event is not None else None
        first = tuple(self._filters.get(name, ()))
        met: list[Subscription] = []
        while (subscription := self._next(name, first, met)) is not None:
            owner = subscription.owner
            if owner is not None and not owner.gate.admits(current_owner(), root):
                try:
                    # Another generation may stand there when the gate opens.
                    await owner.gate.turn()
                except EventDroppedError:
                    met.append(subscription)
                continue
            met.append(subscription)
            value = await self._through(name, subscription, value)
        return value

    async def _through(self, name: str, subscription: Subscription, value: Any) -> Any:  # noqa: ANN401  as above
        face = subscription.face
        try:
            return await self._caller.call(
                subscription.owner,
                face.handler,
                subscription.function,
                value,
                deadline_s=subscription.deadline_s,
            )
        except Exception as error:  # noqa: BLE001  one filter's fault is reported, not raised
            self._report(Fault.of(face.plugin, f"filter {name} ({face.handler})", error))
            return value

    def _next(
        self, name: str, first: Sequence[Subscription], met: Sequence[Subscription]
    ) -> Subscription | None:
        """The filter that follows those which a value has met; at its beginning `first` led."""
        now = sorted(self._filters.get(name, ()), key=lambda s: s.place)
        place = max((s.place for s in met), default=(-math.inf, 0, 0))
        return next(iter(unmet(now, first, met, lambda s: s.place > place)), None)
