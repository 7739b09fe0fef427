"""Live things of a plugin that go from one generation to the next."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from rosey.errors import StateError
from rosey.plugins.owning.state import copied, origin_of


class _Thing:
    """One live thing, and how it is closed."""

    __slots__ = ("_close", "key", "value")

    def __init__(self, value: Any, key: object, close: Callable[[Any], object] | None) -> None:  # noqa: ANN401  whatever the factory made
        self.value = value
        self.key = key
        self._close = close

    def is_same(self, other: _Thing) -> bool:
        """Whether the two are about one live thing."""
        return self.value is other.value

    def close(self) -> object:
        """Close it; the result may be awaitable."""
        if self._close is not None:
            return self._close(self.value)
        own = getattr(self.value, "aclose", None) or getattr(self.value, "close", None)
        return own() if own is not None else None


class Kept:
    """What one generation keeps, some of it taken over from the generation before.

    Until `take_over` both generations have what they share, and the older one owns it.

    Args:
        plugin: The plugin's name.
        before: What the generation that serves keeps.
    """

    def __init__(self, plugin: str, before: Kept | None = None) -> None:
        self._plugin = plugin
        self._before = before._things if before is not None else {}  # noqa: SLF001  its own kind
        self._things: dict[str, _Thing] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """What is kept, in the order of taking."""
        return tuple(self._things)

    async def get(
        self,
        name: str,
        factory: Callable[[], Any],
        *,
        key: object,
        close: Callable[[Any], object] | None,
    ) -> Any:  # noqa: ANN401  whatever the factory makes
        """A thing of that name and key; see `Plugin.keep`."""
        known = self._things.get(name)
        if known is not None and known.key != key:
            raise StateError(self._plugin, f"{name!r} is kept with another key already")
        known = known or self._before.get(name)
        if known is not None and known.key == key:
            value = known.value
        else:
            made = factory()
            value = await made if inspect.isawaitable(made) else made
        origin = origin_of(value)
        if origin is not None:
            raise StateError(self._plugin, f"{name!r}: {origin}; keep only what libraries define")
        # Whoever keeps it last says how it is closed: the code of the generation before is gone.
        self._things[name] = _Thing(value, copied(self._plugin, key, f"key of {name!r}"), close)
        return value

    def take_over(self) -> None:
        """Become the owner of what the generation before has shared with this one."""
        for name in self._shared():
            del self._before[name]
        self._before = {}

    def leave(self) -> None:
        """Leave what is shared to the generation before."""
        for name in self._shared():
            del self._things[name]
        self._before = {}

    def close_functions(self) -> list[tuple[str, Callable[[], object]]]:
        """How each thing is closed, last first, by name. Nothing is kept from then on."""
        things, self._things = self._things, {}
        return [(name, thing.close) for name, thing in reversed([*things.items()])]

    def _shared(self) -> list[str]:
        before = self._before
        return [n for n, thing in self._things.items() if n in before and before[n].is_same(thing)]
