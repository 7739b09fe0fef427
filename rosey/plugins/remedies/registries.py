"""What a generation left in the registries and caches of Python's language support."""

from __future__ import annotations

import codecs
import copyreg
import functools
import inspect
import linecache
import sys
import types
import typing
import warnings
from collections.abc import Iterator, MutableMapping
from typing import Any

from rosey.plugins.remedies.lines import name_of, taken_back
from rosey.plugins.remedies.origin import Origin


def caches_by_module(origin: Origin) -> Iterator[str]:
    """Overloads, what `inspect` has found, and sources that code generators show tracebacks by."""
    caches: tuple[MutableMapping[str, Any], ...] = (
        getattr(typing, "_overload_registry", {}),
        getattr(inspect, "_filesbymodname", {}),
    )
    for cache in caches:
        for module in filter(origin.has, [*cache]):
            del cache[module]
    for file in [*linecache.cache]:
        # For instance: <attrs generated methods rosey_plugins:NAME@SERIAL.Class>
        _, name, rest = file.partition(origin.name)
        if name and not rest[:1].isdigit():
            del linecache.cache[file]
    yield from ()


def typing_caches(_: Origin) -> Iterator[str]:
    """`Optional[Class]` and the like; they are refilled as they are needed."""
    for clear in getattr(typing, "_cleanups", ()):
        clear()
    yield from ()


def copyreg_reducers(origin: Origin) -> Iterator[str]:
    """Functions that say how to pickle a class."""
    for kind, reducer in [*copyreg.dispatch_table.items()]:
        if origin.owns(kind) or origin.owns(reducer):
            take_back = functools.partial(copyreg.dispatch_table.pop, kind)
            yield taken_back(f"copyreg reducer of {name_of(kind)}", take_back)


def warnings_filters(origin: Origin) -> Iterator[str]:
    """Those for a category that the generation defines."""
    filters: list[Any] = warnings.filters  # type: ignore[assignment]  # it is a list, so documented
    for entry in [*filters]:
        if origin.owns(entry[2]):
            what = f"warnings filter for {name_of(entry[2])}"
            yield taken_back(what, functools.partial(filters.remove, entry))


def codec_search_functions(origin: Origin) -> Iterator[str]:
    """Those that stand at the top of a module: there is no list of those registered."""
    for function in _functions(origin):
        references = sys.getrefcount(function)
        codecs.unregister(function)
        # It does not say whether there was anything to unregister.
        if sys.getrefcount(function) < references:
            yield f"taken back: codec search function {name_of(function)}"


def _functions(origin: Origin) -> Iterator[types.FunctionType]:
    for module in origin.modules():
        for value in [*vars(module).values()]:
            if isinstance(value, types.FunctionType) and origin.owns(value):
                yield value
