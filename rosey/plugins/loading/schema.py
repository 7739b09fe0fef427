"""Validation of settings by marshmallow schemas, every fault at once with its path."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing, validate

from rosey.errors import ConfigError, ConfigFault

__all__ = [
    "ConfigSchema",
    "Schema",
    "Secret",
    "SecretField",
    "fields",
    "missing",
    "validate",
    "validated",
]

MASK = "<secret>"


class Secret:
    """A value that must not be seen: whatever prints it prints a mask instead."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself: hand it to whoever needs it, and keep it nowhere."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> str:
        message = "a secret is not pickled: it would be readable where it lands"
        raise TypeError(message)


class SecretField(fields.Field[Secret]):
    """A setting that is a `Secret`; in the file it is text, at best `${ENV_NAME}`."""

    default_error_messages = {"invalid": "Not a valid string."}  # noqa: RUF012  marshmallow's own convention

    def _deserialize(self, value: object, *_: object, **__: object) -> Secret:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        return Secret(value)


class ConfigSchema(Schema):
    """Base for the schemas of plugins: unknown settings are refused, and no registry has it."""

    class Meta:
        """How marshmallow treats subclasses."""

        # marshmallow keeps every registered class for ever; the plugin system finds them itself.
        register = False


def validated(
    schema: type[Schema], values: Mapping[str, Any], *, path: str = "", origin: str = "config"
) -> dict[str, Any]:
    """Hold settings against a schema and fill in its defaults.

    Args:
        schema: A marshmallow schema class.
        values: The settings as they were read.
        path: Where they stand, for messages.
        origin: Whose they are, for messages.

    Returns:
        The settings with their types.

    Raises:
        ConfigError: With every fault; no message repeats a value.
    """
    instance = schema()
    try:
        loaded: dict[str, Any] = instance.load(dict(values))
    except ValidationError as error:
        raise ConfigError([*_faults(error.messages_dict, path, instance)], origin=origin) from None
    return loaded


def _faults(messages: Any, path: str, place: object) -> Iterator[ConfigFault]:  # noqa: ANN401  nested dicts and lists of text
    """Turn marshmallow's messages into faults; `place` is the schema or field they are about."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            below = path if key == "_schema" else f"{path}.{key}" if path else str(key)
            for part in inner.values() if isinstance(place, fields.Dict) else [inner]:
                yield from _faults(part, below, _inside(place, key))
    elif isinstance(messages, list):
        for message in messages:
            yield from _faults(message, path, place)
    else:
        yield ConfigFault(path=path, reason=_reason(str(messages), path, place))


def _inside(place: object, key: object) -> object:
    """What stands under a key; where nothing does, `place`, which knows what should."""
    match place:
        case fields.Nested():
            return _inside(place.schema, key)
        case fields.List():
            return place.inner
        case fields.Dict():
            return place.value_field
        case Schema():
            return _by_key(place).get(str(key), place)
        case _:
            return None


def _by_key(schema: Schema) -> dict[str, Any]:
    return {field.data_key or name: field for name, field in schema.fields.items()}


def _reason(message: str, path: str, place: object) -> str:
    if message == "Unknown field.":
        known = _by_key(place) if isinstance(place, Schema) else ()
        nearest = difflib.get_close_matches(path.rpartition(".")[2], known, n=1)
        hint = f"; did you mean {nearest[0]}?" if nearest else ""
        return f"there is no such setting{hint}"
    text = message.rstrip(".")
    return text[:1].lower() + text[1:]
