"""Commands that hold a plugin, and let what is meant for it through one by one, and back again."""

from __future__ import annotations

from rosey.plugins.lifecycle import PluginState
from rosey.workbench.commands import arguments, candidates
from rosey.workbench.commands.command import WorkbenchCommand
from rosey.workbench.commands.living import replaced
from rosey.workbench.crossing.waiting import wait
from rosey.workbench.faces import render, trace_faces
from rosey.workbench.faces.answer import Answer
from rosey.workbench.session import Session


def _hold(session: Session, text: str) -> Answer:
    plugin = wait(session.bot.hold(arguments.plugin_name(text)))
    name = plugin.name
    lines = [
        f"{name} is held: its events and commands wait, the bot and all other plugins go on",
        f"%rosey step {name} lets the first through, %rosey resume {name} all",
    ]
    return render.lines(plugin, lines)


def _step(session: Session, text: str) -> Answer:
    name, is_back = arguments.name_and_option(text, "--back")
    if not is_back:
        return trace_faces.stepped(wait(session.bot.step(name)))
    plugin = replaced(session, name, session.bot.step_back(name))
    told = f"{name} {plugin.version} is reloaded with its state before that step"
    following = [f"the next is {event}" for event in plugin.held.first[:1]] if plugin.held else []
    return render.lines(plugin, [told, *render.reload_report(plugin), *following])


def _resume(session: Session, text: str) -> Answer:
    plugin = wait(session.bot.resume(arguments.plugin_name(text)))
    return render.lines(plugin, [f"{plugin.name} is held no more, and has had what waited for it"])


COMMANDS = (
    WorkbenchCommand(
        name="hold",
        arguments="NAME",
        help="Let what is meant for a plugin wait, to let it through step by step.",
        example="%rosey hold trivia",
        python='bot.hold("trivia")',
        run=_hold,
        other_words=("pause", "freeze", "breakpoint", "suspend"),
        complete=candidates.plugins_in(PluginState.ENABLED),
    ),
    WorkbenchCommand(
        name="step",
        arguments="NAME [--back]",
        help="Let the first event that waits for a held plugin through, or take that back.",
        example="%rosey step trivia",
        python='bot.step("trivia")',
        run=_step,
        other_words=("next", "rewind", "undo"),
        complete=candidates.then(candidates.held, "--back"),
    ),
    WorkbenchCommand(
        name="resume",
        arguments="NAME",
        help="Let all that waits for a held plugin through, in its order, and hold it no more.",
        example="%rosey resume trivia",
        python='bot.resume("trivia")',
        run=_resume,
        other_words=("unhold", "unpause", "continue"),
        complete=candidates.held,
    ),
)
