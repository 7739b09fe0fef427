"""How the settings of a plugin are shown."""

from __future__ import annotations

from rosey.diagnostics.settings.model import ConfigForm, Setting
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer

_HEADS = ("setting", "value", "default", "must be", "help")


def form(found: ConfigForm) -> Answer:
    """What there is to set of a plugin: its own settings, and what was given of every plugin's."""
    rows = [_row(s) for s in found.leaves() if _is_own(found, s) or s.is_given]
    return render.table(found, _HEADS, rows, empty=f"{found.plugin} has no settings of its own")


def _is_own(found: ConfigForm, setting: Setting) -> bool:
    return any(setting in own.leaves() for own in found.settings)


def _row(setting: Setting) -> list[str]:
    default = "required" if setting.is_required else setting.default or "-"
    value = f"{setting.value or setting.shown_as or '-'}{' *' * setting.differs}"
    return [setting.path, value, default, setting.demand, setting.help]
