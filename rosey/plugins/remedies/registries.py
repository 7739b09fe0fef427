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
    # Else `inspect.getmodule` finds nothing at the path of a generation that is gone.
    by_file: dict[str, str] = getattr(inspect, "modulesbyfile", {})
    for file in [file for file, module in by_file.items() if origin.has(module)]:
        del by_file[file]
    # For instance: <attrs generated methods rosey_plugins:NAME@SERIAL.Class>
    named = [file for file in [*linecache.cache] if origin.name in file]
    for file in [f for f in named if not f.partition(origin.name)[2][:1].isdigit()]:
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


def warnings_seen(origin: Origin) -> Iterator[str]:
    """What modules have been warned of, not to say it twice: the category is in the key.

    With `stacklevel=2` that is noted in the module of whoever has called the plugin.
    """
    categories = {kind for kind in origin.defined(type) if issubclass(kind, Warning)}
    for module in [*sys.modules.values()] if categories else ():
        # Of any other type may be one that loads itself when somebody touches it.
        if type(module) is types.ModuleType and "__warningregistry__" in module.__dict__:
            seen = module.__dict__["__warningregistry__"]
            for key in [key for key in seen if isinstance(key, tuple) and key[1] in categories]:
                del seen[key]
    yield from ()


def codec_search_functions(origin: Origin) -> Iterator[str]:
    """Those that stand at the top of a module: there is no list of those registered."""
    for function in origin.defined(types.FunctionType):
        references = sys.getrefcount(function)
        codecs.unregister(function)
        # It does not say whether there was anything to unregister.
        if sys.getrefcount(function) < references:
            yield f"taken back: codec search function {name_of(function)}"
