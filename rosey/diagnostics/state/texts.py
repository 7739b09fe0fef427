"""One value as one short text, without secrets, and without running a plugin's code for it."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import types
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any, Final

from rosey.diagnostics.state.containers import SCALARS, base_of, entries_of, size_of
from rosey.plugins.base import Plugin

Redact = Callable[[str], str]

MOST_CHARS: Final = 200
"""How much is shown of one value."""

MOST_ECHOED: Final = 40
"""How much is repeated of what somebody has typed."""

MOST_ENTRIES: Final = 20
"""A longer container is told by its size alone."""

_PLAIN = frozenset({bool, int, float, type(None)})
_MOST_READ = 100_000
_CODE = (types.FunctionType, types.MethodType, types.BuiltinFunctionType)
_FLAT = frozenset({tuple, set, frozenset})
_EMPTY = {dict: "{}", tuple: "()", set: "set()", frozenset: "frozenset()"}
# Their values hold nothing whose `__repr__` could be a plugin's: Python's own, also where written
# in C, ask those of what they hold, such as that of an exception.
_WELL_KNOWN = frozenset(
    {
        *(complex, bytes, bytearray, range, dt.date, dt.timedelta, decimal.Decimal),
        *(fractions.Fraction, pathlib.PurePosixPath, pathlib.PureWindowsPath, uuid.UUID),
        *(pathlib.PosixPath, pathlib.WindowsPath, ipaddress.IPv4Address, ipaddress.IPv6Address),
        *(ipaddress.IPv4Network, ipaddress.IPv6Network),
    }
)
_COUNTED = frozenset({bytes, bytearray})
_WITH_ZONE = frozenset({dt.datetime, dt.time})
_OF_ZONES = frozenset({str, dt.timedelta, type(None)})


def text_of(thing: Any, redact: Redact) -> str:  # noqa: ANN401  any value
    """A value as Python writes it, as far as that can be had without a plugin's `__repr__`.

    Args:
        thing: Any value; a container of more than plain values is told by its size.
        redact: Takes secrets out of a text. It sees each text before that is shortened: half of
            a secret would not be recognised.
    """
    # By its type: a plugin may have its own idea of `__class__`, which isinstance asks.
    kind = type(thing)
    try:
        if kind in _PLAIN:
            return shortened(redact(repr(thing)))
        if issubclass(kind, str):
            return _quoted(str.__str__(thing), redact)
        if base_of(kind) is not None:
            return shortened(_contained(thing, redact))
        return shortened(redact(_written(thing, kind)))
    except Exception:  # noqa: BLE001  a library's __repr__ may raise anything
        return f"<{kind.__name__} that cannot be shown>"


def is_flat(container: object) -> bool:
    """Whether a container has a few plain values and no keys: it is one value for people."""
    if base_of(type(container)) not in _FLAT or size_of(container) > MOST_ENTRIES:
        return False
    return all(type(entry) in SCALARS for entry in entries_of(container))


def shortened(text: str) -> str:
    """A text, cut where it is too long."""
    return text if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]}..."


def echoed(text: str) -> str:
    """What somebody has typed, in quotes, for a message: its beginning where it is long."""
    return repr(text) if len(text) <= MOST_ECHOED else f"{text[:MOST_ECHOED]!r}..."


def _quoted(text: str, redact: Redact) -> str:
    if len(text) > _MOST_READ:
        return f"<text of {len(text):,}>"
    text = redact(text)
    return repr(text) if len(text) <= MOST_CHARS else f"{text[:MOST_CHARS]!r}..."


def _contained(container: object, redact: Redact) -> str:
    base, size = base_of(type(container)), size_of(container)
    if not size:
        return _EMPTY.get(base, "[]")
    if not is_flat(container):
        return f"<{type(container).__name__} of {size:,}>"
    texts = [text_of(entry, redact) for entry in entries_of(container)]
    if base is tuple:
        return f"({', '.join(texts)}{',' * (size == 1)})"
    return f"{{{', '.join(sorted(texts))}}}"


def _written(thing: Any, kind: type) -> str:  # noqa: ANN401  any value
    if issubclass(kind, enum.Enum):
        return f"{kind.__name__}.{thing._name_}"
    if issubclass(kind, type):
        return f"<class {thing.__qualname__}>"
    if issubclass(kind, _CODE):
        return f"<function {thing.__qualname__}>"
    if issubclass(kind, Plugin):
        return f"<plugin {kind.name}>"
    return repr(thing) if _is_well_known(thing, kind) else f"<{kind.__name__}>"


def _is_well_known(thing: Any, kind: type) -> bool:  # noqa: ANN401  any value
    """Whether the `__repr__` of a value runs no code of a plugin, and has not much to do."""
    if kind in _WITH_ZONE:
        return all(type(part) in _OF_ZONES for part in _parts_of_zone(thing.tzinfo))
    return kind in _WELL_KNOWN and (kind not in _COUNTED or len(thing) <= _MOST_READ)


def _parts_of_zone(zone: dt.tzinfo | None) -> tuple[object, ...]:
    """What the text of a time zone is made of; the zone itself where that is not known."""
    if type(zone) is dt.timezone:
        parts: tuple[object, ...] = zone.__getinitargs__()  # type: ignore[attr-defined]  # pickle's
        return parts
    return (zone.key,) if type(zone) is zoneinfo.ZoneInfo else (zone,)
