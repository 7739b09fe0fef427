"""Handles: what a cell holds of a plugin instead of the plugin itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rosey.diagnostics.log import LogLine
from rosey.diagnostics.rows import Rows
from rosey.diagnostics.snapshot import PluginSnapshot, plugin_snapshot
from rosey.diagnostics.state.as_typed import as_typed
from rosey.diagnostics.state.changes import StateChange, changes
from rosey.diagnostics.state.looking import FARTHER, look
from rosey.diagnostics.state.paths import beginnings
from rosey.diagnostics.state.setting import set_text, set_value
from rosey.diagnostics.state.snapshot import StateSnapshot, state_snapshot, value_at, values_at
from rosey.diagnostics.state.tree import StateTree, state_tree
from rosey.errors import PluginError, StorageError
from rosey.workbench.crossing.looks import LOOK_S
from rosey.workbench.facade.live_state import LiveState
from rosey.workbench.facade.source import Reach, Source

KEYS_TOLD = 50
"""How many keys of its storage are told of a plugin."""


class PluginHandles:
    """The plugins of the bot, by name: `bot.plugins.trivia`, `bot.plugins["trivia"]`.

    Args:
        source: The bot.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._reach = source.reach()

    def __getitem__(self, name: str) -> PluginHandle:
        self._source.bot.plugin_manager.slots.known(name)
        return PluginHandle(name, self._reach)

    def __getattr__(self, name: str) -> PluginHandle:
        if name.startswith("_"):  # asked by Python or IPython, of this object
            raise AttributeError(name)
        try:
            return self[name]
        except PluginError as error:
            raise AttributeError(str(error)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def __contains__(self, name: object) -> bool:
        return name in self._names()

    def __dir__(self) -> list[str]:
        return self._names()

    def __repr__(self) -> str:
        return f"<plugins: {', '.join(self._names())}>"

    def _ipython_key_completions_(self) -> list[str]:
        return self._names()

    def _names(self) -> list[str]:
        return sorted(slot.name for slot in self._source.bot.plugin_manager.slots)


class PluginHandle:
    """One plugin, whatever generation of it serves. It keeps neither that nor the bot alive.

    Args:
        name: Its name.
        reach: Leads to the bot.

    Attributes:
        name: As passed.
    """

    def __init__(self, name: str, reach: Reach) -> None:
        self.name = name
        self._reach = reach

    @property
    def info(self) -> PluginSnapshot:
        """How it is now, loaded or not.

        Raises:
            PluginNotFoundError: It is gone.
        """
        source = self._reach()
        return source.looks.at(lambda: plugin_snapshot(source.bot, self.name))

    @property
    def state(self) -> LiveState:
        """What it keeps, live: `bot.plugins.trivia.state.scores`."""
        return LiveState(self._reach, self.name)

    def look(self, timeout_s: float = LOOK_S, *, is_noted: bool = True) -> StateSnapshot:
        """All about it while it is loaded.

        Args:
            timeout_s: Seconds in which the bot must answer.
            is_noted: It is a look that `changes` counts.

        Raises:
            PluginNotFoundError: It is not.
        """
        source = self._reach()
        snapshot = source.looks.after(self._look(source), timeout_s)
        if is_noted:
            source.seen[self.name] = snapshot.values
        return snapshot

    def values(self, path: str) -> Mapping[str, str]:
        """What one value holds, as text by path; it is looked at more closely.

        Raises:
            PluginNotFoundError: The plugin is not loaded.
            StatePathError: There is no such value.
        """
        source = self._reach()
        return source.looks.at(lambda: values_at(source.bot, self.name, path))

    def search(self, text: str, timeout_s: float = LOOK_S) -> Mapping[str, str]:
        """What it keeps under paths that have a text in them, as text by path.

        It is no look that `changes` counts.

        Raises:
            PluginNotFoundError: It is not loaded.
        """
        source, wanted = self._reach(), text.casefold()

        def see() -> dict[str, str]:
            found = look(source.loaded(self.name), source.bot.redact, FARTHER)
            return {path: value for path, value in found.items() if wanted in path.casefold()}

        return source.looks.at(see, timeout_s)

    def tree(
        self,
        opened: Iterable[str] = (),
        *,
        first: int = 0,
        most: int = 100,
        timeout_s: float = LOOK_S,
    ) -> StateTree:
        """What it keeps as rows of a tree, with the branches of what is opened, by path.

        It is no look that `changes` counts.

        Raises:
            PluginNotFoundError: It is not loaded.
        """
        source = self._reach()

        def see() -> StateTree:
            plugin = source.loaded(self.name)
            return state_tree(plugin, source.bot.redact, opened, first=first, most=most)

        return source.looks.at(see, timeout_s)

    def as_typed(self, path: str, timeout_s: float = LOOK_S) -> str | None:
        """One value as it would be typed for `set_text`; None where it cannot be.

        Raises:
            PluginNotFoundError: It is not loaded.
            StatePathError: There is no such value.
        """
        source = self._reach()

        def see() -> str | None:
            return as_typed(value_at(source.bot, self.name, path), source.bot.redact)

        return source.looks.at(see, timeout_s)

    def paths(self, timeout_s: float = LOOK_S) -> tuple[str, ...]:
        """The paths of what it keeps, for `values` and `set`; it is no look that `changes` counts.

        Raises:
            PluginNotFoundError: It is not loaded.
        """
        found = self._kept(timeout_s)
        return tuple(dict.fromkeys(path for leaf in found for path in beginnings(leaf)))

    def changes(self) -> tuple[StateChange, ...] | None:
        """What it keeps otherwise than at the last look of this session; None at the first one.

        Raises:
            PluginNotFoundError: It is not loaded.
        """
        seen = self._reach().seen
        before = seen.get(self.name)
        after = seen[self.name] = self._kept(LOOK_S)
        return None if before is None else changes(before, after)

    def set(self, path: str, value: object) -> StateChange:
        """Put a copy of plain data into what it keeps: `bot.plugins.trivia.set("scores.ann", 5)`.

        Returns:
            What was there and what is there now, as text.

        Raises:
            PluginNotFoundError: The plugin is not loaded.
            StatePathError: There is no such place, or it cannot be changed.
            StateError: The value is no plain data.
        """
        source = self._reach()
        source.looks.refuse_itself()
        source.access.require(f"set {self.name} {path}")
        return source.looks.at(lambda: set_value(source.bot, self.name, path, value))

    def set_text(self, text: str) -> StateChange:
        """The same for `PATH=VALUE` as it is typed; what stands there decides what it means.

        Raises:
            PluginNotFoundError: The plugin is not loaded.
            StatePathError: There is no such place, or it cannot be changed.
            UsageError: The value does not fit what is there.
        """
        source = self._reach()
        source.looks.refuse_itself()
        path, assigns, _ = text.partition("=")
        source.access.require(f"set {self.name} {path if assigns else ''}")
        return source.looks.at(lambda: set_text(source.bot, self.name, text))

    def log(self, most: int = 20) -> Rows[LogLine]:
        """The last records of what it logged, and of what was logged about it."""
        return Rows(self._reach().log.lines(self.name)[-most:])

    def __repr__(self) -> str:
        return f"<plugin {self.name}: .info .state .look() .log() .set(path, value)>"

    def _kept(self, timeout_s: float) -> dict[str, str]:
        source = self._reach()
        return source.looks.at(lambda: look(source.loaded(self.name), source.bot.redact), timeout_s)

    async def _look(self, source: Source) -> StateSnapshot:
        source.loaded(self.name)  # first: who looks at one that is not loaded wants no storage
        keys = await self._storage_keys(source)
        return state_snapshot(source.bot, self.name, storage_keys=keys)

    async def _storage_keys(self, source: Source) -> tuple[str, ...] | None:
        # To look into a database that was never opened would make one.
        if not source.bot.storage_bytes(self.name):
            return None
        try:
            keys = await source.bot.storage.namespace(self.name).keys()
        except StorageError:
            return None
        return tuple(map(source.bot.redact, keys[:KEYS_TOLD]))
