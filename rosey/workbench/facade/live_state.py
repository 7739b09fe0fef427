"""A plugin's state as a cell reads it: live, and keeping no generation alive."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NoReturn

from rosey.diagnostics.state.containers import base_of, entries_of, size_of
from rosey.diagnostics.state.looking import look, look_at
from rosey.diagnostics.state.paths import Attribute, Path, Place, Step, written
from rosey.diagnostics.state.places import Spot, steps_from
from rosey.diagnostics.state.plain import NOT_PLAIN, plain_copy
from rosey.diagnostics.state.snapshot import CLOSER
from rosey.diagnostics.state.texts import text_of
from rosey.errors import RoseyError, StatePathError
from rosey.workbench.crossing.looks import LOOK_S, TAB_S
from rosey.workbench.facade.source import Reach, Source
from rosey.workbench.faces import state_faces
from rosey.workbench.faces.answer import Answer


class LiveState:
    """What a plugin keeps at one place, read anew each time, also after a reload.

    Plain data that is read from it comes as a copy, without secrets; anything else as a `LiveState`
    of its own, which shows what is in it as text.

    Args:
        reach: Leads to the bot.
        plugin: The plugin's name.
        path: The place; the plugin itself by default.
    """

    __slots__ = ("_path", "_plugin", "_reach")

    _reach: Reach
    _plugin: str
    _path: Path

    def __init__(self, reach: Reach, plugin: str, path: Path = ()) -> None:
        # Past __setattr__, which refuses.
        for name, value in zip(self.__slots__, (path, plugin, reach), strict=True):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the plugin keeps there
        if name.startswith(("__", "_repr_", "_ipython_")):  # asked by Python or IPython
            raise AttributeError(name)
        return self._at(Attribute(name=name))

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401  whatever the plugin keeps there
        return self._at(Place(key=key))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        path = written((*self._path, Attribute(name=name)))
        how = f"bot.plugins.{self._plugin}.set({path!r}, {value!r})"
        raise AttributeError(f"what is read here is a copy: use {how}")

    def __reduce__(self) -> tuple[Any, ...]:
        # What Python does by itself sets attributes.
        return type(self), (self._reach, self._plugin, self._path)

    def __iter__(self) -> Iterator[Any]:
        source = self._reach()
        return iter(source.looks.at(lambda: self._entries(source)))

    def __len__(self) -> int:
        source = self._reach()
        return source.looks.at(lambda: self._size(source))

    def __dir__(self) -> list[str]:
        return [step.name for step in self._offered() if isinstance(step, Attribute)]

    def __repr__(self) -> str:
        return self._face().text

    def _repr_html_(self) -> str:
        return self._face().html

    def _ipython_key_completions_(self) -> list[Any]:
        return [step.key for step in self._offered()]

    def _offered(self) -> tuple[Step, ...]:
        """What a press of Tab offers; nothing where the plugin is gone, or blocks the bot."""
        try:
            source = self._reach()
            return source.looks.at(lambda: steps_from(self._value(source)), TAB_S)
        except RoseyError:
            return ()

    def _at(self, *steps: Step, timeout_s: float = LOOK_S) -> Any:  # noqa: ANN401  whatever the plugin keeps there
        source = self._reach()
        first, *further = (*self._path, *steps)
        # The plugin itself is no dict.
        path = (Attribute(name=first.key), *further)

        def see() -> Any:  # noqa: ANN401  as above
            return self._given(source, path, Spot(source.loaded(self._plugin), path).value)

        try:
            return source.looks.at(see, timeout_s)
        except StatePathError as error:
            # Without the way that it took through the bot's loop: one line tells it all.
            raise error.with_traceback(None) from None

    def _given(self, source: Source, path: Path, value: object) -> Any:  # noqa: ANN401  as above
        copy = plain_copy(value, source.bot.redact)
        return LiveState(self._reach, self._plugin, path) if copy is NOT_PLAIN else copy

    def _entries(self, source: Source) -> list[Any]:
        """As Python iterates: the keys of a dict, the entries of a list, names of attributes.

        A key or an entry of a set that is no plain data has no path: it comes as text.
        """
        value = self._value(source)
        base = base_of(type(value))
        if base is None:
            return [step.key for step in steps_from(value)]
        entries = [*entries_of(value)]
        if base in {list, tuple, deque}:
            paths = ((*self._path, Place(key=place)) for place in range(len(entries)))
            return [self._given(source, *place) for place in zip(paths, entries, strict=True)]
        redact = source.bot.redact
        copies = ((entry, plain_copy(entry, redact)) for entry in entries)
        return [text_of(e, redact) if copy is NOT_PLAIN else copy for e, copy in copies]

    def _size(self, source: Source) -> int:
        value = self._value(source)
        return len(steps_from(value)) if base_of(type(value)) is None else size_of(value)

    def _value(self, source: Source) -> object:
        plugin = source.loaded(self._plugin)
        return Spot(plugin, self._path).value if self._path else plugin

    def _face(self) -> Answer:
        try:
            source = self._reach()
            found = source.looks.at(lambda: self._look(source))
        except RoseyError as error:
            return Answer.of_lines(None, [str(error)])
        name = written((Attribute(name=self._plugin), *self._path))
        return state_faces.values(found, name).redacted(source.bot.redact)

    def _look(self, source: Source) -> dict[str, str]:
        redact = source.bot.redact
        plugin = source.loaded(self._plugin)
        if not self._path:
            return look(plugin, redact)
        spot = Spot(plugin, self._path)
        return look_at(spot.path, spot.value, redact, CLOSER)


def read_on(state: LiveState, steps: Path) -> Any:  # noqa: ANN401  whatever the plugin keeps there
    """What some steps lead to, read by one look within the time of a press of Tab.

    Raises:
        RoseyError: There is nothing, or a plugin blocks the bot.
    """
    return state._at(*steps, timeout_s=TAB_S) if steps else state  # noqa: SLF001  a public method would hide an attribute of the plugin
