"""A form of settings with what somebody has typed into it, and what the plugin says of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rosey.diagnostics.settings.checking import ConfigCheck
from rosey.diagnostics.settings.model import ConfigForm
from rosey.errors import ConfigFault, RoseyError
from rosey.workbench.panel.areas.config.typed import Edits, Typed, edits_of, meant
from rosey.workbench.panel.sight import LOOK_S, Sight
from rosey.workbench.panel.view import ENTRY

EDITS = "config.edits"
"""The name of the view that has what was typed, of all plugins; nothing of it is a secret."""

_CHECKED = "config.checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A form that is filled in.

    Attributes:
        form: What there is to set.
        typed: What controls hold that were touched, by path.
        edits: What that means.
        check: What it would do.
    """

    form: ConfigForm
    typed: Mapping[str, Typed]
    edits: Edits
    check: ConfigCheck

    @property
    def faults(self) -> Mapping[str, str]:
        """By path of a setting, what is wrong there; under an empty path what is of none."""
        told: dict[str, list[str]] = {path: [why] for path, why in self.edits.faults.items()}
        for fault in self.check.faults:
            at = self._setting_at(fault.path)
            inner = fault.path.removeprefix(at).removeprefix(".")
            told.setdefault(at, []).append(f"{inner}: {fault.reason}" if inner else fault.reason)
        return {path: "; ".join(reasons) for path, reasons in told.items()}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The paths of settings that are never told."""
        return tuple(setting.path for setting in self.form.leaves() if setting.is_secret)

    @property
    def cleared(self) -> Mapping[str, None]:
        """How the view changes so that nothing is typed any more."""
        return {bound(self.form.plugin, path): None for path in self.typed}

    def _setting_at(self, path: str) -> str:
        """The setting that a path leads to, or into; empty where it leads to none."""
        while path and self.form.get(path) is None:
            path = path.rpartition(".")[0]
        return path


def bound(plugin: str, path: str) -> str:
    """The name of the view that the control of a setting is bound to."""
    return f"{EDITS}{ENTRY}{plugin} {path}"


def draft_of(sight: Sight, plugin: str, sent: Mapping[str, Any] | None = None) -> Draft:
    """The form of a plugin, filled in.

    Args:
        sight: What it is drawn from.
        plugin: Its name.
        sent: What the form sends by itself, by path: secrets, of which the view has nothing.

    Raises:
        UsageError: A secret that is sent means nothing.
        RoseyError: The plugin is not loaded, or the bot does not answer; where nothing is sent,
            a check that is not answered is one of the faults.
    """
    form = sight.bot.configuration(plugin, LOOK_S)
    typed = _typed(sight, plugin)
    edits = edits_of(form, typed)
    if sent is not None:
        # Who sends a form asks anew, for the drawings too.
        sight.seen.pop(_CHECKED, None)
        secrets = (s for s in form.leaves() if s.is_secret and sent.get(s.path))
        given = {secret.path: meant(secret, str(sent[secret.path])) for secret in secrets}
        edits = Edits(changes={**edits.changes, **given}, faults=edits.faults)
    check = _checked(sight, form, edits) if sent is None else _check(sight, form, edits)
    return Draft(form=form, typed=typed, edits=edits, check=check)


def _checked(sight: Sight, form: ConfigForm, edits: Edits) -> ConfigCheck:
    """What the edits would do; asked once for all drawings, as the plugin's own code answers."""
    asked = form, edits, sight.bot.standing()
    before: tuple[object, ConfigCheck] | None = sight.seen.get(_CHECKED)
    if before is not None and before[0] == asked:
        return before[1]
    check = _answered(sight, form, edits)
    sight.seen[_CHECKED] = asked, check
    return check


def _answered(sight: Sight, form: ConfigForm, edits: Edits) -> ConfigCheck:
    """The check, or why there is none: a validator that blocks is not to block at each drawing."""
    try:
        return _check(sight, form, edits)
    except RoseyError as error:
        return ConfigCheck(plugin=form.plugin, faults=(ConfigFault(path="", reason=str(error)),))


def _check(sight: Sight, form: ConfigForm, edits: Edits) -> ConfigCheck:
    if not edits.changes:
        return ConfigCheck(plugin=form.plugin)
    return sight.bot.check_config(form.plugin, LOOK_S, **edits.changes)


def _typed(sight: Sight, plugin: str) -> dict[str, Typed]:
    """What the controls of a plugin hold, by path; those of other plugins keep theirs."""
    of_plugin = f"{plugin} "
    return {
        entry.removeprefix(of_plugin): held
        for entry, held in sight.view.entries(EDITS).items()
        if entry.startswith(of_plugin)
    }
