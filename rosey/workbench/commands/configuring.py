"""The command for settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.candidates import CHECK, RELOAD
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.commands.living import replaced
from rosey.workbench.crossing.waiting import wait
from rosey.workbench.faces import config_faces, render
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session


def _config(session: Session, text: str) -> Answer:
    words = arguments.words(text)
    if words == [RELOAD]:
        change = wait(session.bot.reload_config())
        return render.lines(change, change.lines)
    is_checked = CHECK in words
    words = [word for word in words if word != CHECK]
    plugin = session.bot.plugin(arguments.plugin_name(" ".join(words[:1])))
    changes = arguments.pairs(words[1:])
    if is_checked:
        return _checked(session, plugin.name, changes)
    if changes:
        plugin = replaced(session, plugin.name, session.bot.configure(plugin.name, **changes))
    config = plugin.config
    return render.table(config, ("setting", "value"), config.items(), empty="no settings")


def _checked(session: Session, name: str, changes: Mapping[str, Any]) -> Answer:
    """What changes would do; without any, what there is to change."""
    if not changes:
        return config_faces.form(session.bot.configuration(name))
    check = session.bot.check_config(name, **changes)
    return render.lines(check, check.lines)


COMMANDS = (
    WorkbenchCommand(
        name="config",
        arguments="NAME [KEY=VALUE ...] [--check] | --reload",
        help="Show a plugin's settings, or change some by a reload, or check what that would do; "
        "or apply the saved config file.",
        example="%rosey config dice_roller max_dice=20",
        python='bot.configure("dice_roller", max_dice=20)',
        run=_config,
        other_words=("settings", "configure"),
        complete=candidates.settings,
    ),
)
