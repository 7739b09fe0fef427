"""The settings that a marshmallow schema declares."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from rosey.diagnostics.settings.level import NO_VALUE, Encode, Level, as_json
from rosey.diagnostics.settings.model import Bounds, Setting, SettingKind
from rosey.plugins.loading.schema import Schema, SecretField, fields, missing, validate

_MOST_DEEP = 8
"""A schema may nest itself."""

_MOST_CHOICES = 200

_TEXTS = (fields.String, SecretField, fields.UUID, fields.IP, fields.IPInterface)
_TIMES = (fields.DateTime, fields.Date, fields.Time)
_KINDS: tuple[tuple[type[Any] | tuple[type[Any], ...], SettingKind], ...] = (
    (fields.Boolean, SettingKind.BOOL),
    (fields.Integer, SettingKind.INT),
    (fields.Number, SettingKind.FLOAT),
    ((*_TEXTS, *_TIMES), SettingKind.TEXT),
    ((fields.List, fields.Tuple), SettingKind.LIST),
    (fields.Mapping, SettingKind.DICT),
)

Field = fields.Field[Any]


def declared(schema: Schema, level: Level) -> tuple[Setting, ...]:
    """What a schema lets people set.

    It runs code of whoever wrote the schema: defaults and fields may be of their own.

    Args:
        schema: The schema.
        level: What was given at its level.
    """
    named = ((field.data_key or name, field) for name, field in schema.load_fields.items())
    return tuple(_setting(key, field, level) for key, field in named)


def _setting(key: str, field: Field, level: Level) -> Setting:
    default = field.load_default() if callable(field.load_default) else field.load_default
    default = NO_VALUE if default is missing else default
    if isinstance(field, fields.Nested) and _is_group(field, level):
        return _group(key, field, level, default)
    kind, encode, is_secret = _kind(field), _encoder(field), _is_secret(field)
    value = level.value(key, is_secret=is_secret)
    usual = level.default(key, default, encode, is_secret=is_secret)
    current = value if key in level.values else usual
    choices = tuple(_choices(field, encode))
    return Setting(
        path=level.below(key),
        kind=SettingKind.CHOICE if choices and kind is not SettingKind.BOOL else kind,
        help=_help(field, level),
        bounds=_bounds(field),
        choices=choices,
        is_required=field.required,
        is_secret=is_secret or bool(value.shown_as or usual.shown_as),
        allows_null=bool(field.allow_none),
        default=usual.text,
        value=current.text,
        shown_as=current.shown_as,
        is_given=key in level.values,
    )


def _is_group(field: fields.Nested, level: Level) -> bool:
    """Whether people may set each thing in it by itself: not so where the whole is a secret."""
    is_deep = level.path.count(".") >= _MOST_DEEP
    return not (field.many or is_deep or _is_marked(field))


def _group(key: str, field: fields.Nested, level: Level, default: object) -> Setting:
    return Setting(
        path=level.below(key),
        kind=SettingKind.GROUP,
        help=_help(field, level),
        is_required=field.required,
        is_given=key in level.values,
        parts=declared(field.schema, level.inside(key, default)),
    )


def _kind(field: Field) -> SettingKind:
    if isinstance(field, fields.Nested):
        return SettingKind.LIST if field.many else SettingKind.DICT
    found = (kind for types, kind in _KINDS if isinstance(field, types))
    return next(found, SettingKind.OTHER)


def _help(field: Field, level: Level) -> str:
    return level.redact(str(field.metadata.get("description") or field.metadata.get("help") or ""))


def _encoder(field: Field) -> Encode:
    """Marshmallow's own way from a value to what a file would have."""
    return lambda value: field.serialize("value", {"value": value})


def _is_secret(field: Field, depth: int = 0) -> bool:
    """Whether a field, or one that it is made of, is never to be told."""
    if isinstance(field, SecretField) or _is_marked(field):
        return True
    return depth < _MOST_DEEP and any(_is_secret(part, depth + 1) for part in _parts(field))


def _is_marked(field: Field) -> bool:
    return field.load_only or bool(field.metadata.get("secret"))


def _parts(field: Field) -> Iterable[Field]:
    match field:
        case fields.Nested():
            return field.schema.load_fields.values()
        case fields.List():
            return [field.inner]
        case fields.Tuple():
            return field.tuple_fields
        case fields.Mapping():
            return [part for part in (field.key_field, field.value_field) if part is not None]
        case _:
            return ()


def _validators(field: Field) -> Iterator[Callable[[Any], Any]]:
    for validator in field.validators:
        yield from validator.validators if isinstance(validator, validate.And) else [validator]


def _bounds(field: Field) -> Bounds:
    """The bounds of the first validator that has any."""
    for validator in _validators(field):
        match validator:
            case validate.Range(min=least, max=most) if _are_numbers(least, most):
                return Bounds(
                    least=least,
                    most=most,
                    is_above=least is not None and not validator.min_inclusive,
                    is_below=most is not None and not validator.max_inclusive,
                )
            case validate.Length(equal=int() as size):
                return Bounds(least=size, most=size)
            case validate.Length(min=least, max=most):
                return Bounds(least=least, most=most)
    return Bounds()


def _are_numbers(*limits: object) -> bool:
    return all(limit is None or isinstance(limit, int | float) for limit in limits)


def _choices(field: Field, encode: Encode) -> list[str]:
    """What a field may be, as JSON; nothing where that is anything, or too much to list."""
    found: Collection[object] = (
        [*field.enum.__members__.values()] if isinstance(field, fields.Enum) else []
    )
    for validator in _validators(field):
        # Of an iterator the validator itself would have nothing left.
        if isinstance(validator, validate.OneOf) and isinstance(validator.choices, Collection):
            found = validator.choices
    if len(found) > _MOST_CHOICES:
        return []
    texts = [as_json(choice, encode) for choice in found]
    return [text for text in texts if text is not None]
