"""What a plugin has been given at one level of its settings, and what people may see of it."""

from __future__ import annotations

import decimal
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rosey.plugins.loading.schema import MASK

_VARIABLE = re.compile(r"\$\{\w+\}")

NO_VALUE = object()
"""Stands where there is no value: None is one."""

Encode = Callable[[Any], Any]
"""Makes of a value what JSON can tell."""


def as_it_is(value: Any) -> Any:  # noqa: ANN401  a setting of any shape
    """Leave a value: it was read from JSON."""
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One value.

    Attributes:
        text: It as JSON; None where it is a secret, or nothing that JSON can tell.
        shown_as: What people see instead of a secret; else empty.
    """

    text: str | None = None
    shown_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The settings of a plugin, or of a group in them.

    Attributes:
        path: Where it stands; empty for the plugin itself.
        values: What was given there.
        shown: The same, with the names of environment variables for what is in them.
        defaults: What holds where nothing is given, as far as it is known here.
        redact: Takes secrets out of a text.
    """

    path: str
    values: Mapping[str, Any]
    shown: Mapping[str, Any]
    defaults: Mapping[str, Any]
    redact: Callable[[str], str]

    def below(self, key: str) -> str:
        """The path of a setting at this level."""
        return f"{self.path}.{key}" if self.path else key

    def inside(self, key: str, default: object) -> Level:
        """The level of a group; `default` holds where nothing else is given."""
        return Level(
            path=self.below(key),
            values=_mapping(self.values.get(key)),
            shown=_mapping(self.shown.get(key)),
            defaults=_mapping(self.defaults.get(key, default)),
            redact=self.redact,
        )

    def value(self, key: str, *, is_secret: bool) -> Given:
        """What was given under a key."""
        if key not in self.values:
            return Given()
        value, shown = self.values[key], self.shown.get(key)
        if shown != value:  # it is from the environment
            return Given(shown_as=_name_of(shown, is_secret=is_secret))
        return self._told(value, as_it_is, is_secret=is_secret)

    def default(self, key: str, default: object, encode: Encode, *, is_secret: bool) -> Given:
        """What holds where nothing is given under a key."""
        value = self.defaults.get(key, default)
        return Given() if value is NO_VALUE else self._told(value, encode, is_secret=is_secret)

    def _told(self, value: object, encode: Encode, *, is_secret: bool) -> Given:
        if is_secret:
            return Given(shown_as=MASK if value else "")
        text = as_json(value, encode)
        if text is None or self.redact(text) == text:
            return Given(text=text)
        return Given(shown_as=MASK)


def as_json(value: object, encode: Encode) -> str | None:
    """A value as JSON, encoded or else as it is; None where it is nothing that JSON can tell."""
    for way in (encode, as_it_is):
        try:
            return json.dumps(way(value), ensure_ascii=False, allow_nan=False, default=_number)
        except Exception:  # noqa: BLE001, S112  `encode` may be a plugin's own code
            continue
    return None


def _number(value: object) -> float:
    if isinstance(value, decimal.Decimal):
        return float(value)
    raise TypeError


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _name_of(shown: object, *, is_secret: bool) -> str:
    """What is seen of a value from the environment; where the rest is secret too, a name alone."""
    if is_secret and not (isinstance(shown, str) and _VARIABLE.fullmatch(shown)):
        return MASK
    return shown if isinstance(shown, str) else as_json(shown, as_it_is) or MASK
