"""marshmallow's schemas: `Nested("Name")` means one of the same generation, and of no other.

marshmallow looks a name up when it first needs the schema, in one registry for the whole process.
There it would find the old generation's, or two while a reload is being prepared.
"""

from __future__ import annotations

import ast
import itertools
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rosey.errors import PluginLoadError
from rosey.plugins.loading.loader import NAMESPACE, Generation
from rosey.plugins.remedies.libraries import attribute
from rosey.plugins.remedies.origin import Origin

if TYPE_CHECKING:
    from rosey.plugins.loading.schema import Schema


def settle_schemas(generation: Generation) -> None:
    """Let a generation's schemas find each other by name, and nobody else find them.

    To be called when modules of it have been executed, before anybody else's code runs; a further
    call settles what was imported since. It takes nothing where marshmallow is not in use.

    Raises:
        PluginLoadError: A schema nests one by a name that means none, or several.
    """
    if "marshmallow" not in sys.modules:
        return
    from rosey.plugins.loading import nesting  # noqa: PLC0415  it imports marshmallow
    from rosey.plugins.loading.schema import Schema  # noqa: PLC0415  as said

    origin = Origin(generation)
    known = [*_taken_from_registry(origin), *origin.defined(type)]
    # Not `issubclass`: marshmallow's would ask all schemas that there are, and note each answer.
    schemas = dict.fromkeys(kind for kind in known if Schema in kind.__mro__)
    nesting.settle_names(schemas, origin.owns, _Names(generation, schemas).meant)


def marshmallow_schemas(origin: Origin) -> Iterator[str]:
    """Those that were registered after the last `settle_schemas`, by a late import."""
    _taken_from_registry(origin)
    yield from ()


class _Names:
    """Whom the schemas of a generation mean by names.

    Args:
        generation: Whose they are.
        schemas: All of them; of two that one name stands for, the last.
    """

    def __init__(self, generation: Generation, schemas: Iterable[type[Schema]]) -> None:
        self._generation = generation
        self._own = {(schema.__module__, schema.__name__): schema for schema in schemas}

    def meant(self, schema: type[Schema], field: str, name: str) -> type[Schema]:
        """The schema that a field of another means; see `nesting.Meant`.

        Raises:
            PluginLoadError: There is none, or more than one.
        """
        found = self._own_called(name, schema.__module__) or _others_called(name)
        if len(found) == 1:
            return found[0]
        modules = ", ".join(map(self._shown_module, found))
        there_is = (
            f"{len(found)} schemas are called so ({modules})" if found else "none is called so"
        )
        reason = (
            f"{schema.__name__}.{field} nests a schema by the name {name!r}, but {there_is}: "
            "nest the class itself, or `lambda: Class` where it is defined later"
        )
        raise self._refusal(schema, reason)

    def _own_called(self, name: str, nearest: str) -> list[type[Schema]]:
        module, _, short = name.rpartition(".")
        if module:
            nearest = self._module_name(module)
        if (nearest, short) in self._own:
            return [self._own[nearest, short]]
        return [schema for (_, its_name), schema in self._own.items() if its_name == name]

    def _module_name(self, module: str) -> str:
        """What a module is called in this generation that its author calls `module`."""
        plugin, _, relative = module.partition(".")
        is_own = plugin == self._generation.source.import_name
        return self._generation.module_name(relative) if is_own else module

    def _shown_module(self, schema: type[Schema]) -> str:
        return schema.__module__.replace(self._generation.name, self._generation.source.import_name)

    def _refusal(self, schema: type[Schema], reason: str) -> PluginLoadError:
        generation = self._generation
        name = generation.source.name
        for relative, unit in generation.snapshot.units.items():
            if schema.__module__ == generation.module_name(relative):
                line = _line_of_class(unit.code, schema.__name__)
                return PluginLoadError(name, reason, path=unit.path, line=line)
        return PluginLoadError(name, reason, path=generation.source.place)


def _line_of_class(code: bytes, name: str) -> int | None:
    classes = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ClassDef)]
    return next((node.lineno for node in classes if node.name == name), None)


def _others_called(name: str) -> list[type[Schema]]:
    """The schemas of libraries that marshmallow knows by a name, without those of plugins."""
    registry = _registry()
    return [s for s in registry.get(name, ()) if not s.__module__.startswith(f"{NAMESPACE}:")]


def _taken_from_registry(origin: Origin) -> list[Any]:
    """Take a generation's schemas out of marshmallow's registry."""
    registry = _registry()
    taken: list[Any] = []
    for name, classes in [*registry.items()]:
        own = [*filter(origin.owns, classes)]
        if own:
            taken += own
            classes[:] = itertools.filterfalse(origin.owns, classes)
        if not classes:
            del registry[name]
    return taken


def _registry() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = attribute("marshmallow.class_registry", "_registry", {})
    return found
