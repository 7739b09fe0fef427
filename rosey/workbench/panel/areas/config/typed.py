"""What the controls of settings hold, and which values they mean."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rosey.diagnostics.settings.model import ConfigForm, Setting, SettingKind
from rosey.errors import UsageError
from rosey.plugins.loading.settings import is_same

Typed = str | bool
"""What a control holds: a box that is ticked or not, or a text."""

NUMBERS = frozenset({SettingKind.INT, SettingKind.FLOAT})
_LONG = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What was typed into a form.

    Attributes:
        changes: By path, values that are others than those that run.
        faults: By path, why what was typed is no value at all.
    """

    changes: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.changes or self.faults)


def edits_of(form: ConfigForm, typed: Mapping[str, Typed]) -> Edits:
    """What was typed, held against what runs.

    Args:
        form: What there is to set.
        typed: What the controls hold, by path; one that is left out was not touched.
    """
    changes: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for path, held in typed.items():
        setting = form.get(path)
        if setting is None or held == held_by(setting):
            continue
        try:
            value = meant(setting, held)
        except UsageError as error:
            faults[path] = str(error)
            continue
        if setting.value is None or not is_same(value, json.loads(setting.value)):
            changes[path] = value
    return Edits(changes=changes, faults=faults)


def held_by(setting: Setting, text: str | None = None) -> Typed:
    """What the control of a setting holds.

    Args:
        setting: The setting.
        text: A value as JSON; by default the one that runs.
    """
    text = setting.value if text is None else text
    if has_box(setting):
        return text == "true"
    if text is None:
        return ""
    if setting.kind is SettingKind.TEXT or setting.kind in NUMBERS:
        value = json.loads(text)
        return "" if value is None else str(value)
    if len(text) > _LONG and setting.kind is not SettingKind.CHOICE:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    return text


def has_box(setting: Setting) -> bool:
    """Whether a setting is a box to tick, which knows two values and no third."""
    is_known = setting.value in {"true", "false"}
    return setting.kind is SettingKind.BOOL and is_known and not setting.allows_null


def meant(setting: Setting, held: Typed) -> Any:  # noqa: ANN401  a setting of any type
    """The value that a control means by what it holds.

    Raises:
        UsageError: It means none.
    """
    if isinstance(held, bool):
        return held
    if held == "" and setting.allows_null:
        return None
    if setting.kind is SettingKind.TEXT:
        return held
    try:
        return json.loads(held)
    except RecursionError:
        raise UsageError("it is nested too deeply") from None
    except ValueError as error:
        if setting.kind in NUMBERS:
            return held  # the schema says what is wrong with it
        raise UsageError(f"it is not JSON: {error}") from None
