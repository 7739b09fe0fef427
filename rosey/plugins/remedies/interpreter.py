"""What a generation left in the interpreter itself: hooks, handlers, exit functions."""

from __future__ import annotations

import atexit
import functools
import gc
import signal
import sys
import threading
import types
from collections.abc import Iterator
from typing import Any, ClassVar

from rosey.plugins.remedies.lines import name_of, taken_back
from rosey.plugins.remedies.origin import Origin

_HOOKS = (
    (sys, "excepthook"),
    (sys, "unraisablehook"),
    (sys, "displayhook"),
    (threading, "excepthook"),
)
_SIGNALS = tuple(sorted(signal.valid_signals()))


def signal_handlers(origin: Origin) -> Iterator[str]:
    """The default takes their place; Python allows that in the main thread only."""
    for number in _SIGNALS:
        handler = signal.getsignal(number)
        if callable(handler) and origin.owns(handler):
            default = signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler
            what = f"signal handler {name_of(handler)} of {signal.Signals(number).name}"
            yield taken_back(what, functools.partial(signal.signal, number, default))


def exit_functions(origin: Origin) -> Iterator[str]:
    """They do not run: what they belong to is gone when the process exits."""
    for function in filter(origin.owns, registered_at_exit()):
        what = f"atexit function {name_of(function)}, which will not run"
        yield taken_back(what, functools.partial(atexit.unregister, function))


def registered_at_exit() -> list[Any]:
    """All functions that `atexit` would call now, in no order."""
    probe: Any = _ExitProbe()
    # There is no list of them; but this compares its argument with each.
    atexit.unregister(probe)
    seen: list[Any] = probe.seen
    return seen


def hooks(origin: Origin) -> Iterator[str]:
    """Python's own take their place."""
    for module, name in _HOOKS:
        hook = getattr(module, name)
        if origin.owns(hook):
            default = getattr(module, f"__{name}__")
            what = f"{module.__name__}.{name} {name_of(hook)}"
            yield taken_back(what, functools.partial(setattr, module, name, default))


def import_hooks(origin: Origin) -> Iterator[str]:
    """Finders, path hooks, and the finders that those have made."""
    yield from _listed("sys.meta_path", sys.meta_path, origin)
    yield from _listed("sys.path_hooks", sys.path_hooks, origin)
    for path, finder in [*sys.path_importer_cache.items()]:
        if origin.owns(finder):
            del sys.path_importer_cache[path]


def garbage_collector_callbacks(origin: Origin) -> Iterator[str]:
    """Those in `gc.callbacks`."""
    yield from _listed("gc.callbacks", gc.callbacks, origin)


def last_exception(origin: Origin) -> Iterator[str]:
    """What debuggers start from after the fact; it holds every variable on its way."""
    last = [getattr(sys, name, None) for name in ("last_exc", "last_value")]
    if any(_concerns(origin, error) for error in last) or _passes(
        origin, getattr(sys, "last_traceback", None)
    ):
        for name in ("last_exc", "last_type", "last_value", "last_traceback"):
            vars(sys).pop(name, None)
    yield from ()


class _ExitProbe:
    """Equal to nothing, and notes whatever it is compared with."""

    __hash__: ClassVar[None]  # type: ignore[assignment]  # it is never a key

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def __eq__(self, other: object) -> bool:
        self.seen.append(other)
        return False


def _listed(name: str, things: list[Any], origin: Origin) -> Iterator[str]:
    for thing in filter(origin.owns, [*things]):
        yield taken_back(f"{name_of(thing)} in {name}", functools.partial(_remove, things, thing))


def _remove(things: list[Any], thing: object) -> None:
    # By identity: `list.remove` would ask the thing's own `__eq__`.
    del things[next(index for index, other in enumerate(things) if other is thing)]


def _concerns(origin: Origin, error: BaseException | None) -> bool:
    waiting, seen = [error], set[int]()
    while waiting:
        error = waiting.pop()
        if error is None or id(error) in seen:
            continue
        seen.add(id(error))
        if origin.owns(error) or _passes(origin, error.__traceback__):
            return True
        waiting += [error.__cause__, error.__context__]
        if isinstance(error, BaseExceptionGroup):
            waiting += error.exceptions
    return False


def _passes(origin: Origin, trace: types.TracebackType | None) -> bool:
    while trace is not None:
        if origin.has(trace.tb_frame.f_globals.get("__name__")):
            return True
        trace = trace.tb_next
    return False
