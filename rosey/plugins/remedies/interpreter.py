"""What a generation left in the interpreter itself: hooks, handlers, exit functions."""

from __future__ import annotations

import atexit
import builtins
import functools
import gc
import signal
import sys
import threading
import types
import weakref
from _signal import getsignal  # type: ignore[import-not-found]  # typeshed leaves it out
from collections.abc import Iterator
from importlib.machinery import FileFinder
from typing import Any, ClassVar

from rosey.plugins.remedies.lines import failure, name_of, taken_back
from rosey.plugins.remedies.origin import Origin

_HOOKS = (
    (sys, "excepthook"),
    (sys, "unraisablehook"),
    (sys, "displayhook"),
    (sys, "breakpointhook"),
    (threading, "excepthook"),
)
_BUILTINS = {**vars(builtins)}
_SIGNALS = tuple(sorted(signal.valid_signals()))


def signal_handlers(origin: Origin) -> Iterator[str]:
    """The default takes their place; Python allows that in the main thread only."""
    for number in _SIGNALS:
        # Not that of `signal`: it tries to make an enum member of each, in 20 times the time.
        handler = getsignal(number)
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


def builtin_names(origin: Origin) -> Iterator[str]:
    """What `import builtins` gives a plugin is its own; this is what went another way."""
    for name, value in [*vars(builtins).items()]:
        if value is not _BUILTINS.get(name) and origin.owns(value):
            yield taken_back(f"builtins.{name}", functools.partial(_restore_builtin, name))


def hooks_of_threads(origin: Origin) -> Iterator[str]:
    """The hooks that were in place when a thread was made: it keeps them for its own end."""
    defaults = {
        "old_excepthook": threading.__excepthook__,
        "old_sys_excepthook": sys.__excepthook__,
    }
    for thread in threading.enumerate():
        invoke = getattr(thread, "_invoke_excepthook", None)
        names = getattr(getattr(invoke, "__code__", None), "co_freevars", ())
        for name, cell in zip(names, getattr(invoke, "__closure__", None) or (), strict=True):
            if name in defaults and origin.owns(cell.cell_contents):
                cell.cell_contents = defaults[name]
    yield from ()


def trace_functions(origin: Origin) -> Iterator[str]:
    """Those that debuggers and profilers set: for this thread, and for those to come."""
    for what, function, unset in (
        ("trace function", sys.gettrace(), sys.settrace),
        ("trace function of threads", threading.gettrace(), threading.settrace),
        ("profile function", sys.getprofile(), sys.setprofile),
        ("profile function of threads", threading.getprofile(), threading.setprofile),
    ):
        if origin.owns(function):
            take_back = functools.partial(unset, None)
            yield taken_back(f"{what} {name_of(function)}", take_back)


def finalizers(origin: Origin) -> Iterator[str]:
    """Those of `weakref.finalize` run: what they were to outlive is over.

    Left alone they would never run where they lead to the very object that they wait for.
    """
    registered: dict[weakref.finalize[..., Any], Any] = vars(weakref.finalize)["_registry"]
    # By the function alone: libraries register thousands, with few functions of their own.
    modules = {getattr(info.func, "__module__", None) for info in [*registered.values()]}
    if not any(map(origin.has, modules)):
        return
    for finalizer, info in [*registered.items()]:
        if origin.has(getattr(info.func, "__module__", None)):
            yield from failure(f"finalizer {name_of(info.func)}", finalizer)


def import_hooks(origin: Origin) -> Iterator[str]:
    """Finders, path hooks, and the finders that those have made."""
    yield from _listed("sys.meta_path", sys.meta_path, origin)
    yield from _listed("sys.path_hooks", sys.path_hooks, origin)
    for path, finder in [*sys.path_importer_cache.items()]:
        if type(finder) is not FileFinder and origin.owns(finder):
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


def _restore_builtin(name: str) -> None:
    if name in _BUILTINS:
        vars(builtins)[name] = _BUILTINS[name]
    else:
        del vars(builtins)[name]


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
