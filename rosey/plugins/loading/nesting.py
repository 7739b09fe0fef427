"""Schemas that nest others by name: whom they mean, decided once and for all."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from rosey.plugins.loading.schema import Schema, fields

Fields = Mapping[str, fields.Field[Any]]

Meant = Callable[[type[Schema], str, str], type[Schema]]
"""Says whom a schema means: gets the schema, its field and the name in it."""


def settle_names(
    schemas: Collection[type[Schema]], is_own: Callable[[type], bool], meant: Meant
) -> None:
    """Put classes in the place of all names in `Nested("Name")`, in lists and the like too.

    That goes for what the schemas declare and, as each instance has a copy of that, for those
    instances that exist by now. To find them takes a look at the whole heap, 5 to 70 ms, but only
    where there are names.

    Args:
        schemas: Whose fields are settled.
        is_own: Tells whose fields are left: a class that is not own may have inherited its own.
        meant: Whom a name means; what it raises is raised here.
    """
    naming = {schema: [*_naming_fields(schema, is_own)] for schema in schemas}
    naming = {schema: names for schema, names in naming.items() if names}
    for schema, declared in [*_declared_by(naming)]:
        for name in naming[schema]:
            for nested in _by_name(declared[name]):
                nested.nested = meant(schema, name, str(nested.nested))


def _declared_by(schemas: Collection[type[Schema]]) -> Iterator[tuple[type[Schema], Fields]]:
    """The fields of some schemas and of their instances."""
    yield from ((schema, _declared(schema)) for schema in schemas)
    instances = gc.get_referrers(*schemas) if schemas else ()
    yield from ((type(i), i.declared_fields) for i in instances if type(i) in schemas)


def _naming_fields(schema: type[Schema], is_own: Callable[[type], bool]) -> Iterator[str]:
    """Which fields, other than those of somebody else's base class, nest something by name."""
    bases = [_declared(base) for base in schema.__mro__ if not is_own(base)]
    for name, field in _declared(schema).items():
        is_inherited = any(base.get(name) is field for base in bases)
        if not is_inherited and any(_by_name(field)):
            yield name


def _declared(kind: type) -> Fields:
    # So does marshmallow collect what a class inherits.
    declared: Fields = getattr(kind, "_declared_fields", vars(kind))
    return declared


def _by_name(field: object) -> Iterator[fields.Nested]:
    """What in a field nests a schema by its name: the field itself, or what it is made of."""
    parts: Iterable[object] = ()
    match field:
        case fields.Nested(nested=str()):
            yield field
        case fields.Nested(nested=dict() as inner):
            parts = inner.values()
        case fields.List():
            parts = [field.inner]
        case fields.Mapping():
            parts = [field.key_field, field.value_field]
        case fields.Tuple():
            parts = field.tuple_fields
    for part in parts:
        yield from _by_name(part)
