"""What a generation left in libraries that keep a registry for the whole process."""

from __future__ import annotations

import functools
import itertools
import logging
import sqlite3
import sys
from collections.abc import Iterator
from typing import Any

from rosey.plugins.remedies.lines import name_of, taken_back
from rosey.plugins.remedies.origin import Origin


def logging_handlers_and_filters(origin: Origin) -> Iterator[str]:
    """On whatever logger; a handler also for its stream, formatter or filter."""
    known = [*logging.Logger.manager.loggerDict.values()]
    for logger in (logging.root, *(log for log in known if isinstance(log, logging.Logger))):
        for handler in [*logger.handlers]:
            if origin.owns(handler) or origin.owns(getattr(handler, "stream", None)):
                what = f"logging handler {name_of(handler)} on {logger.name}"
                yield taken_back(what, functools.partial(_remove_handler, logger, handler))
            else:
                yield from _parts_of_handler(handler, origin)
        yield from _filters(logger, logger.name, origin)


def loggers(origin: Origin) -> Iterator[str]:
    """Those named after its modules: `logging` keeps every logger for ever."""
    known = logging.Logger.manager.loggerDict
    for name in filter(origin.has, [*known]):
        del known[name]
    yield from ()


def marshmallow_schemas(origin: Origin) -> Iterator[str]:
    """Schemas in the registry that `Nested("Name")` looks in, where old ones would be found."""
    registry: dict[str, list[Any]] = _attribute("marshmallow.class_registry", "_registry", {})
    for name, classes in [*registry.items()]:
        if any(map(origin.owns, classes)):
            classes[:] = itertools.filterfalse(origin.owns, classes)
            # Each is there twice, by its short name and by its full one.
            if not origin.has(name.rpartition(".")[0]):
                yield f"taken back: marshmallow schema {name} (class Meta: register = False)"
        if not classes:
            del registry[name]


def sqlite3_adapters_and_converters(origin: Origin) -> Iterator[str]:
    """Functions that turn objects into SQL values and back."""
    for (kind, protocol), adapter in [*sqlite3.adapters.items()]:
        if origin.owns(kind) or origin.owns(adapter):
            take_back = functools.partial(sqlite3.adapters.pop, (kind, protocol))
            yield taken_back(f"sqlite3 adapter of {name_of(kind)}", take_back)
    for name, converter in [*sqlite3.converters.items()]:
        if origin.owns(converter):
            take_back = functools.partial(sqlite3.converters.pop, name)
            yield taken_back(f"sqlite3 converter of {name}", take_back)


def sqlite3_connections(origin: Origin) -> Iterator[str]:
    """Connections at the top of a module: their functions pin it from C, where nobody sees it."""
    for module in origin.modules():
        for name, value in [*vars(module).items()]:
            if isinstance(value, sqlite3.Connection) and _is_open(value):
                yield f"sqlite3 connection {name!r} is still open: close it in teardown"


def ctypes_types(origin: Origin) -> Iterator[str]:
    """Pointer and function types, which `ctypes` keeps one of for all that ask."""
    pointers: dict[Any, Any] = _attribute("ctypes", "_pointer_type_cache", {})
    for target in filter(origin.owns, [*pointers]):
        del pointers[target]
    functions: dict[Any, Any] = _attribute("ctypes", "_c_functype_cache", {})
    for key in [*functions]:
        result, arguments, *_ = key
        if any(_is_made_from(kind, origin) for kind in (result, *arguments)):
            del functions[key]
    yield from ()


def mock_patches(origin: Origin) -> Iterator[str]:
    """Patches that were started and not stopped, and put something of the plugin in place.

    The author stops them: each puts back what it found, which may be what an older patch put there.
    """
    for patch in [*_attribute("unittest.mock", "_patch", _NoPatches)._active_patches]:  # noqa: SLF001  there is no public list
        put: list[Any] = [getattr(patch, "new", None)]
        for more in (getattr(patch, "kwargs", {}), getattr(patch, "values", {})):
            put += more.values()
        if any(map(origin.owns, put)):
            place = getattr(patch, "attribute", "a dictionary")
            yield f"patch of {place} by unittest.mock is still active: stop it in teardown"


class _NoPatches:
    _active_patches = ()


def _attribute(module: str, name: str, default: Any) -> Any:  # noqa: ANN401  whatever is there
    """A private name of a module that may be absent, or not even imported."""
    return getattr(sys.modules.get(module), name, default)


def _remove_handler(logger: logging.Logger, handler: logging.Handler) -> None:
    logger.removeHandler(handler)
    handler.close()


def _parts_of_handler(handler: logging.Handler, origin: Origin) -> Iterator[str]:
    yield from _filters(handler, name_of(handler), origin)
    if origin.owns(handler.formatter):
        what = f"formatter {name_of(handler.formatter)} of logging handler {name_of(handler)}"
        yield taken_back(what, functools.partial(handler.setFormatter, None))


def _filters(place: logging.Filterer, name: str, origin: Origin) -> Iterator[str]:
    for entry in filter(origin.owns, [*place.filters]):
        what = f"logging filter {name_of(entry)} on {name}"
        yield taken_back(what, functools.partial(place.removeFilter, entry))


def _is_open(connection: sqlite3.Connection) -> bool:
    try:
        return connection.total_changes >= 0
    except sqlite3.ProgrammingError:
        return False


def _is_made_from(kind: object, origin: Origin) -> bool:
    return origin.owns(kind) or origin.owns(getattr(kind, "_type_", None))
