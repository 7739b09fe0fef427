"""The settings of a plugin that declares none: those that it has been given."""

from __future__ import annotations

from collections.abc import Collection

from rosey.diagnostics.settings.level import NO_VALUE, Level, as_it_is
from rosey.diagnostics.settings.model import Setting, SettingKind

_KINDS = {
    bool: SettingKind.BOOL,
    int: SettingKind.INT,
    float: SettingKind.FLOAT,
    str: SettingKind.TEXT,
    list: SettingKind.LIST,
    dict: SettingKind.DICT,
}


def undeclared(level: Level, known: Collection[str] = ()) -> tuple[Setting, ...]:
    """What was given and is declared nowhere, each told by the type of its value.

    Args:
        level: What was given at its level.
        known: Keys to leave out.
    """
    keys = dict.fromkeys([*level.defaults, *level.values])
    return tuple(_setting(key, level) for key in keys if key not in known)


def _setting(key: str, level: Level) -> Setting:
    default = level.default(key, NO_VALUE, as_it_is, is_secret=False)
    is_given = key in level.values
    current = level.value(key, is_secret=False) if is_given else default
    value = level.values.get(key, level.defaults.get(key))
    return Setting(
        path=level.below(key),
        kind=_KINDS.get(type(value), SettingKind.OTHER),
        is_secret=bool(current.shown_as or default.shown_as),
        default=default.text,
        value=current.text,
        shown_as=current.shown_as,
        is_given=is_given,
    )
