"""What a generation left in libraries that keep a registry for the whole process.

None of them is imported here: what nobody has imported holds nothing.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator
from typing import Any

from rosey.plugins.remedies.lines import name_of, taken_back
from rosey.plugins.remedies.origin import Origin


def sqlite3_adapters_and_converters(origin: Origin) -> Iterator[str]:
    """Functions that turn objects into SQL values and back."""
    adapters: dict[tuple[Any, Any], Any] = attribute("sqlite3", "adapters", {})
    for (kind, protocol), adapter in [*adapters.items()]:
        if origin.owns(kind) or origin.owns(adapter):
            take_back = functools.partial(adapters.pop, (kind, protocol))
            yield taken_back(f"sqlite3 adapter of {name_of(kind)}", take_back)
    converters: dict[str, Any] = attribute("sqlite3", "converters", {})
    for name, converter in [*converters.items()]:
        if origin.owns(converter):
            take_back = functools.partial(converters.pop, name)
            yield taken_back(f"sqlite3 converter of {name}", take_back)


def sqlite3_connections(origin: Origin) -> Iterator[str]:
    """Connections at the top of a module: their functions pin it from C, where nobody sees it."""
    kind = attribute("sqlite3", "Connection", ())
    for module in origin.modules():
        for name, value in [*vars(module).items()]:
            if isinstance(value, kind) and _is_open(value):
                yield f"sqlite3 connection {name!r} is still open: close it in teardown"


def sqlalchemy_tables(origin: Origin) -> Iterator[str]:
    """Tables that its classes put on somebody else's base, where the next load would collide.

    One that a class of somebody else has by now (`extend_existing`) stays.
    """
    for kind in origin.defined(type):
        table = vars(kind).get("__table__")
        base: Any = next((base for base in kind.__mro__ if "metadata" in vars(base)), kind)
        if table is None or origin.owns(base):
            continue
        users = [heir for heir in _heirs(base) if vars(heir).get("__table__") is table]
        if all(map(origin.owns, users)):
            what = f"table {table.name} on the MetaData of {name_of(base)}: give the plugin its own"
            yield taken_back(what, functools.partial(base.metadata.remove, table))


def ctypes_types(origin: Origin) -> Iterator[str]:
    """Pointer and function types, which `ctypes` keeps one of for all that ask."""
    pointers: dict[Any, Any] = attribute("ctypes", "_pointer_type_cache", {})
    for target in filter(origin.owns, [*pointers]):
        del pointers[target]
    functions: dict[Any, Any] = attribute("ctypes", "_c_functype_cache", {})
    for key in [*functions]:
        result, arguments, *_ = key
        if any(_is_made_from(kind, origin) for kind in (result, *arguments)):
            del functions[key]
    yield from ()


def mock_patches(origin: Origin) -> Iterator[str]:
    """Patches that were started and not stopped, and put something of the plugin in place.

    The author stops them: each puts back what it found, which may be what an older patch put there.
    """
    for patch in [*attribute("unittest.mock", "_patch", _NoPatches)._active_patches]:  # noqa: SLF001  there is no public list
        put: list[Any] = [getattr(patch, "new", None)]
        for more in (getattr(patch, "kwargs", {}), getattr(patch, "values", {})):
            put += more.values()
        if any(map(origin.owns, put)):
            place = getattr(patch, "attribute", "a dictionary")
            yield f"patch of {place} by unittest.mock is still active: stop it in teardown"


def attribute(module: str, name: str, default: Any) -> Any:  # noqa: ANN401  whatever is there
    """A name of a module that may lack it, or may not even be imported."""
    return getattr(sys.modules.get(module), name, default)


class _NoPatches:
    _active_patches = ()


def _heirs(kind: type) -> Iterator[type[Any]]:
    heirs: list[type[Any]] = type.__subclasses__(kind)
    for heir in heirs:
        yield heir
        yield from _heirs(heir)


def _is_open(connection: Any) -> bool:  # noqa: ANN401  sqlite3 is not imported here
    try:
        is_open: bool = connection.total_changes >= 0
    except attribute("sqlite3", "ProgrammingError", ()):
        return False
    return is_open


def _is_made_from(kind: object, origin: Origin) -> bool:
    return origin.owns(kind) or origin.owns(getattr(kind, "_type_", None))
