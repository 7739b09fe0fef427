"""What there is to set of a plugin, as plain values: no schema, and nothing that is a secret."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from dataclasses import dataclass


class SettingKind(enum.StrEnum):
    """What a setting holds, as far as people give it in different ways."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    TEXT = "text"
    CHOICE = "choice"
    LIST = "list"
    DICT = "dict"
    GROUP = "group"
    OTHER = "other"


_LENGTHS = {
    SettingKind.TEXT: " characters",
    SettingKind.LIST: " entries",
    SettingKind.DICT: " entries",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How small and how large a number may be, or how much a text, list or dict may hold.

    Attributes:
        least: The smallest; None where there is none.
        most: The largest; None where there is none.
        is_above: It must be above `least`.
        is_below: It must be below `most`.
    """

    least: float | None = None
    most: float | None = None
    is_above: bool = False
    is_below: bool = False

    def __str__(self) -> str:
        least, most = (None if n is None else f"{n:.12g}" for n in (self.least, self.most))
        if least is not None and least == most:
            return least
        if least is not None and most is not None and not (self.is_above or self.is_below):
            return f"{least} to {most}"
        low = least and (f"above {least}" if self.is_above else f"at least {least}")
        high = most and (f"below {most}" if self.is_below else f"at most {most}")
        return ", ".join(filter(None, [low, high]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing to set.

    Attributes:
        path: Where it stands in the plugin's section, with dots: `limits.deadline_s`.
        kind: What it holds.
        help: What it is for; may be empty.
        bounds: How small and how large it may be; of a text, list or dict, how long.
        choices: What it may be, as JSON; empty where that is not a list.
        is_required: There is no default.
        is_secret: It may be given, but is never told.
        allows_null: It may be `null`.
        default: What it is where nobody gives it, as JSON; None where that is nothing, or a secret.
        value: What it is, as JSON; None where that is nothing, or a secret.
        shown_as: What people see instead of a secret: the variable that it comes from, or a mask;
            empty where there is none.
        is_given: The configuration, or somebody by hand, has said what it is.
        parts: Of a group, the settings in it.
    """

    path: str
    kind: SettingKind
    help: str = ""
    bounds: Bounds = Bounds()
    choices: tuple[str, ...] = ()
    is_required: bool = False
    is_secret: bool = False
    allows_null: bool = False
    default: str | None = None
    value: str | None = None
    shown_as: str = ""
    is_given: bool = False
    parts: tuple[Setting, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether it is known to be another thing than its default."""
        if self.value is None or self.value == self.default:
            return False
        return self.default is None or json.loads(self.value) != json.loads(self.default)

    @property
    def demand(self) -> str:
        """What it must be, for people: `int, 1 to 5`."""
        told = [f"{self.bounds}{_LENGTHS.get(self.kind, '')}"] if str(self.bounds) else []
        if self.choices:
            told.append(f"one of {', '.join(self.choices)}")
        kind = [] if self.kind is SettingKind.CHOICE else [str(self.kind)]
        return ", ".join([*kind, *told, *["or null"] * self.allows_null])

    def leaves(self) -> Iterator[Setting]:
        """The setting itself, or of a group all that are in it, at any depth."""
        if self.kind is not SettingKind.GROUP:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigForm:
    """What there is to set of one plugin.

    Attributes:
        plugin: Its name.
        has_schema: It declares its settings; otherwise they are those that it has been given.
        settings: Its own, in their order.
        common: Those that every plugin has, as far as its own are not called the same.
    """

    plugin: str
    has_schema: bool
    settings: tuple[Setting, ...]
    common: tuple[Setting, ...]

    def leaves(self) -> Iterator[Setting]:
        """All settings that are no groups."""
        for setting in (*self.settings, *self.common):
            yield from setting.leaves()

    def get(self, path: str) -> Setting | None:
        """A setting that is no group, by its path; None where there is none."""
        return next((setting for setting in self.leaves() if setting.path == path), None)
