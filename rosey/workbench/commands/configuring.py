"""The command for settings."""

from __future__ import annotations

from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.commands.living import replaced
from rosey.workbench.crossing.waiting import wait
from rosey.workbench.faces import render
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session


def _config(session: Session, text: str) -> Answer:
    words = arguments.words(text)
    if words == ["--reload"]:
        change = wait(session.bot.reload_config())
        return render.lines(change, change.lines)
    plugin = session.bot.plugin(arguments.plugin_name(" ".join(words[:1])))
    if len(words) > 1:
        changes = arguments.pairs(words[1:])
        crossing = session.bot.configure(plugin.name, **changes)
        plugin = replaced(session, plugin.name, crossing)
    config = plugin.config
    return render.table(config, ("setting", "value"), config.items(), empty="no settings")


COMMANDS = (
    WorkbenchCommand(
        name="config",
        arguments="NAME [KEY=VALUE ...] | --reload",
        help="Show a plugin's settings, or change some by a reload; "
        "or apply the saved config file.",
        example="%rosey config dice_roller max_dice=20",
        python='bot.configure("dice_roller", max_dice=20)',
        run=_config,
        other_words=("settings", "configure"),
        complete=candidates.settings,
    ),
)
